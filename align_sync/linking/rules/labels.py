"""A label that names a key result by its key.

Passes: `okr/ret90`, `okr:KR-2.3`, `kr-2.3` and `KR-2.3` (for a key `2.3` or `KR-2.3`), `okr/ret90=0.7` for a share;
a label of a group also without its group, as in `Goals/kr-2.3`.
Fails: `okr/ret9` for a key `ret90` (whole tokens only); it is kept as an unknown key with a suggestion.
"""

import re
from collections.abc import Iterator

from align_sync.linking.evidence import Finding, RuleKind
from align_sync.linking.index import BookIndex, read_label
from align_sync.linking.ruleset import RuleSet
from align_sync.work import WorkItem

_SHARE = re.compile(r"^(?P<key>.+?)=(?P<share>0?\.\d+|1(?:\.0+)?)$")
_PREFIX = "kr-"


def find(item: WorkItem, index: BookIndex, rules: RuleSet) -> Iterator[Finding]:
    for label in item.labels:
        if index.find_label(label):
            continue  # the book names this label itself: see named.py
        key = next((key for text in read_label(label) for key in _match(text, rules)), None)
        if key is not None:
            yield _read(label, key)


def _match(text: str, rules: RuleSet) -> Iterator[str]:
    for pattern in rules.label_patterns:
        match = pattern.match(text)
        if match is not None and match["kr"]:  # the group of a pattern may be optional
            yield match["kr"]


def _read(label: str, text: str) -> Finding:
    text = text.strip()
    share = _SHARE.match(text)
    key = share["key"].strip() if share else text
    without = key[len(_PREFIX) :] if key.casefold().startswith(_PREFIX) else ""
    named = tuple(reading for reading in (key, without, f"{_PREFIX}{key}" if not without else "") if reading)
    weight = float(share["share"]) if share else None
    return Finding(rule=RuleKind.LABEL, field="labels", found=label, named=named, weight=weight)
