"""A line `KR: <key>` in the description. Read only where the settings ask for it (`kind = "text"`).

Passes: `KR: ret90` on a line of its own, also as a list `KR: ret90, nps`.
"""

from collections.abc import Iterator

from align_sync.linking.evidence import Finding, RuleKind
from align_sync.linking.index import BookIndex
from align_sync.linking.ruleset import RuleSet
from align_sync.work import WorkItem


def find(item: WorkItem, _index: BookIndex, rules: RuleSet) -> Iterator[Finding]:
    if rules.with_mentions:
        for key in item.mentions:
            yield Finding(rule=RuleKind.MENTION, field="description", found=f"KR: {key}", named=(key, f"kr-{key}"))
