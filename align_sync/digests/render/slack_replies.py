"""What stands in the thread: each group of unlinked items as a table, what changed, what expires, every team."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from align_sync.digests.model import ChangeNote, ChangeSort, Digest, DigestKind, ItemNote, KeyResultNote, TeamNote
from align_sync.digests.render import said, sentences
from align_sync.digests.render import slack_lines as lines_of
from align_sync.digests.render.slack_blocks import (
    LARGEST_LIST,
    Bullets,
    Lines,
    Part,
    Row,
    Table,
    take,
    write_bullet,
    write_row,
)
from align_sync.digests.render.slack_chart import per_cent
from align_sync.digests.render.slack_main import has_room_for_teams
from align_sync.digests.render.slack_text import LONGEST_TITLE, Line, code, link, name, say, tell
from align_sync.digests.words import Words
from align_sync.reports.commands import ACTIONABLE, command_of
from align_sync.reports.model import Filters
from align_sync.reports.words import team_name

Reply = tuple[Part, ...]
Forms = tuple[str, str]
"""Of a message: for one, and for many."""

MOST_BULLETS = 10
"""Of one kind; a thread is read, a list of hundreds is not."""


def write_replies(digest: Digest, words: Words) -> Iterator[Reply]:
    """Each a message of its own. What the message shows in full is not told again."""
    if not has_room_for_teams(digest, words):
        yield _all_teams(digest, words)
    ordered = sorted(digest.unlinked_items, key=lambda note: (note.team.casefold(), note.team))
    for team, notes in groupby(ordered, key=lambda note: note.team):
        yield _unlinked(team, tuple(notes), words)
    for title, more, lines in (
        (said.DEAD_LINKS, sentences.MORE_LINKS, [_dead_link(note, words) for note in digest.dead_links]),
        (said.WITHOUT_WORK, sentences.MORE_KEY_RESULTS, _key_results(digest.idle, words)),
        (said.IN_DANGER, sentences.MORE_KEY_RESULTS, _key_results(digest.in_danger, words)),
    ):
        if len(lines) > lines_of.MOST_NAMED:
            yield _list(title, lines, more, words)
    if digest.changes:
        yield _changes(digest, words)
    if digest.expiring:
        yield _list(
            said.EXPIRING, [_expiring(note, words) for note in digest.expiring], sentences.MORE_EXEMPTIONS, words
        )


def _head(text: str) -> Line:
    return (name(text, LONGEST_TITLE, is_bold=True),)


def _unlinked(team: str, notes: tuple[ItemNote, ...], words: Words) -> Reply:
    told = words.plural("{number} unlinked", "{number} unlinked", len(notes))
    title = f"{sentences.name_team(team, words)}{sentences.BETWEEN}{told}"
    rows = take((_row(note, words) for note in notes), write_row)
    more = len(notes) - len(rows)
    command = command_of(Filters(teams=(team_name(team),), buckets=ACTIONABLE))
    everything = code(command, words.text("all that is unlinked:"))
    rest = lines_of.join((_more(more, sentences.MORE_ITEMS, words) if more else (), everything))
    heads = tuple(map(words.text, ("item", "title", "points", "looks like")))
    return (
        Lines((_head(title),)),
        Table(caption=write_caption(title), heads=heads, rows=rows),
        *((Lines((rest,)),) if rest else ()),
    )


def write_caption(title: str) -> str:
    return name(title, LONGEST_TITLE).text


def _row(note: ItemNote, words: Words) -> Row:
    points = name("") if note.points is None else (note.points, words.number(note.points))
    return (link(note.key, note.address), name(note.title, LONGEST_TITLE), points, name(note.right_key))


def _all_teams(digest: Digest, words: Words) -> Reply:
    heads = (words.text("team"), "%", words.text("unlinked"))
    rows = take((_team_row(note, words) for note in digest.teams), write_row)
    more = len(digest.teams) - len(rows)
    title = said.tell_head(said.TEAMS, len(digest.teams), words)
    rest = lines_of.join((_more(more, sentences.MORE_TEAMS, words), code("align-sync report")), say(": "))
    return (
        Lines((_head(title),)),
        Table(caption=title, heads=heads, rows=rows),
        *((Lines((rest,)),) if more else ()),
    )


def _team_row(note: TeamNote, words: Words) -> Row:
    share = name("") if note.coverage is None else (float(per_cent(note.coverage)), words.percent(note.coverage))
    return (name(sentences.name_team(note.team, words)), share, (float(note.unlinked), words.number(note.unlinked)))


def _list(title: str, lines: list[Line], more: Forms, words: Words) -> Reply:
    head = _head(said.tell_head(title, len(lines), words))
    return (Lines((head,)), _bullets(lines, more, words, room=LARGEST_LIST))


def _bullets(lines: list[Line], forms: Forms, words: Words, *, room: int) -> Bullets:
    shown = take(lines[:MOST_BULLETS], write_bullet, room=room)
    more = len(lines) - len(shown)
    return Bullets((*shown, *((_more(more, forms, words),) if more else ())))


def _more(number: int, forms: Forms, words: Words) -> Line:
    return say(words.plural(*forms, number))


def _dead_link(note: ItemNote, words: Words) -> Line:
    return lines_of.join((lines_of.dead_link(note), lines_of.fix(note, words)), say(" "))


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
