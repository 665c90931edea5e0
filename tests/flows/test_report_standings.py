"""The report shows where key results stand, by what is known now or was known at an instant of the past."""

import json
from dataclasses import replace

import jsonschema
import pytest

from align_sync.okr.model import Driver
from align_sync.okr.standing import Health
from align_sync.reports.model import AlignmentReport, KeyResultLine
from align_sync.reports.render import render_report
from align_sync.reports.render.json_schema import report_schema
from align_sync.reports.render.view import PIPE, Format, Screen, View
from tests.flows.measured_world import DAY, ERRORS, REFUNDS, keep, make_measured, world
from tests.store.told_world import ToldWorld

__all__ = ["world"]


def line_of(report: AlignmentReport, key: str = "KR-2.3") -> KeyResultLine:
    return next(line for line in report.key_results if line.key == key)


def progress_of(report: AlignmentReport) -> float | None:
    standing = line_of(report).standing
    assert standing is not None
    return standing.progress


@pytest.mark.parametrize("form", Format)
def test_every_output_shows_value_progress_and_health(world: ToldWorld, form: Format) -> None:
    keep(world, 1.45, days_ago=1)
    report = world.report()
    text = render_report(report, form, view=View.KEY_RESULTS)
    plain = text.replace("\u00a0", " ")
    assert "0.5" in plain if form in {Format.JSON, Format.CSV} else "50 %" in plain
    assert "days behind plan" in plain
    assert "days-behind" in plain
    if form is Format.JSON:
        told = json.loads(text)
        jsonschema.validate(told, report_schema())
        assert [(one["key"], one["progress"]) for one in told["objectives"]] == [("CO-1", None), ("O-1", 0.5)]
        assert [one["value"] for one in told["key_results"]] == [1.45, None]


def test_a_restated_value_changes_today_and_not_what_was_known_then(world: ToldWorld) -> None:
    nothing = world.clock.at
    world.clock.tick()
    keep(world, 1.45, days_ago=2)
    then = world.clock.at
    world.clock.at += DAY
    keep(world, 2.4, as_of_at=then - 2 * DAY)
    assert progress_of(world.report()) == pytest.approx(0)
    assert progress_of(world.report(as_of_at=then)) == pytest.approx(0.5)
    assert progress_of(world.report(as_of_at=nothing)) is None


def test_a_failed_reading_keeps_the_last_good_value_and_says_so(world: ToldWorld) -> None:
    keep(world, 1.45, days_ago=1)
    world.clock.tick()
    keep(world, None, reason="the answer is a page of HTML")
    report = world.report()
    assert progress_of(report) == pytest.approx(0.5)
    for form, screen in [*((form, PIPE) for form in Format), (Format.TABLE, Screen(width=110, is_terminal=True))]:
        text = render_report(report, form, view=View.KEY_RESULTS, screen=screen)
        assert "the answer is a page of HTML" in text, form
    record = json.loads(render_report(report, Format.JSON, view=View.KEY_RESULTS))["key_results"][0]
    assert (record["value"], record["failure"][:6]) == (1.45, "failed")


def test_a_changed_target_is_measured_by_the_book_of_that_day(world: ToldWorld) -> None:
    keep(world, 1.45, days_ago=1)
    then = world.clock.at
    world.clock.at += DAY
    world.apply(make_measured(replace(REFUNDS, metric=replace(ERRORS, target=1.45))), reason="we promised too much")
    assert progress_of(world.report()) == pytest.approx(1)
    assert progress_of(world.report(as_of_at=then)) == pytest.approx(0.5)


def test_stale_unknown_and_behind_are_different_things(world: ToldWorld) -> None:
    keep(world, 1.45, days_ago=20)
    report = world.report()
    healths = [line.standing.verdict.health for line in report.key_results if line.standing]
    assert healths == [Health.STALE, Health.UNKNOWN]
    assert [line.standing.verdict.health for line in report.objectives] == [Health.UNKNOWN, Health.STALE]


def test_a_narrowed_report_adds_up_what_lies_with_other_teams(world: ToldWorld) -> None:
    book = make_measured()
    world.apply(replace(book, objectives=(replace(book.objectives[0], driver=Driver.ALIGNED), book.objectives[1])))
    keep(world, 1.45, days_ago=1)
    (objective,) = world.report(teams=("Company",)).objectives
    assert objective.key == "CO-1"
    assert objective.standing.progress == pytest.approx(0.5)
    assert [line.key for line in world.report(teams=("Payments",)).objectives] == ["O-1"]
