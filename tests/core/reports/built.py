"""Reports built with all that `build_report` takes, and items of every sort for property tests."""

from collections.abc import Mapping
from datetime import timedelta

from hypothesis import strategies as st

from align_sync.linking.evidence import Bucket
from align_sync.okr.model import Book
from align_sync.reports.build import build_report
from align_sync.reports.known import NOTHING_KNOWN, Known
from align_sync.reports.model import (
    AlignmentReport,
    Filters,
    Lens,
    PolicyRuleKind,
    ReportItem,
    RuleLine,
    SourceLine,
)
from align_sync.work import ItemKind, Sprint
from tests.make import NOW, make_book, make_report_item, make_source, make_sprint

PERSON = "Zaphod Beeblebrox"
TEAMS = ("Payments", "payments", "Search", "")
POLICY_RULES = ((PolicyRuleKind.MAPPING, "Checkout"), (PolicyRuleKind.EXEMPTION, "Upkeep"))


def make_rule(kind: PolicyRuleKind, name: str) -> RuleLine:
    return RuleLine(kind=kind, name=name, target="ret90", owner="Ana", expires_on=None, matched=9, decided=0)


def build(
    *items: ReportItem,
    book: Book | None = None,
    sprints: tuple[Sprint, ...] = (make_sprint(),),
    sources: tuple[SourceLine, ...] = (make_source(), make_source("linear")),
    filters: Filters | None = None,
    unknown_limit: float = 0.05,
    imputed_limit: float = 0.2,
    default_budget: float = 0.3,
    budgets: Mapping[str, float] | None = None,
    count_by: Lens = Lens.ITEMS,
    known: Known = NOTHING_KNOWN,
    rules: tuple[RuleLine, ...] = (),
) -> AlignmentReport:
    return build_report(
        items=items,
        sprints=sprints,
        book=make_book("ret90", "nps") if book is None else book,
        sources=sources,
        filters=filters or Filters(),
        now=NOW,
        timezone="Europe/Rome",
        is_sample=False,
        goal=0.8,
        warn=0.7,
        unknown_limit=unknown_limit,
        imputed_limit=imputed_limit,
        default_budget=default_budget,
        budgets=budgets or {},
        count_by=count_by,
        known=known,
        rules=rules,
    )


ITEM = st.builds(
    make_report_item,
    st.integers(1, 30).map("PAY-{}".format),
    st.sampled_from(Bucket),
    source=st.sampled_from(["jira", "linear"]),
    team=st.sampled_from(TEAMS),
    key_results=st.sampled_from([("ret90",), ("nps",), ("ret90", "nps")]),
    points=st.sampled_from([None, 0.0, 1.0, 2.5, 8.0]),
    kind=st.sampled_from([ItemKind.STORY, ItemKind.BUG]),
    days=st.sampled_from([0.0, 0.5, 1 / 3, 4.0]),
    category=st.sampled_from(["ktlo", "bug"]),
    rule=st.sampled_from([None, "Other"]),
    is_disputed=st.booleans(),
    labels=st.just(("okr/ret90",)),
    assignee=st.just(PERSON),
    linked_at=st.sampled_from([None, NOW - timedelta(days=9), NOW - timedelta(hours=2)]),
    entered_at=st.sampled_from([NOW - timedelta(days=6), NOW]),
)
ITEMS = st.lists(ITEM, max_size=14)
