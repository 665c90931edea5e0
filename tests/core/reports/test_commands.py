"""For every figure the command that lists the items behind it, and that they add up."""

import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import fsum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align_sync.linking.evidence import Bucket
from align_sync.reports.commands import (
    ACTIONABLE,
    SIGNAL_NAMES,
    command_of,
    explain_command,
    figure_commands,
    list_command,
)
from align_sync.reports.lenses import mass_of
from align_sync.reports.model import AlignmentReport, Filters, Lens, ReportItem, SignalKind
from tests.core.reports.built import ITEMS, POLICY_RULES, build, make_rule
from tests.make import NOW, make_report_item, make_sprint

D = Bucket.DIRECT


def read_command(command: str) -> Filters:
    """What the command line makes of a command, written down once more."""
    program, report, view, *words = shlex.split(command)
    assert (program, report) == ("align-sync", "report")
    told: dict[str, list[str]] = {}
    flags: set[str] = set()
    options = iter(words)
    for option in options:
        if option in {"--disputed", "--imputed"}:
            flags.add(option)
        else:
            told.setdefault(option, []).append(next(options))
    buckets = ACTIONABLE if view == "unlinked" else tuple(Bucket(name) for name in told.pop("--bucket", []))
    signals = {name: kind for kind, name in SIGNAL_NAMES.items()}
    (as_of,) = told.pop("--as-of", [""])
    filters = Filters(
        buckets=buckets,
        teams=tuple(told.pop("-t", [])),
        sources=tuple(told.pop("--source", [])),
        sprint=told.pop("--sprint", ["current"])[0],
        key_results=tuple(told.pop("--kr", [])),
        categories=tuple(told.pop("--category", [])),
        rules=tuple(told.pop("--rule", [])),
        signals=tuple(signals[name] for name in told.pop("--signal", [])),
        only_disputed="--disputed" in flags,
        only_imputed="--imputed" in flags,
        as_of_at=datetime.fromisoformat(as_of) if as_of else None,
    )
    assert told == {}
    return filters


@pytest.mark.parametrize(
    ("filters", "buckets", "team", "command"),
    [
        (Filters(), ACTIONABLE, None, "align-sync report unlinked"),
        (Filters(), ACTIONABLE, "Payments", "align-sync report unlinked -t Payments"),
        (Filters(teams=("A", "B")), ACTIONABLE, None, "align-sync report unlinked -t A -t B"),
        (Filters(teams=("A", "B")), (), "B", "align-sync report alignment -t B"),
        (Filters(), (D,), None, "align-sync report alignment --bucket direct"),
        (Filters(), (), "", "align-sync report alignment -t '(no team)'"),
        (Filters(), (), "; rm -rf ~", "align-sync report alignment -t '; rm -rf ~'"),
        (
            Filters(sprint="last", sources=("jira",)),
            (),
            None,
            "align-sync report alignment --source jira --sprint last",
        ),
        # A figure does not know of what narrows the list.
        (Filters(buckets=(D,), key_results=("ret90",), only_disputed=True), (), None, "align-sync report alignment"),
    ],
)
def test_the_command_behind_a_figure_repeats_its_scope(
    filters: Filters, buckets: tuple[Bucket, ...], team: str | None, command: str
) -> None:
    assert list_command(filters, buckets, team=team) == command


def test_each_kind_of_figure_has_its_option() -> None:
    at = datetime(2026, 11, 20, 9, 0, 0, 250_000, tzinfo=UTC)
    begin = "align-sync report alignment"
    assert list_command(Filters(), key_result="ret90") == f"{begin} --kr ret90"
    assert list_command(Filters(), category="ktlo") == f"{begin} --category ktlo"
    assert list_command(Filters(), rule="Old work") == f"{begin} --rule 'Old work'"
    assert list_command(Filters(), signal=SignalKind.CROWDED) == f"{begin} --signal crowded"
    assert list_command(Filters(), only_disputed=True) == f"{begin} --disputed"
    assert list_command(Filters(), only_imputed=True) == f"{begin} --imputed"
    assert list_command(Filters(as_of_at=at)) == f"{begin} --as-of 2026-11-20T09:00:00.250000Z"


def test_signals_have_short_names() -> None:
    assert set(SIGNAL_NAMES.values()) == {"crowded", "late-links", "one-template", "rising-exemptions"}


WORDS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), max_size=2).map(tuple)


@given(
    filters=st.builds(
        Filters,
        teams=WORDS,
        sources=WORDS,
        sprint=st.text(min_size=1),
        key_results=WORDS,
        categories=WORDS,
        rules=WORDS,
        buckets=st.sampled_from([(), ACTIONABLE, (D,), (Bucket.EXEMPT, Bucket.GRACE)]),
        signals=st.lists(st.sampled_from(SignalKind), max_size=2).map(tuple),
        only_disputed=st.booleans(),
        only_imputed=st.booleans(),
        as_of_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    )
)
def test_a_command_asks_for_exactly_its_filters(filters: Filters) -> None:
    assert read_command(command_of(filters)) == filters


def rebuild(items: list[ReportItem], filters: Filters) -> AlignmentReport:
    rules = tuple(make_rule(kind, name) for kind, name in POLICY_RULES)
    sprints = (make_sprint(), make_sprint("43", team="Empty"))
    return build(*items, filters=filters, rules=rules, sprints=sprints, unknown_limit=1.0, imputed_limit=1.0)


ASKED = st.builds(
    Filters,
    teams=st.sampled_from([(), ("Payments",), ("(no team)", "PAYMENTS"), ("nobody",)]),
    sources=st.sampled_from([(), ("jira",)]),
    buckets=st.sampled_from([(), (Bucket.EXEMPT,)]),
    as_of_at=st.sampled_from([None, NOW - timedelta(hours=1)]),
)


@settings(deadline=None, max_examples=40)
@given(items=ITEMS, asked=ASKED)
def test_every_figure_can_be_listed_and_adds_up(items: list[ReportItem], asked: Filters) -> None:
    for figure in figure_commands(rebuild(items, asked)):
        assert read_command(figure.command) == figure.filters
        listed = rebuild(items, figure.filters).items
        assert fsum(mass_of(item, figure.lens) or 0 for item in listed) == pytest.approx(figure.value), figure.name


def test_signals_are_listed_too() -> None:
    items = [make_report_item(f"A-{n}", D, entered_at=NOW, labels=("okr/ret90",)) for n in range(6)]
    items += [make_report_item(f"B-{n}", D, key_results=("nps",), team="Search") for n in range(5)]
    items += [make_report_item("C-1", entered_at=NOW - timedelta(days=6))]
    items[:4] = [replace(item, linked_at=NOW) for item in items[:4]]
    figures = figure_commands(rebuild(items, Filters()))
    told = {
        (f.name, f.value, f.command.removeprefix("align-sync report alignment ")) for f in figures if f.filters.signals
    }
    assert told == {
        ("Payments: one key result holds most links", 6, "-t Payments --signal crowded"),
        ("Payments: links added shortly before the report", 4, "-t Payments --signal late-links"),
        ("Payments: one label on all new items", 6, "-t Payments --signal one-template"),
        ("Search: one key result holds most links", 5, "-t Search --signal crowded"),
    }
    for figure in figures:
        assert len(rebuild(items, figure.filters).items) == figure.value or figure.lens is not Lens.ITEMS


def test_the_names_of_figures_are_each_of_one_figure() -> None:
    items = [
        make_report_item("A-1", D, points=None),
        make_report_item("A-2", Bucket.EXEMPT),
        make_report_item("A-3", team=""),
    ]
    figures = figure_commands(rebuild(items, Filters()))
    assert len({(figure.name, figure.lens) for figure in figures}) == len(figures)
    names = {figure.name for figure in figures}
    assert {
        "direct",
        "(no team): missed",
        "Payments: linked",
        "all",
        "exempt, over the budget",
        "imputed",
        "disputed",
        "key result ret90",
        "mapping rule Checkout",
        "exemption rule Upkeep",
    } <= names


def test_the_command_to_explain_is_safe_to_paste() -> None:
    assert explain_command("PAY-1 $(x)") == "align-sync explain 'PAY-1 $(x)'"
