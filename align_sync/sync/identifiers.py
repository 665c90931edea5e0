"""The identifiers of a whole source in little memory: a set of 200,000 texts would take 20 MB.

Jira's identifiers are numbers, and the listings give them in their order: such a run of rising numbers is kept as eight
bytes each. Everything else (other trackers, stragglers that come out of order) is kept as it is.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

_MOST_DIGITS = 18
"""So many always fit into eight bytes."""


class IdentifierSet(AbstractSet[str]):
    """Each identifier once. Iterates over the numbers in their order, then over the others in theirs."""

    def __init__(self, identifiers: Iterable[str] = ()) -> None:
        self._rising = array("q")
        self._others: set[str] = set()
        for identifier in identifiers:
            self.add(identifier)

    def add(self, identifier: str) -> bool:
        """Whether it is new."""
        number = _number(identifier)
        if number is not None and (not self._rising or number > self._rising[-1]):
            self._rising.append(number)
            return True
        if identifier in self:
            return False
        self._others.add(identifier)
        return True

    def without(self, known: Iterable[str]) -> Iterator[str]:
        """Those that are not among the known ones, of which there may be as many; `known` is read to its end first."""
        is_left = bytearray(b"\1") * len(self._rising)
        others = set(self._others)
        for identifier in known:
            place = self._place(identifier)
            if place is None:
                others.discard(identifier)
            else:
                is_left[place] = 0
        yield from (str(number) for number, left in zip(self._rising, is_left, strict=True) if left)
        yield from sorted(others)

    def __contains__(self, identifier: object) -> bool:
        return isinstance(identifier, str) and (self._place(identifier) is not None or identifier in self._others)

    def __iter__(self) -> Iterator[str]:
        yield from map(str, self._rising)
        yield from sorted(self._others)

    def __len__(self) -> int:
        return len(self._rising) + len(self._others)

    def _place(self, identifier: str) -> int | None:
        number = _number(identifier)
        if number is None:
            return None
        place = bisect_left(self._rising, number)
        return place if place < len(self._rising) and self._rising[place] == number else None


def _number(identifier: str) -> int | None:
    """The number that is written so and not otherwise."""
    is_plain = identifier.isascii() and identifier.isdigit() and len(identifier) <= _MOST_DIGITS
    return int(identifier) if is_plain and (identifier[0] != "0" or identifier == "0") else None
