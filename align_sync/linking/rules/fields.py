"""A field that the settings name as holding a key result's key: the strongest evidence that a tracker can carry.

Passes: `customfield_10900 = "ret90"`, or a list or choice of keys. The settings name the field by its id, since display
names are neither unique nor stable.
"""

import re
from collections.abc import Iterator

from align_sync.linking.evidence import Finding, RuleKind
from align_sync.linking.index import BookIndex
from align_sync.linking.ruleset import RuleSet
from align_sync.work import WorkItem

_LISTED = re.compile(r"[,;\n]")


def find(item: WorkItem, index: BookIndex, _rules: RuleSet) -> Iterator[Finding]:
    for name, value in item.marks:
        # A choice is often written "ret90: Retention at 90 days": the whole first, then its parts, then its first word.
        parts = [value] if index.find((value,)) else [part.strip() for part in _LISTED.split(value)]
        for part in parts:
            if part:
                first = part.split()[0].rstrip(":-")
                yield Finding(rule=RuleKind.FIELD, field=name, found=part, named=(part, first))
