"""Cuts a JQL text into tokens and refuses what Jira's own lexer refuses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto


class JqlError(Exception):
    """A query that Jira answers with 400; the arguments are its `errorMessages`."""

    @property
    def messages(self) -> tuple[str, ...]:
        return tuple(str(argument) for argument in self.args)


class Kind(Enum):
    WORD = auto()
    STRING = auto()
    OPERATOR = auto()
    OPEN = auto()
    CLOSE = auto()
    COMMA = auto()
    END = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """`at` is the place in the text, counted from 1 as Jira does."""

    kind: Kind
    text: str
    at: int

    def is_word(self, *words: str) -> bool:
        return self.kind is Kind.WORD and self.text.lower() in words


_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<open>\()
    |(?P<close>\))
    |(?P<comma>,)
    |(?P<operator>>=|<=|!=|!~|&&|\|\||[=<>~&|!])
    |(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<quote>["'])
    |(?P<word>cf\[\d+\]|[^\s(),=<>!~&|"']+)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_KINDS = {
    "open": Kind.OPEN,
    "close": Kind.CLOSE,
    "comma": Kind.COMMA,
    "operator": Kind.OPERATOR,
    "string": Kind.STRING,
    "word": Kind.WORD,
}
_RESERVED_CHARACTER = re.compile(r"[{}*/%+$#@?;\[\]^]")
_CUSTOM_FIELD = re.compile(r"cf\[\d+\]", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}

# https://support.atlassian.com/jira-software-cloud/docs/jql-reserved-words/ ; the words that the grammar itself uses
# (and, or, not, in, is, empty, null, order, by, asc, desc) are told apart by the parser
_WORDS = """abort access add after alias all alter any as audit avg before begin between boolean break byte catch
    cf char character check checkpoint collate collation column commit connect continue count create current date
    decimal declare decrement default defaults define delete delimiter difference distinct divide do double drop else
    encoding end equals escape exclusive exec execute exists explain false fetch file field first float for from
    function go goto grant greater group having identified if immediate increment index initial inner inout input
    insert int integer intersect intersection into isempty isnull join last left less like limit lock long max min
    minus mode modify modulo more multiply next noaudit notin nowait number object of on option outer output power
    previous prior privileges public raise raw remainder rename resource return returns revoke right row rowid rownum
    rows select session set share size sqrt start strict string subtract sum synonym table then to trans transaction
    trigger true uid union unique update user validate values view when whenever where while with
    and or not in is empty null order by asc desc was changed"""
RESERVED_WORDS = frozenset(_WORDS.split())


def tokenize(text: str) -> tuple[Token, ...]:
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup == "quote":
            raise JqlError(
                f"Error in the JQL Query: The quoted string '{text[place + 1 :]}' has not been completed. "
                f"(line 1, character {place + 1})"
            )
        group = match.lastgroup or ""
        if group == "word":
            _refuse_reserved_characters(match[0], place)
        if group != "space":
            content = _unescape(match[0][1:-1], place) if group == "string" else match[0]
            yield Token(kind=_KINDS[group], text=content, at=place + 1)
        place = match.end()
    yield Token(kind=Kind.END, text="", at=len(text) + 1)


def _refuse_reserved_characters(word: str, place: int) -> None:
    if _CUSTOM_FIELD.fullmatch(word):
        return
    bad = _RESERVED_CHARACTER.search(word)
    if bad:
        raise JqlError(
            f"Error in the JQL Query: The character '{bad[0]}' is a reserved JQL character. You must enclose it in a "
            f"string or use the escape '\\u{ord(bad[0]):04x}' instead. (line 1, character {place + bad.start() + 1})"
        )


def _unescape(text: str, place: int) -> str:
    def plain(match: re.Match[str]) -> str:
        mark = match[1]
        if len(mark) > 1:
            return chr(int(mark[1:], 16))
        if mark not in "ntr\"'\\ ":
            raise JqlError(
                f"Error in the JQL Query: '\\{mark}' is an illegal JQL escape sequence. The valid escape sequences are "
                f"\\', \\\", \\t, \\n, \\r, '\\\\', '\\ ' and \\uXXXX. (line 1, character {place + match.start() + 2})"
            )
        return _ESCAPED.get(mark, mark)

    return _ESCAPE.sub(plain, text)
