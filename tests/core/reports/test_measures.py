"""Coverage, standing and the shares of a bar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.linking.evidence import Bucket
from align_sync.reports.measures import standing, tally, whole_percents
from align_sync.reports.model import ReportItem, Standing
from align_sync.reports.words import percent
from tests.make import make_report_item

D, H, V, U, X = Bucket.DIRECT, Bucket.INHERITED, Bucket.INVALID, Bucket.UNLINKED, Bucket.UNKNOWN


def items_of(*buckets: Bucket) -> list[ReportItem]:
    return [make_report_item(f"PAY-{number}", bucket) for number, bucket in enumerate(buckets)]


@pytest.mark.parametrize(
    ("buckets", "limit", "coverage", "withheld"),
    [
        ([D, H, V, U], 0.05, 0.5, ""),
        ([D], 0.05, 1.0, ""),
        ([U], 0.05, 0.0, ""),
        # An unknown item counts neither for nor against.
        ([D, U, X], 0.5, 0.5, ""),
        # Exactly at the limit is still good enough.
        ([D, D, D, X], 0.25, 1.0, ""),
        ([D, D, X], 0.25, None, "1 of 3 items (33 %) could not be judged, more than the limit of 25 %"),
        ([], 0.05, None, "no item is in scope"),
        ([X], 1.0, None, "the one item could not be judged"),
        ([X, X], 1.0, None, "all of 2 items could not be judged"),
    ],
)
def test_coverage_is_linked_of_judged_or_withheld_with_a_reason(
    buckets: list[Bucket], limit: float, coverage: float | None, withheld: str
) -> None:
    figures = tally(items_of(*buckets), limit)
    assert (figures.coverage, figures.withheld) == (coverage, withheld)


@given(st.lists(st.sampled_from(Bucket)))
def test_every_item_falls_into_exactly_one_bucket(buckets: list[Bucket]) -> None:
    figures = tally(items_of(*buckets), 1.0)
    assert set(figures.counts) == set(Bucket)
    assert figures.total == len(buckets)
    assert figures.total == figures.linked + figures.actionable + figures.counts[Bucket.UNKNOWN]


@pytest.mark.parametrize(
    ("coverage", "expected"),
    [
        (0.8, Standing.ON_TRACK),
        (0.799, Standing.AT_RISK),
        (0.7, Standing.AT_RISK),
        (0.699, Standing.OFF_TRACK),
        (0.0, Standing.OFF_TRACK),
        (None, Standing.UNKNOWN),
    ],
)
def test_standing_is_half_open_at_the_goal_and_at_the_warning(coverage: float | None, expected: Standing) -> None:
    assert standing(coverage, 0.8, 0.7) is expected


@given(st.lists(st.integers(0, 50), min_size=5, max_size=5))
def test_the_parts_of_a_bar_sum_to_a_hundred(numbers: list[int]) -> None:
    percents = whole_percents(dict(zip(Bucket, numbers, strict=True)))
    assert sum(percents.values()) == (100 if sum(numbers) else 0)
    assert all(value >= 0 for value in percents.values())


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.004, "<1 %"),
        (0.29, "29 %"),  # 0.29 * 100 is 28.999999999999996
        (0.799, "79 %"),  # never rounded up to the goal
        (0.999, "99 %"),
        (1.0, "100 %"),
    ],
)
def test_percentages_are_rounded_down(share: float, text: str) -> None:
    assert percent(share) == text
