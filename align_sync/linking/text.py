"""What a free text says about key results: the addresses in it and its `KR: <key>` lines. Nothing is guessed."""

import re

# An address ends before white space, brackets, quotes and the markup of wiki and Markdown links.
_ADDRESS = re.compile(r"https?://[^\s<>\[\]{}|\"'`^\\]+", re.IGNORECASE)
# Only blanks of the same line are skipped: `\s` would try every line of a long run of empty ones again and again. A key
# may hold an underscore (`ret_90`), so markup is taken off its ends only.
_MENTION = re.compile(
    r"^[ \t*_>-]*kr[ \t]*[:=][ \t*_`]*([^\s,;`]+(?:[ \t]*,[ \t]*[^\s,;`]+)*)", re.IGNORECASE | re.MULTILINE
)
_MARKUP = "*_"
_TRAILING = ".,;:!?"
LONGEST_TEXT = 256 * 1024


def read_urls(text: str) -> tuple[str, ...]:
    """All addresses in the text, each once, in order, without the punctuation that ends a sentence."""
    return tuple(dict.fromkeys(_trim(match[0]) for match in _ADDRESS.finditer(_cut(text))))


def read_mentions(text: str) -> tuple[str, ...]:
    """The keys that lines such as `KR: ret90, nps` name, each once, in order."""
    keys = (
        part.strip().strip(_MARKUP).rstrip(_TRAILING + _MARKUP)
        for match in _MENTION.finditer(_cut(text))
        for part in match[1].split(",")
    )
    return tuple(dict.fromkeys(key for key in keys if key))


def _cut(text: str) -> str:
    """No more than the longest text, and no word cut in two: half of `KR-12` would be `KR-1`."""
    if len(text) <= LONGEST_TEXT:
        return text
    head = text[:LONGEST_TEXT]
    return head[: max(head.rfind(blank) for blank in " \t\n") + 1]


def _trim(address: str) -> str:
    address = address.rstrip(_TRAILING + _MARKUP)
    surplus = address.count(")") - address.count("(")
    end = len(address)
    while surplus > 0 and address[end - 1] == ")":
        surplus, end = surplus - 1, end - 1
        while address[end - 1] in _TRAILING:
            end -= 1
    return address[:end]
