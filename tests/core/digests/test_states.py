"""What is said aloud, what stays unsaid, and what nobody can be sure of."""

from dataclasses import replace
from datetime import timedelta

import pytest

from align_sync.digests.model import Digest, DigestKind, DigestState, WeekPoint
from align_sync.digests.past import find_before
from align_sync.digests.policy import DigestPolicy
from align_sync.digests.trust import choose_sources, find_unusable, narrow_sources
from align_sync.linking.evidence import Bucket
from align_sync.reports.changes import Changes, compare
from align_sync.reports.model import AlignmentReport, SourceLine, SourceState
from tests.core.digests.made import make, make_earlier, make_report
from tests.core.reports.built import build
from tests.make import NOW, make_report_item, make_source

PREVIEW = DigestPolicy(preview_first=True)
OLD = make_source(complete_at=NOW - timedelta(hours=7))
LOST = make_source("linear", complete_at=NOW - timedelta(days=8))
NEVER = make_source("linear", state=SourceState.NEVER, complete_at=None)
EARLIER = make_earlier()
QUIET = tuple(make_earlier(f"2026-W{week}", DigestState.QUIET) for week in (45, 46, 47))


def earlier(state: DigestState) -> Digest:
    return make_earlier(state=state)


@pytest.mark.parametrize(
    ("report", "history", "policy", "state", "reason"),
    [
        (make_report(), (), DigestPolicy(), "news", ""),
        (make_report(), (), PREVIEW, "preview", ""),
        (make_report(), (earlier(DigestState.WITHHELD),), PREVIEW, "preview", ""),
        (make_report(), (earlier(DigestState.PREVIEW),), PREVIEW, "news", ""),
        (make_report(unlinked=0), (), DigestPolicy(), "clean", ""),
        (make_report(), (EARLIER,), DigestPolicy(), "quiet", ""),
        (make_report(), (EARLIER,), DigestPolicy(quiet_if_unchanged=False), "news", ""),
        (make_report(), (replace(EARLIER, coverage=0.81),), DigestPolicy(), "quiet", ""),
        (make_report(), (replace(EARLIER, coverage=0.8101),), DigestPolicy(), "news", ""),
        (make_report(), (replace(EARLIER, coverage=None),), DigestPolicy(), "news", ""),
        (make_report(), (replace(EARLIER, unlinked_hash="x"),), DigestPolicy(), "news", ""),
        (make_report(), (earlier(DigestState.CLEAN),), DigestPolicy(), "quiet", ""),
        (make_report(), (earlier(DigestState.UNCHANGED),), DigestPolicy(), "quiet", ""),
        (make_report(), (earlier(DigestState.PARTIAL),), DigestPolicy(), "news", ""),
        (make_report(), (make_earlier("2026-W44"), *QUIET[1:]), DigestPolicy(), "quiet", ""),
        (make_report(), (make_earlier("2026-W44"), *QUIET), DigestPolicy(), "unchanged", ""),
        (make_report(), (EARLIER,), DigestPolicy(remind_after_weeks=1), "unchanged", ""),
        # A slow drift is told once it is far enough from what was said.
        (make_report(), (make_earlier("2026-W44", coverage=0.785), *QUIET), DigestPolicy(), "news", ""),
        (make_report(sources=(OLD,)), (), DigestPolicy(), "partial", "the data is not complete"),
        (make_report(sources=(OLD,)), (), PREVIEW, "withheld", "the first digest waits until the data is complete"),
        (make_report(sources=(OLD,)), (), DigestPolicy(fresh=timedelta(hours=8)), "news", ""),
        (make_report(sources=(make_source(failure="x", state=SourceState.PARTIAL),)), (), DigestPolicy(), "partial",
         "the data is not complete"),
        (make_report(sources=(make_source(), NEVER)), (), DigestPolicy(), "partial",
         "left out, since it is too old or was never read: linear"),
        (make_report(sources=()), (), DigestPolicy(), "withheld", "no source is set up"),
        (make_report(sources=(LOST, NEVER)), (), DigestPolicy(), "withheld", "no source can be used"),
        # Never "all linked" where nothing is there.
        (make_report(0, 0), (), DigestPolicy(), "partial", "no item is in scope"),
    ],
)  # fmt: skip
def test_the_state_follows_from_the_data_and_from_what_was_said(
    report: AlignmentReport, history: tuple[Digest, ...], policy: DigestPolicy, state: str, reason: str
) -> None:
    digest = make(report, *history, policy=policy)

    assert (digest.state.value, digest.reason) == (state, reason)
    names = (digest.largest, digest.unlinked_items, digest.dead_links, digest.changes, digest.expiring, digest.idle)
    assert state not in {"partial", "withheld"} or not any(names)


def test_with_force_nothing_is_kept_quiet() -> None:
    assert make(make_report(), EARLIER, force=True).state is DigestState.NEWS


@pytest.mark.parametrize("has_changes", [True, False])
@pytest.mark.parametrize(
    ("items", "unlinked", "force", "state"),
    [
        ((20, 10), (12, 4), False, "partial"),
        ((20, 10), (12, 4), True, "news"),
        ((20, 10), (15, 5), False, "news"),
        ((20, 10), (20, 4), False, "news"),
        ((20, 0), (12, 0), False, "quiet"),
    ],
)
def test_a_fall_that_looks_like_loss_is_held_until_a_person_says_that_it_is_right(
    items: tuple[int, int], unlinked: tuple[int, int], force: bool, state: str, has_changes: bool
) -> None:
    then, now = make_report(*items), make_report(*unlinked)
    before = replace(make(then, week="2026-W47"), made_at=NOW - timedelta(weeks=1))

    changes = compare(then, now, decided={}, book=()) if has_changes else None
    digest = make(now, before, before=before, changes=changes, force=force)

    assert digest.state.value == state
    assert (before.items, digest.items) == (sum(items), sum(unlinked))
    shown = replace(before, state=DigestState.PREVIEW)
    assert (make(now, shown, force=force).state.value == "partial") == (state == "partial"), "whoever saw it"
    older = replace(before, items=0)
    assert make(now, older, before=older).state is not DigestState.PARTIAL, "nobody knows how many there were"
    assert ("fell from 10 to 4 while the items in scope fell from 30 to 16" in digest.reason) == (state == "partial")


def test_deltas_are_taken_only_from_a_digest_whose_figures_hold() -> None:
    unsure, sure = earlier(DigestState.PARTIAL), make_earlier("2026-W45")

    assert make(before=unsure).coverage_before is None
    assert make(before=earlier(DigestState.PREVIEW)).coverage_before is None, "its readers never saw that"
    assert find_before("2026-W48", (earlier(DigestState.PREVIEW), sure)) == sure
    found = find_before("2026-W48", (unsure, sure))
    assert found == sure
    digest = make(before=found)
    assert (digest.coverage_before, digest.unlinked_before, digest.before_week) == (0.8, 2, "2026-W45")
    assert find_before("2026-W45", (unsure, sure)) is None


def test_a_source_that_is_too_old_is_left_out_and_named() -> None:
    lines = (make_source(), LOST)
    theirs = make_report_item("LIN-1", source="linear", team="Search")
    digest = make(make_report(8, 2, theirs, sources=lines))
    leadership = make(make_report(8, 2, theirs, sources=lines), kind=DigestKind.LEADERSHIP)

    assert find_unusable(lines, DigestPolicy(), NOW) == {"linear"}
    assert (digest.unlinked, digest.coverage, digest.state) == (2, None, DigestState.PARTIAL)
    assert digest.withheld == digest.reason == "left out, since it is too old or was never read: linear"
    assert (leadership.state, leadership.coverage, leadership.teams) == (DigestState.PARTIAL, None, ())


def test_figures_without_the_sources_that_were_left_out_stand() -> None:
    digest = make(make_report(), left_out=(LOST,))

    assert (digest.state, digest.coverage, digest.unlinked) == (DigestState.PARTIAL, 0.8, 2)
    assert [note.source for note in digest.sources] == ["jira", "linear"]


def test_the_trend_has_twelve_weeks_and_gaps_where_nothing_is_certain() -> None:
    history = (
        make_earlier("2026-W30"),
        make_earlier("2026-W45", coverage=0.5),
        make_earlier("2026-W46", DigestState.PARTIAL),
        replace(make_earlier("2026-W47", coverage=0.1), made_at=NOW - timedelta(weeks=2)),
        make_earlier("2026-W47", coverage=0.6),
    )

    assert make(make_report(), *history).trend == (
        WeekPoint(label="2026-W45", coverage=0.5),
        WeekPoint(label="2026-W46", coverage=None),
        WeekPoint(label="2026-W47", coverage=0.6),
        WeekPoint(label="2026-W48", coverage=0.8),
    )
    full = [make_earlier(f"2026-W{week}") for week in range(20, 48)]
    assert len(make(make_report(), *full).trend) == 12
    assert [point.label for point in make(make_report(), make_earlier("2026-W53"), week="2027-W01").trend] == [
        "2026-W53", "2027-W01",
    ]  # fmt: skip


def test_a_partial_or_withheld_week_is_a_gap_itself() -> None:
    assert make(make_report(sources=(OLD,))).trend == ()
    assert make(make_report(sources=(LOST,))).coverage is None


def test_leadership_gets_totals_and_no_names() -> None:
    then, now = make_report(8, 3), make_report(8, 2, make_report_item("X-1", team="Ads"), make_report_item(team=""))
    changes: Changes = compare(then, now, decided={}, book=())
    before = replace(make(then, kind=DigestKind.LEADERSHIP, week="2026-W47"), made_at=NOW - timedelta(weeks=1))
    digest = make(now, kind=DigestKind.LEADERSHIP, before=before, changes=changes)

    assert [note.team for note in digest.teams] == ["", "Ads", "Payments"]
    assert [note.unlinked_before for note in digest.teams] == [None, None, 3]
    assert {change.key + change.title for change in digest.changes} == {""}
    assert len(digest.changes) == len(changes.changes)
    assert not digest.largest
    assert not digest.unlinked_items


@pytest.mark.parametrize(
    ("items", "sprints", "kinds", "own"),
    [
        # Where it has work, and where its settings say that it works, though nothing was read there yet.
        (("linear",), (), (), ["linear"]),
        (("linear",), (), ("jira",), ["jira", "jira-2", "linear"]),
        (("jira", "linear"), (), (), ["jira", "linear"]),
        (("jira",), ("linear",), (), ["jira", "linear"]),
        ((), (), ("linear",), ["linear"]),
        # Nobody knows where the work is.
        ((), (), (), ["jira", "jira-2", "linear", "other"]),
    ],
)
def test_a_team_is_judged_by_the_sources_of_its_own_work(
    items: tuple[str, ...], sprints: tuple[str, ...], kinds: tuple[str, ...], own: list[str]
) -> None:
    lines = tuple(map(make_source, ("jira", "jira-2", "linear", "other")))
    report = build(*(make_report_item(f"X-{source}", source=source) for source in items), sources=lines)
    shown = tuple(replace(report.sprints[0], source=source) for source in (*items, *sprints))

    assert [one.source for one in choose_sources(replace(report, sprints=shown), kinds)] == own


def test_a_report_of_fewer_sources_is_as_old_as_the_oldest_of_them() -> None:
    lines = (make_source(), make_source("linear", complete_at=NOW), NEVER)
    report = make_report(sources=lines)

    assert narrow_sources(report, lines[1:2]).data_as_of == NOW
    assert narrow_sources(report, lines[2:]).data_as_of is None


def line(source: str, failure: str = "") -> SourceLine:
    return make_source(source, failure=failure)


def test_a_source_that_failed_is_not_trusted_however_fresh() -> None:
    assert make(make_report(sources=(line("jira", "it timed out"),))).state is DigestState.PARTIAL


def test_closed_channels_and_the_bucket_of_the_unknown_are_kept() -> None:
    digest = make(make_report(30, 2, make_report_item("PAY-9", Bucket.UNKNOWN)), closed_channels=("z", "a"))

    assert digest.closed_channels == ("a", "z")
    assert digest.unlinked == 2
