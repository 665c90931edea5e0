"""Coverage over time: points, gaps, the goal, and every format of it."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from align_sync.linking.evidence import Bucket
from align_sync.reports.model import Lens, SourceState
from align_sync.reports.render.trend import COLUMNS, TREND_FORMATS, render_trend
from align_sync.reports.render.trend_words import draw_bar, draw_spark, say_coverage
from align_sync.reports.render.view import Format, Screen
from align_sync.reports.trend import Trend, TrendPoint, build_point
from tests.core.reports.built import build
from tests.core.reports.hostile import HOSTILE
from tests.golden_files import Golden
from tests.make import NOW, make_report_item, make_source

TERMINAL = Screen(width=100, is_terminal=True)
COMMAND = "align-sync report alignment -t Payments --sprint 42"
NEVER_READ = make_source(state=SourceState.NEVER, complete_at=None)


def point(label: str, *buckets: Bucket, weeks: int = 0, count_by: Lens = Lens.ITEMS) -> TrendPoint:
    items = [make_report_item(f"PAY-{number}", bucket) for number, bucket in enumerate(buckets, 1)]
    at = NOW - timedelta(weeks=weeks)
    return build_point(label, at, build(*items, count_by=count_by, default_budget=0.5), f"{COMMAND} --as-of w{weeks}")


def story(*, is_sample: bool = False) -> Trend:
    """Good and bad weeks, one that nobody knows, one that is withheld."""
    direct, none, unknown = Bucket.DIRECT, Bucket.UNLINKED, Bucket.UNKNOWN
    return Trend(
        team="Payments",
        goal=0.8,
        timezone="Europe/Rome",
        points=(
            point("2 Nov 2026", weeks=3),
            point("9 Nov 2026", direct, unknown, weeks=2),
            point("16 Nov 2026", none, none, Bucket.GRACE, weeks=1),
            point("23 Nov 2026", direct, direct, direct, direct, Bucket.EXEMPT, none),
        ),
        is_sample=is_sample,
    )


@pytest.mark.parametrize(
    ("made", "coverage", "says"),
    [
        (point("a", Bucket.DIRECT), 1.0, "100 %"),
        (point("a", Bucket.UNLINKED), 0.0, "0 %"),
        (point("a"), None, "unknown"),
        (point("a", Bucket.UNKNOWN), None, "withheld"),
        (build_point("a", NOW, build(make_report_item(), sources=(NEVER_READ,)), COMMAND), None, "unknown"),
    ],
)
def test_what_is_not_known_is_a_gap_and_never_a_zero(made: TrendPoint, coverage: float | None, says: str) -> None:
    assert (made.coverage, say_coverage(made)) == (coverage, says)
    assert (draw_spark([made]) == "?") is (coverage is None)
    told = json.loads(render_trend(replace(story(), points=(made,)), Format.JSON))["points"][0]
    assert told["coverage"] == coverage
    assert (told["tally"] is None) is (says == "unknown")


def test_work_without_estimates_is_no_unknown_week() -> None:
    report = build(make_report_item("PAY-1", points=None), count_by=Lens.POINTS)
    made = build_point("a", NOW, report, COMMAND)
    assert made.tally is not None
    assert (say_coverage(made), made.tally.withheld != "") == ("withheld", True)


@pytest.mark.parametrize(
    ("share", "goal", "bar"),
    [
        (0.0, 0.8, "░░░░░░░░░░░░░░░░│░░░░"),
        (0.799, 0.8, "███████████████░│░░░░"),
        (0.8, 0.8, "████████████████│░░░░"),
        (1.0, 1.0, "████████████████████│"),
        (None, 0.5, "··········│··········"),
    ],
)
def test_a_bar_never_looks_better_than_its_figure(share: float | None, goal: float, bar: str) -> None:
    assert draw_bar(share, goal) == bar


def test_a_spark_has_one_stroke_for_each_point() -> None:
    assert draw_spark(story().points) == "??▁▇"
    assert draw_spark([point("a", Bucket.DIRECT)]) == "█"


@pytest.mark.parametrize(
    ("name", "form", "screen"),
    [
        ("terminal.txt", Format.TABLE, TERMINAL),
        ("piped.tsv", Format.TABLE, Screen()),
        ("trend.md", Format.MARKDOWN, Screen()),
        ("trend.json", Format.JSON, Screen()),
        ("trend.csv", Format.CSV, Screen()),
    ],
)
def test_a_trend_looks_as_it_did(golden: Golden, name: str, form: Format, screen: Screen) -> None:
    golden(f"trend/{name}", render_trend(story(is_sample=True), form, screen=screen))


@pytest.mark.parametrize("form", TREND_FORMATS)
@pytest.mark.parametrize("screen", [Screen(), replace(TERMINAL, width=400)])
def test_every_point_has_its_word_and_its_command_in_every_form(form: Format, screen: Screen) -> None:
    text = re.sub(r"\\", "", render_trend(story(), form, screen=screen))
    for made in story().points:
        assert made.command in text
        assert made.label in text
    assert "unknown" in text
    assert "withheld" in text
    assert "SAMPLE" not in text


@pytest.mark.parametrize("form", TREND_FORMATS)
@pytest.mark.parametrize("screen", [Screen(), TERMINAL])
def test_a_trend_without_points_and_without_gaps_is_written_as_well(form: Format, screen: Screen) -> None:
    empty = Trend(team="", goal=0.8, timezone="Europe/Rome", points=())
    assert render_trend(empty, form, screen=screen).endswith("\n")
    whole = replace(empty, points=(point("now", Bucket.DIRECT, count_by=Lens.POINTS),))
    assert "? is a point" not in render_trend(whole, form, screen=screen)


def test_records_have_every_column() -> None:
    rows = list(csv.reader(io.StringIO(render_trend(story(), Format.CSV))))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert [row[4] for row in rows] == ["coverage", "unknown", "withheld", "0 %", "80 %"]


CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", TREND_FORMATS)
@pytest.mark.parametrize("screen", [Screen(), TERMINAL])
def test_no_text_from_outside_acts(text: str, form: Format, screen: Screen) -> None:
    hostile = replace(point("now", Bucket.DIRECT), label=text, command=text)
    written = render_trend(replace(story(), team=text, points=(hostile,)), form, screen=screen)
    assert not CONTROL.search(written)
    if form is Format.TABLE and not screen.is_terminal:
        assert {row.count("\t") for row in written.splitlines()} == {len(COLUMNS) - 1}
    if form is Format.MARKDOWN:
        assert "<script" not in written
        assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", written.splitlines()[-1])) == 7
