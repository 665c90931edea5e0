"""How figures come about: coverage, its standing against the goal, and when a figure is better withheld."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import accumulate

from align_sync.linking.evidence import Bucket
from align_sync.reports.model import ReportItem, Standing, Tally
from align_sync.reports.words import count, percent


def tally(items: Iterable[ReportItem], unknown_limit: float) -> Tally:
    """Count the buckets; coverage is linked / (linked + unlinked + invalid), withheld above the share of unknown."""
    counted = Counter(item.bucket for item in items)
    counts = {bucket: counted[bucket] for bucket in Bucket}
    total, unknown = sum(counts.values()), counts[Bucket.UNKNOWN]
    judged = total - unknown
    linked = sum(number for bucket, number in counts.items() if bucket.is_linked)
    unknown_share = unknown / total if total else 0.0
    withheld = _reason_to_withhold(total, unknown, unknown_limit)
    return Tally(
        counts=counts,
        coverage=None if withheld else linked / judged,
        unknown_share=unknown_share,
        withheld=withheld,
    )


def _percent_above(share: float, limit: float) -> str:
    """A share over a limit, with a decimal where it would else read the same as the limit."""
    return percent(share) if percent(share) != percent(limit) else f"{share * 100:.1f}\u00a0%"


def _reason_to_withhold(total: int, unknown: int, unknown_limit: float) -> str:
    if not total:
        return "no item is in scope"
    if unknown == total:
        return f"all of {count(total, 'item')} could not be judged" if total > 1 else "the one item could not be judged"
    if unknown / total > unknown_limit:
        share = _percent_above(unknown / total, unknown_limit)
        return (
            f"{unknown} of {count(total, 'item')} ({share}) could not be judged, "
            f"more than the limit of {percent(unknown_limit)}"
        )
    return ""


def standing(coverage: float | None, goal: float, warn: float) -> Standing:
    """On track from the goal on, at risk from the warning level on, off track below; unknown where withheld."""
    if coverage is None:
        return Standing.UNKNOWN
    if coverage >= goal:
        return Standing.ON_TRACK
    return Standing.AT_RISK if coverage >= warn else Standing.OFF_TRACK


def whole_percents(counts: Mapping[Bucket, int]) -> dict[Bucket, int]:
    """Per cent as whole numbers that sum to exactly 100, by rounding the running sum; all zero where nothing is."""
    total = sum(counts.values())
    if not total:
        return dict.fromkeys(counts, 0)
    edges = [0, *(round(100 * running / total) for running in accumulate(counts.values()))]
    return {bucket: after - before for bucket, before, after in zip(counts, edges, edges[1:], strict=False)}
