"""Made-up reports for the tests of the outputs: a rich one, a small one with all there is, and an empty one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from align_sync.errors import Problem
from align_sync.linking.evidence import Bucket, Waiting
from align_sync.okr.model import Book, KeyResult, Objective
from align_sync.okr.readings import ReadingStatus
from align_sync.okr.standing import Health, ObjectiveStanding, Standings
from align_sync.reports.build import build_report
from align_sync.reports.known import NOTHING_KNOWN, Known
from align_sync.reports.model import (
    AlignmentReport,
    DisputeLine,
    ExemptionLine,
    Filters,
    KeyResultWork,
    Lens,
    PolicyRuleKind,
    ReportItem,
    RuleLine,
    SourceLine,
    SourceState,
    Tally,
)
from align_sync.work import Sprint
from tests.make import NOW, make_book, make_kr, make_report_item, make_source, make_sprint
from tests.make_okr import make_reading, make_standing, make_verdict

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


GRACE = Waiting(day=2, days=3, since_at=NOW - timedelta(days=4), ends_on=date(2026, 11, 25))
NOT_BEGUN = Waiting(day=0, days=3)
DISPUTE = DisputeLine(author="Ana", reason="the epic names it", since_at=NOW - timedelta(days=1))
AS_OF = datetime(2026, 11, 16, 13, 30, tzinfo=NOW.tzinfo)
RULES = (
    RuleLine(
        kind=PolicyRuleKind.MAPPING,
        name="Checkout",
        target="ret90",
        owner="Ana",
        expires_on=date(2026, 12, 31),
        matched=2,
        decided=0,
    ),
    RuleLine(
        kind=PolicyRuleKind.MAPPING,
        name="Old board",
        target="ret89",
        owner="Bo",
        expires_on=date(2026, 12, 31),
        matched=0,
        decided=0,
        warning="names no key result of the book; did you mean ret90?",
    ),
    RuleLine(
        kind=PolicyRuleKind.EXEMPTION,
        name="Upkeep",
        target="ktlo",
        owner="",
        expires_on=None,
        matched=3,
        decided=0,
    ),
    RuleLine(
        kind=PolicyRuleKind.EXEMPTION,
        name="Audit",
        target="compliance",
        owner="",
        expires_on=date(2026, 11, 30),
        matched=0,
        decided=0,
        warning="matches none of 13 items",
    ),
)


def earlier(team: str, *, exempt: float, coverage: float) -> Mapping[str, Tally]:
    """What an earlier report said of a team, to rise from."""
    return {
        team: Tally(
            counts=dict.fromkeys(Bucket, 0.0), coverage=coverage, unknown_share=0.0, exempt_share=exempt, budget=0.3
        )
    }


def exempt_by_hand(
    category: str, reason: str, *, author: str = "Giulia", expires_on: date | None = None
) -> ExemptionLine:
    until = f", until {expires_on}" if expires_on else ""
    return ExemptionLine(
        category=category,
        reason=reason,
        rule="",
        author=author,
        expires_on=expires_on,
        says=f"exempt as {category}, by {author}: {reason}{until}",
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
            if chance.random() < 0.16:
                bucket = chance.choice((Bucket.EXEMPT, Bucket.EXEMPT, Bucket.EXEMPT, Bucket.GRACE, Bucket.RULE))
            made = make_report_item(
                f"{prefix}-{300 + number * 7}",
                bucket,
                source=source,
                title=chance.choice(WORK),
                team=team,
                sprint_id=prefix,
                key_results=("activation",) if prefix == "GRW" else chance.sample(busy, chance.choice((1, 1, 1, 2))),
                points=chance.choice((None, 1, 2, 3, 5, 8, 3, 2)),
                parent=f"{prefix}-300" if chance.random() < 0.6 else None,
                assignee=chance.choice(("Luca", "Ana", "Giulia", None)),
                days=chance.choice((0.0, 0.5, 1.0, 2.5, 4.0)),
                category=chance.choice(("ktlo", "ktlo", "bug", "security")),
                is_disputed=bucket.is_actionable and chance.random() < 0.1,
            )
            items.append(replace(made, waiting=GRACE) if bucket is Bucket.GRACE else made)
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
        is_sample=is_sample,
        goal=0.8,
        warn=0.7,
        unknown_limit=unknown_limit,
        count_by=count_by,
        known=known,
        rules=rules,
        problems=problems,
    )


def rich_report(*, is_sample: bool = False, filters: Filters | None = None) -> AlignmentReport:
    """12 teams, about 150 items, 14 key results, one source that is late."""
    return with_name(
        make_report(
            *rich_items(),
            book=rich_book(),
            sprints=tuple(
                make_sprint(prefix, source=source, name=f"Sprint {prefix}", team=team)
                for team, prefix, source, _ in TEAMS
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
            known=Known(
                work=(
                    KeyResultWork(key_result="nps-merchant", last_work_at=NOW - timedelta(days=41)),
                    KeyResultWork(key_result="failover", last_work_at=NOW - timedelta(days=20), planned=2),
                    *(
                        KeyResultWork(key_result=key, has_open=True, planned=number % 4)
                        for number, (key, _) in enumerate(KEY_RESULTS)
                        if key not in {"nps-merchant", "dev-setup", "failover"}
                    ),
                ),
                has_sprint_ahead=True,
                days_behind={
                    key: None if number % 5 == 1 else 26.0 - 4 * number for number, (key, _) in enumerate(KEY_RESULTS)
                },
                earlier=earlier("Fraud and disputes", exempt=0.0, coverage=0.5),
            ),
            rules=RULES,
            problems=(
                Problem(
                    message="label okr-refnds names no key result",
                    where="jira: 7 items",
                    advice="rename it to okr/refund-errors",
                ),
            ),
        )
    )


def small_items() -> tuple[ReportItem, ...]:
    """Every bucket, with what each of them may say besides."""
    quiet = make_report_item("PAY-390", Bucket.EXEMPT, title="Answer the auditors", points=5, days=2.0)
    auditors = exempt_by_hand("compliance", "the yearly audit", expires_on=date(2026, 12, 18))
    nothing = "no field, label, link or address names a key result"
    because = f"3 working days of grace, until Wed 25 Nov 2026: {nothing}"
    waiting = make_report_item("PAY-415", Bucket.GRACE, title="Show chargeback reasons", points=2, because=because)
    coming = make_report_item(
        "SRC-12",
        Bucket.GRACE,
        title="Rank by stock",
        team="Search",
        source="linear",
        points=1,
        because=f"its sprint has not begun: {nothing}",
    )
    doubted = make_report_item("PAY-371", title="Split the refund queue", points=3, days=0.5)
    return (
        make_report_item("PAY-412", title="Migrate ledger exporter to batch API", points=8, parent="PAY-301", days=3.5),
        make_report_item("PAY-398", Bucket.INVALID, title="Refactor invoice PDF theme", points=5, assignee=None),
        replace(doubted, dispute=DISPUTE),
        make_report_item("PAY-77", Bucket.DIRECT, title="Retry failed card payments", points=None, days=2.0),
        make_report_item("PAY-78", Bucket.INHERITED, title="Show reasons | of chargebacks", team="Search", days=1.5),
        make_report_item("PAY-79", Bucket.RULE, title="Tidy the checkout form", points=None, days=1.0),
        make_report_item("PAY-380", Bucket.EXEMPT, title="Renew certificates", points=2, days=1.0),
        make_report_item("PAY-381", Bucket.EXEMPT, title="Rotate keys", points=None, days=0.25),
        replace(quiet, exempted=auditors, because=auditors.says, components=("Ledger", "Audit")),
        replace(waiting, waiting=GRACE),
        replace(coming, waiting=NOT_BEGUN),
        make_report_item("SRC-9", Bucket.UNKNOWN, title="Rank <b>results</b>", team="Search", source="linear"),
    )


def small_standings() -> Standings:
    """One ahead of its plan, one that went the wrong way and could not be read today, one that nobody ever read."""
    failed = make_reading(None, metric="nps", days_ago=0, status=ReadingStatus.FAILED, reason="the answer is HTML")
    weak = make_verdict(Health.OFF_TRACK, "12 days behind plan; up to 7 is on track, up to 14 at risk")
    return Standings(
        on=NOW.date(),
        key_results={
            "ret90": make_standing(
                "ret90",
                progress=0.62,
                days_behind=-3.0,
                verdict=make_verdict(Health.ON_TRACK, "3 days ahead of plan"),
                last=make_reading(71.0, metric="ret90"),
            ),
            "nps": make_standing("nps", progress=-0.25, days_behind=12.4, verdict=weak, failure=failed),
            "passkeys": make_standing(
                "passkeys",
                progress=None,
                days_behind=None,
                last=None,
                confidence=None,
                verdict=make_verdict(Health.UNKNOWN, "no reading yet"),
            ),
        },
        objectives={
            "O-1": ObjectiveStanding(
                key="O-1",
                progress=0.31,
                known=2,
                counted=3,
                verdict=make_verdict(Health.OFF_TRACK, "nps is off track"),
                weakest="nps",
            )
        },
    )


def small_report(*, is_sample: bool = False, filters: Filters | None = None) -> AlignmentReport:
    """All that a report may say in few items: exempt beyond the budget, points withheld, a signal, idle key results."""
    book = make_book(
        "ret90",
        make_kr("nps", title="Merchants who would recommend us rise from 28 to 40", weight=2),
        make_kr("passkeys", title="Sign-ins with a passkey rise from 3 % to 30 %"),
    )
    return with_name(
        make_report(
            *small_items(),
            book=book,
            sources=(
                make_source(),
                make_source("linear", state=SourceState.PARTIAL, complete_at=NOW - timedelta(days=3)),
            ),
            is_sample=is_sample,
            filters=filters,
            unknown_limit=0.25,
            known=Known(
                work=(
                    KeyResultWork(key_result="ret90", has_open=True, planned=3),
                    KeyResultWork(key_result="nps", last_work_at=NOW - timedelta(days=20)),
                ),
                has_sprint_ahead=True,
                days_behind={"ret90": -3.0, "nps": 12.4, "passkeys": None},
                standings=small_standings(),
                earlier=earlier("Payments", exempt=0.1, coverage=0.2),
            ),
            rules=RULES,
        )
    )


def dated_report() -> AlignmentReport:
    """The small one as of a week before."""
    return small_report(filters=Filters(as_of_at=AS_OF))


def with_name(report: AlignmentReport) -> AlignmentReport:
    """A name that stays when the model grows, unlike the one that a report gets where it is kept."""
    return replace(report, snapshot="20261123T133000Z-5f0c2a91", content_hash="5f0c2a91" * 8)


def empty_report() -> AlignmentReport:
    """What somebody sees who has connected nothing and applied no book."""
    return make_report(book=Book(), sprints=(), sources=())
