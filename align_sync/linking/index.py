"""The book turned round for look-up: from what work says to the key result that is meant."""

import hashlib
import re
from dataclasses import dataclass, field

import orjson
from rapidfuzz import process
from rapidfuzz.distance import OSA

from align_sync.linking.evidence import RejectReason
from align_sync.okr.model import Book, KeyResult, KeyResultState

CHARACTERS_AN_EDIT = 3
"""For so many characters of a key one slip of the hand is believed: a wrong suggestion costs more than none."""

LONGEST_LABEL = 255
_PARTS = re.compile(r"[:/=]")
_SEPARATORS = re.compile(r"[\s_]+")


def fold(key: str) -> str:
    """One way to write a key: case and surrounding space do not matter; every character within does."""
    return key.strip().casefold()


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
    """Whole-token look-up only: `KR-1` never finds `KR-12`. `fingerprint` changes where the book does."""

    by_key: dict[str, KeyResult] = field(default_factory=dict)
    by_label: dict[str, tuple[str, ...]] = field(default_factory=dict)
    by_item: dict[str, tuple[str, ...]] = field(default_factory=dict)
    by_container: dict[str, tuple[str, ...]] = field(default_factory=dict)
    by_url: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fingerprint: str = ""

    def find(self, named: tuple[str, ...]) -> KeyResult | None:
        """The first of the readings that is the key of a key result."""
        for text in named:
            found = self.by_key.get(fold(text))
            if found is not None:
                return found
        return None

    def find_label(self, label: str) -> tuple[str, ...]:
        """The keys of the key results that list this label, with its group or without."""
        return next((keys for text in read_label(label) if (keys := self.by_label.get(fold(text)))), ())

    def refusal(self, key_result: KeyResult) -> RejectReason | None:
        """Why work cannot serve this key result, if it cannot."""
        match key_result.state:
            case KeyResultState.CLOSED:
                return RejectReason.CLOSED
            case KeyResultState.ARCHIVED:
                return RejectReason.ARCHIVED
            case _:
                return None

    def suggest(self, text: str) -> str | None:
        """The active key most like a mistyped one, where one is like it at all."""
        active = {key: kr.key for key, kr in self.by_key.items() if kr.state is KeyResultState.ACTIVE}
        wanted = _SEPARATORS.sub("-", fold(text))
        for part in _PARTS.split(wanted):
            if part in active:  # a key with something around it, such as a share that is none
                return active[part]
        slips = max(1, len(wanted) // CHARACTERS_AN_EDIT)
        best = process.extractOne(wanted, active.keys(), scorer=OSA.distance, score_cutoff=slips)
        return active[best[0]] if best else None


def build_index(book: Book) -> BookIndex:
    """Index all key results of the book, closed ones too: a link to them is invalid, not unknown."""
    by_label: dict[str, list[str]] = {}
    by_item: dict[str, list[str]] = {}
    by_container: dict[str, list[str]] = {}
    by_url: dict[str, list[str]] = {}
    for kr in book.key_results:
        for names, index in (
            (kr.names.labels, by_label),
            (kr.names.items, by_item),
            (kr.names.containers, by_container),
        ):
            for name in names:
                index.setdefault(fold(name), []).append(kr.key)
        for address in kr.names.urls:
            by_url.setdefault(address.rstrip("/"), []).append(kr.key)
    linked = [
        (kr.key, kr.state.value, kr.successor, kr.names.labels, kr.names.items, kr.names.containers, kr.names.urls)
        for kr in book.key_results
    ]
    return BookIndex(
        by_key={fold(kr.key): kr for kr in book.key_results},
        by_label={name: tuple(keys) for name, keys in by_label.items()},
        by_item={name: tuple(keys) for name, keys in by_item.items()},
        by_container={name: tuple(keys) for name, keys in by_container.items()},
        by_url={address: tuple(keys) for address, keys in by_url.items()},
        fingerprint=hashlib.blake2b(orjson.dumps(sorted(linked)), digest_size=8).hexdigest(),
    )
