"""The book turned round for look-up: from what work says to the key result that is meant."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from unicodedata import normalize

import orjson
from rapidfuzz import process
from rapidfuzz.distance import OSA

from align_sync.linking.evidence import RejectReason
from align_sync.okr.model import Book, KeyResult, KeyResultState
from align_sync.okr.period import parse_period

CHARACTERS_AN_EDIT = 3
"""For so many characters of a key one slip of the hand is believed: a wrong suggestion costs more than none."""

_NO_DATES: Mapping[str, date] = MappingProxyType({})
LONGEST_LABEL = 255
_PARTS = re.compile(r"[:/=]")
_SEPARATORS = re.compile(r"[\s_]+")


def fold(key: str) -> str:
    """One way to write a key: case, surrounding space and how accents are encoded do not matter; the rest does."""
    return normalize("NFC", key.strip()).casefold()


def read_label(label: str) -> tuple[str, ...]:
    """The label as it is, then without the group in front of it: trackers with groups give `Goals/kr-2.3`.

    An over-long one is cut, with a mark: what is left must not happen to be the key of another key result.
    """
    label = label.strip()
    if len(label) > LONGEST_LABEL:
        label = f"{label[:LONGEST_LABEL]}…"
    bare = label.rpartition("/")[2].strip()
    return (label, bare) if bare and bare != label else (label,)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookIndex:
    """Whole-token look-up only: `KR-1` never finds `KR-12`. `fingerprint` changes where the book does.

    `by_item` are items that the book names, `by_goal` those of them that stand for a key result.
    """

    by_key: dict[str, KeyResult] = field(default_factory=dict)
    by_label: dict[str, tuple[str, ...]] = field(default_factory=dict)
    by_item: dict[str, tuple[str, ...]] = field(default_factory=dict)
    by_goal: dict[str, tuple[str, ...]] = field(default_factory=dict)
    by_container: dict[str, tuple[str, ...]] = field(default_factory=dict)
    by_url: dict[str, tuple[str, ...]] = field(default_factory=dict)
    active: dict[str, str] = field(default_factory=dict)
    refusals: dict[str, tuple[RejectReason, date | None]] = field(default_factory=dict)
    fingerprint: str = ""

    def find(self, named: tuple[str, ...]) -> KeyResult | None:
        """The first of the readings that is the key of a key result."""
        for text in named:
            found = self.by_key.get(fold(text))
            if found is not None:
                return found
        return None

    def find_former(self, named: tuple[str, ...], key_result: KeyResult) -> str | None:
        """The key of the past by which the text names this key result, if it does so by one."""
        return next((text for text in named if fold(text) in map(fold, key_result.formerly)), None)

    def find_label(self, label: str) -> tuple[str, ...]:
        """The keys of the key results that list this label, with its group or without."""
        return next((keys for text in read_label(label) if (keys := self.by_label.get(fold(text)))), ())

    def refusal(self, key_result: KeyResult) -> tuple[RejectReason | None, date | None]:
        """Why work cannot serve this key result, if it cannot, and since when, as far as that is known."""
        return self.refusals.get(key_result.key, (None, None))

    def find_successor(self, key_result: KeyResult) -> str | None:
        """The key result that takes over the work, past those that are closed themselves; None where the trail ends.

        Whoever follows the advice must not be told next time that this one takes no work either.
        """
        seen = {key_result.key}
        successor = key_result.successor
        while successor is not None:
            found = self.find((successor,))
            if found is None or found.key in seen:
                return None
            if found.key not in self.refusals:
                return found.key
            seen.add(found.key)
            successor = found.successor
        return None

    def suggest(self, text: str) -> str | None:
        """The active key most like a mistyped one, where one is like it at all."""
        active = self.active
        wanted = _SEPARATORS.sub("-", fold(text))
        for part in _PARTS.split(wanted):
            if part in active:  # a key with something around it, such as a share that is none
                return active[part]
        slips = max(1, len(wanted) // CHARACTERS_AN_EDIT)
        best = process.extractOne(wanted, active.keys(), scorer=OSA.distance, score_cutoff=slips)
        return active[best[0]] if best else None


def build_index(book: Book, *, today: date | None = None, closed_on: Mapping[str, date] = _NO_DATES) -> BookIndex:
    """Index all key results of the book, closed ones too: a link to them is invalid, not unknown.

    On `today` only key results of a running period take work; without it periods are not looked at. `closed_on` tells
    when a key result was closed where the book itself does not.
    """
    by_label: dict[str, list[str]] = {}
    by_item: dict[str, list[str]] = {}
    by_goal: dict[str, list[str]] = {}
    by_container: dict[str, list[str]] = {}
    by_url: dict[str, list[str]] = {}
    for kr in book.key_results:
        for names, index in (
            (kr.names.labels, by_label),
            ((*kr.names.items, *kr.names.epics), by_item),
            (kr.names.items, by_goal),
            (kr.names.containers, by_container),
        ):
            for name in names:
                index.setdefault(fold(name), []).append(kr.key)
        for address in kr.names.urls:
            by_url.setdefault(address.rstrip("/"), []).append(kr.key)
    refusals = dict(_refuse(book, today, closed_on))
    linked = [
        (
            kr.key,
            *refusals.get(kr.key, (None, None)),
            kr.successor,
            kr.formerly,
            kr.names.labels,
            kr.names.items,
            kr.names.epics,
            kr.names.containers,
            kr.names.urls,
        )
        for kr in book.key_results
    ]
    return BookIndex(
        by_key={fold(key): kr for kr in book.key_results for key in kr.formerly}
        | {fold(kr.key): kr for kr in book.key_results},
        by_label={name: tuple(keys) for name, keys in by_label.items()},
        by_item={name: tuple(keys) for name, keys in by_item.items()},
        by_goal={name: tuple(keys) for name, keys in by_goal.items()},
        by_container={name: tuple(keys) for name, keys in by_container.items()},
        by_url={address: tuple(keys) for address, keys in by_url.items()},
        active={fold(kr.key): kr.key for kr in book.key_results if kr.key not in refusals},
        refusals=refusals,
        fingerprint=hashlib.blake2b(orjson.dumps(sorted(linked, key=str)), digest_size=8).hexdigest(),
    )


def _refuse(
    book: Book, today: date | None, closed_on: Mapping[str, date]
) -> Iterator[tuple[str, tuple[RejectReason, date | None]]]:
    for objective in book:
        span = parse_period(objective.period) if today is not None else None
        for kr in objective.key_results:
            if kr.state is not KeyResultState.ACTIVE:
                reason = RejectReason.CLOSED if kr.state is KeyResultState.CLOSED else RejectReason.ARCHIVED
                yield kr.key, (reason, kr.closed_on or closed_on.get(kr.key))
            elif span is not None and today is not None and not span.start <= today <= span.end:
                yield kr.key, (RejectReason.OTHER_PERIOD, span.end if span.end < today else None)
