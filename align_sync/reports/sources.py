"""How far a source can be trusted now, and what that means for the verdicts on its items."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from align_sync.linking.evidence import Bucket, Match
from align_sync.linking.matcher import with_source_unread
from align_sync.reports.model import SourceLine, SourceState
from align_sync.work import ItemRef

STALE_AFTER = timedelta(hours=24)
STALE_AFTER_PULLS = 4
"""A source is stale a day after it was last read, later only where pulls are rarer than every six hours."""

NO_BOOK_YET = "no OKR book has been applied yet; run align-sync okr apply"
NOT_LINKED_YET = "it was not linked yet; run align-sync sync"


def judge_source(*, complete_at: datetime | None, failure: str, now: datetime, pulled_every: timedelta) -> SourceState:
    """Never read to the end, read but failed since, too long ago, or fresh."""
    if complete_at is None:
        return SourceState.NEVER
    if failure:
        return SourceState.PARTIAL
    if now - complete_at > max(STALE_AFTER, STALE_AFTER_PULLS * pulled_every):
        return SourceState.STALE
    return SourceState.FRESH


def judge_by_source(
    match: Match | None, ref: ItemRef, sources: Mapping[str, SourceLine], *, has_book: bool = True
) -> Match:
    """The verdict as it may be shown: unknown without a verdict, without a book, or without a whole source."""
    if not has_book:
        return Match(ref=ref, bucket=Bucket.UNKNOWN, because=NO_BOOK_YET)
    if match is None:
        return Match(ref=ref, bucket=Bucket.UNKNOWN, because=NOT_LINKED_YET)
    line = sources.get(ref.source)
    if line is None or line.state is SourceState.NEVER:
        return with_source_unread(match, f"{ref.source} was never read to the end")
    return match
