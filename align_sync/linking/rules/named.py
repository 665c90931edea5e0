"""The book itself names an item, a container or a label as one that serves a key result.

Passes: the key result lists `jiraEpics: [PAY-301]` and the item is PAY-301 (its children inherit), or the item carries
a label that the key result lists in `labels`, or is a container whose name or identifier is listed.
"""

from collections.abc import Iterator

from align_sync.linking.evidence import Finding, RuleKind
from align_sync.linking.index import BookIndex, fold
from align_sync.linking.ruleset import RuleSet
from align_sync.work import ItemKind, WorkItem


def find(item: WorkItem, index: BookIndex, _rules: RuleSet) -> Iterator[Finding]:
    for key in index.by_item.get(fold(item.key), ()):
        yield Finding(rule=RuleKind.NAMED, field="item", found=item.key, named=(key,))
    if item.kind is ItemKind.CONTAINER:
        for name in dict.fromkeys((item.key, item.title, item.ref.external_id)):
            for key in index.by_container.get(fold(name), ()):
                yield Finding(rule=RuleKind.NAMED, field="container", found=name, named=(key,))
    for label in item.labels:
        for key in index.find_label(label):
            yield Finding(rule=RuleKind.NAMED, field="label", found=label, named=(key,))
