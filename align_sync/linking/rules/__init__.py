"""The rules, written out: each yields what it found on one item and decides nothing."""

from collections.abc import Callable, Iterator

from align_sync.linking.evidence import Finding
from align_sync.linking.index import BookIndex
from align_sync.linking.rules import fields, labels, mentions, named, relations, urls
from align_sync.linking.ruleset import RuleSet
from align_sync.work import WorkItem

Rule = Callable[[WorkItem, BookIndex, RuleSet], Iterator[Finding]]

RULES: tuple[Rule, ...] = (fields.find, named.find, relations.find, labels.find, urls.find, mentions.find)
