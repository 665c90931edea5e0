"""What stands in the thread: each group of unlinked items as a table, what changed, what expires, every team."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from align_sync.digests.model import ChangeNote, Digest, DigestKind, ItemNote, KeyResultNote, TeamNote
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
from align_sync.digests.render.slack_main import MOST_TEAMS
from align_sync.digests.render.slack_text import LONGEST_TITLE, Line, code, link, name, say, tell
from align_sync.digests.words import Words
from align_sync.reports.commands import ACTIONABLE, command_of
from align_sync.reports.model import Filters
from align_sync.reports.words import team_name

Reply = tuple[Part, ...]

MOST_BULLETS = 10
"""Of one kind; a thread is read, a list of hundreds is not."""


def write_replies(digest: Digest, words: Words) -> Iterator[Reply]:
    """Each a message of its own."""
    if len(digest.teams) > MOST_TEAMS:
        yield _all_teams(digest, words)
    ordered = sorted(digest.unlinked_items, key=lambda note: (note.team.casefold(), note.team))
    for team, notes in groupby(ordered, key=lambda note: note.team):
        yield _unlinked(team, tuple(notes), words)
    for head, lines in (
        (words.text("dead links"), [_dead_link(note, words) for note in digest.dead_links]),
        (words.text("without work"), _key_results(digest.idle, words)),
        (words.text("in danger"), _key_results(digest.in_danger, words)),
    ):
        # What the message shows in full is not told again.
        if len(lines) > lines_of.MOST_NAMED:
            yield _list(head, lines, words)
    if digest.changes:
        yield _changes(digest, words)
    if digest.expiring:
        head = words.text("exemptions that end within a week")
        yield _list(head, [_expiring(note, words) for note in digest.expiring], words)


def _head(text: str) -> Line:
    return (name(text, LONGEST_TITLE, is_bold=True),)


def _unlinked(team: str, notes: tuple[ItemNote, ...], words: Words) -> Reply:
    title = f"{team_name(team)} · {words.plural('{number} unlinked', '{number} unlinked', len(notes))}"
    rows = take((_row(note, words) for note in notes), write_row)
    more = len(notes) - len(rows)
    command = command_of(Filters(teams=(team_name(team),), buckets=ACTIONABLE))
    rest = _more(more, words) + say(" · ") if more else ()
    heads = tuple(map(words.text, ("item", "title", "points", "looks like")))
    return (
        Lines((_head(title),)),
        Table(caption=write_caption(title), heads=heads, rows=rows),
        Lines((rest + say(words.text("all of it") + ": ") + (code(command),),)),
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
    title = words.text("all teams")
    return (
        Lines((_head(title),)),
        Table(caption=title, heads=heads, rows=rows),
        *((Lines((_more(more, words) + say(": ") + (code("align-sync report"),),)),) if more else ()),
    )


def _team_row(note: TeamNote, words: Words) -> Row:
    share = name("") if note.coverage is None else (float(per_cent(note.coverage)), words.percent(note.coverage))
    return (name(team_name(note.team)), share, (float(note.unlinked), words.number(note.unlinked)))


def _list(head: str, lines: Iterable[Line], words: Words) -> Reply:
    return (Lines((_head(head),)), _bullets(list(lines), words, room=LARGEST_LIST))


def _bullets(lines: list[Line], words: Words, *, room: int) -> Bullets:
    shown = take(lines[:MOST_BULLETS], write_bullet, room=room)
    more = len(lines) - len(shown)
    return Bullets((*shown, *((_more(more, words),) if more else ())))


def _more(number: int, words: Words) -> Line:
    return say(words.text("and {number} more", number=words.number(number)))


def _dead_link(note: ItemNote, words: Words) -> Line:
    return lines_of.join((lines_of.dead_link(note), lines_of.fix(note, words)), say(" "))


def _key_results(notes: Iterable[KeyResultNote], words: Words) -> list[Line]:
    return [(*lines_of.key_result(note, words), *say(" "), name(note.title, LONGEST_TITLE)) for note in notes]


def _expiring(note: ItemNote, words: Words) -> Line:
    return (*_item(note), *say(" · " + words.text("until") + " "), name(_day(note.because, words)))


def _day(text: str, words: Words) -> str:
    try:
        return words.day(date.fromisoformat(text))
    except ValueError:
        return text


def _changes(digest: Digest, words: Words) -> Reply:
    """Each kind with its items; leadership is told where it happened, not to what."""
    is_team = digest.kind is DigestKind.TEAM
    since = words.text("since {week}", week=words.week(digest.before_week)) if digest.before_week else ""
    parts: list[Part] = [Lines((_head(since or words.text("changes")),))]
    kinds = tuple(lines_of.sorts(change.sort for change in digest.changes))
    for sort, message in kinds:
        own = [change for change in digest.changes if change.sort is sort]
        lines = _changed_items(own) if is_team else _changed_teams(own, words)
        head = tell(words.sentence(message, number=words.number(len(own))))
        parts += (Lines((head,)), _bullets(lines, words, room=LARGEST_LIST // len(kinds)))
    return tuple(parts)


def _changed_items(changes: list[ChangeNote]) -> list[Line]:
    return [_item(change) + _serves(change) for change in changes]


def _item(note: ChangeNote | ItemNote) -> Line:
    return (link(note.key, note.address), *say(" "), name(note.title, LONGEST_TITLE))


def _serves(change: ChangeNote) -> Line:
    return (*say(" → "), name(", ".join(change.serves))) if change.serves else ()


def _changed_teams(changes: list[ChangeNote], words: Words) -> list[Line]:
    ordered = sorted(team_name(change.team) for change in changes)
    return [(name(team, is_bold=True), *say(f": {words.number(len(list(same)))}")) for team, same in groupby(ordered)]
