"""Which way a title says that its metric goes, by its words."""

from dataclasses import dataclass
from functools import lru_cache

from align_sync.okr.lint.clause import Term, read_clause
from align_sync.okr.lint.lexicon import Kind
from align_sync.okr.lint.text import REMEMBERED
from align_sync.okr.model import Direction

_UP = frozenset({Kind.RAISING, Kind.CHANGE_UP})
_DOWN = frozenset({Kind.LOWERING, Kind.CHANGE_DOWN})
_NEITHER = frozenset({Kind.KEEPING, Kind.SHIFTING, Kind.EFFECT, Kind.ACTIVITY})


@dataclass(frozen=True, slots=True)
class Said:
    """A direction, and the word that says it."""

    direction: Direction
    word: str


@lru_cache(maxsize=REMEMBERED)
def read_direction(title: str) -> Said | None:
    """Up or down, where all words that move something agree; None where none does, or where they contradict."""
    said = [found for term in read_clause(title).terms if (found := _read(term)) is not None]
    return said[0] if len({one.direction for one in said}) == 1 else None


def _read(term: Term) -> Said | None:
    if term.is_any(_NEITHER):
        return None
    if term.is_any(_UP):
        return Said(Direction.INCREASE, term.text)
    return Said(Direction.DECREASE, term.text) if term.is_any(_DOWN) else None
