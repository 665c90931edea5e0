"""The page of one key result: every fact in every format, and a chart whose places are right."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from align_sync.okr.metrics import Measurability, MetricDefinition, SourceKind
from align_sync.okr.model import Direction, Metric, MetricKind
from align_sync.okr.readings import ReadingStatus
from align_sync.reports.key_result_page import KeyResultPage, PlanPoint, TargetChange
from align_sync.reports.model import KeyResultWork
from align_sync.reports.render.curve import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, draw_curve
from align_sync.reports.render.key_result_page import KEY_RESULT_FORMATS, render_key_result
from align_sync.reports.render.progress_words import draw_meter, say_number, say_progress, say_value, say_way
from align_sync.reports.render.spark import WIDEST, draw_values
from align_sync.reports.render.view import PIPE, Format, Screen
from tests.golden_files import Golden
from tests.make_okr import TODAY, make_measured_book, make_measured_kr, make_reading, make_standing, make_verdict

TERMINAL = Screen(width=110, is_terminal=True)
PLAN = (
    PlanPoint(on=date(2026, 10, 1), share=0.0, value=2.4),
    PlanPoint(on=date(2026, 11, 15), share=0.2, value=2.02),
    PlanPoint(on=date(2026, 12, 31), share=1.0, value=0.5),
)
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
    items=12,
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
    golden(f"key-result/{name}", render_key_result(page(), form, screen=screen))


@pytest.mark.parametrize("form", KEY_RESULT_FORMATS)
def test_a_key_result_without_any_reading_has_a_page_too(form: Format) -> None:
    empty = page(
        standing=make_standing(progress=None, expected=None, last=None, forecast=None, confidence=None),
        plan=(), readings=(), odd=(), earlier=(), changes=(), definition=None, work=None, items=None, command="",
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
