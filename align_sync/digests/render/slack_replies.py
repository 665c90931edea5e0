"""What stands in the thread: each group of unlinked items as a table, what changed, what expires, every team."""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import TypeVar

from align_sync.digests.model import ChangeNote, ChangeSort, Digest, DigestKind, ItemNote, KeyResultNote, TeamNote
from align_sync.digests.render import said, sentences
from align_sync.digests.render import slack_lines as lines_of
from align_sync.digests.render.pasting import list_dead_links
from align_sync.digests.render.slack_blocks import (
    LARGEST_LIST,
    Bullets,
    Lines,
    Part,
    Row,
    Table,
    measure_bullet,
    measure_row,
    share_out,
)
from align_sync.digests.render.slack_main import has_room_for_fixes, has_room_for_teams
from align_sync.digests.render.slack_text import LONGEST_TITLE, Line, code, link, name, say, tell
from align_sync.digests.words import Words
from align_sync.reports.commands import ACTIONABLE, command_of
from align_sync.reports.model import Filters
from align_sync.reports.words import team_name, whole_per_cent

T = TypeVar("T")

Reply = tuple[Part, ...]
Forms = tuple[str, str]
"""Of a message: for one, and for many."""

MOST_MESSAGES = 15
"""Of one list: a channel takes one a second."""


def write_replies(digest: Digest, words: Words) -> Iterator[Reply]:
    """Each a message of its own. What the message shows in full is not told again."""
    if not has_room_for_teams(digest, words):
        yield from _all_teams(digest, words)
    ordered = sorted(digest.unlinked_items, key=lambda note: (note.team.casefold(), note.team))
    for team, notes in groupby(ordered, key=lambda note: note.team):
        yield from _unlinked(team, tuple(notes), words)
    if not has_room_for_fixes(digest, words):
        largest = [_with_fix(lines_of.item(note, words), note, words) for note in digest.largest]
        yield (Lines((_head(words.text(said.LARGEST)),)), Bullets(tuple(largest)))
    if len(digest.dead_links) > lines_of.MOST_NAMED:
        yield from _dead_links(digest, words)
    for title, lines in (
        (said.WITHOUT_WORK, _key_results(digest.idle, words)),
        (said.IN_DANGER, _key_results(digest.in_danger, words)),
    ):
        if len(lines) > lines_of.MOST_NAMED:
            yield _list(title, lines, sentences.MORE_KEY_RESULTS, words)
    if digest.changes:
        yield _changes(digest, words)
    if digest.expiring:
        expiring = [_expiring(note, words) for note in digest.expiring]
        yield _list(said.EXPIRING, expiring, sentences.MORE_EXEMPTIONS, words)


def _head(text: str) -> Line:
    return (name(text, LONGEST_TITLE, is_bold=True),)


def _unlinked(team: str, notes: tuple[ItemNote, ...], words: Words) -> Iterator[Reply]:
    """All of them, in as many messages as that takes, up to a limit."""
    told = words.plural("{number} unlinked", "{number} unlinked", len(notes))
    title = f"{sentences.name_team(team, words)}{sentences.BETWEEN}{told}"
    heads = tuple(map(words.text, ("item", "title", "points", "looks like")))
    command = command_of(Filters(teams=(team_name(team),), buckets=ACTIONABLE))
    everything = code(command, words.text("all that is unlinked:"))
    tables = _share(share_out((_row(note, words) for note in notes[: said.MOST_ITEMS]), measure_row))
    for first, rows, is_last in tables:
        more = len(notes) - first + 1 - len(rows)
        rest = lines_of.join((_more(more, sentences.MORE_ITEMS, words), everything)) if is_last else ()
        head = _number(title, first, len(rows), len(notes), words)
        table = Table(caption=_write_caption(head), heads=heads, rows=rows)
        yield (Lines((_head(head),)), table, *((Lines((rest,)),) if rest else ()))


def _share(shares: Iterable[tuple[T, ...]]) -> Iterator[tuple[int, tuple[T, ...], bool]]:
    """Each with the number of its first entry, and whether it is the last one."""
    first, held = 1, tuple(islice(shares, MOST_MESSAGES))
    for place, entries in enumerate(held, start=1):
        yield first, entries, place == len(held)
        first += len(entries)


def _number(title: str, first: int, count: int, total: int, words: Words) -> str:
    """`Payments · 80 unlinked`, and which of them where one message does not hold them all."""
    if count == total:
        return title
    return f"{title}{sentences.BETWEEN}{words.number(first)}\u2013{words.number(first + count - 1)}"


def _write_caption(title: str) -> str:
    return name(title, LONGEST_TITLE).text


def _row(note: ItemNote, words: Words) -> Row:
    points = name("") if note.points is None else (note.points, words.number(note.points))
    return (link(note.key, note.address), name(note.title, LONGEST_TITLE), points, name(note.right_key))


def _all_teams(digest: Digest, words: Words) -> Iterator[Reply]:
    heads, total = (words.text("team"), "%", words.text("unlinked")), len(digest.teams)
    title = said.tell_head(said.TEAMS, total, words)
    tables = _share(share_out((_team_row(note, words) for note in digest.teams[: said.MOST_ITEMS]), measure_row))
    for first, rows, is_last in tables:
        more = total - first + 1 - len(rows)
        rest = lines_of.join((_more(more, sentences.MORE_TEAMS, words), code("align-sync report")), say(": "))
        head = _number(title, first, len(rows), total, words)
        table = Table(caption=head, heads=heads, rows=rows)
        yield (Lines((_head(head),)), table, *((Lines((rest,)),) if more and is_last else ()))


def _team_row(note: TeamNote, words: Words) -> Row:
    share = name("") if note.coverage is None else (float(whole_per_cent(note.coverage)), words.percent(note.coverage))
    return (name(sentences.name_team(note.team, words)), share, (float(note.unlinked), words.number(note.unlinked)))


def _dead_links(digest: Digest, words: Words) -> Iterator[Reply]:
    """All of them, too: each is a link that somebody meant to make."""
    total = len(digest.dead_links)
    title = said.tell_head(said.DEAD_LINKS, total, words)
    lines = (_with_fix(lines_of.dead_link(note), note, words) for note in digest.dead_links[: said.MOST_ITEMS])
    for first, shown, is_last in _share(share_out(lines, measure_bullet)):
        more = total - first + 1 - len(shown)
        rest = lines_of.join((_more(more, sentences.MORE_LINKS, words), code(list_dead_links(digest))), say(": "))
        head = _head(_number(title, first, len(shown), total, words))
        yield (Lines((head,)), Bullets((*shown, *((rest,) if more and is_last else ()))))


def _list(title: str, lines: list[Line], more: Forms, words: Words) -> Reply:
    head = _head(said.tell_head(title, len(lines), words))
    return (Lines((head,)), _bullets(lines, more, words, room=LARGEST_LIST))


def _bullets(lines: list[Line], forms: Forms, words: Words, *, room: int) -> Bullets:
    shown = next(share_out(lines[: said.MOST_LISTED], measure_bullet, room=room))
    more = _more(len(lines) - len(shown), forms, words)
    return Bullets((*shown, *((more,) if more else ())))


def _more(number: int, forms: Forms, words: Words) -> Line:
    return say(words.plural(*forms, number)) if number else ()


def _with_fix(line: Line, note: ItemNote, words: Words) -> Line:
    return lines_of.join((line, lines_of.fix(note, words)), say(" "))


def _key_results(notes: Iterable[KeyResultNote], words: Words) -> list[Line]:
    return [(*lines_of.key_result(note, words), *say(" "), name(note.title, LONGEST_TITLE)) for note in notes]


def _expiring(note: ItemNote, words: Words) -> Line:
    return (*_item(note), *lines_of.DOT, *tell(sentences.say_until(note, words)))


def _changes(digest: Digest, words: Words) -> Reply:
    """Each sort with its items; leadership is told where it happened, not to what."""
    is_team = digest.kind is DigestKind.TEAM
    more = sentences.MORE_ITEMS if is_team else sentences.MORE_TEAMS
    parts: list[Part] = [Lines((_head(said.tell_head(said.CHANGED, len(digest.changes), words)),))]
    sorts = [sort for sort in ChangeSort if any(change.sort is sort for change in digest.changes)]
    for sort in sorts:
        own = [change for change in digest.changes if change.sort is sort]
        lines = _changed_items(own) if is_team else _changed_teams(own, words)
        head = tell(words.plural_sentence(*sentences.CHANGES[sort], len(own)))
        parts += (Lines((head,)), _bullets(lines, more, words, room=LARGEST_LIST // len(sorts)))
    return tuple(parts)


def _changed_items(changes: list[ChangeNote]) -> list[Line]:
    return [_item(change) + _serves(change) for change in changes]


def _item(note: ChangeNote | ItemNote) -> Line:
    return (link(note.key, note.address), *say(" "), name(note.title, LONGEST_TITLE))


def _serves(change: ChangeNote) -> Line:
    return (*say(" → "), name(", ".join(change.serves))) if change.serves else ()


def _changed_teams(changes: list[ChangeNote], words: Words) -> list[Line]:
    counted = sentences.count_by_team(changes, words)
    return [(name(team, is_bold=True), *say(f": {words.number(number)}")) for team, number in counted]
