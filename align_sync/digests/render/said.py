"""A digest as lines and parts, before any channel's own form: what stands in the message, and what in its thread."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from align_sync.digests.model import (
    ChangeNote,
    ChangeSort,
    Digest,
    DigestKind,
    DigestState,
    ItemNote,
    KeyResultNote,
)
from align_sync.digests.reasons import retell
from align_sync.digests.render import sentences as say
from align_sync.digests.render.pasting import keep_pasteable, list_dead_links, list_unlinked, send_again
from align_sync.digests.words import Sentence, Words, cut, message_id

MOST_LINES = 12
MOST_ITEMS = 300
"""Of the lists that the digest is about, unlinked items and dead links; the command for the rest stands below them."""

MOST_LISTED = 50
"""Of any other list."""

LONGEST_TITLE, LONGEST_TITLE_OF_DEAD, LONGEST_NAME, LONGEST_KEY = 60, 30, 30, 40
LONGEST_DETAIL = 80
"""Of titles and names in a list, where a line may be as long as it needs."""

_GROUPS = {
    ChangeSort.NOW_UNLINKED: message_id("Newly unlinked"),
    ChangeSort.NOW_LINKED: message_id("Now linked"),
    ChangeSort.SET_ASIDE: message_id("Set aside"),
    ChangeSort.MOVED: message_id("Moved to another key result"),
    ChangeSort.CAME: message_id("Came into scope"),
    ChangeSort.WENT: message_id("Left the scope"),
    ChangeSort.OTHER: message_id("Judged otherwise"),
}


TEAMS, DEAD_LINKS, CHANGED = message_id("Teams"), message_id("Dead links"), message_id("What changed")
IN_DANGER, WITHOUT_WORK = message_id("Key results in danger"), message_id("Key results without work")
EXPIRING = message_id("Exemptions that end soon")
LARGEST, UNLINKED = message_id("Largest unlinked"), message_id("Unlinked")


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
    """One line. `key` and what leads to it come before the sentence, `lead` before `commands`, which can be pasted."""

    kind: LineKind
    sentence: Sentence = ()
    key: str = ""
    address: str = ""
    commands: tuple[str, ...] = ()
    lead: str = ""

    @property
    def told(self) -> Sentence:
        """The sentence with what leads to the commands; for a channel that shows them."""
        parts = (self.sentence, say.ours(self.lead)) if self.lead and self.commands else (self.sentence,)
        return say.join(part for part in parts if part)


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
    title = say.write(say.say_title(digest, words))
    match digest.state:
        case DigestState.NEWS | DigestState.PREVIEW:
            return _tell_news(title, digest, words)
        case DigestState.PARTIAL:
            lines = tuple(_tell_partial(digest, words))
        case DigestState.WITHHELD:
            lines = tuple(_tell_withheld(digest, words))
        case _:
            figures = Line(kind=LineKind.FIGURES, sentence=say.say_short(digest, words))
            lines = (figures, *_tell_closed(digest, words))
    return Said(title=title, lines=lines)


def _plain(text: str, kind: LineKind = LineKind.PLAIN) -> Line:
    return Line(kind=kind, sentence=say.ours(text))


def _lead(text: str, kind: LineKind, lead: str, command: str) -> Line:
    """A line with a command that need not be there."""
    sentence = say.ours(text) if text else ()
    return Line(kind=kind, sentence=sentence, lead=lead, commands=keep_pasteable((command,)))


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
    yield _lead("", LineKind.PLAIN, words.text("To find out why:"), "align-sync doctor")
    again = _lead("", LineKind.PLAIN, words.text("Once that is mended:"), send_again(digest))
    yield from (again,) if again.commands else ()
    yield from _tell_closed(digest, words)


def _tell_banners(digest: Digest, words: Words) -> Iterator[Line]:
    for banner in say.say_banners(digest, words):
        yield _plain(banner, LineKind.BANNER)


def _tell_closed(digest: Digest, words: Words) -> Iterator[Line]:
    if closed := say.say_closed(digest, words):
        yield _lead(closed, LineKind.BANNER, words.text("to find out why:"), "align-sync doctor")


def tell_preview(digest: Digest, words: Words) -> Line:
    """For whom it is, and how its readers get it."""
    text = words.text("PREVIEW for administrators: its readers get the next one")
    return _lead(text, LineKind.BANNER, words.text("to send it to them now:"), send_again(digest))


def _tell_news(title: str, digest: Digest, words: Words) -> Said:
    """What does not fit into the message stands in the thread."""
    top = tuple(_tell_top(digest, words))
    end = (*_tell_also(digest, words), *_tell_closed(digest, words), _tell_foot(digest, words))
    room = MOST_LINES - 1 - len(top) - len(end)
    has_room = len(digest.teams) <= room
    if digest.kind is DigestKind.TEAM:
        middle = tuple(_tell_largest(digest, words, room))
    elif has_room:
        middle = tuple(_list_teams(digest, words))
    else:
        middle = (_plain(say.say_stands(digest, words), LineKind.TEAM),)
    parts = tuple(_tell_parts(digest, words, with_teams=not has_room))
    return Said(title=title, lines=(*top, *middle, *end), parts=parts)


def _tell_top(digest: Digest, words: Words) -> Iterator[Line]:
    if digest.state is DigestState.PREVIEW:
        yield tell_preview(digest, words)
    yield Line(kind=LineKind.FIGURES, sentence=say.begin(say.say_figures(digest, words)))
    if changed := say.say_changes(digest, words):
        yield Line(kind=LineKind.PLAIN, sentence=changed)
    if trend := say.say_trend(digest.trend, digest.goal, words):
        yield _plain(trend)


def _tell_largest(digest: Digest, words: Words, room: int) -> Iterator[Line]:
    if digest.largest:
        yield _plain(words.text(LARGEST), LineKind.HEADING)
        for note in digest.largest[: room - 1]:
            yield tell_item(note, words)


def tell_item(note: ItemNote, words: Words, *, is_detail: bool = False, with_commands: bool = False) -> Line:
    """`PAY-412 Migrate the exporter · 8 points → looks like ret90`, on one line unless it `is_detail`."""
    short = LONGEST_TITLE_OF_DEAD if note.wrong_name else LONGEST_TITLE
    sentence = say.value(cut(note.title, LONGEST_DETAIL if is_detail else short))
    if note.points is not None:
        sentence = say.join((sentence, say.ours(say.say_points(note.points, words))))
    if note.wrong_name:
        wrong = cut(note.wrong_name, LONGEST_DETAIL if is_detail else LONGEST_NAME)
        sentence = say.join((sentence, words.sentence("dead link {name}", name=wrong)))
    if note.right_key:
        sentence = (
            *sentence,
            *say.ours(" → "),
            *words.sentence("looks like {key_result}", key_result=cut(note.right_key, LONGEST_KEY)),
        )
    commands = keep_pasteable(fix.command for fix in note.fixes) if with_commands else ()
    return Line(
        kind=LineKind.ITEM, sentence=sentence, key=cut(note.key, LONGEST_KEY), address=note.address, commands=commands
    )


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
    freshness, lead = say.say_freshness(digest, words), words.text("all that is unlinked:")
    return _lead(freshness, LineKind.FOOT, lead, list_unlinked(digest))


def _tell_parts(digest: Digest, words: Words, *, with_teams: bool) -> Iterator[Part]:
    largest = {(note.key, note.title) for note in digest.largest}
    unlinked = [
        tell_item(note, words, is_detail=True, with_commands=(note.key, note.title) in largest)
        for note in digest.unlinked_items
    ]
    dead = [tell_item(note, words, is_detail=True, with_commands=True) for note in digest.dead_links]
    idle = [_tell_key_result(note, words) for note in digest.idle]
    danger = [_tell_key_result(note, words) for note in digest.in_danger]
    expiring = [_tell_expiring(note, words) for note in digest.expiring]
    changed = list(_list_changes(digest, words))
    rest = {UNLINKED: list_unlinked(digest), DEAD_LINKS: list_dead_links(digest)}
    parts = (
        (TEAMS, len(digest.teams), say.MORE_TEAMS, list(_list_teams(digest, words)) if with_teams else []),
        (UNLINKED, len(unlinked), say.MORE_ITEMS, unlinked),
        (DEAD_LINKS, len(dead), say.MORE_LINKS, dead),
        (CHANGED, len(digest.changes), say.MORE_ITEMS if digest.kind is DigestKind.TEAM else say.MORE_TEAMS, changed),
        (IN_DANGER, len(danger), say.MORE_KEY_RESULTS, danger),
        (WITHOUT_WORK, len(idle), say.MORE_KEY_RESULTS, idle),
        (EXPIRING, len(expiring), say.MORE_EXEMPTIONS, expiring),
    )
    for title, number, more, lines in parts:
        if lines:
            command = rest.get(title, "")
            shown = _shorten(lines, more, words, most=MOST_ITEMS if command else MOST_LISTED, command=command)
            yield Part(title=tell_head(title, number, words), lines=tuple(shown))


def tell_head(title: str, number: int, words: Words) -> str:
    """`Dead links (3)`."""
    return f"{words.text(title)} ({words.number(number)})"


def _shorten(lines: list[Line], forms: tuple[str, str], words: Words, *, most: int, command: str) -> Iterator[Line]:
    yield from lines[:most]
    if more := sum(line.kind is not LineKind.HEADING for line in lines[most:]):
        foot = _plain(words.plural(*forms, more), LineKind.FOOT)
        yield replace(foot, commands=keep_pasteable((command,))) if command else foot


def _list_changes(digest: Digest, words: Words) -> Iterator[Line]:
    """Each sort with its items; leadership is told in which team how many."""
    for sort, title in _GROUPS.items():
        if not (held := [change for change in digest.changes if change.sort is sort]):
            continue
        yield _plain(words.text(title), LineKind.HEADING)
        if digest.kind is DigestKind.LEADERSHIP:
            yield from _count_by_team(held, words)
        else:
            yield from (_tell_change(change) for change in held)


def _tell_change(change: ChangeNote) -> Line:
    serves = say.ours(f" → {cut(', '.join(change.serves), LONGEST_DETAIL)}") if change.serves else ()
    sentence = (*say.value(cut(change.title, LONGEST_DETAIL)), *serves)
    return Line(kind=LineKind.ITEM, sentence=sentence, key=cut(change.key, LONGEST_KEY), address=change.address)


def _count_by_team(changes: list[ChangeNote], words: Words) -> Iterator[Line]:
    for team, number in say.count_by_team(changes, words):
        yield Line(kind=LineKind.TEAM, sentence=(*say.value(team), *say.ours(f": {words.number(number)}")))


def _tell_key_result(note: KeyResultNote, words: Words) -> Line:
    parts = [say.value(cut(note.title, LONGEST_DETAIL))]
    if note.health:
        parts.append(say.ours(say.say_health(note.health, words)))
    if note.progress is not None:
        parts.append(words.sentence("progress {share}", share=words.percent(note.progress)))
    if note.team:
        parts.append(say.ours(cut(note.team, say.LONGEST_TEAM)))
    return Line(kind=LineKind.ITEM, sentence=say.join(parts), key=cut(note.key, LONGEST_KEY))


def _tell_expiring(note: ItemNote, words: Words) -> Line:
    sentence = say.join((say.value(cut(note.title, LONGEST_DETAIL)), say.say_until(note, words)))
    return Line(kind=LineKind.ITEM, sentence=sentence, key=cut(note.key, LONGEST_KEY), address=note.address)
