"""History: what people decided, and what became of the book, between two instants."""

from collections.abc import Iterator
from datetime import datetime

from align_sync.app import App
from align_sync.okr.model import Book
from align_sync.okr.plan import plan_apply
from align_sync.reports.changes import Decided, Identity
from align_sync.reports.decided import say_decided
from align_sync.store.books import AppliedBook, load_versions
from align_sync.store.decisions import StoredDecision, load_history
from align_sync.store.sources import has_samples


def load_decided(app: App, since: datetime, until: datetime) -> tuple[dict[Identity, list[Decided]], list[Decided]]:
    """By item what people decided or took back, and every version of the book, in the order of time."""
    with app.store.read() as connection:
        history = load_history(connection)
        versions = list(load_versions(connection))
    by_item: dict[Identity, list[Decided]] = {}
    for one in history:
        for decided in _say_decision(one, since, until):
            by_item.setdefault((one.ref.source, one.ref.external_id), []).append(decided)
    older = [*versions[1:], None]
    book = [
        Decided(says=_say_version(version, before), author=version.applied_by, at=version.applied_at)
        for version, before in zip(versions, older, strict=True)
        if since < version.applied_at <= until
    ]
    return {identity: sorted(told, key=lambda one: one.at) for identity, told in by_item.items()}, book[::-1]


def _say_decision(one: StoredDecision, since: datetime, until: datetime) -> Iterator[Decided]:
    what = say_decided(one.kind, key_result=one.key_result, category=one.category)
    if since < one.recorded_at <= until:
        yield Decided(says=f"{what}: {one.reason}", author=one.author, at=one.recorded_at)
    if one.ended_at is not None and since < one.ended_at <= until:
        yield Decided(says=f"no longer {what}: {one.end_reason}", author=one.ended_by, at=one.ended_at)


def _say_version(version: AppliedBook, before: AppliedBook | None) -> str:
    plan = plan_apply(before.book if before else Book(), version.book)
    said = [
        f"{len(entries)} {word}: {', '.join(entry.key for entry in entries)}"
        for word, entries in (("created", plan.created), ("changed", plan.changed), ("removed", plan.removed))
        if entries
    ]
    reason = f" ({version.reason})" if version.reason else ""
    return f"OKR book applied: {'; '.join(said) or 'nothing else changed'}{reason}"


def holds_samples(app: App) -> bool:
    """Whether the database holds sample data."""
    with app.store.read() as connection:
        return has_samples(connection)
