"""The register at a terminal where little is known, and reports that say the same when values were read again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from align_sync.okr.metrics import Measurability
from align_sync.okr.readings import ReadingStatus
from align_sync.okr.targets import Target
from align_sync.reports.document import hash_content
from align_sync.reports.register_list import RegisterLine, RegisterList
from align_sync.reports.render.measured import render_register
from align_sync.reports.render.view import Screen
from tests.core.reports.story import rich_report, small_report
from tests.make_okr import make_measured_kr, make_reading

TERMINAL = Screen(width=110, is_terminal=True)


def test_a_metric_without_a_definition_is_of_the_kind_that_the_book_names() -> None:
    line = RegisterLine(
        target=Target(metric="refund_errors", key_result=make_measured_kr()),
        key_results=("KR-2.3",),
        measurability=Measurability.UNKNOWN,
        last=None,
        failure=make_reading(None, status=ReadingStatus.FAILED, reason="no such file"),
        verification=None,
        is_stale=False,
        advice="",
    )
    nameless = replace(line, target=Target(metric="alone"), failure=None)
    told = RegisterList(lines=(line, nameless), at=datetime(2026, 11, 23, tzinfo=UTC), timezone="UTC")
    text = render_register(told, as_json=False, screen=TERMINAL)
    assert " sql " in text
    assert "no such file" in text
    assert "What to do next (1)" in text


def test_reading_the_same_again_says_nothing_new() -> None:
    report = small_report()
    first = report.key_results[0]
    assert first.standing is not None
    assert first.standing.last is not None
    later = replace(first.standing.last, recorded_at=first.standing.last.recorded_at + timedelta(hours=3), run=9)
    again = replace(first, standing=replace(first.standing, last=later))
    assert hash_content(replace(report, key_results=(again, *report.key_results[1:]))) == hash_content(report)
    other = replace(first, standing=replace(first.standing, last=replace(later, value=5.0)))
    assert hash_content(replace(report, key_results=(other, *report.key_results[1:]))) != hash_content(report)
    assert rich_report().key_results[0].standing is None
    assert hash_content(rich_report()) == hash_content(rich_report())
