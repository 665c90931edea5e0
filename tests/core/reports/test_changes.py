"""What changed between two reports: which kind, through what, and in every format."""

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align_sync.linking.evidence import Bucket, Waiting
from align_sync.reports.changes import Change, ChangeKind, Changes, Decided, Identity, Through, compare
from align_sync.reports.model import AlignmentReport, Filters, PolicyRuleKind, ReportItem
from align_sync.reports.render.changes import CHANGES_FORMATS, COLUMNS, render_changes
from align_sync.reports.render.changes_words import say_cause, say_coverage, say_number, say_step
from align_sync.reports.render.view import Format, Screen
from tests.core.reports.built import ITEMS, build, make_rule
from tests.core.reports.hostile import HOSTILE
from tests.golden_files import Golden
from tests.make import NOW, make_dispute, make_report_item

TERMINAL = Screen(width=100, is_terminal=True)
YESTERDAY, TOMORROW = NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=1)
DECIDED = Decided(says="linked to nps: it is theirs", author="Ana", at=NOW - timedelta(hours=2))
APPLIED = Decided(says="OKR book applied: 1 created: nps", author="Bo", at=NOW - timedelta(days=2))


def made(bucket: Bucket, **other: Any) -> ReportItem:
    return make_report_item("PAY-1", bucket, **other)


def find_changes(
    before: tuple[ReportItem, ...],
    after: tuple[ReportItem, ...],
    *,
    decided: Mapping[Identity, tuple[Decided, ...]] | None = None,
    book: tuple[Decided, ...] = (),
    earlier: AlignmentReport | None = None,
) -> Changes:
    was = replace(
        earlier or build(*before),
        items=before,
        filters=Filters(as_of_at=NOW - timedelta(days=7)),
    )
    return compare(was, build(*after), decided=decided or {}, book=book)


def find_one(before: ReportItem | None, after: ReportItem | None, *by: Decided) -> Change:
    changes = find_changes(
        (before,) if before else (), (after,) if after else (), decided={("jira", "id-PAY-1"): by} if by else None
    )
    (change,) = changes.changes
    return change


LINKED = made(Bucket.DIRECT, labels=("okr/ret90",))
INHERITED = made(Bucket.INHERITED)
UNLINKED = made(Bucket.UNLINKED)
DISPUTED = replace(UNLINKED, dispute=make_dispute())
GRACE = made(Bucket.GRACE)


@pytest.mark.parametrize(
    ("before", "after", "kind", "step"),
    [
        (None, UNLINKED, ChangeKind.NOW_UNLINKED, "not in scope → not linked"),
        (LINKED, UNLINKED, ChangeKind.NOW_UNLINKED, "linked directly (ret90) → not linked"),
        (GRACE, made(Bucket.INVALID), ChangeKind.NOW_UNLINKED, "in grace → invalid link"),
        (DISPUTED, UNLINKED, ChangeKind.NOW_UNLINKED, "not linked → not linked"),
        (UNLINKED, LINKED, ChangeKind.NOW_LINKED, "not linked → linked directly (ret90)"),
        (made(Bucket.EXEMPT), INHERITED, ChangeKind.NOW_LINKED, "exempt → linked through a parent (ret90)"),
        (UNLINKED, made(Bucket.EXEMPT), ChangeKind.SET_ASIDE, "not linked → exempt"),
        (UNLINKED, GRACE, ChangeKind.SET_ASIDE, "not linked → in grace"),
        (UNLINKED, DISPUTED, ChangeKind.SET_ASIDE, "not linked → not linked, disputed"),
        (
            LINKED,
            made(Bucket.DIRECT, key_results=("nps", "ret90")),
            ChangeKind.MOVED,
            "linked directly (ret90) → linked directly (nps, ret90)",
        ),
        (LINKED, INHERITED, ChangeKind.OTHER, "linked directly (ret90) → linked through a parent (ret90)"),
        (UNLINKED, made(Bucket.INVALID), ChangeKind.OTHER, "not linked → invalid link"),
        (UNLINKED, made(Bucket.UNKNOWN), ChangeKind.OTHER, "not linked → unknown"),
        (LINKED, DISPUTED, ChangeKind.OTHER, "linked directly (ret90) → not linked, disputed"),
        (None, LINKED, ChangeKind.CAME, "not in scope → linked directly (ret90)"),
        (None, DISPUTED, ChangeKind.CAME, "not in scope → not linked, disputed"),
        (UNLINKED, None, ChangeKind.WENT, "not linked → not in scope"),
    ],
)
def test_a_change_is_named_from_the_side_of_who_has_to_act(
    before: ReportItem | None, after: ReportItem | None, kind: ChangeKind, step: str
) -> None:
    change = find_one(before, after)
    assert (change.kind, say_step(change)) == (kind, step)


def exempt_until(until: date | None) -> ReportItem:
    item = made(Bucket.EXEMPT)
    assert item.exempted is not None
    return replace(item, exempted=replace(item.exempted, expires_on=until))


def wait_until(until: date | None) -> ReportItem:
    return replace(GRACE, waiting=Waiting(day=1, days=3, ends_on=until))


RELABELLED = made(Bucket.UNLINKED, labels=("backend",))


@pytest.mark.parametrize(
    ("before", "after", "by", "through", "cause"),
    [
        (GRACE, UNLINKED, (), Through.TIME, "with time: its grace is over"),
        (wait_until(YESTERDAY), UNLINKED, (), Through.TIME, "with time: its grace is over"),
        (wait_until(NOW.date()), UNLINKED, (), None, ""),
        (wait_until(None), UNLINKED, (), None, ""),
        (
            GRACE,
            UNLINKED,
            (DECIDED,),
            Through.DECISION,
            "linked to nps: it is theirs, by Ana, Mon 23 Nov 2026, 12:30 CET",
        ),
        (exempt_until(YESTERDAY), UNLINKED, (), Through.TIME, f"with time: its exemption ran out after {YESTERDAY}"),
        (exempt_until(TOMORROW), UNLINKED, (), None, ""),
        (exempt_until(None), RELABELLED, (), Through.TRACKER, "in the tracker: other labels"),
        (exempt_until(YESTERDAY), INHERITED, (), None, ""),
        (replace(made(Bucket.EXEMPT), exempted=None), UNLINKED, (), None, ""),
        (LINKED, RELABELLED, (), Through.TRACKER, "in the tracker: other labels"),
        (
            replace(LINKED, parent="PAY-9", container="Money", relations=("blocks PAY-3",)),
            replace(UNLINKED, labels=LINKED.labels),
            (),
            Through.TRACKER,
            "in the tracker: other parent, relations, project",
        ),
        (INHERITED, UNLINKED, (), None, ""),
        (None, UNLINKED, (), None, ""),
        (replace(made(Bucket.RULE), found=()), UNLINKED, (), None, ""),
    ],
)
def test_who_or_what_changed_it_is_told_only_where_it_is_certain(
    before: ReportItem | None,
    after: ReportItem,
    by: tuple[Decided, ...],
    through: Through | None,
    cause: str,
) -> None:
    change = find_one(before, after, *by)
    assert (change.through, say_cause(change, "Europe/Rome")) == (through, cause)


@pytest.mark.parametrize(
    ("expires_on", "cause"),
    [(YESTERDAY, f"with time: mapping rule Checkout ran out after {YESTERDAY}"), (TOMORROW, "")],
)
def test_a_mapping_rule_that_ran_out_is_named(expires_on: date, cause: str) -> None:
    rule = replace(make_rule(PolicyRuleKind.MAPPING, "Checkout"), expires_on=expires_on)
    before = made(Bucket.RULE)
    earlier = replace(build(before), rules=(rule,))
    (change,) = find_changes((before,), (UNLINKED,), earlier=earlier).changes
    assert say_cause(change, "Europe/Rome") == cause


def test_the_two_moments_are_those_that_the_reports_tell_of() -> None:
    changes = find_changes((UNLINKED,), (UNLINKED,))
    assert (changes.since, changes.until) == (NOW - timedelta(days=7), NOW)
    assert compare(build(), build(), decided={}, book=()).since == NOW


@pytest.mark.parametrize(
    ("before", "after", "coverage", "number"),
    [
        (
            (UNLINKED,),
            (LINKED,),
            "coverage 0 % → 100 %",
            "1 item changed; 0 items stand as they stood",
        ),
        ((UNLINKED,), (UNLINKED,), "coverage 0 % → 0 %", "nothing changed; 1 item stands as it stood"),
        ((), (LINKED,), "coverage withheld → 100 %", "1 item changed; 0 items stand as they stood"),
    ],
)
def test_coverage_and_numbers_are_told_first(
    before: tuple[ReportItem, ...], after: tuple[ReportItem, ...], coverage: str, number: str
) -> None:
    changes = find_changes(before, after)
    assert (say_coverage(changes), say_number(changes)) == (coverage, number)


@settings(deadline=None)
@given(ITEMS)
def test_a_report_compared_with_itself_has_no_change(items: list[ReportItem]) -> None:
    report = build(*items)
    changes = compare(report, report, decided={}, book=())
    assert (changes.changes, changes.unchanged) == ((), len(report.items))


@settings(deadline=None)
@given(ITEMS, ITEMS)
def test_the_numbers_add_up_and_swapping_mirrors_what_came_and_went(
    some: list[ReportItem], others: list[ReportItem]
) -> None:
    before, after = build(*some), build(*others)
    there = compare(before, after, decided={}, book=())
    back = compare(after, before, decided={}, book=())

    union = {(one.source, one.external_id) for one in (*before.items, *after.items)}
    assert len(there.changes) + there.unchanged == len(union)
    assert there.unchanged == back.unchanged
    assert {identify(one) for one in there.changes} == {identify(one) for one in back.changes}
    came = {identify(one) for one in there.changes if one.before is None}
    went = {identify(one) for one in there.changes if one.after is None}
    assert came == {identify(one) for one in back.changes if one.after is None}
    assert went == {identify(one) for one in back.changes if one.before is None}
    assert went == {identify(one) for one in there.changes if one.kind is ChangeKind.WENT}
    assert all(one.kind in {ChangeKind.CAME, ChangeKind.NOW_UNLINKED} for one in there.changes if one.before is None)
    order = [list(ChangeKind).index(one.kind) for one in there.changes]
    assert order == sorted(order)


def identify(change: Change) -> Identity:
    return change.source, change.external_id


@settings(deadline=None)
@given(ITEMS, ITEMS, st.randoms(use_true_random=False))
def test_the_order_of_items_changes_nothing(some: list[ReportItem], others: list[ReportItem], random: Any) -> None:
    before, after = build(*some), build(*others)
    mixed = replace(after, items=tuple(random.sample(after.items, len(after.items))))
    assert compare(before, after, decided={}, book=()) == compare(before, mixed, decided={}, book=())


def story(*, is_sample: bool = False) -> Changes:
    """One change of every kind, short enough to read as a golden file."""
    before = (
        make_report_item("PAY-412", Bucket.GRACE, title="Migrate ledger | exporter"),
        make_report_item("PAY-77", Bucket.UNLINKED, title="Retry failed card payments"),
        make_report_item("PAY-9", Bucket.UNLINKED, title="Upgrade the queue"),
        make_report_item("PAY-10", Bucket.DIRECT, title="Show reasons", labels=("okr/ret90",)),
        make_report_item("SRC-1", Bucket.DIRECT, title="Rank <b>results</b>", team="Search"),
        make_report_item("SRC-2", Bucket.INVALID, title="Upgrade to the new font", team="Search"),
        make_report_item("SRC-3", Bucket.DIRECT, title="Stays as it is", team="Search"),
    )
    after = (
        make_report_item("PAY-412", Bucket.UNLINKED, title="Migrate ledger | exporter"),
        make_report_item("PAY-77", Bucket.DIRECT, title="Retry failed card payments", key_results=("nps",)),
        make_report_item("PAY-9", Bucket.EXEMPT, title="Upgrade the queue"),
        make_report_item("PAY-10", Bucket.DIRECT, title="Show reasons", key_results=("nps",), labels=("okr/nps",)),
        make_report_item("SRC-1", Bucket.INHERITED, title="Rank <b>results</b>", team="Search", labels=()),
        make_report_item("SRC-3", Bucket.DIRECT, title="Stays as it is", team="Search"),
        make_report_item("SRC-4", Bucket.INHERITED, title="Alert on a growing queue", team="Search"),
    )
    changes = find_changes(before, after, decided={("jira", "id-PAY-77"): (DECIDED,)}, book=(APPLIED,))
    return replace(changes, is_sample=is_sample, is_partial=is_sample)


@pytest.mark.parametrize(
    ("name", "form", "screen"),
    [
        ("terminal.txt", Format.TABLE, TERMINAL),
        ("colour.txt", Format.TABLE, replace(TERMINAL, colour=True)),
        ("piped.tsv", Format.TABLE, Screen()),
        ("changes.md", Format.MARKDOWN, Screen()),
        ("changes.json", Format.JSON, Screen()),
        ("changes.csv", Format.CSV, Screen()),
    ],
)
def test_changes_look_as_they_did(golden: Golden, name: str, form: Format, screen: Screen) -> None:
    golden(f"changes/{name}", render_changes(story(is_sample=True), form, screen=screen))


@pytest.mark.parametrize("form", CHANGES_FORMATS)
@pytest.mark.parametrize("screen", [Screen(), TERMINAL])
def test_no_change_is_an_output_as_well(form: Format, screen: Screen) -> None:
    text = render_changes(find_changes((UNLINKED,), (UNLINKED,)), form, screen=screen)
    assert "SAMPLE" not in text
    assert "PAY-1" not in text
    assert text.endswith("\n")


def test_records_have_every_column_and_only_what_happened() -> None:
    rows = list(csv.reader(io.StringIO(render_changes(story(), Format.CSV))))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert [row[3] for row in rows[1:]] == [*(one.kind.value for one in story().changes), "OKR book"]
    told = json.loads(render_changes(story(), Format.JSON))
    assert len(told["changes"]) == len(rows) - 2
    assert told["unchanged"] == 1


CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", CHANGES_FORMATS)
@pytest.mark.parametrize("screen", [Screen(), TERMINAL])
def test_no_text_from_outside_acts(text: str, form: Format, screen: Screen) -> None:
    by = Decided(says=text, author=text, at=NOW)
    item = make_report_item("PAY-1", title=text, team=text, because=text, address=text)
    changes = find_changes((), (item,), decided={("jira", "id-PAY-1"): (by,)}, book=(by,))
    written = render_changes(changes, form, screen=screen)
    assert not CONTROL.search(written)
    if form is Format.TABLE and not screen.is_terminal:
        rows, book = written.split("\n# changes\n")[1].split("\n\n# OKR book\n")
        assert {row.count("\t") for row in rows.splitlines()} == {len(COLUMNS) - 1}
        assert {row.count("\t") for row in book.splitlines()} == {2}
    if form is Format.MARKDOWN:
        (row,) = [line for line in written.splitlines() if line.startswith(("| PAY-", "| [PAY-"))]
        assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 6
        assert "<script" not in written
    if form is Format.CSV:
        cells = [one for record in csv.reader(io.StringIO(written)) for one in record]
        assert not [one for one in cells if one.lstrip().startswith(("=", "+", "@", "\uff1d"))]
