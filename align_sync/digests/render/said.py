"""A digest as lines and parts, before any channel's own form: what stands in the message, and what in its thread."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from align_sync.digests.model import ChangeSort, Digest, DigestKind, DigestState, ItemNote, KeyResultNote
from align_sync.digests.reasons import retell
from align_sync.digests.render import sentences as say
from align_sync.digests.words import Sentence, Words, cut, message_id
from align_sync.reports.commands import ACTIONABLE, command_of
from align_sync.reports.measures import standing
from align_sync.reports.model import Filters, Standing

MOST_LINES = 12
MOST_LISTED = 50
LONGEST_TITLE, LONGEST_TITLE_OF_DEAD, LONGEST_NAME, LONGEST_KEY, LONGEST_NAMES = 60, 30, 30, 40, 80

_HEALTHS = {"off track": message_id("off track"), "at risk": message_id("at risk")}
_GROUPS = {
    ChangeSort.NOW_UNLINKED: message_id("Newly unlinked"),
    ChangeSort.NOW_LINKED: message_id("Now linked"),
    ChangeSort.SET_ASIDE: message_id("Set aside"),
    ChangeSort.MOVED: message_id("Moved to another key result"),
    ChangeSort.CAME: message_id("Came into scope"),
    ChangeSort.WENT: message_id("Left the scope"),
    ChangeSort.OTHER: message_id("Judged otherwise"),
}


class LineKind(StrEnum):
    FIGURES = "figures"
    BANNER = "banner"
    PLAIN = "plain"
    HEADING = "heading"
    TEAM = "team"
    ITEM = "item"
    FOOT = "foot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. `key` and what leads to it come before the sentence; `commands` can be pasted."""

    kind: LineKind
    sentence: Sentence = ()
    key: str = ""
    address: str = ""
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the thread."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    title: str
    lines: tuple[Line, ...]
    parts: tuple[Part, ...] = ()


def tell(digest: Digest, words: Words) -> Said:
    """At most twelve lines with the title; a digest that is not posted says that."""
    title = say.say_title(digest, words)
    match digest.state:
        case DigestState.NEWS | DigestState.PREVIEW:
            return Said(title=title, lines=tuple(_tell_news(digest, words)), parts=tuple(_tell_parts(digest, words)))
        case DigestState.PARTIAL:
            lines = tuple(_tell_partial(digest, words))
        case DigestState.WITHHELD:
            lines = tuple(_tell_withheld(digest, words))
        case _:
            lines = (_tell_short(digest, words),)
    return Said(title=title, lines=lines)


def _tell_short(digest: Digest, words: Words) -> Line:
    if digest.state is DigestState.CLEAN:
        opening = words.text("Nothing is unlinked, thank you")
    elif digest.state is DigestState.UNCHANGED:
        opening = words.plural(
            "Unchanged for {number} week", "Unchanged for {number} weeks", digest.quiet_weeks + 1
        )  # fmt: skip
    else:
        opening = words.text("Nothing is posted, since nothing changed")
    return Line(kind=LineKind.FIGURES, sentence=(*say.ours(f"{opening}: "), *say.say_figures(digest, words)))


def _plain(text: str, kind: LineKind = LineKind.PLAIN, *commands: str) -> Line:
    return Line(kind=kind, sentence=say.ours(text), commands=commands)


def _tell_partial(digest: Digest, words: Words) -> Iterator[Line]:
    yield _plain(
        words.text("No verdict this week: {reason}", reason=cut(retell(digest.reason, words), say.LONGEST_REASON)),
        LineKind.BANNER,
    )
    yield from _tell_banners(digest, words)
    yield Line(kind=LineKind.FIGURES, sentence=say.begin(say.say_figures(digest, words)))
    yield _plain(words.text("No item is named until the data is certain."))
    yield from _tell_closed(digest, words)


def _tell_withheld(digest: Digest, words: Words) -> Iterator[Line]:
    yield _plain(
        words.text(
            "For administrators: no digest is posted: {reason}",
            reason=cut(retell(digest.reason, words), say.LONGEST_REASON),
        ),
        LineKind.BANNER,
    )
    yield from _tell_banners(digest, words)
    yield _plain(words.text("To find out why:"), LineKind.PLAIN, "align-sync doctor")
    yield from _tell_closed(digest, words)


def _tell_banners(digest: Digest, words: Words) -> Iterator[Line]:
    banners = list(say.say_banners(digest, words))
    for banner in banners[: say.MOST_SOURCES]:
        yield _plain(banner, LineKind.BANNER)
    if (more := len(banners) - say.MOST_SOURCES) > 0:
        yield _plain(words.plural("and {number} more source", "and {number} more sources", more), LineKind.BANNER)


def _tell_closed(digest: Digest, words: Words) -> Iterator[Line]:
    if digest.closed_channels:
        names = cut(", ".join(digest.closed_channels), LONGEST_NAMES)
        yield _plain(words.text("Closed channels, which get nothing: {names}", names=names), LineKind.BANNER)


def _tell_news(digest: Digest, words: Words) -> Iterator[Line]:
    top = []
    if digest.state is DigestState.PREVIEW:
        text = words.text("PREVIEW for administrators: the next one goes to its readers")
        top.append(_plain(text, LineKind.BANNER))
    top.append(Line(kind=LineKind.FIGURES, sentence=say.begin(say.say_figures(digest, words))))
    if changed := say.say_changes(digest, words):
        top.append(Line(kind=LineKind.PLAIN, sentence=changed))
    if trend := say.say_trend(digest, words):
        top.append(_plain(trend))
    end = [*_tell_also(digest, words), *_tell_closed(digest, words), _tell_foot(digest, words)]
    yield from top
    room = MOST_LINES - 1 - len(top) - len(end)
    yield from (
        _tell_teams(digest, words, room) if digest.kind is DigestKind.LEADERSHIP else _tell_largest(digest, words, room)
    )
    yield from end


def _tell_largest(digest: Digest, words: Words, room: int) -> Iterator[Line]:
    if digest.largest:
        yield _plain(words.text("Largest unlinked"), LineKind.HEADING)
        for note in digest.largest[: room - 1]:
            yield tell_item(note, words)


def tell_item(note: ItemNote, words: Words, *, with_commands: bool = False) -> Line:
    """`PAY-412 Migrate the exporter · 8 points → looks like ret90`."""
    sentence = say.value(cut(note.title, LONGEST_TITLE_OF_DEAD if note.wrong_name else LONGEST_TITLE))
    if note.points is not None:
        sentence = say.join((sentence, ours_points(note.points, words)))
    if note.wrong_name:
        sentence = say.join((sentence, words.sentence("dead link {name}", name=cut(note.wrong_name, LONGEST_NAME))))
    if note.right_key:
        sentence = (
            *sentence,
            *say.ours(" → "),
            *words.sentence("looks like {key_result}", key_result=cut(note.right_key, LONGEST_KEY)),
        )
    commands = tuple(fix.command for fix in note.fixes) if with_commands else ()
    return Line(
        kind=LineKind.ITEM, sentence=sentence, key=cut(note.key, LONGEST_KEY), address=note.address, commands=commands
    )


def ours_points(points: float, words: Words) -> Sentence:
    """Whole numbers decide the form: half a point is written like many."""
    is_one = points == 1
    return say.ours(words.text("1 point") if is_one else words.text("{points} points", points=words.number(points)))


def _tell_teams(digest: Digest, words: Words, room: int) -> Iterator[Line]:
    """All of them or, where there is no room, how many stand where; the thread has them all."""
    if len(digest.teams) <= room:
        yield from _list_teams(digest, words)
        return
    stands = [standing(note.coverage, digest.goal, digest.warn) for note in digest.teams]
    lights = (f"{say.LIGHTS[one]} {words.number(stands.count(one))} {words.text(say.STANDINGS[one])}" for one in _ORDER)
    teams = words.plural("{number} team", "{number} teams", len(digest.teams))
    yield _plain(f"{teams}: {say.BETWEEN.join(lights)}", LineKind.TEAM)


_ORDER = (Standing.OFF_TRACK, Standing.AT_RISK, Standing.ON_TRACK, Standing.UNKNOWN)


def _list_teams(digest: Digest, words: Words) -> Iterator[Line]:
    for note in digest.teams:
        yield Line(kind=LineKind.TEAM, sentence=say.say_team(note, digest, words))


def _tell_also(digest: Digest, words: Words) -> Iterator[Line]:
    """One line for what the thread has in full."""
    also = []
    if count := len(digest.dead_links):
        also.append(words.plural_sentence("{number} dead link", "{number} dead links", count))
    if count := len(digest.in_danger):
        also.append(
            words.plural_sentence("{number} key result in danger", "{number} key results in danger", count)
        )  # fmt: skip
    if count := len(digest.expiring):
        also.append(words.plural_sentence("{number} exemption ends soon", "{number} exemptions end soon", count))
    if also:
        yield Line(kind=LineKind.PLAIN, sentence=say.join(also))


def _tell_foot(digest: Digest, words: Words) -> Line:
    command = list_unlinked(digest)
    return _plain(
        say.BETWEEN.join((say.say_freshness(digest, words), words.text("all that is unlinked:"))),
        LineKind.FOOT,
        command,
    )


def list_unlinked(digest: Digest) -> str:
    """The command that lists what the figure counts."""
    return command_of(Filters(teams=(digest.team,) if digest.team else (), buckets=ACTIONABLE))


def _tell_parts(digest: Digest, words: Words) -> Iterator[Part]:
    largest = {(note.key, note.title) for note in digest.largest}
    unlinked = [
        tell_item(note, words, with_commands=(note.key, note.title) in largest) for note in digest.unlinked_items
    ]
    parts = (
        (words.text("Teams"), list(_list_teams(digest, words))),
        (words.text("Unlinked"), unlinked),
        (words.text("Dead links"), [tell_item(note, words, with_commands=True) for note in digest.dead_links]),
        (words.text("What changed"), list(_list_changes(digest, words))),
        (words.text("Key results in danger"), [_tell_key_result(note, words) for note in digest.in_danger]),
        (words.text("Key results without work"), [_tell_key_result(note, words) for note in digest.idle]),
        (words.text("Exemptions that end soon"), [_tell_expiring(note, words) for note in digest.expiring]),
    )
    for title, lines in parts:
        if lines:
            number = sum(line.kind is not LineKind.HEADING for line in lines)
            yield Part(title=f"{title} ({words.number(number)})", lines=tuple(_shorten(lines, words)))


def _shorten(lines: list[Line], words: Words) -> Iterator[Line]:
    yield from lines[:MOST_LISTED]
    if (more := len(lines) - MOST_LISTED) > 0:
        yield _plain(words.text("and {number} more", number=words.number(more)), LineKind.FOOT)


def _list_changes(digest: Digest, words: Words) -> Iterator[Line]:
    for sort, title in _GROUPS.items():
        held = [change for change in digest.changes if change.sort is sort and change.key]
        if held:
            yield _plain(words.text(title), LineKind.HEADING)
        for change in held:
            serves = say.ours(f" → {cut(', '.join(change.serves), LONGEST_TITLE)}") if change.serves else ()
            sentence = (*say.value(cut(change.title, LONGEST_TITLE)), *serves)
            yield Line(kind=LineKind.ITEM, sentence=sentence, key=cut(change.key, LONGEST_KEY), address=change.address)


def _tell_key_result(note: KeyResultNote, words: Words) -> Line:
    parts = [say.value(cut(note.title, LONGEST_TITLE))]
    if note.health:
        parts.append(say.ours(words.text(_HEALTHS.get(note.health, note.health))))
    if note.progress is not None:
        parts.append(words.sentence("progress {share}", share=words.percent(note.progress)))
    if note.team:
        parts.append(say.ours(cut(note.team, say.LONGEST_TEAM)))
    return Line(kind=LineKind.ITEM, sentence=say.join(parts), key=cut(note.key, LONGEST_KEY))


def _tell_expiring(note: ItemNote, words: Words) -> Line:
    until = words.sentence("until {day}", day=words.day(date.fromisoformat(note.because)))
    sentence = say.join((say.value(cut(note.title, LONGEST_TITLE)), until))
    return Line(kind=LineKind.ITEM, sentence=sentence, key=cut(note.key, LONGEST_KEY), address=note.address)
