"""A filter cut into words, quoted texts and signs, each with the column where it begins."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from align_sync.linking.query.model import FilterError

LONGEST_FILTER = 2_000
_LONGEST_QUOTE = 60

# Each alternative begins with a character of its own and takes all that it can: no text is read twice.
_TOKEN = re.compile(
    r"""
      (?P<blank> \s+ )
    | (?P<quoted> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )
    | (?P<sign> != | !~ | <= | >= | <> | == | && | \|\| | [=~<>(),!] )
    | (?P<word> (?: (?!&&|\|\|) [^\s"'=~<>(),!] )+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"\\": "\\", '"': '"', "'": "'", "n": "\n", "t": "\t"}
_OTHER_SIGNS = {"<>": "!=", "==": "=", "&&": "and", "||": "or"}
"""Signs of other languages, and what they are here."""


class TokenKind(Enum):
    WORD = auto()
    QUOTED = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """`text` is what is meant: of a quoted text, what stands between the quotation marks, with escapes undone."""

    kind: TokenKind
    text: str
    column: int

    def is_word(self, *words: str) -> bool:
        return self.kind is TokenKind.WORD and self.text.casefold() in words

    def is_sign(self, *signs: str) -> bool:
        return self.kind is TokenKind.SIGN and self.text in signs

    def __str__(self) -> str:
        """As a message names it."""
        if self.kind is TokenKind.END:
            return "the end of the filter"
        return f"`{self.text}`" if len(self.text) <= _LONGEST_QUOTE else f"`{self.text[:_LONGEST_QUOTE]}…`"


def read_tokens(text: str) -> tuple[Token, ...]:
    """All tokens, the last of them the end. Raises `FilterError`."""
    if len(text) > LONGEST_FILTER:
        raise FilterError(
            f"a filter has at most {LONGEST_FILTER} characters",
            column=LONGEST_FILTER + 1,
            advice="make two rules of it",
        )
    return tuple(_read_tokens(text))


def _read_tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:  # everything else begins some token
            raise FilterError(
                "the quotation mark is not closed", column=at + 1, advice=f"write {text[at]} at the end of the text"
            )
        column, at = at + 1, match.end()
        match match.lastgroup:
            case "quoted":
                yield Token(kind=TokenKind.QUOTED, text=_undo_escapes(match[0][1:-1], column + 1), column=column)
            case "sign":
                yield Token(kind=TokenKind.SIGN, text=_check_sign(match[0], column), column=column)
            case "word":
                yield Token(kind=TokenKind.WORD, text=match[0], column=column)
    yield Token(kind=TokenKind.END, text="", column=len(text) + 1)


def _check_sign(sign: str, column: int) -> str:
    if sign in _OTHER_SIGNS:
        raise FilterError(f"`{sign}` means nothing here", column=column, advice=f"write `{_OTHER_SIGNS[sign]}`")
    return sign


def _undo_escapes(inner: str, column: int) -> str:
    def undo(match: re.Match[str]) -> str:
        if match[1] not in _ESCAPED:
            raise FilterError(
                f"`{match[0]}` means nothing in a text",
                column=column + match.start(),
                advice=r"a backslash itself is written `\\`",
            )
        return _ESCAPED[match[1]]

    return _ESCAPE.sub(undo, inner)
