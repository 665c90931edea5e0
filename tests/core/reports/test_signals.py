"""Patterns that make a figure worth a second look, by team and never by person."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from hypothesis import given

from align_sync.linking.evidence import Bucket, RuleKind
from align_sync.reports.known import Known
from align_sync.reports.measures import Limits, tally
from align_sync.reports.model import Filters, Lens, ReportItem, Signal, SignalKind
from tests.core.reports.built import ITEMS, PERSON, build
from tests.make import NOW, make_report_item

D = Bucket.DIRECT
START = NOW - timedelta(days=5)
OLD, LATE = NOW - timedelta(days=3), NOW - timedelta(hours=23)


def serve(key_result: str, count: int, team: str = "Payments") -> list[ReportItem]:
    return [make_report_item(f"{key_result}-{n}", D, key_results=(key_result,), team=team) for n in range(count)]


def find(items: Iterable[ReportItem], kind: SignalKind, known: Known | None = None) -> list[Signal]:
    report = build(*items, known=known or Known())
    return [signal for signal in report.signals if signal.kind is kind]


def vary(items: Iterable[ReportItem]) -> list[ReportItem]:
    """The same items, each with evidence of its own."""
    return [replace(item, found=(item.key,)) for item in items]


@pytest.mark.parametrize(
    ("items", "share"),
    [
        ([*serve("ret90", 4), *serve("nps", 1)], 0.8),
        # 60 % is not above 60 %, and four links are too few to tell.
        ([*serve("ret90", 3), *serve("nps", 2)], None),
        (serve("ret90", 4), None),
        # Items for several key results count for each by their shares.
        ([make_report_item(f"A-{n}", D, key_results=("ret90", "nps")) for n in range(6)], None),
        ([*serve("ret90", 5), make_report_item("A-1", D, key_results=("ret90", "nps"))], 5.5 / 6),
        # What is not linked is no part of it.
        ([*serve("ret90", 5), *(make_report_item(f"A-{n}") for n in range(50))], 1.0),
    ],
)
def test_one_key_result_with_most_of_the_links_is_told(items: list[ReportItem], share: float | None) -> None:
    found = find(items, SignalKind.CROWDED)
    assert [signal.share for signal in found] == ([] if share is None else [pytest.approx(share)])
    for signal in found:
        assert len(signal.items) == sum("ret90" in {link.key_result for link in item.links} for item in items)
        assert signal.says.replace("\u00a0", " ").endswith("% of the linked items of Payments")


def linked_at(*late: bool, source: str = "jira") -> list[ReportItem]:
    return [
        make_report_item(f"{source}-{n}", D, source=source, linked_at=LATE if is_late else OLD)
        for n, is_late in enumerate(late)
    ]


@pytest.mark.parametrize(
    ("items", "late"),
    [
        (linked_at(*[True] * 3, *[False] * 12), 3),
        (linked_at(*[True] * 3, *[False] * 13), 0),
        (linked_at(*[True] * 2, False), 0),
        # All of it is new: the source was read for the first time.
        (linked_at(*[True] * 5), 0),
        ([*linked_at(*[True] * 5), *linked_at(*[False] * 5, source="linear")], 0),
        ([replace(item, linked_at=None) for item in linked_at(*[True] * 5)], 0),
    ],
)
def test_links_made_shortly_before_the_report_are_told(items: list[ReportItem], late: int) -> None:
    found = find(items, SignalKind.LATE_LINKS)
    assert [len(signal.items) for signal in found] == ([late] if late else [])
    for signal in found:
        assert signal.share == late / len(items)
        assert signal.says == (
            f"{late} of {len(items)} linked items of Payments "
            "were first seen with their link within the 24 h before this report"
        )


def new_items(count: int) -> list[ReportItem]:
    return [
        make_report_item(f"A-{n}", D, key_results=("ret90", "nps"), labels=("okr/ret90", "x"), entered_at=START)
        for n in range(count)
    ]


FIVE = new_items(5)


def test_a_team_shows_the_same_signals_whoever_else_is_in_the_report() -> None:
    items = [*linked_at(*[True] * 3, False), *(replace(item, team="Search") for item in FIVE)]
    whole = build(*items)
    assert {signal.team for signal in whole.signals} == {"Payments", "Search"}
    for team in ("Payments", "Search"):
        narrowed = build(*items, filters=Filters(teams=(team,)))
        alone = build(*(item for item in items if item.team == team))
        assert narrowed.signals == alone.signals == tuple(s for s in whole.signals if s.team == team)


def test_late_is_before_the_moment_that_is_looked_back_to() -> None:
    items = linked_at(*[True] * 3, False)
    earlier = Filters(as_of_at=NOW - timedelta(days=2))
    # On that day the old one was late too.
    assert [s.kind for s in build(*items, filters=earlier).signals] == []
    assert [s.kind for s in build(*items).signals] == [SignalKind.LATE_LINKS]


@pytest.mark.parametrize(
    ("items", "is_told"),
    [
        (FIVE, True),
        ([*FIVE, make_report_item("OLD-1", entered_at=START - timedelta(minutes=1))], True),
        ([*FIVE, make_report_item("NEW-1", entered_at=START)], False),
        (FIVE[:4], False),
        ([*FIVE[:4], replace(FIVE[4], found=("okr/nps",), labels=("okr/nps",))], False),
        ([*FIVE[:4], replace(FIVE[4], found=("okr/ret90", "okr/nps"))], False),
        ([replace(item, rejected=("it blocks GOAL-1, but a stronger rule decided",)) for item in FIVE], False),
        ([replace(item, decided_by=RuleKind.FIELD) for item in FIVE], False),
        ([replace(item, decided_by=RuleKind.NAMED) for item in FIVE], True),
        # The book names the item itself, not a label of it.
        ([replace(item, decided_by=RuleKind.NAMED, found=(item.key,)) for item in FIVE], False),
        ([replace(item, bucket=Bucket.INHERITED) for item in FIVE], False),
        ([replace(item, entered_at=None) for item in FIVE], False),
        ([replace(item, sprint_id="another") for item in FIVE], False),
    ],
)
def test_one_label_on_all_new_items_is_told(items: list[ReportItem], is_told: bool) -> None:
    found = find(items, SignalKind.ONE_TEMPLATE)
    assert [signal.says for signal in found] == (
        ["all 5 items that came into the running sprint of Payments carry the label okr/ret90 and no other evidence"]
        if is_told
        else []
    )


def share_out(linked: int, missed: int, exempt: int) -> list[ReportItem]:
    buckets = [D] * linked + [Bucket.UNLINKED] * missed + [Bucket.EXEMPT] * exempt
    return vary(make_report_item(f"A-{n}", bucket) for n, bucket in enumerate(buckets))


BEFORE = (60, 30, 10)


@pytest.mark.parametrize(
    ("after", "before", "is_told"),
    [
        ((70, 14, 16), BEFORE, True),
        # By just five points, or one of the two only.
        ((70, 15, 15), BEFORE, False),
        ((60, 24, 16), BEFORE, False),
        ((85, 5, 10), BEFORE, False),
        ((70, 14, 16), None, False),
        # Nothing could be told then, or now.
        ((70, 14, 16), (0, 0, 0), False),
        ((0, 0, 0), BEFORE, False),
    ],
)
def test_exemptions_that_rise_with_coverage_are_told(
    after: tuple[int, int, int], before: tuple[int, int, int] | None, is_told: bool
) -> None:
    earlier = {} if before is None else {"Payments": tally(share_out(*before), Limits(unknown=0.05))}
    found = find(share_out(*after), SignalKind.RISING_EXEMPTIONS, Known(earlier=earlier))
    assert bool(found) is is_told
    for signal in found:
        assert signal.share == pytest.approx(0.16)
        assert len(signal.items) == 16
        assert signal.says.replace("\u00a0", " ") == (
            "exempt work of Payments rose from 10 % to 16 % while coverage rose from 66 % to 83 %"
        )


def test_a_rise_is_seen_in_the_lens_of_the_earlier_tally() -> None:
    in_days = [replace(item, days=1.0) for item in share_out(*BEFORE)]
    earlier = {"Payments": tally(in_days, Limits(unknown=0.05), Lens.DAYS)}
    after = [replace(item, days=1.0) for item in share_out(70, 14, 16)]
    assert find(after, SignalKind.RISING_EXEMPTIONS, Known(earlier=earlier))
    # In days nothing rose: only what is linked was worked on.
    linked = [replace(item, days=float(item.bucket is D)) for item in after]
    assert not find(linked, SignalKind.RISING_EXEMPTIONS, Known(earlier=earlier))


def test_signals_come_by_team_whatever_the_order_of_the_items() -> None:
    items = [*serve("ret90", 5, team="b"), *serve("nps", 5, team="A")]
    assert [signal.team for signal in find(items, SignalKind.CROWDED)] == ["A", "b"]
    assert build(*reversed(items)).signals == build(*items).signals


@given(items=ITEMS)
def test_no_figure_and_no_signal_knows_a_person(items: list[ReportItem]) -> None:
    """Only the lines of single items say who has them."""
    named = list({(item.source, item.key): replace(item, assignee=PERSON) for item in items}.values())
    report = build(*named)
    told = asdict(replace(report, items=()))
    assert PERSON not in repr(told)
    # Nor does it matter who works on what.
    others = [replace(item, assignee=f"{PERSON} {n}") for n, item in enumerate(named)]
    assert asdict(replace(build(*others), items=()))["signals"] == told["signals"]
