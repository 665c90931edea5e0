"""The sentences of a digest as lines for Slack; each says one thing and is short."""

from collections import Counter
from collections.abc import Iterable, Iterator

from align_sync.digests.model import ChangeSort, Digest, DigestKind, ItemNote, KeyResultNote, SourceNote, TeamNote
from align_sync.digests.reasons import retell
from align_sync.digests.render.slack_text import LONGEST_TITLE, Line, Span, code, link, name, say, tell
from align_sync.digests.words import Words
from align_sync.reports.commands import ACTIONABLE, command_of
from align_sync.reports.model import Filters, Lens, SourceState
from align_sync.reports.words import SAMPLE_NOTICE, team_name

MOST_NAMED = 4
MOST_SOURCES = 6
DOT = say(" · ")
LIGHTS = ("🟢", "🟡", "🔴", "⚪")
LONGEST_REASON = 400
_ARROW, _ARROW_ON = say("→ "), say(" → ")


def join(lines: Iterable[Line], between: Line = DOT) -> Line:
    """One line of several, the empty ones left out."""
    joined: Line = ()
    for line in lines:
        if line:
            joined += (between if joined else ()) + line
    return joined


def title(digest: Digest, words: Words) -> Line:
    sample = say(SAMPLE_NOTICE) if digest.is_sample else ()
    is_team = digest.kind is DigestKind.TEAM
    whose = (name(team_name(digest.team)),) if is_team else say(words.text("all teams"))
    return join((sample, say(words.text("Sprint work and OKRs")), whose, say(words.week(digest.week))))


def headline(digest: Digest, words: Words) -> Line:
    """How much serves a key result, how much is unlinked, and which way both went."""
    return join((_coverage(digest, words), _unlinked(digest, words), _count_idle(digest, words)))


def _coverage(digest: Digest, words: Words) -> Line:
    if digest.coverage is None:
        return tell(words.sentence("no share is told: {reason}", reason=retell(digest.withheld, words)))
    messages = {
        Lens.ITEMS: "{share} of items serve a key result",
        Lens.POINTS: "{share} of points serve a key result",
        Lens.DAYS: "{share} of the work in progress serves a key result",
    }
    said = tell(words.sentence(messages[digest.lens], share=words.percent(digest.coverage)))
    return said + _step(words.points(digest.coverage, digest.coverage_before))


def _unlinked(digest: Digest, words: Words) -> Line:
    said = tell(words.plural_sentence("{number} unlinked", "{number} unlinked", digest.unlinked))
    return said + _step(words.step(digest.unlinked, digest.unlinked_before))


def _count_idle(digest: Digest, words: Words) -> Line:
    one, many = "{number} key result has no work", "{number} key results have no work"
    return tell(words.plural_sentence(one, many, len(digest.idle))) if digest.idle else ()


def _step(step: str) -> Line:
    return say(f" ({step})") if step else ()


def changed(digest: Digest, words: Words) -> Line:
    """What happened since the digest before, counted; empty where nothing did."""
    counted = Counter(change.sort for change in digest.changes)
    if not counted:
        return ()
    told = (tell(words.sentence(message, number=words.number(counted[sort]))) for sort, message in sorts(counted))
    since = say(words.text("since {week}", week=words.week(digest.before_week)) + ": ") if digest.before_week else ()
    return since + join(told)


def sorts(counted: Iterable[ChangeSort]) -> Iterator[tuple[ChangeSort, str]]:
    """The sorts that occur, in the order in which they matter."""
    present = set(counted)
    for sort, message in (
        (ChangeSort.NOW_UNLINKED, "{number} now unlinked"),
        (ChangeSort.NOW_LINKED, "{number} now linked"),
        (ChangeSort.SET_ASIDE, "{number} set aside"),
        (ChangeSort.MOVED, "{number} moved to another key result"),
        (ChangeSort.CAME, "{number} came in"),
        (ChangeSort.WENT, "{number} went out"),
        (ChangeSort.OTHER, "{number} otherwise changed"),
    ):
        if sort in present:
            yield sort, message


def item(note: ItemNote, words: Words) -> Line:
    return (link(note.key, note.address), *say(" "), name(note.title, LONGEST_TITLE), *_points(note, words))


def _points(note: ItemNote, words: Words) -> Line:
    if note.points is None:
        return ()
    return say(" · " + words.text("{number} pts", number=words.number(note.points)))


def fix(note: ItemNote, words: Words) -> Line:
    """What can be done about it: the first command, and what it is likely meant to serve."""
    guess = tell(words.sentence("looks like {key_result}", key_result=note.right_key)) if note.right_key else ()
    command = (code(note.fixes[0].command),) if note.fixes else ()
    told = join((guess, command), say(": "))
    return _ARROW + told if told else ()


def dead_link(note: ItemNote) -> Line:
    """`PAY-1 okr/ret-09 → KR-2.1`: what it says, and what that may mean."""
    wrong = (link(note.key, note.address), *say(" "), name(note.wrong_name))
    return (*wrong, *_ARROW_ON, name(note.right_key, is_bold=True)) if note.right_key else wrong


def listed(label: str, lines: tuple[Line, ...], words: Words) -> Line:
    """`Without work: KR-2.1, KR-2.3 and 3 more`; empty where there is nothing to list."""
    if not lines:
        return ()
    shown, more = lines[:MOST_NAMED], len(lines) - MOST_NAMED
    rest = say(" " + words.text("and {number} more", number=words.number(more))) if more > 0 else ()
    return say(f"{label}: ") + join(shown, say(", ")) + rest


def key_result(note: KeyResultNote, words: Words) -> Line:
    """In short: the key, and how it stands."""
    health = {"off track": words.text("off track"), "at risk": words.text("at risk")}.get(note.health)
    stand = say(f" ({health}, {words.percent(note.progress)})") if health else ()
    return (name(note.key, is_bold=True), *stand)


def team(note: TeamNote, digest: Digest, words: Words) -> Line:
    """`🟢 Mobile 83 % (▲ 4) · 4 unlinked`."""
    step = _step(words.points(note.coverage, note.coverage_before))
    unlinked = words.plural("{number} unlinked", "{number} unlinked", note.unlinked)
    return (
        *say(light(note.coverage, digest) + " "),
        name(team_name(note.team), is_bold=True),
        *say(f" {words.percent(note.coverage)}"),
        *step,
        *say(f" · {unlinked}"),
    )


def light(coverage: float | None, digest: Digest) -> str:
    """A colour beside the figure, never in its place."""
    good, fair, poor, unknown = LIGHTS
    if coverage is None:
        return unknown
    if coverage >= digest.goal:
        return good
    return fair if coverage >= digest.warn else poor


def small_print(digest: Digest, words: Words) -> Line:
    """How old the data is, which command lists everything, and what could not be delivered."""
    sources = [_source(note, digest, words) for note in digest.sources[:MOST_SOURCES]]
    closed = ", ".join(digest.closed_channels[:MOST_NAMED])
    told = tell(words.sentence("closed after a refusal: {channels}", channels=closed)) if closed else ()
    mend = join((told, (code("align-sync doctor"),)), say(", ")) if closed else ()
    everything = (*say(words.text("all of it") + ": "), code(list_all(digest)))
    return join((*sources, everything, mend))


def _source(note: SourceNote, digest: Digest, words: Words) -> Line:
    if note.complete_at is None:
        return (name(note.source), *say(" " + words.text("never read")))
    return (name(note.source), *say(" " + words.day_and_time(note.complete_at, digest.timezone)))


def list_all(digest: Digest) -> str:
    teams = (team_name(digest.team),) if digest.kind is DigestKind.TEAM else ()
    return command_of(Filters(teams=teams, buckets=ACTIONABLE))


def unsound_sources(digest: Digest, words: Words) -> Line:
    """`jira: last complete reading Tue 09:12, 3 d ago`, for those that are not fresh or that failed."""
    unsound = [note for note in digest.sources if note.state != SourceState.FRESH or note.failure]
    return join(_age(note, digest, words) for note in unsound[:MOST_SOURCES])


def _age(note: SourceNote, digest: Digest, words: Words) -> Line:
    if note.complete_at is None:
        return (name(note.source, is_bold=True), *say(": " + words.text("never read")))
    told = words.text(
        "last complete reading {time}, {age}",
        time=words.moment(note.complete_at, digest.timezone),
        age=words.age(note.complete_at, digest.made_at),
    )
    return (name(note.source, is_bold=True), *say(f": {told}"))


def reason(digest: Digest, words: Words) -> Span:
    """Why it is as it is."""
    return name(retell(digest.reason or digest.withheld, words), LONGEST_REASON)
