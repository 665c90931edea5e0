"""The message that everybody sees: what changed, where it stands, what to do first; twelve lines at most."""

from collections.abc import Iterator

from align_sync.digests.model import Digest, DigestKind, DigestState
from align_sync.digests.render import said, sentences
from align_sync.digests.render import slack_lines as lines_of
from align_sync.digests.render.slack_blocks import Context, Header, Lines, Part, Trend
from align_sync.digests.render.slack_chart import find_points
from align_sync.digests.render.slack_text import Line, say, tell
from align_sync.digests.words import Words

MOST_LINES = 12
TEAMS_IN_A_LINE = 2
_HEADER_AND_SMALL_PRINT = 2
_SHORT = frozenset({DigestState.CLEAN, DigestState.UNCHANGED})
_MARKS = {said.LineKind.BANNER: say("⚠️ ")}
_EYES = say("👀 ")


def write_main(digest: Digest, words: Words) -> Iterator[Part]:
    title = lines_of.title(digest, words)
    if digest.state in _SHORT:
        yield Lines((lines_of.join((title, tell(sentences.say_short(digest, words)))),))
        yield from _small_print(digest, words)
        return
    yield Header(title)
    if not is_at_length(digest):
        told = said.tell(digest, words).lines
        lines = ((_MARKS.get(line.kind, ()), lines_of.plain(line)) for line in told)
        yield Lines(tuple(mark + line for mark, line in lines if line))
        return
    yield Lines(_top(digest, words))
    if points := find_points(digest):
        yield Trend(points, digest.goal)
    lists, room = _lists(digest, words), _room(digest, words)
    middle = _teams(digest, words) if digest.kind is DigestKind.LEADERSHIP else _write_largest(digest, words, room)
    if rest := (*lists, *middle) if digest.kind is DigestKind.TEAM else (*middle, *lists):
        yield Lines(rest)
    yield from _small_print(digest, words)


def _small_print(digest: Digest, words: Words) -> Iterator[Part]:
    if told := lines_of.small_print(digest, words):
        yield Context(told)


def is_at_length(digest: Digest) -> bool:
    """Whether its data is certain and there is something new: the others say one thing each."""
    return digest.state in {DigestState.NEWS, DigestState.PREVIEW}


def has_room_for_teams(digest: Digest, words: Words) -> bool:
    """Whether the message shows every team, so that the thread need not."""
    return -(-len(digest.teams) // TEAMS_IN_A_LINE) <= _room(digest, words)


def _room(digest: Digest, words: Words) -> int:
    """How many lines are left between what always stands there."""
    taken = len(_top(digest, words)) + bool(find_points(digest)) + len(_lists(digest, words))
    return MOST_LINES - _HEADER_AND_SMALL_PRINT - taken


def _top(digest: Digest, words: Words) -> tuple[Line, ...]:
    is_preview = digest.state is DigestState.PREVIEW
    banner = _EYES + lines_of.plain(said.tell_preview(digest, words)) if is_preview else ()
    return _without_empty(banner, tell(sentences.say_changes(digest, words)), lines_of.headline(digest, words))


def _without_empty(*lines: Line) -> tuple[Line, ...]:
    return tuple(line for line in lines if line)


def _teams(digest: Digest, words: Words) -> Iterator[Line]:
    """Two a line; of many only how many stand how."""
    if not has_room_for_teams(digest, words):
        yield say(sentences.say_stands(digest, words))
        return
    told = [lines_of.team(note, digest, words) for note in digest.teams]
    for place in range(0, len(told), TEAMS_IN_A_LINE):
        yield lines_of.join(told[place : place + TEAMS_IN_A_LINE], say("      "))


def _lists(digest: Digest, words: Words) -> tuple[Line, ...]:
    """Dead links, key results without work, key results in danger: one line each."""
    dead = tuple(lines_of.dead_link(note) for note in digest.dead_links)
    idle = tuple(lines_of.key_result(note, words) for note in digest.idle)
    danger = tuple(lines_of.key_result(note, words) for note in digest.in_danger)
    return _without_empty(
        lines_of.listed(words.text(said.DEAD_LINKS), dead, sentences.MORE_LINKS, words),
        lines_of.listed(words.text(said.WITHOUT_WORK), idle, sentences.MORE_KEY_RESULTS, words),
        lines_of.listed(words.text(said.IN_DANGER), danger, sentences.MORE_KEY_RESULTS, words),
    )


def _write_largest(digest: Digest, words: Words, room: int) -> Iterator[Line]:
    """As many as there is room for, then what can be done about each, the first ones first."""
    shown = digest.largest[: max(room - 1, 0)]
    left = room - 1 - len(shown)
    if shown:
        yield say(words.text(said.LARGEST))
    for note in shown:
        yield lines_of.item(note, words)
        fix = lines_of.fix(note, words)
        if fix and left > 0:
            left -= 1
            yield fix


def has_room_for_fixes(digest: Digest, words: Words) -> bool:
    """Whether the message tells all that can be done about the largest items, so that the thread need not."""
    fixes = sum(bool(lines_of.fix(note, words)) for note in digest.largest)
    return not fixes or 1 + len(digest.largest) + fixes <= _room(digest, words)
