"""A title cut into words."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

REMEMBERED = 4_096
"""Titles whose reading is kept: every rule asks for the same ones."""

_WORD = re.compile(r"[^\W\d_]+(?:[-/][^\W\d_]+)*|\d+[^\W\d_]+\d*|[^\W\d_]+\d+\w*")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'", "\u00b4": "'", "`": "'"})


class Language(StrEnum):
    """What the linter reads. A title of another language is read as English, and little is found in it."""

    ENGLISH = "en"
    ITALIAN = "it"


@dataclass(frozen=True, slots=True)
class Word:
    """`folded` is in lower case and without accents, which people leave out as often as not."""

    folded: str
    start: int
    end: int


@lru_cache(maxsize=REMEMBERED)
def fold(text: str) -> str:
    """In lower case, without accents, with one kind of apostrophe; as long as the text itself."""
    plain = text.translate(_APOSTROPHES)
    if plain.isascii():
        return plain.lower()
    return "".join(_fold_sign(sign) for sign in plain)


def _fold_sign(sign: str) -> str:
    if sign.isascii():
        return sign.lower()
    stripped = unicodedata.normalize("NFD", sign)[0].lower()
    return stripped if len(stripped) == 1 else sign


@lru_cache(maxsize=REMEMBERED)
def read_words(title: str) -> tuple[Word, ...]:
    """The words of a title, without its numbers; `all'80 %` has the word `all`."""
    folded = fold(title)
    return tuple(Word(found[0], found.start(), found.end()) for found in _WORD.finditer(folded))
