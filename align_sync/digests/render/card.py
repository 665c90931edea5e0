"""A digest as an Adaptive Card for Teams, with the title and the text that services without cards get."""

from collections.abc import Iterator

from align_sync.digests.model import Digest
from align_sync.digests.render.card_text import clean, clean_command, part_mentions, silence_mentions
from align_sync.digests.render.pasting import SHOW_ALL, show_all
from align_sync.digests.render.said import Line, LineKind, tell
from align_sync.digests.render.sentences import write
from align_sync.digests.render.text import Pen
from align_sync.digests.words import words_of
from align_sync.reports.plain import make_plain, safe_address

VERSION = "1.4"
LONGEST_CARD = 24_000
"""In bytes of its texts: Teams refuses messages above 28 KB
(https://learn.microsoft.com/microsoftteams/limits-specifications-teams)."""

LONGEST_COMMAND, LONGEST_ADDRESS = 250, 500
_MOST_BUTTONS = 5
_PEN = Pen(text=part_mentions, command=silence_mentions, address=lambda address: address.replace("@", "%40"))


def render_apprise(digest: Digest, language: str) -> dict[str, object]:
    title = part_mentions(make_plain(tell(digest, words_of(language)).title))
    return {"title": title, "text": _PEN.write(digest, language), "card": render_card(digest, language)}


def render_card(digest: Digest, language: str) -> dict[str, object]:
    """The message and, below it, as much of the thread as there is room for."""
    words = words_of(language)
    said = tell(digest, words)
    body = [_block(clean(said.title), weight="Bolder", size="Medium"), *map(_draw, said.lines)]
    room = LONGEST_CARD
    for part in said.parts:
        blocks = [_block(clean(part.title), weight="Bolder", separator=True), *map(_draw, part.lines)]
        room -= sum(len(str(block["text"]).encode()) + 120 for block in blocks)
        if room < 0:
            command = clean_command(show_all(digest)) or SHOW_ALL
            body.append(_block(f"{words.text('There is more:')} {command}", isSubtle=True))
            break
        body += blocks
    return {
        "$schema": "https://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": VERSION,
        "lang": language,
        "fallbackText": clean(said.title),
        "msteams": {"width": "Full"},
        "body": body,
        "actions": list(_list_buttons(said.lines)),
    }


def _draw(line: Line) -> dict[str, object]:
    key = f"{clean(line.key)} " if line.key else ""
    commands = [command for command in map(clean_command, line.commands) if 0 < len(command) <= LONGEST_COMMAND]
    sentence = line.told if commands else line.sentence
    text = "".join((key, clean(write(sentence)), *(f"  \n{command}" for command in commands)))
    match line.kind:
        case LineKind.HEADING:
            return _block(text, weight="Bolder")
        case LineKind.BANNER:
            return _block(text, color="Warning")
        case LineKind.FOOT:
            return _block(text, isSubtle=True, size="Small")
        case _:
            return _block(text)


def _block(text: str, **style: object) -> dict[str, object]:
    return {"type": "TextBlock", "text": text, "wrap": True, **style}


def _list_buttons(lines: tuple[Line, ...]) -> Iterator[dict[str, object]]:
    """Links stand in buttons, where no text can forge one."""
    items = [
        (line.key, address)
        for line in lines
        if line.key and (address := safe_address(line.address)) and len(address) <= LONGEST_ADDRESS
    ]
    for key, address in items[:_MOST_BUTTONS]:
        yield {"type": "Action.OpenUrl", "title": make_plain(key), "url": address}
