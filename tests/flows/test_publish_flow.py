"""The book in force through its gates: stopped with reasons, or published once and kept with what stood open."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from align_sync.errors import UserError
from align_sync.flows.okr import load_publication_state, publish
from align_sync.flows.register import verify
from align_sync.okr.lint.accepted import write_accepted
from align_sync.okr.lint.run import build_subject, place_findings, run_lint
from align_sync.okr.metrics import SourceKind
from align_sync.okr.model import Book, Indicator, KeyResult, Level, Metric, Objective
from align_sync.okr.publish_gates import GateState
from align_sync.okr.readings import Reading, ReadingStatus
from align_sync.store.readings import save_readings
from tests.make import NOW
from tests.store.told_world import ToldWorld, told_world

METRIC = Metric(baseline=68, baseline_on=date(2026, 10, 1), target=80, unit="percent", source="sql:ret")
KR = KeyResult(
    key="ret90",
    title="Retention after 90 days rises from 68 % to 80 %",
    owner="Ana",
    due=date(2026, 12, 31),
    indicator=Indicator.LAG,
    metric=METRIC,
)
LEAD = replace(
    KR,
    key="act5",
    title="Weekly active customers rise from 40 % to 55 %",
    indicator=Indicator.LEAD,
    metric=replace(METRIC, baseline=40, target=55, source="manual:act"),
)
OBJECTIVE = Objective(
    key="O-1",
    title="Customers stay with us because it pays",
    team="payments",
    period="2026-Q4",
    owner="Ana",
    level=Level.COMPANY,
    key_results=(KR, LEAD),
)
BOOK = Book(objectives=(OBJECTIVE,))
SETTINGS = {
    "connections": {"shop": {"url": "sqlite://"}},
    "metrics": [
        {"name": "ret", "kind": "sql", "connection": "shop", "sql": "select 1", "unit": "percent"},
        {"name": "act", "kind": "manual", "unit": "percent"},
    ],
}


@pytest.fixture
def world(sqlite_url: str) -> Iterator[ToldWorld]:
    """A sound book; both metrics are verified by a person, and both baselines were written down."""
    with told_world(sqlite_url) as world:
        world.reopen(**SETTINGS)
        world.apply(BOOK)
        for name, value in (("ret", 68.1), ("act", 40)):
            verify(world.app, name, author="Ana", reason="looked at it", evidence="https://wiki.example/ret")
            read_at(world, name, value)
        yield world


def read_at(world: ToldWorld, metric: str, value: float, hour: int = 12) -> None:
    definitions = {one.name: one for one in world.app.settings.metric_definitions()}
    reading = Reading(
        metric=metric,
        as_of_at=datetime(2026, 10, 1, hour, tzinfo=UTC),
        value=value,
        source=SourceKind.MANUAL,
        series=definitions[metric].query_hash,
        status=ReadingStatus.OK,
        recorded_at=world.clock.at,
        author="Ana",
    )
    with world.app.store.write() as connection:
        save_readings(connection, [reading])


def test_a_sound_book_is_published_with_who_and_why(world: ToldWorld) -> None:
    result = publish(world.app, author="Zoe", reason="Q4")

    assert [(gate.name, gate.state, gate.faults) for gate in result.gates] == [
        ("lint", GateState.PASSED, ()),
        ("measurability", GateState.PASSED, ()),
        ("baselines", GateState.PASSED, ()),
    ]
    assert not result.is_stopped
    state = load_publication_state(world.app)
    assert (state.last, state.is_current) == (result.published, True)
    assert state.last is not None
    assert (state.last.published_by, state.last.reason, state.last.published_at) == ("Zoe", "Q4", NOW)


def test_a_dry_run_writes_nothing(world: ToldWorld) -> None:
    result = publish(world.app, author="Zoe", dry_run=True)

    assert (result.is_stopped, result.published) == (False, None)
    assert load_publication_state(world.app).last is None


def test_a_baseline_that_the_source_contradicts_stops_it(world: ToldWorld) -> None:
    read_at(world, "ret", 64.9)

    result = publish(world.app, author="Zoe")

    assert (result.is_stopped, result.published) == (True, None)
    (fault,) = result.gates[2].faults
    assert "stated 68" in fault
    assert "source 64.9" in fault
    assert load_publication_state(world.app).last is None


def test_no_setting_opens_the_gates_of_measuring(world: ToldWorld) -> None:
    read_at(world, "ret", 64.9)
    world.reopen(**SETTINGS, lint={"levels": {"baseline-disagrees": "off"}})

    assert publish(world.app, author="Zoe").is_stopped


def test_errors_of_the_linter_stop_unless_the_settings_or_people_say_otherwise(
    world: ToldWorld, tmp_path: Path
) -> None:
    world.apply(Book(objectives=(replace(OBJECTIVE, owner=""),)))
    result = publish(world.app, author="Zoe")
    (fault,) = result.gates[0].faults
    assert fault.startswith("O-1: ")

    world.reopen(**SETTINGS, lint={"levels": {"no-owner": "warning"}})
    published = publish(world.app, author="Zoe").published
    assert published is not None
    assert any("[no-owner]" in line and not line.startswith("accepted") for line in published.findings)

    findings = run_lint(build_subject(result.applied.book, today=NOW.date()))
    accepted = tmp_path / "accepted.json"
    world.reopen(**SETTINGS, lint={"baseline": accepted})
    assert publish(world.app, author="Zoe").is_stopped  # there is no such file yet
    accepted.write_text(write_accepted(place_findings(findings)), encoding="utf-8")
    published = publish(world.app, author="Zoe").published
    assert published is not None
    assert any(line.startswith("accepted: O-1: ") for line in published.findings)
    accepted.write_text("[]", encoding="utf-8")
    with pytest.raises(UserError, match="the accepted findings cannot be read"):
        publish(world.app, author="Zoe")


def test_what_could_not_be_checked_is_kept_with_the_publication(world: ToldWorld) -> None:
    elsewhere = replace(LEAD, metric=replace(LEAD.metric, baseline_on=date(2026, 11, 1)))
    world.apply(Book(objectives=(replace(OBJECTIVE, key_results=(KR, elsewhere)),)))

    published = publish(world.app, author="Zoe").published

    assert published is not None
    unread = "its source tells no value of an earlier day, and nobody wrote one down"
    assert f"baselines not checked: act5: {unread}" in published.findings


def test_a_book_that_changes_meanwhile_is_not_published(world: ToldWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def change_it(_: object, levels: object) -> tuple[()]:
        assert levels
        world.apply(Book(objectives=(replace(OBJECTIVE, title="Another one"),)))
        return ()

    monkeypatch.setattr("align_sync.flows.okr.publishing.run_lint", change_it)

    with pytest.raises(UserError, match="another version of the book was applied meanwhile"):
        publish(world.app, author="Zoe")
    assert load_publication_state(world.app).last is None


def test_there_is_nothing_to_publish_before_the_first_book(sqlite_url: str) -> None:
    with told_world(sqlite_url) as world, pytest.raises(UserError, match="no OKR book has been applied yet"):
        publish(world.app, author="Zoe")
