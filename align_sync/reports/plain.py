"""Text from outside made harmless: no control characters, no hidden or reordering ones, no address but http(s).

Titles and labels come from anybody who may open an issue. What could move the cursor, change colours or reorder the
line is shown as a visible mark or left out (Trojan Source: https://trojansource.codes).
"""

import re
import unicodedata
from functools import cache
from urllib.parse import quote, urlsplit

_SPACES = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_HARMFUL = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "]"
)
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROL_PICTURES = 0x2400
_DELETE = "\x7f"
# Kept in addresses as they are; everything else that is not plain ASCII is written with per cent signs.
_KEPT_IN_ADDRESS = "/:?#@!$&*+,;=%~-._"


def make_plain(text: str) -> str:
    """One line that is safe on a terminal; the same text where it was harmless."""
    return _HARMFUL.sub(lambda match: _show(match[0]), _SPACES.sub(" ", text))


@cache
def _show(character: str) -> str:
    if character < " ":
        return chr(_CONTROL_PICTURES + ord(character))
    if character == _DELETE:
        return "\u2421"
    if character in _REORDERING or unicodedata.category(character) == "Cc":
        return f"<U+{ord(character):04X}>"
    return "\ufffd" if unicodedata.category(character) == "Cs" else ""


def safe_address(address: str) -> str | None:
    """The address, fit to stand in a link, if it leads to a web page; None for `javascript:` and the like."""
    if _HARMFUL.search(address):
        return None
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    return quote(address, safe=_KEPT_IN_ADDRESS)
