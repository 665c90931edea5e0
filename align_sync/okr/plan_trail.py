"""One objective or key result through the versions of the book, under every key that it had."""

from collections.abc import Iterator
from dataclasses import dataclass

from align_sync.okr.model import Book
from align_sync.okr.plan import BookPlan, Entry, EntryChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """The keys of one entry, in lower case; `is_known` tells whether any version of the book has it."""

    keys: frozenset[str]
    is_known: bool

    @staticmethod
    def of(key: str, *books: Book) -> "Trail":
        """All that the entry with this key was called, as these books tell it."""
        names = {group for book in books for group in _names_in(book)}
        keys = frozenset((key.casefold(),))
        while (found := keys.union(*(group for group in names if group & keys))) != keys:
            keys = found
        return Trail(keys=keys, is_known=any(group & keys for group in names))

    def holds(self, entry: Entry | EntryChange) -> bool:
        return entry.key.casefold() in self.keys


def only(plan: BookPlan, trail: Trail) -> BookPlan:
    """What the plan does to this one entry."""
    return BookPlan(
        created=tuple(entry for entry in plan.created if trail.holds(entry)),
        changed=tuple(change for change in plan.changed if trail.holds(change)),
        removed=tuple(entry for entry in plan.removed if trail.holds(entry)),
    )


def _names_in(book: Book) -> Iterator[frozenset[str]]:
    for objective in book:
        yield frozenset((objective.key.casefold(),))
    for key_result in book.key_results:
        yield frozenset(key.casefold() for key in (key_result.key, *key_result.formerly))
