"""The message that everybody sees: what changed, where it stands, what to do first; twelve lines at most."""

import shlex
from collections import Counter
from collections.abc import Iterator

from align_sync.digests.model import Digest, DigestKind, DigestState
from align_sync.digests.render import slack_lines as lines_of
from align_sync.digests.render.slack_blocks import Context, Header, Lines, Part, Trend
from align_sync.digests.render.slack_chart import find_points
from align_sync.digests.render.slack_text import Line, code, say, tell
from align_sync.digests.words import Words
from align_sync.reports.words import team_name

MOST_LINES = 12
MOST_TEAMS = 8
"""More of them stand in the thread, and in a line by how they are."""

_HEADER_AND_SMALL_PRINT = 2
_LINES_OF_AN_ITEM = 2


def write_main(digest: Digest, words: Words) -> Iterator[Part]:
    title = lines_of.title(digest, words)
    if digest.state in {DigestState.CLEAN, DigestState.UNCHANGED}:
        yield Lines((lines_of.join((title, _nothing_to_do(digest, words), lines_of.headline(digest, words))),))
        yield Context(lines_of.small_print(digest, words))
        return
    yield Header(title)
    if digest.state is DigestState.WITHHELD:
        yield Lines(tuple(_why_withheld(digest, words)))
        return
    points = find_points(digest)
    top = _without_empty(_banner(digest, words), lines_of.changed(digest, words), lines_of.headline(digest, words))
    yield Lines(top)
    if points:
        yield Trend(points, digest.goal)
    middle = (*_teams(digest, words), *_lists(digest, words))
    room = MOST_LINES - _HEADER_AND_SMALL_PRINT - len(top) - bool(points) - len(middle)
    if rest := (*middle, *_largest(digest, words, room)):
        yield Lines(rest)
    yield Context(lines_of.small_print(digest, words))


def _without_empty(*lines: Line) -> tuple[Line, ...]:
    return tuple(line for line in lines if line)


def _nothing_to_do(digest: Digest, words: Words) -> Line:
    if digest.state is DigestState.CLEAN:
        return say(words.text("nothing is unlinked, well done"))
    one, many = "nothing new for {number} week", "nothing new for {number} weeks"
    return tell(words.plural_sentence(one, many, digest.quiet_weeks + 1))


def _why_withheld(digest: Digest, words: Words) -> Iterator[Line]:
    is_team = digest.kind is DigestKind.TEAM
    whose = team_name(digest.team) if is_team else words.text("all teams")
    options = ["-t", whose] if is_team else ["--leadership"]
    yield (
        *tell(words.sentence("no digest was sent for {team}", team=whose)),
        *say(": "),
        lines_of.reason(digest, words),
    )
    if unsound := lines_of.unsound_sources(digest, words):
        yield unsound
    command = shlex.join(["align-sync", "digest", "send", *options, "--force"])
    yield (*say(words.text("once that is mended") + ": "), code(command))


def _banner(digest: Digest, words: Words) -> Line:
    if digest.state is DigestState.PREVIEW:
        return say("👀 " + words.text("a preview for administrators alone; from the next week on its readers get it"))
    if digest.state is not DigestState.PARTIAL:
        return ()
    why = (*say("⚠️ " + words.text("no item is named, since") + ": "), lines_of.reason(digest, words))
    return lines_of.join((why, lines_of.unsound_sources(digest, words)))


def _teams(digest: Digest, words: Words) -> Iterator[Line]:
    """Two a line; of many only how many stand how, never which is the first and which the last."""
    if len(digest.teams) > MOST_TEAMS:
        lights = Counter(lines_of.light(note.coverage, digest) for note in digest.teams)
        told = [say(f"{light} {words.number(lights[light])}") for light in lines_of.LIGHTS if lights[light]]
        yield lines_of.join((*told, say(words.text("each team stands in the thread"))))
        return
    told = [lines_of.team(note, digest, words) for note in digest.teams]
    for place in range(0, len(told), 2):
        yield lines_of.join(told[place : place + 2], say("      "))


def _lists(digest: Digest, words: Words) -> tuple[Line, ...]:
    """Dead links, key results without work, key results in danger: one line each."""
    dead = tuple(lines_of.dead_link(note) for note in digest.dead_links)
    idle = tuple(lines_of.key_result(note, words) for note in digest.idle)
    danger = tuple(lines_of.key_result(note, words) for note in digest.in_danger)
    return _without_empty(
        lines_of.listed(words.text("dead links"), dead, words),
        lines_of.listed(words.text("without work"), idle, words),
        lines_of.listed(words.text("in danger"), danger, words),
    )


def _largest(digest: Digest, words: Words, room: int) -> Iterator[Line]:
    """With what can be done about each."""
    shown = digest.largest[: max(room - 1, 0) // _LINES_OF_AN_ITEM]
    if shown:
        yield say(words.text("the largest without a link:"))
    for note in shown:
        yield lines_of.item(note, words)
        if fix := lines_of.fix(note, words):
            yield fix
