"""The figures of a digest in sentences; every renderer of text says them alike."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from align_sync.digests.model import (
    ChangeNote,
    ChangeSort,
    Digest,
    DigestState,
    ItemNote,
    SourceNote,
    TeamNote,
    WeekPoint,
)
from align_sync.digests.reasons import retell
from align_sync.digests.words import Piece, Sentence, Words, cut, message_id, plural_ids
from align_sync.reports.measures import standing
from align_sync.reports.model import Lens, SourceState, Standing
from align_sync.reports.render.spark import draw_values

BETWEEN = " · "
FEWEST_KNOWN = 2
"""One point is no trend."""

MOST_SOURCES = 4
LONGEST_TEAM, LONGEST_REASON, LONGEST_NAMES = 60, 300, 80
_GAP = "·"
_WEEKDAY_SAYS_ENOUGH = timedelta(days=6)
MORE_ITEMS = plural_ids("and {number} more item", "and {number} more items")
MORE_LINKS = plural_ids("and {number} more dead link", "and {number} more dead links")
MORE_KEY_RESULTS = plural_ids("and {number} more key result", "and {number} more key results")
MORE_EXEMPTIONS = plural_ids("and {number} more exemption", "and {number} more exemptions")
MORE_TEAMS = plural_ids("and {number} more team", "and {number} more teams")
_MORE_SOURCES = plural_ids("and {number} more source", "and {number} more sources")
_CLOSED = plural_ids("Closed channel, which gets nothing: {names}", "Closed channels, which get nothing: {names}")
_HEALTHS = {"off track": message_id("off track"), "at risk": message_id("at risk")}
_TRACKERS = {"jira": "Jira", "linear": "Linear"}
_COVERAGE = {
    Lens.ITEMS: message_id("{share} of items serve a key result"),
    Lens.POINTS: message_id("{share} of points serve a key result"),
    Lens.DAYS: message_id("{share} of person-days serve a key result"),
}
LIGHTS = {Standing.ON_TRACK: "🟢", Standing.AT_RISK: "🟡", Standing.OFF_TRACK: "🔴", Standing.UNKNOWN: "⚪"}
STANDINGS = {
    Standing.ON_TRACK: message_id("on track"),
    Standing.AT_RISK: message_id("at risk"),
    Standing.OFF_TRACK: message_id("off track"),
    Standing.UNKNOWN: message_id("unknown"),
}
_BY_STANDING = (Standing.OFF_TRACK, Standing.AT_RISK, Standing.ON_TRACK, Standing.UNKNOWN)
_AT_LENGTH = frozenset({DigestState.NEWS, DigestState.PREVIEW})
CHANGES = {
    ChangeSort.NOW_UNLINKED: plural_ids("{number} newly unlinked", "{number} newly unlinked"),
    ChangeSort.NOW_LINKED: plural_ids("{number} now linked", "{number} now linked"),
    ChangeSort.SET_ASIDE: plural_ids("{number} set aside", "{number} set aside"),
    ChangeSort.MOVED: plural_ids("{number} moved to another key result", "{number} moved to other key results"),
    ChangeSort.CAME: plural_ids("{number} came in", "{number} came in"),
    ChangeSort.WENT: plural_ids("{number} left", "{number} left"),
    ChangeSort.OTHER: plural_ids("{number} judged otherwise", "{number} judged otherwise"),
}


def ours(text: str) -> Sentence:
    return (Piece(text, is_value=False),)


def value(text: str) -> Sentence:
    return (Piece(text, is_value=True),)


def write(sentence: Sentence) -> str:
    return "".join(piece.text for piece in sentence)


def join(sentences: Iterable[Sentence]) -> Sentence:
    joined: list[Piece] = []
    for sentence in sentences:
        joined += (*(ours(BETWEEN) if joined else ()), *sentence)
    return tuple(joined)


def say_title(digest: Digest, words: Words) -> Sentence:
    """`Sprint work and OKRs · Payments · week 48, 23 to 29 Nov 2026`, with the notice of sample data."""
    return join(
        (
            *((ours(words.text("SAMPLE DATA")),) if digest.is_sample else ()),
            ours(words.text("Sprint work and OKRs")),
            value(cut(digest.team, LONGEST_TEAM)) if digest.team else ours(words.text("all teams")),
            ours(f"{words.week(digest.week)}, {words.week_dates(digest.week)}"),
        )
    )


def begin(sentence: Sentence) -> Sentence:
    """With a capital letter where our own words begin it."""
    first, *rest = sentence
    return sentence if first.is_value else (Piece(first.text[:1].upper() + first.text[1:], is_value=False), *rest)


def say_short(digest: Digest, words: Words) -> Sentence:
    """All there is to say where nothing is to be done, or nothing changed."""
    if digest.state is DigestState.CLEAN:
        opening = words.text("Nothing is unlinked, thank you")
    elif digest.state is DigestState.UNCHANGED:
        opening = words.plural(
            "Unchanged for {number} week", "Unchanged for {number} weeks", digest.quiet_weeks + 1
        )  # fmt: skip
    else:
        opening = words.text("Nothing is posted, since nothing changed")
    return (*ours(f"{opening}: "), *say_figures(digest, words))


def say_figures(digest: Digest, words: Words) -> Sentence:
    """Coverage, what is unlinked, and key results without work, with the steps since the digest before.

    Of one line only what it is about: where nothing is unlinked, not that nothing is.
    """
    figures = [_say_coverage(digest, words)]
    if digest.state is not DigestState.CLEAN:
        figures.append(_say_unlinked(digest, words))
    if digest.idle and digest.state in _AT_LENGTH:
        figures.append(
            words.plural_sentence(
                "{number} key result has no work", "{number} key results have no work", len(digest.idle)
            )
        )
    return join(figures)


def _say_coverage(digest: Digest, words: Words) -> Sentence:
    if digest.coverage is None and digest.withheld == digest.reason:
        return ours(words.text("coverage is withheld"))
    if digest.coverage is None:
        return words.sentence(
            "coverage is withheld: {reason}", reason=cut(retell(digest.withheld, words), LONGEST_REASON)
        )
    said = words.sentence(_COVERAGE[digest.lens], share=words.percent(digest.coverage))
    return (*said, *_in_brackets(words.points(digest.coverage, digest.coverage_before)))


def _say_unlinked(digest: Digest, words: Words) -> Sentence:
    said = words.plural_sentence("{number} unlinked", "{number} unlinked", digest.unlinked)
    return (*said, *_in_brackets(words.step(digest.unlinked, digest.unlinked_before)))


def _in_brackets(step: str) -> Sentence:
    return ours(f" ({step})") if step else ()


def say_changes(digest: Digest, words: Words) -> Sentence:
    """`Since week 47: 3 newly unlinked · 12 now linked`; empty where there is nothing to compare with."""
    if not digest.before_week:
        return ()
    counted = Counter(change.sort for change in digest.changes)
    said = [words.plural_sentence(*CHANGES[sort], counted[sort]) for sort in ChangeSort if counted[sort]]
    told = join(said) if said else ours(words.text("nothing changed"))
    return (*ours(words.text("Since {week}: ", week=words.week(digest.before_week))), *told)


def count_by_team(changes: Iterable[ChangeNote], words: Words) -> list[tuple[str, int]]:
    """By the name that is shown, in alphabetical order."""
    return sorted(
        Counter(name_team(change.team, words) for change in changes).items(),
        key=lambda pair: (pair[0].casefold(), pair),
    )


def say_trend(points: Sequence[WeekPoint], goal: float, words: Words) -> str:
    """A line of bars with gaps where nothing is known; empty where too little is known."""
    known = [point.coverage for point in points if point.coverage is not None]
    if len(known) < FEWEST_KNOWN:
        return ""
    weeks = words.plural("{number} week", "{number} weeks", len(points))
    least, most = words.percent(min(known)), words.percent(max(known))
    return words.text(
        "{bars} {weeks}, from {least} to {most}, goal {goal}",
        bars=draw_weeks(points),
        weeks=weeks,
        least=least,
        most=most,
        goal=words.percent(goal),
    )


def draw_weeks(points: Iterable[WeekPoint]) -> str:
    values = [point.coverage for point in points]
    strokes = iter(draw_values([one for one in values if one is not None]))
    return "".join(_GAP if one is None else next(strokes) for one in values)


def say_stands(digest: Digest, words: Words) -> str:
    """`60 teams: 🔴 15 off track · 🟡 15 at risk · …`: never which is the first and which the last."""
    stands = [standing(note.coverage, digest.goal, digest.warn) for note in digest.teams]
    lights = (f"{LIGHTS[one]} {words.number(stands.count(one))} {words.text(STANDINGS[one])}" for one in _BY_STANDING)
    teams = words.plural("{number} team", "{number} teams", len(digest.teams))
    return f"{teams}: {BETWEEN.join(lights)}"


def say_team(note: TeamNote, digest: Digest, words: Words) -> Sentence:
    """`🟢 Mobile 83 % (▲ 4) · 4 unlinked (±0)`: the light is said in words too, since colour never stands alone."""
    light = standing(note.coverage, digest.goal, digest.warn)
    step = _in_brackets(words.step(note.unlinked, note.unlinked_before))
    return (*say_team_in_short(note, digest, words), *step, *ours(f"{BETWEEN}{words.text(STANDINGS[light])}"))


def say_team_in_short(note: TeamNote, digest: Digest, words: Words) -> Sentence:
    """`🟢 Mobile 83 % (▲ 4) · 4 unlinked`."""
    light = standing(note.coverage, digest.goal, digest.warn)
    share = value(words.percent(note.coverage)) if note.coverage is not None else ours(words.text("withheld"))
    named = (*ours(f"{LIGHTS[light]} "), *value(name_team(note.team, words)), *ours(" "), *share)
    unlinked = words.plural_sentence("{number} unlinked", "{number} unlinked", note.unlinked)
    return join(((*named, *_in_brackets(words.points(note.coverage, note.coverage_before))), unlinked))


def name_team(team: str, words: Words) -> str:
    return cut(team, LONGEST_TEAM) or words.text("(no team)")


def say_points(points: float, words: Words) -> str:
    """Whole numbers decide the form: half a point is written like many."""
    return words.text("1 point") if points == 1 else words.text("{points} points", points=words.number(points))


def say_health(health: str, words: Words) -> str:
    return words.text(_HEALTHS[health]) if health in _HEALTHS else health


def say_until(note: ItemNote, words: Words) -> Sentence:
    """Of an exemption that ends; what is no day stands as it is."""
    try:
        day = words.day(date.fromisoformat(note.because))
    except ValueError:
        day = note.because
    return words.sentence("until {day}", day=day)


def say_closed(digest: Digest, words: Words) -> str:
    """Empty where every channel takes what it gets."""
    names = digest.closed_channels
    if not names:
        return ""
    return words.plural(*_CLOSED, len(names), names=cut(", ".join(names), LONGEST_NAMES))


def name_source(source: str) -> str:
    return _TRACKERS.get(source, cut(source, LONGEST_TEAM))


def say_freshness(digest: Digest, words: Words) -> str:
    """`Jira Mon 09:02 · Linear Mon 09:03`; of many sources only the oldest moment."""
    zone = digest.timezone
    if len(digest.sources) > MOST_SOURCES:
        oldest = words.moment(digest.data_as_of, zone)
        number = words.number(len(digest.sources))
        return words.text("{number} sources, read {oldest} or later", number=number, oldest=oldest)
    return BETWEEN.join(
        f"{name_source(note.source)} {words.day_and_time(note.complete_at, zone)}"
        for note in digest.sources
        if note.complete_at is not None
    )


def say_banners(digest: Digest, words: Words) -> Iterator[str]:
    """What is known of each source that is not fresh, as many as there is room for."""
    unsound = [note for note in digest.sources if note.state != SourceState.FRESH or note.failure]
    for note in unsound[:MOST_SOURCES]:
        yield _say_unsound(note, digest, words)
    if (more := len(unsound) - MOST_SOURCES) > 0:
        yield words.plural(*_MORE_SOURCES, more)


def _say_unsound(note: SourceNote, digest: Digest, words: Words) -> str:
    """What failed is for administrators, and stands as it was said."""
    told = _say_source(note, digest, words)
    if not note.failure or digest.state is not DigestState.WITHHELD:
        return told
    return words.text("{source}; what failed: {failure}", source=told, failure=cut(note.failure, LONGEST_REASON))


def _say_source(note: SourceNote, digest: Digest, words: Words) -> str:
    name = name_source(note.source)
    if note.complete_at is None:
        return words.text("{source}: never read to the end", source=name)
    is_near = digest.made_at - note.complete_at < _WEEKDAY_SAYS_ENOUGH
    say = words.day_and_time if is_near else words.moment
    return words.text(
        "{source}: last complete sync {at}, {age}",
        source=name,
        at=say(note.complete_at, digest.timezone),
        age=words.age(note.complete_at, digest.made_at),
    )
