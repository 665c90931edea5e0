"""Days of the service against the sandbox in pretended time: every slot has its row, and no message comes twice."""

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from align_sync.cli import exit_codes
from align_sync.cli.simulating import describe, describe_day, open_simulation, simulate
from align_sync.demo.pretended_clock import PretendedClock
from align_sync.scheduling.run import RunKind
from tests.e2e.command_line import CommandLine

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def test_two_days_of_the_service_do_all_that_came_due_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment names is not asked."""
    monkeypatch.setenv("ALIGN_SYNC_JIRA__URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ALIGN_SYNC_CHANNELS__REAL__KIND", "slack")
    with open_simulation(tmp_path, MONDAY, pull_every=timedelta(hours=6)) as simulation:
        days = list(simulation.days(2))
        summary = simulation.sum_up()
    assert summary.is_fine, describe(summary)
    assert [day.on for day in days] == [date(2026, 11, 23), date(2026, 11, 24)]
    assert all(day.unhappy == 0 for day in days), [describe_day(day) for day in days]
    digests = sum(day.done[RunKind.DIGEST] for day in days)
    assert digests == 6, "one of each of the five teams, and the roll-up a day later"
    assert summary.messages == sum(day.messages for day in days) >= digests
    assert days[1].done[RunKind.SYNC] == 8
    assert f"{days[1].unlinked} unlinked" in describe_day(days[1])


def test_days_that_are_interrupted_end_with_the_code_of_that(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    try:
        assert simulate(tmp_path, 2, stop) == exit_codes.INTERRUPTED
    finally:
        structlog.reset_defaults()


def test_a_pretended_clock_goes_on_only_when_it_is_told_and_never_back() -> None:
    clock = PretendedClock(MONDAY)
    first = clock()
    assert first < clock() < MONDAY + timedelta(seconds=1)
    clock.sleep(60)
    clock.jump_to(MONDAY)
    assert MONDAY + timedelta(seconds=60) < clock() < MONDAY + timedelta(seconds=61)


def test_days_are_played_on_the_sample_company_only(tmp_path: Path) -> None:
    refused = CommandLine(tmp_path).run("sandbox", "--simulate", "7", "--jira-issues", "recorded.jsonl")
    assert refused.code == 2
    assert "days are played on the sample company" in refused.err
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    unwritable = CommandLine(tmp_path).run("sandbox", "--simulate", "7", "--out-dir", "taken")
    assert unwritable.code == 2
    assert "--out-dir" in unwritable.err
