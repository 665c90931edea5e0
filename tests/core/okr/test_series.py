"""Which readings count: restatements, breaks, failures, and that nothing bad ever changes what is known."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from align_sync.okr.metrics import SourceKind
from align_sync.okr.readings import Reading, ReadingStatus
from align_sync.okr.series import Series, choose_series

BEGINNING = datetime(2026, 10, 1, 12, tzinfo=UTC)
OK, STALE, FAILED, QUARANTINED = ReadingStatus.OK, ReadingStatus.STALE, ReadingStatus.FAILED, ReadingStatus.QUARANTINED


def make(
    of: int, value: float | None, *, told: int | None = None, status: ReadingStatus = OK, series: str = "now"
) -> Reading:
    """A reading of a day, told on that day or on another one."""
    return Reading(
        metric="m",
        as_of_at=BEGINNING + timedelta(days=of),
        value=value,
        source=SourceKind.SQL,
        series=series,
        status=status,
        recorded_at=BEGINNING + timedelta(days=of if told is None else told),
    )


def values(series: Series) -> list[float | None]:
    return [reading.value for reading in series.good]


def test_nothing_read_is_nothing_known() -> None:
    assert choose_series([]) == Series()
    assert Series().last is None


def test_of_one_moment_the_reading_recorded_last_counts() -> None:
    series = choose_series([make(1, 5.0), make(2, 6.0), make(1, 4.0, told=3)])

    assert values(series) == [4.0, 6.0]
    assert series.last == make(2, 6.0)


def test_a_value_that_comes_late_takes_its_place_in_time() -> None:
    assert values(choose_series([make(5, 7.0), make(1, 4.0, told=9), make(3, 5.0, told=8)])) == [4.0, 5.0, 7.0]


def test_zero_is_a_value_and_one_that_was_old_when_read_is_good() -> None:
    assert values(choose_series([make(1, 0.0), make(2, 3.0, status=STALE)])) == [0.0, 3.0]


def test_a_changed_definition_begins_anew() -> None:
    series = choose_series([make(1, 5.0, series="old"), make(2, 6.0, series="old"), make(3, 60.0)])

    assert values(series) == [60.0]
    assert series.began_at == BEGINNING + timedelta(days=3)
    assert [reading.value for reading in series.earlier] == [5.0, 6.0]


def test_the_definition_in_force_is_that_of_the_newest_record_and_not_of_the_newest_day() -> None:
    filled_in = [make(2, 20.0, told=9), make(1, 10.0, told=9)]

    series = choose_series([make(5, 7.0, series="old"), *filled_in])

    assert values(series) == [10.0, 20.0]
    assert series.began_at == BEGINNING + timedelta(days=1)


def test_a_first_reading_that_failed_does_not_begin_a_series() -> None:
    failed = make(2, None, status=FAILED, series="new")

    series = choose_series([make(1, 5.0), failed])

    assert (values(series), series.failure, series.began_at) == ([5.0], failed, None)


def test_only_what_failed_after_the_last_good_one_is_told() -> None:
    before, after, last = (make(day, None, status=FAILED) for day in (1, 3, 4))

    assert choose_series([before, make(2, 5.0)]).failure is None
    assert choose_series([before, make(2, 5.0), last, after]).failure == last
    assert choose_series([before, after]) == Series(failure=after)


def test_a_value_filled_in_for_an_earlier_day_does_not_hide_a_failure() -> None:
    failed = make(3, None, status=FAILED)

    assert choose_series([make(2, 5.0), failed, make(1, 4.0, told=9)]).failure == failed


def test_a_quarantined_value_never_counts_until_it_is_released() -> None:
    held = make(2, 900.0, status=QUARANTINED)

    assert choose_series([make(1, 5.0), held]).last == make(1, 5.0)
    assert choose_series([make(1, 5.0), held]).failure == held
    assert choose_series([make(1, 5.0), held, make(1, 800.0, told=3, status=QUARANTINED)]).last == make(1, 5.0)
    released = choose_series([make(1, 5.0), held, make(2, 900.0, told=4)])
    assert (values(released), released.failure) == ([5.0, 900.0], None)


def test_records_of_one_instant_count_in_the_order_of_the_store() -> None:
    def stored(number: int, value: float) -> Reading:
        return Reading(
            metric="m",
            as_of_at=BEGINNING,
            value=value,
            source=SourceKind.SQL,
            series="now",
            status=OK,
            recorded_at=BEGINNING,
            reading_id=number,
        )

    assert values(choose_series([stored(2, 20.0), stored(1, 10.0)])) == [20.0]


def test_what_was_known_then_stays_known() -> None:
    told = [make(1, 5.0), make(2, 6.0), make(1, 4.0, told=3), make(4, 40.0, series="new")]

    def known(day: int) -> Series:
        return choose_series(one for one in told if one.recorded_at <= BEGINNING + timedelta(days=day))

    assert [values(known(day)) for day in (0, 1, 2, 3, 4)] == [[], [5.0], [5.0, 6.0], [4.0, 6.0], [40.0]]


good = st.builds(
    make,
    of=st.integers(0, 20),
    value=st.floats(-9, 9),
    told=st.integers(20, 40),
    status=st.sampled_from((OK, STALE)),
    series=st.sampled_from(("old", "now")),
)
bad = st.builds(
    make,
    of=st.integers(0, 20),
    value=st.none(),
    told=st.integers(0, 60),
    status=st.just(FAILED),
    series=st.sampled_from(("old", "now", "new")),
) | st.builds(make, of=st.integers(0, 20), value=st.floats(-9, 9), told=st.integers(0, 60), status=st.just(QUARANTINED))


@given(st.lists(good, max_size=8), st.lists(bad, max_size=4))
def test_a_bad_reading_never_changes_what_counts(told: list[Reading], added: list[Reading]) -> None:
    plain, spoiled = choose_series(told), choose_series([*added, *told])

    assert (plain.good, plain.began_at, plain.earlier) == (spoiled.good, spoiled.began_at, spoiled.earlier)


@given(st.lists(good, max_size=8, unique_by=lambda one: one.recorded_at), st.data())
def test_the_order_in_which_they_are_handed_over_does_not_matter(told: list[Reading], choose: st.DataObject) -> None:
    assert choose_series(told) == choose_series(choose.draw(st.permutations(told)))


def test_elsewhere_what_a_person_set_is_lost_with_the_next_value_that_a_machine_reads() -> None:
    theirs: dict[str, float] = {}
    theirs["value"] = 6.0  # a person corrects what was read
    theirs["value"] = 7.0  # and the source tells the next one

    corrected = replace(make(1, 6.0, told=2), author="giulia", reason="the export had counted tests")
    ours = choose_series([make(1, 9.0), corrected, make(3, 7.0)])

    assert theirs == {"value": 7.0}
    assert ours.good == (corrected, make(3, 7.0))
    assert (ours.good[0].author, ours.good[0].reason) == ("giulia", "the export had counted tests")
