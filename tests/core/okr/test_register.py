"""What is known of each metric: how sure we are of it, its noise, and what its source told for the baseline."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from align_sync.okr.metrics import Measurability, MetricDefinition, SourceKind, Verification
from align_sync.okr.model import Book, KeyResultState, Metric
from align_sync.okr.readings import Reading, ReadingStatus
from align_sync.okr.register import Register, find_baseline, find_noise, find_users
from tests.make import NOW, make_book, make_kr

DAY = timedelta(days=1)
TODAY = NOW.date()
CHURN = MetricDefinition(name="churn", kind=SourceKind.SQL, query=(("sql", "SELECT 1"),), refresh=7 * DAY, noise=0.3)
READ = Reading(
    metric="churn",
    as_of_at=NOW - DAY,
    value=6.0,
    source=SourceKind.SQL,
    series=CHURN.query_hash,
    status=ReadingStatus.OK,
    recorded_at=NOW - DAY,
    reading_id=1,
)
ANA = Verification(metric="churn", author="Ana", verified_at=NOW - 9 * DAY, query_hash=CHURN.query_hash)


def make_register(
    *readings: Reading, definition: MetricDefinition | None = CHURN, verification: Verification | None = None
) -> Register:
    return Register(
        definitions={} if definition is None else {"churn": definition},
        readings={"churn": readings},
        verifications={} if verification is None else {"churn": verification},
        at=NOW,
        today=TODAY,
    )


FAILED = replace(READ, value=None, status=ReadingStatus.FAILED, recorded_at=NOW, reading_id=2)
LIVE, MANUAL, DECLARED, UNKNOWN = Measurability


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ((), DECLARED),
        ((READ,), LIVE),
        ((replace(READ, status=ReadingStatus.STALE),), LIVE),  # its source answered, with an old value
        ((replace(READ, recorded_at=NOW - 7 * DAY),), LIVE),
        ((replace(READ, recorded_at=NOW - 7 * DAY - timedelta(seconds=1)),), DECLARED),
        # of a day long ago, but read now: the source can be read
        ((replace(READ, as_of_at=NOW - 60 * DAY, recorded_at=NOW),), LIVE),
        ((READ, FAILED), DECLARED),
        ((FAILED, READ), DECLARED),  # in whatever order they come
        ((replace(FAILED, recorded_at=NOW - 2 * DAY, reading_id=0), READ), LIVE),
        ((replace(FAILED, recorded_at=READ.recorded_at, reading_id=9), READ), DECLARED),
        ((replace(READ, status=ReadingStatus.QUARANTINED),), DECLARED),
        ((replace(READ, series="earlier"),), DECLARED),
        ((READ, replace(FAILED, series="earlier")), LIVE),
        ((replace(READ, source=SourceKind.MANUAL, author="Ana"),), DECLARED),
        ((READ, replace(READ, source=SourceKind.MANUAL, author="Ana", recorded_at=NOW)), LIVE),
        ((replace(READ, source=SourceKind.PUSH),), DECLARED),
        ((replace(READ, author="Ana"),), DECLARED),  # released: a person believes it
    ],
)
def test_live_is_what_a_probe_read_well_the_last_time_and_lately(
    readings: tuple[Reading, ...], expected: Measurability
) -> None:
    assert make_register(*readings).measurability_of("churn") is expected


@pytest.mark.parametrize(
    ("verification", "definition", "expected"),
    [
        (ANA, CHURN, MANUAL),
        (replace(ANA, expires_on=TODAY), CHURN, MANUAL),
        (replace(ANA, expires_on=TODAY - DAY), CHURN, DECLARED),
        (ANA, replace(CHURN, query=(("sql", "SELECT 2"),)), DECLARED),
        (ANA, replace(CHURN, refresh=DAY, highest=9.0), MANUAL),  # what is read is the same
        (None, None, UNKNOWN),
        (ANA, None, UNKNOWN),  # of a definition that is gone
        (replace(ANA, query_hash=""), None, MANUAL),
        (replace(ANA, query_hash=""), CHURN, DECLARED),
    ],
)
def test_a_person_answers_for_a_metric_as_it_is_defined_and_as_long_as_he_said(
    verification: Verification | None, definition: MetricDefinition | None, expected: Measurability
) -> None:
    assert make_register(definition=definition, verification=verification).measurability_of("churn") is expected


def test_live_counts_more_than_by_hand() -> None:
    assert make_register(READ, verification=ANA).measurability_of("churn") is LIVE


def in_weeks(*values: float | None) -> tuple[Reading, ...]:
    """One reading a week on Mondays; none where there is None."""
    monday = NOW - NOW.weekday() * DAY
    return tuple(
        replace(READ, value=value, as_of_at=monday - (len(values) - number) * 7 * DAY)
        for number, value in enumerate(values)
        if value is not None
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), None),
        ((1, 2, 1, 2, 1), None),  # four changes
        ((1, 2, 1, 2, 1, 2), (6 / 5) ** 0.5),  # 1 -1 1 -1 1: mean 0.2, squares 3 x 0.64 + 2 x 1.44 = 4.8, over 4
        ((1, 2, 3, 4, 5, 6), 0.0),  # it moves evenly: that is no noise
        ((1, 2, 1, None, 2, 1, 2), None),  # two changes and two: a week without a value gives none
        ((1, 2, 1, 2, None, 9, 8, 9), (6 / 5) ** 0.5),
        ((-1e308, 1e308, -1e308, 1e308, -1e308, 1e308), None),
    ],
)
def test_noise_is_the_deviation_of_the_changes_from_week_to_week(
    values: tuple[float | None, ...], expected: float | None
) -> None:
    assert find_noise(in_weeks(*values)) == (None if expected is None else pytest.approx(expected))


def test_of_several_readings_in_a_week_the_last_counts() -> None:
    weekly = in_weeks(1, 2, 1, 2, 1, 2)
    before = [replace(one, value=50.0, as_of_at=one.as_of_at - timedelta(minutes=1)) for one in weekly]
    mixed = sorted((*weekly, *before), key=lambda one: one.as_of_at)
    assert find_noise(mixed) == find_noise(weekly)


def evidence_for(*readings: Reading, definition: MetricDefinition | None = CHURN, on: date | None = None) -> object:
    metric = Metric(source="sql:churn", baseline=8, baseline_on=on)
    book = make_book(replace(make_kr(), metric=metric))
    evidence = make_register(*readings, definition=definition).evidence_of(book)["churn"]
    assert evidence.definition is definition
    return evidence.noise, next(iter(evidence.baselines.values()), None)


def test_the_noise_that_somebody_wrote_down_counts_where_nothing_can_be_told() -> None:
    weeks = in_weeks(1, 2, 1, 2, 1, 2)
    assert evidence_for() == (0.3, None)
    assert evidence_for(definition=None) == (None, None)
    assert evidence_for(*weeks) == (pytest.approx((6 / 5) ** 0.5), None)
    assert evidence_for(*in_weeks(1, 2, 3, 4, 5, 6)) == (0.0, None)  # nothing is a figure too
    # failed ones, restated ones and those of an earlier definition do not count
    odd = [replace(one, value=90.0, series="earlier", reading_id=0) for one in weeks[::2]]
    held = [replace(one, value=90.0, status=ReadingStatus.QUARANTINED) for one in weeks[::2]]
    assert evidence_for(*odd, *held, *weeks) == (pytest.approx((6 / 5) ** 0.5), None)


BASELINE_ON = date(2026, 10, 1)


def on(day: int, value: float, *, hour: int = 12, recorded: int = 0, source: SourceKind = SourceKind.SQL) -> Reading:
    """A reading of a day of October (of September where it is below 1), recorded so many days after."""
    at = NOW.replace(month=10, day=1, hour=hour, minute=0) + (day - 1) * DAY
    return replace(READ, as_of_at=at, value=value, recorded_at=at + recorded * DAY, source=source)


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ((), None),
        ((on(1, 64.9), on(2, 70.0)), 64.9),
        ((on(-2, 61.0), on(3, 70.0)), 70.0),
        ((on(8, 70.0),), 70.0),
        ((on(9, 70.0),), None),
        ((on(-6, 70.0),), 70.0),
        ((on(-7, 70.0),), None),
        ((on(1, 64.0, hour=1), on(1, 64.9, hour=0, recorded=30), on(1, 65.0, hour=23)), 64.9),  # asked for that day
        ((on(0, 61.0), on(2, 70.0)), 70.0),  # as near: what was recorded later
        ((on(1, 68.0, source=SourceKind.MANUAL), on(3, 64.9)), 64.9),  # the source before the one who stated it
        ((on(1, 68.0, source=SourceKind.MANUAL), on(9, 64.9)), 68.0),
        ((on(1, 68.0, source=SourceKind.PUSH), on(2, 64.9, source=SourceKind.MANUAL)), 68.0),
    ],
)
def test_the_baseline_is_compared_with_what_was_read_nearest_to_its_day(
    readings: tuple[Reading, ...], expected: float | None
) -> None:
    assert find_baseline(readings, BASELINE_ON) == expected


def test_evidence_has_a_value_for_the_day_of_each_baseline() -> None:
    assert evidence_for(on(1, 64.9), on=BASELINE_ON) == (0.3, 64.9)
    assert evidence_for(on(1, 64.9)) == (0.3, 64.9), "the first day of the period where none is written"
    silent, told = (replace(make_kr(key), metric=Metric(source="sql:churn")) for key in ("a", "b"))
    later = BASELINE_ON + 20 * DAY
    told = replace(told, metric=replace(told.metric, baseline_on=later))
    (evidence,) = make_register(on(1, 64.9), on(21, 70.0)).evidence_of(make_book(silent, told)).values()
    assert evidence.baselines == {BASELINE_ON: 64.9, later: 70.0}
    closed = replace(told, state=KeyResultState.CLOSED)
    (evidence,) = make_register(on(21, 70.0)).evidence_of(make_book(silent, closed)).values()
    assert evidence.baselines == {}


def test_the_register_has_what_is_defined_and_what_is_worked_for() -> None:
    hand, other, closed = make_kr("ret90"), make_kr("act5"), make_kr("old", state=KeyResultState.CLOSED)
    shared = replace(other, metric=Metric(source="churn"))
    book = make_book(hand, shared, replace(shared, key="act6"), closed)
    assert list(make_register().evidence_of(book)) == ["churn", "kr:ret90"]
    assert {name: [kr.key for kr in users] for name, users in find_users(book).items()} == {
        "kr:ret90": ["ret90"],
        "churn": ["act5", "act6"],
    }
    assert make_register().evidence_of(Book()).keys() == {"churn"}
    assert make_register().evidence_of(book)["kr:ret90"].measurability is UNKNOWN
