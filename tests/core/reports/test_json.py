"""The JSON envelope and its schema."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from align_sync.linking.evidence import Bucket
from align_sync.reports.commands import figure_commands
from align_sync.reports.model import AlignmentReport, Filters, SignalKind
from align_sync.reports.render import View
from align_sync.reports.render.json import render_json
from align_sync.reports.render.json_schema import report_schema
from tests.core.reports.hostile import HOSTILE
from tests.core.reports.story import AS_OF, dated_report, empty_report, make_report, rich_report, small_report
from tests.make import make_report_item

REPORT = Draft202012Validator(report_schema(), format_checker=FormatChecker())


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(report_schema())


@pytest.mark.parametrize("make", [rich_report, small_report, dated_report, empty_report])
@pytest.mark.parametrize("view", View)
def test_every_report_keeps_the_schema(make: Callable[[], AlignmentReport], view: View) -> None:
    REPORT.validate(json.loads(render_json(make(), view)))


@pytest.mark.parametrize(
    "missing", ["items", "teams", "headline", "sample", "lenses", "rules", "signals", "figures", "content_hash"]
)
def test_the_schema_refuses_a_report_that_lacks_a_part(missing: str) -> None:
    value = json.loads(render_json(small_report()))
    del value[missing]
    assert not REPORT.is_valid(value)


def test_the_schema_describes_every_member() -> None:
    for report in (rich_report(), small_report()):
        assert_described(json.loads(render_json(report)), report_schema())


def assert_described(value: Any, schema: Any) -> None:
    """Nothing is in the value that the schema does not name, so that neither changes alone."""
    if isinstance(value, dict):
        assert set(value) <= set(schema["properties"])
        for name, member in value.items():
            assert_described(member, schema["properties"][name])
    if isinstance(value, list):
        for member in value:
            assert_described(member, schema["items"])


def test_the_views_leave_out_what_is_not_theirs() -> None:
    listed = {"key_results", "gaps"}
    parts = {*listed, "teams", "sprints", "signals", "rules", "disputed", "items", "figures"}
    held = {view: parts & set(json.loads(render_json(small_report(), view))) for view in View}
    assert held == {View.ALIGNMENT: parts, View.UNLINKED: {"items"}, View.KEY_RESULTS: listed}
    unlinked = json.loads(render_json(small_report(), View.UNLINKED))["items"]
    assert {item["bucket"] for item in unlinked} == {"unlinked", "invalid"}


def test_the_filters_are_repeated() -> None:
    filters = Filters(
        teams=("Payments",),
        sprint="last",
        buckets=(Bucket.DIRECT,),
        sources=("jira",),
        key_results=("ret90",),
        categories=("ktlo",),
        rules=("Upkeep",),
        signals=(SignalKind.LATE_LINKS,),
        only_disputed=True,
        only_imputed=True,
        as_of_at=AS_OF,
    )
    assert json.loads(render_json(make_report(filters=filters)))["filters"] == {
        "teams": ["Payments"],
        "sprint": "last",
        "buckets": ["direct"],
        "sources": ["jira"],
        "key_results": ["ret90"],
        "categories": ["ktlo"],
        "rules": ["Upkeep"],
        "signals": ["late-links"],
        "only_disputed": True,
        "only_imputed": True,
        "as_of_at": "2026-11-16T13:30:00Z",
    }


def test_every_figure_has_the_command_that_lists_its_items() -> None:
    report = rich_report()
    figures = json.loads(render_json(report))["figures"]
    assert len(figures) == len(figure_commands(report))
    by_name = {(figure["name"], figure["lens"]): figure for figure in figures}
    unlinked = by_name["unlinked", "items"]
    assert unlinked == {
        "name": "unlinked",
        "lens": "items",
        "value": report.headline.counts[Bucket.UNLINKED],
        "command": "align-sync report alignment --bucket unlinked",
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_are_kept_exactly_and_show_no_control_character(text: str) -> None:
    written = render_json(make_report(make_report_item(title=text)))
    assert json.loads(written)["items"][0]["title"] == text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]", written)
    written.encode()
