"""Made-up explanations for the tests of their outputs."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from align_sync.linking.ancestry import find_ancestry
from align_sync.linking.conditions import Conditions
from align_sync.linking.decisions import NO_DECISIONS, Decisions, Dispute, ManualExemption, ManualLink
from align_sync.linking.evidence import Waiting
from align_sync.linking.index import build_index
from align_sync.linking.matcher import Judge
from align_sync.linking.policy import NO_POLICY, ExemptionRule, MappingRule, Policy
from align_sync.linking.ruleset import RuleSet, build_ruleset
from align_sync.okr.model import Book, KeyResultState
from align_sync.reports.explain import (
    Basis,
    DecisionLine,
    Explanation,
    LedgerLine,
    explain_chain,
    explain_policy,
    say_evidence,
)
from align_sync.reports.fixes import propose_fixes
from align_sync.reports.items import describe_item
from align_sync.reports.model import SourceLine
from align_sync.work import ItemKind, ItemRef, WorkItem
from tests.make import NOW, make_book, make_item, make_kr, make_source

BOOK = make_book("ret90", "nps", make_kr("old", state=KeyResultState.CLOSED, successor="nps"))
UNTIL = date(2026, 12, 31)


def explain(
    item: WorkItem,
    *known: WorkItem,
    book: Book = BOOK,
    rules: RuleSet | None = None,
    policy: Policy = NO_POLICY,
    decided: Mapping[str, Decisions] | None = None,
    sources: Iterable[SourceLine] = (make_source(), make_source("linear")),
    is_sample: bool = False,
    waiting: Waiting | None = None,
) -> Explanation:
    """As the flow makes one: `decided` is by key, what it says is in force."""
    rules = rules or build_ruleset()
    by_key = {other.key: other for other in (item, *known)}
    held = decided or {}

    def look_up(ref: ItemRef) -> WorkItem | None:
        return by_key.get(ref.key)

    index = build_index(book)
    judge = Judge(index, rules, policy=policy, decisions=lambda ref: held.get(ref.key, NO_DECISIONS))
    ancestry = find_ancestry(item, look_up, depth=rules.depth)
    match = replace(judge.match(item, ancestry, team="Payments"), waiting=waiting)
    own = held.get(item.key, NO_DECISIONS)
    described = describe_item(
        item, match, index, team="Payments", sprint="Sprint 42", sprint_id="42", dispute=own.dispute
    )
    return Explanation(
        item=replace(described, fixes=propose_fixes(described, tracker="Jira")),
        match=match,
        chain=explain_chain(item, ancestry, match, judge),
        policy=explain_policy(item, ancestry, match, judge, "Payments"),
        decisions=(),
        ledger=tuple(
            LedgerLine(
                says=say_evidence(evidence),
                key_result=evidence.key_result,
                strength=evidence.strength.value,
                first_seen_at=NOW - timedelta(days=9),
                last_seen_at=NOW - timedelta(hours=1),
                run=7,
                is_gone=False,
            )
            for evidence in match.evidence
        ),
        unseen=tuple(str(ref) for ref in ancestry.unseen),
        has_loop=ancestry.has_loop,
        depth=rules.depth,
        sources=tuple(line for line in sources if line.source == item.ref.source),
        basis=Basis(
            book_fingerprint=index.fingerprint,
            rules_fingerprint=rules.fingerprint,
            policy_fingerprint=policy.fingerprint,
            content_hash="5f0c6e3f",
            run=7,
            run_at=NOW - timedelta(hours=1),
        ),
        decided_at=NOW,
        timezone="Europe/Rome",
        is_sample=is_sample,
    )


def explain_unlinked(*, is_sample: bool = False) -> Explanation:
    """An item whose label is mistyped, below an epic that names a closed key result, below something unseen."""
    return explain(
        make_item("PAY-412", title="Migrate ledger | exporter", labels=("okr/ret-09",), parent="PAY-301"),
        make_item("PAY-301", title="Ledger", kind=ItemKind.EPIC, labels=("okr/old",), container="Checkout"),
        make_item("Checkout", title="Checkout", kind=ItemKind.CONTAINER),
        is_sample=is_sample,
    )


def explain_inherited() -> Explanation:
    """An item that inherits from its epic; farther up another key result is named."""
    return explain(
        make_item("PAY-412", parent="PAY-301"),
        make_item("PAY-301", kind=ItemKind.EPIC, labels=("okr/ret90=0.7", "okr/nps=0.3"), parent="PAY-300"),
        make_item("PAY-300", kind=ItemKind.EPIC, labels=("okr/ret90", "okr/gone", "okr/old")),
    )


def map_to(
    key_result: str, *, name: str = "Checkout", labels: tuple[str, ...] = (), kinds: tuple[str, ...] = ()
) -> MappingRule:
    met = Conditions(labels=labels, kinds=kinds)
    return MappingRule(name=name, key_result=key_result, conditions=met, owner="Ana", expires_on=UNTIL)


def exempt_as(
    category: str, *, name: str = "Upkeep", labels: tuple[str, ...] = (), kinds: tuple[str, ...] = ()
) -> ExemptionRule:
    met = Conditions(labels=labels, kinds=kinds)
    return ExemptionRule(name=name, category=category, conditions=met, reason="it keeps the lights on")


def link_by_hand(key_result: str = "nps", *, share: float | None = None) -> Decisions:
    link = ManualLink(key_result=key_result, author="Bo", reason="it is theirs", since_at=NOW, share=share)
    return Decisions(links=(link,))


def exempt_by_hand(category: str = "bug", *, until: date | None = UNTIL) -> Decisions:
    exemption = ManualExemption(category=category, author="Bo", reason="no goal for it", since_at=NOW, expires_on=until)
    return Decisions(exemption=exemption)


DISPUTED = Decisions(dispute=Dispute(author="Bo", reason="the epic is right", since_at=NOW - timedelta(days=1)))


def explain_everything(*, is_sample: bool = False) -> Explanation:
    """An item with every section: linked by a rule, decided on before, seen before, disputed, and with more above."""
    explanation = explain(
        make_item("PAY-412", title="Migrate ledger exporter", labels=("okr/ret-09", "infra"), parent="PAY-301"),
        make_item("PAY-301", title="Ledger", kind=ItemKind.EPIC, parent="PAY-300"),
        make_item("PAY-300", title="Money", kind=ItemKind.EPIC),
        rules=build_ruleset(depth=1),
        policy=Policy(
            mappings=(map_to("nps", labels=("infra",)), map_to("ret90", name="All")),
            exemptions=(exempt_as("ktlo", kinds=("Epic",)), exempt_as("bug", name="Bugs", kinds=("Bug",))),
        ),
        decided={"PAY-412": DISPUTED},
        is_sample=is_sample,
    )
    gone = LedgerLine(
        says="label okr/nps",
        key_result="nps",
        strength="labelled",
        first_seen_at=NOW - timedelta(days=20),
        last_seen_at=NOW - timedelta(days=10),
        run=3,
        is_gone=True,
    )
    return replace(explanation, decisions=DECISION_LINES, ledger=(*explanation.ledger, gone))


DECISION_LINES = (
    DecisionLine(
        says="disputed by Bo: the epic is right",
        author="Bo",
        since_at=NOW - timedelta(days=1),
        recorded_at=NOW - timedelta(days=1),
        ended_at=None,
        holds=True,
    ),
    DecisionLine(
        says="linked to nps by Ana: it is theirs; ended by Bo: the label is there now",
        author="Ana",
        since_at=NOW - timedelta(days=30),
        recorded_at=NOW - timedelta(days=29),
        ended_at=NOW - timedelta(days=20),
        holds=False,
    ),
    DecisionLine(
        says="exempted as bug by Ana: no goal for it, until 2026-11-01",
        author="Ana",
        since_at=NOW - timedelta(days=60),
        recorded_at=NOW - timedelta(days=60),
        ended_at=None,
        holds=False,
    ),
)
