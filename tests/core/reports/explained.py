"""Made-up explanations for the tests of their outputs."""

from collections.abc import Iterable

from align_sync.linking.ancestry import find_ancestry
from align_sync.linking.index import build_index
from align_sync.linking.matcher import match_item
from align_sync.linking.ruleset import RuleSet, build_ruleset
from align_sync.okr.model import Book, KeyResultState
from align_sync.reports.explain import Explanation, build_explanation
from align_sync.reports.model import SourceLine
from align_sync.work import ItemKind, ItemRef, WorkItem
from tests.make import NOW, make_book, make_item, make_kr, make_source

BOOK = make_book("ret90", "nps", make_kr("old", state=KeyResultState.CLOSED, successor="nps"))


def explain(
    item: WorkItem,
    *known: WorkItem,
    book: Book = BOOK,
    rules: RuleSet | None = None,
    sources: Iterable[SourceLine] = (make_source(), make_source("linear")),
    is_sample: bool = False,
) -> Explanation:
    rules = rules or build_ruleset()
    by_key = {other.key: other for other in (item, *known)}

    def look_up(ref: ItemRef) -> WorkItem | None:
        return by_key.get(ref.key)

    index = build_index(book)
    ancestry = find_ancestry(item, look_up, depth=rules.depth)
    return build_explanation(
        item=item,
        ancestry=ancestry,
        match=match_item(item, ancestry, index, rules),
        index=index,
        rules=rules,
        sources=tuple(sources),
        now=NOW,
        timezone="Europe/Rome",
        is_sample=is_sample,
        team="Payments",
        sprint="Sprint 42",
        sprint_id="42",
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
