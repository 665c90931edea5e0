"""How far a source can be trusted, and what that does to verdicts."""

from datetime import datetime, timedelta

import pytest

from align_sync.linking.evidence import Bucket, Match
from align_sync.reports.model import SourceState
from align_sync.reports.sources import NOT_LINKED_YET, judge_by_source, judge_source
from tests.make import NOW, make_ref, make_source

QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)


@pytest.mark.parametrize(
    ("complete_at", "failure", "pulled_every", "state"),
    [
        (None, "", QUARTER, SourceState.NEVER),
        (None, "401", QUARTER, SourceState.NEVER),
        (NOW, "401", QUARTER, SourceState.PARTIAL),
        (NOW - DAY, "", QUARTER, SourceState.FRESH),
        (NOW - DAY - QUARTER, "", QUARTER, SourceState.STALE),
        # Where pulls are rare, four of them must be missed.
        (NOW - 4 * DAY, "", DAY, SourceState.FRESH),
        (NOW - 4 * DAY - QUARTER, "", DAY, SourceState.STALE),
    ],
)
def test_a_source_is_as_good_as_its_last_complete_reading(
    complete_at: datetime | None, failure: str, pulled_every: timedelta, state: SourceState
) -> None:
    assert judge_source(complete_at=complete_at, failure=failure, now=NOW, pulled_every=pulled_every) is state


def verdict(bucket: Bucket) -> Match:
    return Match(ref=make_ref(), bucket=bucket, because="as it is")


def test_an_item_that_was_not_linked_yet_is_unknown() -> None:
    assert judge_by_source(None, make_ref(), {}) == Match(ref=make_ref(), bucket=Bucket.UNKNOWN, because=NOT_LINKED_YET)


@pytest.mark.parametrize("bucket", [Bucket.UNLINKED, Bucket.INVALID])
@pytest.mark.parametrize("state", [None, SourceState.NEVER])
def test_nothing_is_called_unlinked_before_its_source_was_read_whole(bucket: Bucket, state: SourceState | None) -> None:
    sources = {"jira": make_source(state=state)} if state else {}
    judged = judge_by_source(verdict(bucket), make_ref(), sources)
    assert (judged.bucket, judged.because) == (Bucket.UNKNOWN, "jira was never read to the end")


@pytest.mark.parametrize("state", [SourceState.FRESH, SourceState.STALE, SourceState.PARTIAL])
def test_a_verdict_stands_once_its_source_was_read(state: SourceState) -> None:
    sources = {"jira": make_source(state=state)}
    assert judge_by_source(verdict(Bucket.UNLINKED), make_ref(), sources) == verdict(Bucket.UNLINKED)
