"""The lines of a digest as Slack shows them; what they say stands in `sentences`, as for every other channel."""

from collections.abc import Iterable

from align_sync.digests.model import Digest, ItemNote, KeyResultNote, TeamNote
from align_sync.digests.render import sentences
from align_sync.digests.render.pasting import list_unlinked
from align_sync.digests.render.said import Line as SaidLine
from align_sync.digests.render.slack_text import (
    LONGEST_NAME,
    LONGEST_TITLE,
    Line,
    code,
    link,
    name,
    say,
    tell,
)
from align_sync.digests.words import Words

MOST_NAMED = 4
DOT = say(sentences.BETWEEN)
LONGEST_LINE = 500
_ARROW, _ARROW_ON = say("→ "), say(" → ")


def join(lines: Iterable[Line], between: Line = DOT) -> Line:
    """One line of several, the empty ones left out."""
    joined: Line = ()
    for line in lines:
        if line:
            joined += (between if joined else ()) + line
    return joined


def title(digest: Digest, words: Words) -> Line:
    return tell(sentences.say_title(digest, words), LONGEST_NAME)


def headline(digest: Digest, words: Words) -> Line:
    """How much serves a key result, how much is unlinked, and which way both went."""
    return tell(sentences.begin(sentences.say_figures(digest, words)))


def plain(line: SaidLine) -> Line:
    """One that needs no form of Slack's own, with its command; empty where that is all and cannot stand there."""
    commands = [told for told in map(code, line.commands) if told]
    text = sentences.write(line.told if commands else line.sentence)
    return join(((name(text, LONGEST_LINE),) if text else (), *commands), say(" "))


def item(note: ItemNote, words: Words) -> Line:
    points = () if note.points is None else say(sentences.BETWEEN + sentences.say_points(note.points, words))
    return (link(note.key, note.address), *say(" "), name(note.title, LONGEST_TITLE), *points)


def fix(note: ItemNote, words: Words) -> Line:
    """What can be done about it: the first command, and what it is likely meant to serve."""
    guess = tell(words.sentence("looks like {key_result}", key_result=note.right_key)) if note.right_key else ()
    command = code(note.fixes[0].command) if note.fixes else ()
    told = join((guess, command), say(": "))
    return _ARROW + told if told else ()


def dead_link(note: ItemNote) -> Line:
    """`PAY-1 okr/ret-09 → KR-2.1`: what it says, and what that may mean."""
    wrong = (link(note.key, note.address), *say(" "), name(note.wrong_name))
    return (*wrong, *_ARROW_ON, name(note.right_key, is_bold=True)) if note.right_key else wrong


def listed(label: str, lines: tuple[Line, ...], more: tuple[str, str], words: Words) -> Line:
    """`Dead links: PAY-1 okr/x, PAY-2 okr/y and 3 more dead links`; empty where there is nothing to list."""
    if not lines:
        return ()
    shown, left = lines[:MOST_NAMED], len(lines) - MOST_NAMED
    rest = say(" " + words.plural(*more, left)) if left > 0 else ()
    return say(f"{label}: ") + join(shown, say(", ")) + rest


def key_result(note: KeyResultNote, words: Words) -> Line:
    """In short: the key, and how it stands."""
    key = name(note.key, is_bold=True)
    if not note.health:
        return (key,)
    health = name(sentences.say_health(note.health, words))
    return (key, *say(" ("), health, *say(f", {words.percent(note.progress)})"))


def team(note: TeamNote, digest: Digest, words: Words) -> Line:
    """`🟢 Mobile 83 % (▲ 4) · 4 unlinked`."""
    return tell(sentences.say_team_in_short(note, digest, words), LONGEST_NAME)


def small_print(digest: Digest, words: Words) -> Line:
    """How old the data is, which command lists everything, and which channels get nothing."""
    freshness, closed = sentences.say_freshness(digest, words), sentences.say_closed(digest, words)
    return join(
        (
            (name(freshness, LONGEST_LINE),) if freshness else (),
            everything(digest, words) if digest.unlinked else (),
            (name(closed, LONGEST_LINE), *DOT, *code("align-sync doctor", words.text("to find out why:")))
            if closed
            else (),
        )
    )


def everything(digest: Digest, words: Words) -> Line:
    return code(list_unlinked(digest), words.text("all that is unlinked:"))
