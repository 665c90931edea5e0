"""The page of one key result: every fact in every format, and a chart whose places are right."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from align_sync.okr.metrics import Measurability, MetricDefinition, SourceKind
from align_sync.okr.model import Direction, KeyResultState, Metric, MetricKind
from align_sync.okr.readings import ReadingStatus
from align_sync.okr.standing import Forecast
from align_sync.reports.key_result_page import KeyResultPage, PlanPoint, TargetChange
from align_sync.reports.model import KeyResultWork
from align_sync.reports.render.curve import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, draw_curve
from align_sync.reports.render.key_result_page import KEY_RESULT_FORMATS, render_key_result
from align_sync.reports.render.progress_words import draw_meter, say_number, say_progress, say_value, say_way
from align_sync.reports.render.spark import WIDEST, draw_values
from align_sync.reports.render.view import PIPE, Format, Screen
from tests.core.reports.test_outputs import mask_style
from tests.golden_files import Golden
from tests.make_okr import (
    READ_AT,
    TODAY,
    make_measured_book,
    make_measured_kr,
    make_reading,
    make_standing,
    make_verdict,
)

TERMINAL = Screen(width=110, is_terminal=True)
PLAN = (
    PlanPoint(on=date(2026, 10, 1), share=0.0, value=2.4),
    PlanPoint(on=date(2026, 11, 15), share=0.2, value=2.02),
    PlanPoint(on=date(2026, 12, 31), share=1.0, value=0.5),
)
FORECAST = Forecast(on=date(2026, 12, 31), value=0.74, low=0.41, high=1.07, share=0.8, chance=0.22)
CHANGE = TargetChange(
    at=datetime(2026, 11, 2, 9, tzinfo=UTC),
    author="Giulia",
    reason="the processor changed its rules",
    field="target",
    before="0.8",
    after="0.5",
)


WHOLE = KeyResultPage(
    on=TODAY,
    timezone="Europe/Rome",
    objective=make_measured_book().objectives[1],
    key_result=make_measured_kr(),
    standing=make_standing(failure=make_reading(None, days_ago=0, status=ReadingStatus.FAILED, reason="503")),
    plan=PLAN,
    readings=tuple(
        make_reading(value, days_ago=days, source=source, author=author)
        for value, days, source, author in (
            (2.4, 50, SourceKind.MANUAL, "Luca"),
            (2.1, 36, SourceKind.SQL, ""),
            (1.9, 22, SourceKind.SQL, ""),
            (1.3, 3, SourceKind.SQL, ""),
        )
    ),
    odd=(make_reading(None, days_ago=0, status=ReadingStatus.FAILED, reason="503"),),
    earlier=(make_reading(2.9, days_ago=70, series="old"),),
    changes=(CHANGE,),
    definition=MetricDefinition(name="refund_errors", kind=SourceKind.SQL, owner="Luca"),
    measurability=Measurability.VERIFIED_LIVE,
    work=KeyResultWork(key_result="KR-2.3", has_open=True, planned=3),
    command="align-sync report --kr KR-2.3",
)


def page(**told: Any) -> KeyResultPage:
    return replace(WHOLE, **told)


@pytest.mark.parametrize(
    ("name", "form", "screen"),
    [
        ("key-result.txt", Format.TABLE, TERMINAL),
        ("key-result.piped.txt", Format.TABLE, PIPE),
        ("key-result.html", Format.HTML, PIPE),
        ("key-result.json", Format.JSON, PIPE),
    ],
)
def test_the_page_looks_as_it_did(name: str, form: Format, screen: Screen, golden: Golden) -> None:
    golden(f"key-result/{name}", mask_style(render_key_result(page(), form, screen=screen)))


@pytest.mark.parametrize("form", KEY_RESULT_FORMATS)
def test_a_key_result_without_any_reading_has_a_page_too(form: Format) -> None:
    empty = page(
        standing=make_standing(progress=None, expected=None, last=None, forecast=None, confidence=None),
        plan=(), readings=(), odd=(), earlier=(), changes=(), definition=None, command="",
        work=KeyResultWork(key_result="KR-2.3"),
    )  # fmt: skip
    text = render_key_result(empty, form, screen=TERMINAL)
    assert "0 %" not in re.sub(r"[0-9.]+ %|below 0 %", "", text.replace("\u00a0", " "))
    assert form is not Format.JSON or json.loads(text)["progress"] is None


def test_a_failed_reading_is_told_and_has_no_dot() -> None:
    curve = draw_curve(page())
    assert curve is not None
    assert len(curve.dots) == 4
    assert "failed on 2026-11-23: 503" in render_key_result(page(), Format.TABLE)
    assert [dot.by_hand for dot in curve.dots] == [True, False, False, False]


def test_places_on_the_chart_follow_days_and_values() -> None:
    curve = draw_curve(page())
    assert curve is not None
    points = [tuple(map(float, point.split(","))) for point in curve.plan.split()]
    assert points[0][0] == LEFT
    assert points[-1][0] == WIDTH - RIGHT
    # A value that falls goes down the page: its height grows.
    assert TOP < points[0][1] < points[1][1] < points[2][1] < HEIGHT - BOTTOM
    xs = [float(dot.x) for dot in curve.dots]
    assert xs == sorted(xs)
    days = (date(2026, 11, 20) - date(2026, 10, 1)).days / (date(2026, 12, 31) - date(2026, 10, 1)).days
    assert xs[-1] == pytest.approx(LEFT + (days + 0.25 / 91) * (WIDTH - LEFT - RIGHT), abs=0.1)


def test_a_change_of_the_target_is_drawn_on_its_day() -> None:
    curve = draw_curve(page())
    assert curve is not None
    share = (date(2026, 11, 2) - date(2026, 10, 1)).days / 91
    assert [float(mark.at) for mark in curve.changes] == [pytest.approx(LEFT + share * (WIDTH - LEFT - RIGHT), abs=0.1)]
    assert "0.8 → 0.5" in curve.changes[0].says


def test_nothing_to_draw_is_no_chart() -> None:
    assert draw_curve(page(plan=(), readings=())) is None
    assert draw_curve(page(plan=(), readings=(make_reading(None),), standing=make_standing(forecast=None))) is None


def test_one_reading_without_a_plan_is_drawn() -> None:
    curve = draw_curve(page(plan=(), readings=(make_reading(0.0),), standing=make_standing(forecast=None)))
    assert curve is not None
    assert len(curve.dots) == 1
    assert curve.band == ""


def test_a_band_to_hold_is_drawn() -> None:
    metric = Metric(unit="percent", direction=Direction.HOLD, low=99.5, high=100.0)
    held = page(key_result=make_measured_kr(metric=metric), plan=(), readings=(make_reading(99.1),))
    curve = draw_curve(held)
    assert curve is not None
    assert curve.hold is not None
    assert "hold 99.5 % to 100 %" in render_key_result(held, Format.TABLE)


@pytest.mark.parametrize(
    ("progress", "said"),
    [(None, "unknown"), (0.0, "0 %"), (0.004, "<1 %"), (0.585, "58 %"), (0.999, "99 %"), (1.2, "120 %"),
     (-0.125, "\u221213 %"), (-0.001, "\u22121 %")],
)  # fmt: skip
def test_progress_is_raw_and_rounded_down(progress: float | None, said: str) -> None:
    assert say_progress(progress) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0"), (1.3, "1.3"), (0.0125, "0.0125"), (93.125, "93.12"), (12500, "12,500"), (1234567.891, "1,234,567.89"),
     (-4.5, "\u22124.5"), (999.96, "1000"), (-12500, "\u221212,500")],
)  # fmt: skip
def test_numbers_are_short_and_keep_what_matters(number: float, said: str) -> None:
    assert say_number(number) == said


@pytest.mark.parametrize(
    ("metric", "value", "said"),
    [
        (Metric(unit="percent"), 1.3, "1.3 %"),
        (Metric(unit="days"), 21, "21 days"),
        (Metric(), 7, "7"),
        (Metric(), None, "unknown"),
        (Metric(kind=MetricKind.ORDINAL), 1, "commit"),
        (Metric(kind=MetricKind.ORDINAL), 2.5, "2.5"),
        (Metric(kind=MetricKind.MILESTONE), 0.6, "60 % done"),
    ],
)
def test_values_have_their_unit(metric: Metric, value: float | None, said: str) -> None:
    assert say_value(value, metric) == said


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        (Metric(unit="percent", baseline=68, target=80), "68 % → 80 %"),
        (Metric(unit="days", target=10), "? → 10 days"),
        (Metric(unit="days", baseline=10), "10 days → ?"),
        (Metric(), "no baseline and no target"),
        (Metric(direction=Direction.HOLD, target=5, unit="h"), "hold 5 h"),
        (Metric(kind=MetricKind.MILESTONE), "done or not"),
        (Metric(kind=MetricKind.ORDINAL), "fail → target"),
    ],
)
def test_the_way_is_said_with_both_ends(metric: Metric, said: str) -> None:
    assert say_way(metric) == said


def test_a_meter_shows_the_plan_and_never_fills_the_unknown() -> None:
    assert draw_meter(None, 0.5) == "··········"
    assert draw_meter(0.5, 0.7) == "█████░░│░░░"
    assert draw_meter(-0.5, None) == "░░░░░░░░░░"
    assert draw_meter(1.7, 1.0) == "██████████│"


def test_a_sparkline_has_a_stroke_for_each_of_the_newest_values() -> None:
    assert draw_values([]) == ""
    assert draw_values([2, 2, 2]) == "▄▄▄"
    assert draw_values([0, 7, 3.5]) == "▁█▅"
    assert len(draw_values(list(range(100)))) == WIDEST


FACTS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("nobody owns it", {"key_result": make_measured_kr(owner="")}, "owner\tnobody"),
    ("closed", {"key_result": make_measured_kr(
        state=KeyResultState.CLOSED, closed_on=date(2026, 10, 12), successor="KR-2.4")},
     "kind\tcommitted, closed on 2026-10-12, continued by KR-2.4"),
    ("continued already", {"key_result": make_measured_kr(successor="KR-2.4", closed_on=date(2026, 12, 1))},
     "kind\tcommitted, continued by KR-2.4"),
    ("a new series", {"standing": make_standing(series_began_at=READ_AT)},
     "series\tbegan 20 Nov 2026 with a changed definition; 1 reading before it"),
    ("not in the register", {"definition": None, "measurability": Measurability.UNKNOWN},
     "measured by\tsql:refund_errors, which the register does not have; unknown"),
    ("by hand", {"definition": None, "key_result": make_measured_kr(metric=Metric())}, "measured by\tby hand"),
    ("nobody owns its metric", {"definition": MetricDefinition(name="a", kind=SourceKind.SQL)},
     "measured by\ta by sql; verified-live"),
    ("just finished", {"work": KeyResultWork(key_result="KR-2.3", has_recent=True)},
     "work\tnone is open, some was just finished; nothing in coming sprints"),
    ("not worked on for long", {"work": KeyResultWork(key_result="KR-2.3", last_work_at=READ_AT)},
     "work\tnone; the last was touched on 20 Nov 2026; nothing in coming sprints"),
    ("no work", {"work": KeyResultWork(key_result="KR-2.3")}, "work\tnone; nothing in coming sprints"),
    ("an uncertain forecast", {"standing": make_standing(forecast=replace(FORECAST, low=-40.02, high=71.26))},
     "forecast\t1 % on 2026-12-31 (80 % of such cases: \u221240 % to 71 %); the chance"),
    ("a certain forecast", {"standing": make_standing(forecast=replace(FORECAST, low=0.74, high=0.74))},
     "forecast\t0.74 % on 2026-12-31 (80 % of such cases: 0.74 % to 0.74 %); the chance"),
    ("one reading ahead", {"odd": (make_reading(0.5, days_ago=-9),)},
     "2 Dec 2026\t0.5 %\tsql\tok\tof a day that is yet to come"),
    ("an earlier definition", {}, "14 Sep 2026\t2.9 %\tsql\tok\tof an earlier definition"),
    ("a change by nobody", {"changes": (replace(CHANGE, author="", reason=""),)},
     "2 Nov 2026 target 0.8 → 0.5, by somebody; no reason was written down"),
)  # fmt: skip


@pytest.mark.parametrize(("told", "said"), [row[1:] for row in FACTS], ids=[row[0] for row in FACTS])
def test_each_fact_is_said_in_words(told: dict[str, Any], said: str) -> None:
    assert said in render_key_result(page(**told), Format.TABLE).replace("\u00a0", " ")


@pytest.mark.parametrize("form", [Format.TABLE, Format.HTML])
def test_what_is_closed_is_called_so(form: Format) -> None:
    closed = make_measured_kr(state=KeyResultState.ARCHIVED)
    text = render_key_result(page(key_result=closed, is_sample=True), form, screen=TERMINAL)
    assert "archived" in text.casefold()
    assert "SAMPLE DATA" in text
    assert '"standing at-risk"' not in text


def test_a_terminal_shows_the_newest_readings_and_says_where_the_others_are() -> None:
    many = tuple(make_reading(2.0, days_ago=days) for days in range(20, 0, -1))
    text = render_key_result(page(readings=many, odd=(), earlier=(), changes=()), Format.TABLE, screen=TERMINAL)
    assert "8 earlier: align-sync okr readings refund_errors" in text
    assert "22 Nov 2026" in text
    assert "\n10 Nov 2026" not in text
    assert "Changes of what is aimed at" not in text
    assert "change\n" not in render_key_result(page(changes=()), Format.TABLE)


def test_a_chart_says_only_what_it_draws() -> None:
    empty = page(readings=(), changes=(), standing=make_standing(forecast=None, progress=None, last=None))
    text = render_key_result(empty, Format.HTML)
    assert "Progress unknown" in text
    assert "Dashed: the plan. Vertical: today." in text
    curve = draw_curve(empty)
    assert curve is not None
    assert curve.description == "the plan alone; nothing was read yet"
    assert [(mark.says, mark.is_last) for mark in curve.values] == [("baseline 2.4", True), ("target 0.5", False)]


def test_the_line_of_today_is_at_the_end_of_the_day_and_only_within_the_chart() -> None:
    last_day = draw_curve(page(on=date(2026, 12, 31)))
    after = draw_curve(page(on=date(2027, 1, 3)))
    assert last_day is not None
    assert after is not None
    assert (float(last_day.today), after.today) == (WIDTH - RIGHT, "")
    within = draw_curve(page())
    assert within is not None
    assert float(within.today) > float(within.dots[-1].x)


def test_titles_and_reasons_from_outside_stay_text() -> None:
    hostile = page(
        key_result=make_measured_kr(title="<img src=x>\x1b[31m"),
        standing=make_standing(verdict=make_verdict(because="<b>bold</b>")),
        odd=(make_reading(None, status=ReadingStatus.FAILED, reason="<script>\x1b]0;x\x07"),),
    )
    html = render_key_result(hostile, Format.HTML)
    assert "<img" not in html
    assert "<script>" not in html
    assert "<b>" not in html
    for screen in (TERMINAL, PIPE):
        assert "\x1b" not in render_key_result(hostile, Format.TABLE, screen=screen)
