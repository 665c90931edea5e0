"""Grace: the tables of tests/cases/grace, and what holds whatever the days."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from align_sync.linking.evidence import Bucket, Match, Rejected, RejectReason, RuleKind, Waiting
from align_sync.linking.grace import judge_grace
from align_sync.okr.calendar import WorkCalendar
from align_sync.work import Sprint, SprintRef, SprintState
from tests.make import make_ref

CASES = Path(__file__).parents[2] / "cases" / "grace"
FEASTS = frozenset({date(2026, 12, 8), date(2026, 12, 25), date(2027, 1, 1), date(2027, 1, 6)})
ROME = WorkCalendar(holidays=FEASTS, zone="Europe/Rome")
KNOWN = {
    "reason", "bucket", "refused", "entered", "sprint", "starts", "ends", "completed", "days", "zone", "holidays",
    "weekend", "now", "day", "until", "because",
}  # fmt: skip


class PlainLoader(yaml.SafeLoader):
    """Reads dates and times as text."""


PlainLoader.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_rows() -> Iterator[Any]:
    for path in sorted(CASES.glob("*.yaml")):
        for row in PlainLoader(path.read_text(encoding="utf-8")).get_single_data():
            yield pytest.param(row, id=f"{path.stem}: {row['reason']}")


def make_rejected(reason: RejectReason, since_on: date | None = None, distance: int = 0) -> Rejected:
    return Rejected(
        reason=reason,
        key="KR-1",
        rule=RuleKind.LABEL,
        field="labels",
        found="KR-1",
        via=make_ref("PAY-100" if distance else "PAY-1"),
        distance=distance,
        since_on=since_on,
    )


def make_match(bucket: Bucket = Bucket.UNLINKED, *rejected: Rejected) -> Match:
    return Match(ref=make_ref(), bucket=bucket, because="nothing names a key result", rejected=rejected)


def make_sprint(
    state: SprintState = SprintState.ACTIVE,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    completed_at: datetime | None = None,
) -> Sprint:
    return Sprint(
        ref=SprintRef(source="jira", external_id="1"),
        name="Sprint 1",
        state=state,
        starts_at=starts_at,
        ends_at=ends_at,
        completed_at=completed_at,
    )


def read_moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo("Europe/Rome"))).astimezone(UTC)


def read_refused(text: str) -> Rejected:
    told, _, distance = text.partition(" @")
    reason, _, since = told.partition(", ")
    return make_rejected(RejectReason(reason), date.fromisoformat(since) if since else None, int(distance or 0))


def read_sprint(row: dict[str, Any]) -> Sprint | None:
    state = row.get("sprint", "active")
    if state == "none":
        return None
    return make_sprint(
        SprintState(state),
        starts_at=read_moment(row.get("starts", "2026-11-02T09:00")),
        ends_at=read_moment(row.get("ends")),
        completed_at=read_moment(row.get("completed")),
    )


@pytest.mark.parametrize("row", list(read_rows()))
def test_the_table_of_grace(row: dict[str, Any]) -> None:
    assert row.keys() <= KNOWN
    bucket = Bucket(row.get("bucket", "invalid" if "refused" in row else "unlinked"))
    match = make_match(bucket, *(read_refused(text) for text in row.get("refused", ())))
    now = read_moment(row["now"])
    assert now is not None

    judged = judge_grace(
        match,
        entered_at=read_moment(row.get("entered")),
        sprint=read_sprint(row),
        calendar=WorkCalendar(
            weekend=frozenset(row.get("weekend", (5, 6))),
            holidays=frozenset(map(date.fromisoformat, row["holidays"])) if "holidays" in row else FEASTS,
            zone=row.get("zone", "Europe/Rome"),
        ),
        days=row.get("days", 3),
        now=now,
    )

    if "until" not in row:
        assert judged == match
        return
    assert judged.bucket is Bucket.GRACE
    assert judged.waiting is not None
    until = date.fromisoformat(row["until"]) if row["until"] else None
    assert (judged.waiting.day, judged.waiting.days, judged.waiting.ends_on) == (row["day"], row.get("days", 3), until)
    assert (judged.waiting.since_at is None) == (until is None)
    assert judged.because.endswith(": nothing names a key result")
    assert judged.rejected == match.rejected
    assert judged.because == row.get("because", judged.because)


def test_the_grace_begins_at_the_instant_that_it_is_counted_from() -> None:
    entered_at, starts_at = datetime(2026, 11, 20, 14, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC)
    now = datetime(2026, 11, 23, 8, tzinfo=UTC)
    sprint = make_sprint(starts_at=starts_at)
    ended = make_match(Bucket.INVALID, make_rejected(RejectReason.CLOSED, date(2026, 11, 21)))

    own = judge_grace(make_match(), entered_at=entered_at, sprint=sprint, calendar=ROME, days=3, now=now)
    later = judge_grace(ended, entered_at=entered_at, sprint=sprint, calendar=ROME, days=3, now=now)

    assert own.waiting == Waiting(day=1, days=3, since_at=entered_at, ends_on=date(2026, 11, 25))
    midnight = datetime(2026, 11, 20, 23, tzinfo=UTC)  # of the 21st in Rome
    assert later.waiting == Waiting(day=1, days=3, since_at=midnight, ends_on=date(2026, 11, 25))


moments = st.timedeltas(timedelta(0), timedelta(days=180)).map(lambda gone: datetime(2026, 9, 1, tzinfo=UTC) + gone)
days_of_book = st.dates(date(2026, 9, 1), date(2027, 3, 1))
lengths = st.integers(-1, 12)
zones = st.sampled_from(("UTC", "Europe/Rome", "America/New_York", "Pacific/Kiritimati", "Asia/Kolkata"))
calendars = st.builds(
    WorkCalendar,
    weekend=st.sampled_from((frozenset({5, 6}), frozenset({4, 5}), frozenset({6}), frozenset[int]())),
    holidays=st.frozensets(days_of_book, max_size=12),
    zone=zones,
)
matches = st.builds(
    lambda bucket, rejected: make_match(bucket, *rejected),
    st.sampled_from(Bucket) | st.sampled_from((Bucket.UNLINKED, Bucket.INVALID)),
    st.lists(
        st.builds(
            make_rejected,
            st.sampled_from(RejectReason) | st.sampled_from((RejectReason.CLOSED, RejectReason.OTHER_PERIOD)),
            st.none() | days_of_book,
            st.integers(0, 2),
        ),
        max_size=3,
    ),
)
sprints = st.none() | st.builds(
    make_sprint,
    st.sampled_from(SprintState) | st.just(SprintState.ACTIVE),
    starts_at=st.none() | moments,
    ends_at=st.none() | moments,
    completed_at=st.none() | moments,
)
worlds = st.fixed_dictionaries({"entered_at": st.none() | moments, "sprint": sprints, "calendar": calendars})


@given(matches, worlds, lengths, moments)
def test_grace_never_asks_anybody_to_act_and_touches_nothing_else(
    match: Match, world: dict[str, Any], days: int, now: datetime
) -> None:
    judged = judge_grace(match, **world, days=days, now=now)

    if judged == match:
        return
    assert match.bucket.is_actionable
    assert judged.bucket is Bucket.GRACE
    assert not judged.bucket.is_actionable
    assert judged.because.endswith(f": {match.because}")
    assert judged.rejected == match.rejected
    assert judged.waiting is not None
    assert 0 <= judged.waiting.day <= judged.waiting.days == days


@given(matches, worlds, lengths, moments, st.timedeltas(timedelta(0), timedelta(days=90)))
def test_what_has_ended_stays_ended(
    match: Match, world: dict[str, Any], days: int, now: datetime, later: timedelta
) -> None:
    first = judge_grace(match, **world, days=days, now=now)
    second = judge_grace(match, **world, days=days, now=now + later)

    if first == match:
        assert second == match
    elif first.waiting and second.waiting:
        assert first.waiting.ends_on == second.waiting.ends_on
        assert first.waiting.day <= second.waiting.day


@given(matches, worlds, lengths, st.integers(0, 5), moments)
def test_more_days_never_make_a_grace_shorter(
    match: Match, world: dict[str, Any], days: int, more: int, now: datetime
) -> None:
    short = judge_grace(match, **world, days=days, now=now)
    long = judge_grace(match, **world, days=days + more, now=now)

    if short.waiting is not None:
        assert long.waiting is not None
        assert (short.waiting.ends_on or date.min) <= (long.waiting.ends_on or date.max)


@given(st.lists(st.sampled_from((RejectReason.CLOSED, RejectReason.ARCHIVED)), min_size=1), worlds, lengths, moments)
def test_a_key_result_that_ended_never_costs_an_item_its_own_grace(
    reasons: list[RejectReason], world: dict[str, Any], days: int, now: datetime
) -> None:
    own = judge_grace(make_match(), **world, days=days, now=now)
    ended = make_match(Bucket.INVALID, *(make_rejected(reason, date(2026, 11, 20)) for reason in reasons))

    if own.bucket is Bucket.GRACE:
        assert judge_grace(ended, **world, days=days, now=now).bucket is Bucket.GRACE
