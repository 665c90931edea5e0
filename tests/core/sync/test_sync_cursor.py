"""Where a pull begins, and what absence means: tables and laws."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.errors import UnsafeSweepError
from align_sync.sync.absence import AbsencePlan, Missing, plan_absence
from align_sync.sync.cursor import Progress, Rhythm, SweepKind, Window, next_cursor, plan_window
from tests.make import NOW

RHYTHM = Rhythm(
    overlap=timedelta(minutes=10),
    wide_overlap=timedelta(hours=12),
    wide_every=timedelta(hours=1),
    full_every=timedelta(days=1),
)
CURSOR = NOW - timedelta(minutes=15)
FULL = Window(kind=SweepKind.FULL, since=None, is_wide=True)
NARROW = Window(kind=SweepKind.INCREMENTAL, since=CURSOR - timedelta(minutes=10), is_wide=False)
WIDE = Window(kind=SweepKind.INCREMENTAL, since=CURSOR - timedelta(hours=12), is_wide=True)


def ago(**span: int) -> datetime:
    return NOW - timedelta(**span)


WINDOWS = [
    (Progress(), FULL),
    (Progress(cursor_at=CURSOR), FULL),
    (Progress(full_at=ago(hours=1)), FULL),
    (Progress(cursor_at=CURSOR, full_at=ago(hours=2), wide_at=ago(minutes=15)), NARROW),
    (Progress(cursor_at=CURSOR, full_at=ago(hours=2), wide_at=ago(minutes=59)), NARROW),
    (Progress(cursor_at=CURSOR, full_at=ago(hours=2), wide_at=ago(minutes=60)), WIDE),
    (Progress(cursor_at=CURSOR, full_at=ago(hours=2)), WIDE),
    (Progress(cursor_at=CURSOR, full_at=ago(hours=23, minutes=59), wide_at=ago(minutes=5)), NARROW),
    (Progress(cursor_at=CURSOR, full_at=ago(hours=24), wide_at=ago(minutes=5)), FULL),
    # our clock was set back after the last run
    (Progress(cursor_at=CURSOR, full_at=NOW + timedelta(hours=2), wide_at=NOW + timedelta(hours=2)), NARROW),
]


@pytest.mark.parametrize(("progress", "window"), WINDOWS)
def test_a_run_reads_everything_or_since_the_cursor_less_the_overlap_that_is_due(
    progress: Progress, window: Window
) -> None:
    assert plan_window(progress, RHYTHM, now=NOW) == window


@pytest.mark.parametrize("progress", [progress for progress, _ in WINDOWS])
def test_everything_is_read_where_a_person_asks_for_it(progress: Progress) -> None:
    assert plan_window(progress, RHYTHM, now=NOW, force_full=True) == FULL


instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- bounds are naive by its rules


@given(started_at=instants, server_at=st.none() | instants, previous=st.none() | instants)
def test_a_cursor_never_passes_the_start_of_its_run(
    started_at: datetime, server_at: datetime | None, previous: datetime | None
) -> None:
    cursor = next_cursor(started_at=started_at, server_at=server_at, previous=previous)
    assert cursor <= started_at
    if server_at is not None and (previous is None or previous <= server_at):
        assert cursor <= server_at
    if previous is not None and previous <= started_at:
        assert cursor >= previous


@given(runs=st.lists(st.tuples(st.integers(0, 5_000), st.integers(-300, 300)), min_size=1, max_size=20))
def test_runs_one_after_the_other_leave_no_gap(runs: list[tuple[int, int]]) -> None:
    """Whatever the server's clock says, a run looks back to before the start of the run before it."""
    now, cursor = NOW, None
    before: datetime | None = None
    for seconds, skew in runs:
        now += timedelta(seconds=seconds)
        if before is not None:
            progress = Progress(cursor_at=cursor, full_at=now, wide_at=now)
            since = plan_window(progress, RHYTHM, now=now).since
            assert since is not None
            assert since <= before - RHYTHM.overlap
        cursor = next_cursor(started_at=now, server_at=now + timedelta(seconds=skew), previous=cursor)
        before = now


def missing(count: int, before: int = 0) -> tuple[Missing, ...]:
    return tuple(Missing(external_id=str(number), missed_before=before) for number in range(count))


ABSENCES = [
    # missing, known, how often missed before, how many are gone; None where it is refused
    (0, 0, 0, 0),
    (0, 100, 0, 0),
    (1, 100, 0, 0),
    (1, 100, 1, 1),
    (1, 100, 5, 1),
    (10, 40, 1, 10),  # ten are believed of however few
    (11, 40, 1, None),
    (20, 100, 1, 20),  # a fifth is believed of many
    (21, 100, 1, None),
    (200, 1_000, 0, 0),
    (201, 1_000, 0, None),
    (1, 1, 1, 1),  # the only item may go
    (2, 2, 1, None),  # all of them at once may not
    (5, 5, 0, None),
    (4, 5, 1, 4),
]


@pytest.mark.parametrize(("count", "known", "before", "gone"), ABSENCES)
def test_absence_is_believed_the_second_time_and_only_in_part(
    count: int, known: int, before: int, gone: int | None
) -> None:
    absent = missing(count, before)
    members = {str(number) for number in range(known)}
    if gone is None:
        with pytest.raises(UnsafeSweepError) as caught:
            plan_absence(absent, known_count=known, members=members, source="jira", accept_shrink=False)
        assert str(caught.value) == (
            f"jira: {count} of {known} known items are not there any more, more than is believed at once; check the"
            " account's permissions; if it is true: align-sync sync --source jira --accept-shrink"
        )
        accepted = plan_absence(absent, known_count=known, members=members, source="jira", accept_shrink=True)
        assert accepted == AbsencePlan(gone=tuple(one.external_id for one in absent)), "once said is enough"
        return
    for accept_shrink in (False, True):
        plan = plan_absence(absent, known_count=known, members=members, source="jira", accept_shrink=accept_shrink)
        assert (len(plan.gone), len(plan.suspects)) == (gone, count - gone)


@pytest.mark.parametrize(
    ("members", "believed"), [({"0", "1"}, False), ({"0", "1", "7"}, True), ({"0"}, True), (set(), True)]
)
def test_all_members_of_open_sprints_at_once_are_too_much_however_many_parents_are_left(
    members: set[str], *, believed: bool
) -> None:
    try:
        plan_absence(missing(2, 1), known_count=50, members=members, source="jira", accept_shrink=False)
    except UnsafeSweepError:
        assert not believed
    else:
        assert believed


@given(
    absent=st.lists(st.builds(Missing, external_id=st.text(max_size=3), missed_before=st.integers(0, 3)), max_size=30),
    known=st.integers(0, 200),
    members=st.frozensets(st.text(max_size=3), max_size=5),
    accept_shrink=st.booleans(),
)
def test_everything_missing_is_a_suspect_or_gone_and_no_first_time_is_gone_by_itself(
    absent: list[Missing], known: int, members: frozenset[str], *, accept_shrink: bool
) -> None:
    try:
        plan = plan_absence(
            tuple(absent), known_count=known, members=members, source="jira", accept_shrink=accept_shrink
        )
    except UnsafeSweepError:
        assert not accept_shrink
        return
    assert sorted((*plan.suspects, *plan.gone)) == sorted(one.external_id for one in absent)
    if not accept_shrink:
        first_time = tuple(replace(one, missed_before=0) for one in absent)
        again = plan_absence(first_time, known_count=known, members=members, source="jira", accept_shrink=False)
        assert again.gone == ()
