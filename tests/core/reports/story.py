"""Made-up reports for the tests of the outputs: a rich one, a nearly empty one and a hostile one."""

from datetime import timedelta
from random import Random

from align_sync.errors import Problem
from align_sync.linking.evidence import Bucket
from align_sync.okr.model import Book, KeyResult, Objective
from align_sync.reports.build import build_report
from align_sync.reports.model import AlignmentReport, Filters, ReportItem, SourceLine, SourceState
from align_sync.work import Sprint
from tests.make import NOW, make_book, make_report_item, make_source, make_sprint

TEAMS = (
    ("Payments", "PAY", "jira", 0.55),
    ("Search", "SRC", "linear", 0.92),
    ("Mobile", "MOB", "jira", 0.83),
    ("Platform", "PLT", "jira", 0.72),
    ("Growth", "GRW", "linear", 0.86),
    ("Identity", "IDN", "jira", 0.9),
    ("Merchant experience", "MEX", "jira", 0.64),
    ("Data", "DAT", "linear", 0.78),
    ("Fraud and disputes", "FRD", "jira", 0.95),
    ("Billing", "BIL", "jira", 0.81),
    ("Developer tools", "DEV", "linear", 0.4),
    ("Support tooling", "SUP", "jira", 1.0),
)
WORK = (
    "Migrate ledger exporter to batch API",
    "Refactor invoice PDF theme",
    "Retry failed card payments with back-off",
    "Show chargeback reasons in the merchant portal",
    "Rank results by availability",
    "Upgrade to the new font",
    "Cut start time of the app below two seconds",
    "Write the runbook for a region failover",
    "Let merchants export settlements as CSV",
    "Remove the old onboarding flow",
    "Add passkeys to sign-in",
    "Alert on a growing refund queue",
)
KEY_RESULTS = (
    ("ret90", "Retention after 90 days rises from 64 % to 75 %"),
    ("refund-errors", "Refund error rate falls from 2.4 % to 0.5 %"),
    ("payout-delay", "Payout delay falls from 31 h to 8 h"),
    ("search-ctr", "Searches that end in a click rise from 41 % to 55 %"),
    ("app-start", "Start time of the app falls from 4.1 s to 2.0 s"),
    ("failover", "Failover of a region takes 5 min instead of 40 min"),
    ("activation", "New merchants with a first sale within 7 days rise from 22 % to 35 %"),
    ("passkeys", "Sign-ins with a passkey rise from 3 % to 30 %"),
    ("nps-merchant", "Net promoter score of merchants rises from 28 to 40"),
    ("data-fresh", "Reports older than one hour fall from 18 % to 2 %"),
    ("dispute-win", "Disputes won rise from 38 % to 50 %"),
    ("invoice-time", "Invoices sent on the first day rise from 71 % to 98 %"),
    ("dev-setup", "A new developer ships within 2 days instead of 9"),
    ("first-reply", "First reply to merchants within 1 h rises from 52 % to 80 %"),
)


def rich_book() -> Book:
    names = ("Customers stay with us", "Payments nobody has to think about", "A platform that is simply there")
    return Book(
        objectives=tuple(
            Objective(
                key=f"O-{number + 1}",
                title=name,
                team=TEAMS[number][0],
                period="2026-Q4",
                owner="Ana",
                key_results=tuple(KeyResult(key=key, title=title, owner="Bo") for key, title in KEY_RESULTS[number::3]),
            )
            for number, name in enumerate(names)
        )
    )


def rich_items(seed: int = 7) -> tuple[ReportItem, ...]:
    chance = Random(seed)
    items = []
    busy = [key for key, _ in KEY_RESULTS if key not in {"nps-merchant", "dev-setup", "failover"}]
    for team, prefix, source, linked in TEAMS:
        for number in range(1, chance.randint(10, 16)):
            drawn = chance.random()
            if drawn < linked:
                bucket = chance.choice((Bucket.DIRECT, Bucket.DIRECT, Bucket.INHERITED))
            else:
                bucket = chance.choice((Bucket.UNLINKED, Bucket.UNLINKED, Bucket.UNLINKED, Bucket.INVALID))
            if chance.random() < 0.02:
                bucket = Bucket.UNKNOWN
            items.append(
                make_report_item(
                    f"{prefix}-{300 + number * 7}",
                    bucket,
                    source=source,
                    title=chance.choice(WORK),
                    team=team,
                    sprint_id=prefix,
                    key_results=chance.sample(busy, chance.choice((1, 1, 1, 2))),
                    points=chance.choice((None, 1, 2, 3, 5, 8)),
                    parent=f"{prefix}-300" if chance.random() < 0.6 else None,
                    assignee=chance.choice(("Luca", "Ana", "Giulia", None)),
                )
            )
    return tuple(items)


def make_report(
    *items: ReportItem,
    book: Book | None = None,
    sprints: tuple[Sprint, ...] = (make_sprint(),),
    sources: tuple[SourceLine, ...] = (make_source(),),
    filters: Filters | None = None,
    is_sample: bool = False,
    problems: tuple[Problem, ...] = (),
    unknown_limit: float = 0.05,
) -> AlignmentReport:
    return build_report(
        items=items,
        sprints=sprints,
        book=make_book("ret90", "nps") if book is None else book,
        sources=sources,
        filters=filters or Filters(),
        now=NOW,
        timezone="Europe/Rome",
        is_sample=is_sample,
        goal=0.8,
        warn=0.7,
        unknown_limit=unknown_limit,
        problems=problems,
    )


def rich_report(*, is_sample: bool = False, filters: Filters | None = None) -> AlignmentReport:
    """12 teams, about 150 items, 14 key results, one source that is late."""
    return make_report(
        *rich_items(),
        book=rich_book(),
        sprints=tuple(
            make_sprint(prefix, source=source, name=f"Sprint {prefix}", team=team) for team, prefix, source, _ in TEAMS
        ),
        sources=(
            make_source("jira", problems=2),
            make_source(
                "linear",
                state=SourceState.STALE,
                complete_at=NOW - timedelta(hours=28, minutes=18),
                failure="too many requests; asked to come back at 15:20",
            ),
        ),
        is_sample=is_sample,
        filters=filters,
        problems=(
            Problem(
                message="label okr-refnds names no key result",
                where="jira: 7 items",
                advice="rename it to okr/refund-errors",
            ),
        ),
    )


def small_report(*, is_sample: bool = False) -> AlignmentReport:
    """One item of each bucket and one key result without work: short enough to read as a golden file."""
    return make_report(
        make_report_item("PAY-412", title="Migrate ledger exporter to batch API", points=8, parent="PAY-301"),
        make_report_item("PAY-398", Bucket.INVALID, title="Refactor invoice PDF theme", points=5, assignee=None),
        make_report_item("PAY-77", Bucket.DIRECT, title="Retry failed card payments", points=None),
        make_report_item("PAY-78", Bucket.INHERITED, title="Show reasons | of chargebacks", team="Search"),
        make_report_item("SRC-9", Bucket.UNKNOWN, title="Rank <b>results</b>", team="Search", source="linear"),
        sources=(make_source(), make_source("linear", state=SourceState.PARTIAL, complete_at=NOW - timedelta(days=3))),
        is_sample=is_sample,
        unknown_limit=0.25,
    )


def empty_report() -> AlignmentReport:
    """What somebody sees who has connected nothing and applied no book."""
    return make_report(book=Book(), sprints=(), sources=())
