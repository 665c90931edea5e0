"""What the rules say of one item, held against the book: grounds that count, and grounds that are refused."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import orjson

from align_sync.linking.decisions import NO_DECISIONS, Decisions
from align_sync.linking.evidence import LEVEL_OF, Finding, RejectReason, RuleKind
from align_sync.linking.index import BookIndex, fold
from align_sync.linking.rules import RULES
from align_sync.linking.ruleset import RuleSet
from align_sync.linking.told import BETWEEN, has_labels_only, read_words
from align_sync.work import ItemKind, ItemRef, WorkItem, read_document


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Why an item would serve a key result, whoever carries it: the same label on two items is the same ground.

    `key` is the key result's own key, or what was read where there is none; `refusal` says why it does not count.
    """

    rule: RuleKind
    field: str
    found: str
    key: str
    weight: float | None = None
    author: str = ""
    refusal: RejectReason | None = None
    suggestion: str | None = None
    since_on: date | None = None
    _hash: int = dataclasses.field(init=False, repr=False, compare=False, default=0)

    def __post_init__(self) -> None:
        # Looked up for every item that carries it, and its members are many.
        told = (self.rule.value, self.field, self.found, self.key, self.weight, self.author)
        object.__setattr__(self, "_hash", hash(told))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class Reading:
    """`won` are the grounds of the strongest level, `weaker` the other valid ones, `refused` those that are not."""

    won: tuple[Ground, ...] = ()
    weaker: tuple[Ground, ...] = ()
    refused: tuple[Ground, ...] = ()

    @property
    def is_decided(self) -> bool:
        """Whether a person linked this very item."""
        return bool(self.won) and self.won[0].rule is RuleKind.MANUAL


SILENT = Reading()


class StoredWords(Protocol):
    """What is read of a stored item; see `told.py`."""

    @property
    def source(self) -> str: ...

    @property
    def external_id(self) -> str: ...

    @property
    def key(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def words(self) -> str: ...

    @property
    def document(self) -> str: ...


class Reader:
    """Reads items by one book and one set of rules; what a label means is found out once."""

    def __init__(self, index: BookIndex, rules: RuleSet) -> None:
        self._index, self._rules = index, rules
        self._by_labels: dict[tuple[str, ...], Reading] = {(): SILENT}
        self._is_telling: dict[str, bool] = {}
        self._shared = {id(SILENT)}
        self._elsewhere = frozenset(_where_else(index, rules))

    def read(self, item: WorkItem, decisions: Decisions = NO_DECISIONS) -> Reading:
        """All that the item itself says, and what people decided about it."""
        return sort_grounds(self._resolve(finding) for finding in self._find(item, decisions))

    def read_stored(self, row: StoredWords, decisions: Decisions = NO_DECISIONS) -> Reading:
        """The same from a stored item, without making an item of it where only its labels can say anything."""
        words = row.words
        if decisions is NO_DECISIONS and row.kind != ItemKind.CONTAINER and not self._is_named(row.key):
            if has_labels_only(words):
                return self._read_labels(words.split(BETWEEN)) if words else SILENT
            told = orjson.loads(words)
            if self._elsewhere.isdisjoint(told):
                return self._read_labels(told.get("labels", ()))
        # A container counts by its title too, which only the document tells.
        if row.kind == ItemKind.CONTAINER:
            return self.read(read_document(row.document), decisions)
        ref = ItemRef(source=row.source, external_id=row.external_id, key=row.key)
        return self.read(read_words(words, ref, ItemKind(row.kind)), decisions)

    def _is_named(self, key: str) -> bool:
        """Whether the book names the item by its key."""
        return bool(self._index.by_item) and fold(key) in self._index.by_item

    def _read_labels(self, labels: Sequence[str]) -> Reading:
        telling = self._is_telling
        try:
            said = tuple([label for label in labels if telling[label]])
        except KeyError:
            for label in labels:
                if label not in telling:
                    telling[label] = self._read_bare((label,)) is not SILENT
            said = tuple([label for label in labels if telling[label]])
        known = self._by_labels.get(said)
        if known is None:
            known = self._by_labels[said] = self._read_bare(said)
            self._shared.add(id(known))
        return known

    def is_shared(self, reading: Reading) -> bool:
        """Whether this very reading is that of every item with the same labels, for as long as the reader lives."""
        return id(reading) in self._shared

    def _read_bare(self, labels: tuple[str, ...]) -> Reading:
        # Asked of an item that has nothing but labels, so that no other rule can answer.
        reading = self.read(WorkItem(ref=ItemRef(source="", external_id=""), title="", labels=labels))
        return reading if reading.won or reading.refused else SILENT

    def _find(self, item: WorkItem, decisions: Decisions) -> Iterator[tuple[Finding, str]]:
        for link in decisions.links:
            yield (
                Finding(
                    rule=RuleKind.MANUAL,
                    field="decision",
                    found=link.reason,
                    named=(link.key_result,),
                    weight=link.share,
                ),
                link.author,
            )
        for rule in RULES:
            for finding in rule(item, self._index, self._rules):
                yield finding, ""

    def _resolve(self, said: tuple[Finding, str]) -> Ground:
        return ground_of(said[0], self._index, author=said[1])


def _where_else(index: BookIndex, rules: RuleSet) -> Iterator[str]:
    """What an item may say beside its labels that names a key result, by this book and these rules."""
    yield "marks"
    if index.by_goal:
        yield "relations"
    if index.by_url or rules.url_patterns:
        yield "urls"
    if rules.with_mentions:
        yield "mentions"


def ground_of(finding: Finding, index: BookIndex, *, author: str = "") -> Ground:
    """The finding with the key result that it means, or with the reason why it means none that counts."""
    key_result = index.find(finding.named)
    refusal: RejectReason | None = RejectReason.UNKNOWN_KEY
    since_on: date | None = None
    if key_result is None:
        key = finding.named[0]
        suggestion = index.suggest(key)
    else:
        key = key_result.key
        refusal, since_on = index.refusal(key_result)
        suggestion = index.find_successor(key_result) if refusal else None
    former = None
    # Not behind the name of a mapping rule: reports look the rule up by it.
    if key_result is not None and key_result.formerly and finding.rule is not RuleKind.MAPPING:
        former = index.find_former(finding.named, key_result)
    return Ground(
        rule=finding.rule,
        field=finding.field,
        found=f"{finding.found} ({former} is now {key})" if former else finding.found,
        key=key,
        weight=finding.weight,
        author=author,
        refusal=refusal,
        suggestion=suggestion,
        since_on=since_on,
    )


def sort_grounds(grounds: Iterable[Ground]) -> Reading:
    """The strongest level apart from the rest; what says the same twice counts once."""
    valid: dict[tuple[str, str, str], Ground] = {}
    refused: dict[tuple[str, str, str], Ground] = {}
    for ground in grounds:
        (valid if ground.refusal is None else refused).setdefault((ground.key, ground.rule, ground.found), ground)
    if not valid:
        return Reading(refused=tuple(refused.values())) if refused else SILENT
    best = min(LEVEL_OF[ground.rule] for ground in valid.values())
    return Reading(
        won=tuple(ground for ground in valid.values() if LEVEL_OF[ground.rule] == best),
        weaker=tuple(ground for ground in valid.values() if LEVEL_OF[ground.rule] != best),
        refused=tuple(refused.values()),
    )
