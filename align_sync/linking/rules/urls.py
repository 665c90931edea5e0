"""An address that hangs on the item and leads to a key result: remote link, attachment, or (where asked) in the text.

Passes: an address that a pattern of the settings reads a key from, or one that the key result lists in `urls`.
"""

from collections.abc import Iterator

from align_sync.linking.evidence import Finding, RuleKind
from align_sync.linking.index import BookIndex
from align_sync.linking.ruleset import RuleSet
from align_sync.work import WorkItem

LONGEST_ADDRESS = 2_000


def find(item: WorkItem, index: BookIndex, rules: RuleSet) -> Iterator[Finding]:
    if not item.urls:
        return
    for url in item.urls:
        address = url.address
        if len(address) > LONGEST_ADDRESS:
            continue  # not cut: half of `KR-12` would be `KR-1`
        for key in index.by_url.get(address.rstrip("/"), ()):
            yield Finding(rule=RuleKind.URL, field=url.place, found=address, named=(key,))
        for pattern in rules.url_patterns:
            match = pattern.search(address)
            if match is not None and match["kr"]:  # the group of a pattern may be optional
                yield Finding(rule=RuleKind.URL, field=url.place, found=address, named=(match["kr"],))
                break
