"""Lines for Slack as spans of text, and how outside text is kept from being read as anything but text.

Of mrkdwn only `& < >` are escaped (https://docs.slack.dev/messaging/formatting-message-text#escaping); what it would
take for a mention, an address or layout is parted by an invisible joiner or written with a character that looks alike.
Lengths are counted after escaping, in UTF-16 as Slack's clients do.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, takewhile, tee

from align_sync.digests.render.pasting import keep_pasteable, silence
from align_sync.digests.words import Sentence
from align_sync.reports.plain import make_plain, safe_address

ELLIPSIS = "…"
NOTHING = "\u2013"
LONGEST_ADDRESS = 1_000
LONGEST_KEY, LONGEST_NAME, LONGEST_TITLE, LONGEST_COMMAND, LONGEST_VALUE = 60, 60, 80, 250, 250

_JOINER = "\u2060"
_ENDS_CODE = "`"
_BAR = "\u2502"
_SPEAKING = re.compile(r"<(?=\S)|@(?=\w)|:(?=//)")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LAYOUT = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})
_EMPHASIS = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_BYTES_OF_A_UNIT = 2
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of a line: `is_ours` where the text is a message of ours, `address` where it is a link."""

    text: str
    is_ours: bool = False
    is_bold: bool = False
    is_code: bool = False
    address: str = ""


Line = tuple[Span, ...]


def tell(sentence: Sentence, limit: int = LONGEST_VALUE) -> Line:
    """A message of the catalogue with its values in bold type, each cut to so many characters."""
    return tuple(
        Span(text=cut(clean(piece.text), limit), is_bold=True)
        if piece.is_value
        else Span(text=piece.text, is_ours=True)
        for piece in sentence
        if piece.text
    )


def say(text: str) -> Line:
    """Words of ours."""
    return (Span(text=text, is_ours=True),)


def name(text: str, limit: int = LONGEST_NAME, *, is_bold: bool = False) -> Span:
    """A name or a title from outside, cut to so many characters; a dash where it is empty."""
    return Span(text=cut(clean(text), limit) or NOTHING, is_bold=is_bold)


def link(text: str, address: str, limit: int = LONGEST_KEY) -> Span:
    """A name that leads to its own page, where it has one on the web; bold where it has not."""
    target = safe_address(address) or ""
    # Slack ends an address at these.
    target = target.replace("|", "%7C").replace("<", "%3C").replace(">", "%3E")
    span = name(text, limit)
    if not target or size_of(escape(target)) > LONGEST_ADDRESS:
        return replace(span, is_bold=True)
    return replace(span, address=target)


def code(command: str, label: str = "") -> Line:
    """A command to paste, after words of ours that speak of it; nothing where it is too long or would end the code."""
    silent = silence(command, _SPEAKING)
    is_long = size_of(escape(silent)) > LONGEST_COMMAND
    if is_long or _ENDS_CODE in silent or not keep_pasteable((command,)):
        return ()
    return (*(say(f"{label} ") if label else ()), Span(text=silent, is_code=True))


def clean(text: str) -> str:
    """One harmless line in which nothing speaks to Slack: no mention, no address, whoever reads it how."""
    return _SPEAKING.sub(lambda found: found[0] + _JOINER, make_plain(text)).strip()


def escape(text: str) -> str:
    return text.translate(_ESCAPES)


def size_of(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // _BYTES_OF_A_UNIT


def cut(text: str, limit: int) -> str:
    """At most so many characters once escaped; whole ones, with their accents, skin tones and flags."""
    if size_of(escape(text)) <= limit:
        return text
    clusters, measured = tee(_clusters(text))
    ends = accumulate(size_of(escape(cluster)) for cluster in measured)
    kept = takewhile(lambda pair: pair[1] < limit, zip(clusters, ends, strict=False))
    return "".join(cluster for cluster, _ in kept).rstrip() + ELLIPSIS


def _clusters(text: str) -> Iterator[str]:
    """What is seen as one character: a letter with its marks, an emoji with its tone, the two letters of a flag."""
    cluster = ""
    for character in text:
        point = ord(character)
        is_mark = unicodedata.category(character).startswith("M") or point in _SKIN_TONES
        is_second = point in _FLAG_LETTERS and len(cluster) == 1 and ord(cluster) in _FLAG_LETTERS
        if cluster and not is_mark and not is_second:
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def write_plain(line: Line) -> str:
    """Where nothing is parsed."""
    return "".join(span.text for span in line)


def write_mrkdwn(line: Line) -> str:
    return "".join(map(_write_span, line))


def write_fallback(line: Line) -> str:
    """The text of a notification: escaped, without links and styles."""
    return "".join(_write_text(span) for span in line)


def _write_span(span: Span) -> str:
    text = _write_text(span)
    if span.address:
        label = text.replace("|", _BAR)
        return f"<{escape(span.address)}|{label}>"
    if span.is_code:
        return f"`{text}`"
    return f"*{text}*" if span.is_bold else text


def _write_text(span: Span) -> str:
    """A command stands as it is, since layout means nothing in code."""
    if span.is_ours or span.is_code:
        return escape(span.text)
    return escape(_EMPHASIS.sub("\uff3f", span.text.translate(_LAYOUT)))


def write_rich(line: Line) -> list[dict[str, object]]:
    """The elements of a section of rich text, in which nothing is parsed."""
    return [_rich(span) for span in line]


def _rich(span: Span) -> dict[str, object]:
    if span.address:
        return {"type": "link", "url": span.address, "text": span.text}
    style = {name: True for name, is_on in (("bold", span.is_bold), ("code", span.is_code)) if is_on}
    return {"type": "text", "text": span.text, **({"style": style} if style else {})}
