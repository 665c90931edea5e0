"""In which order items stand, whatever order they came in, and how keys are ordered by people."""

import re
from collections.abc import Iterable

from align_sync.reports.model import ReportItem

_DIGITS = re.compile(r"(\d+)")


def natural_order(key: str) -> tuple[tuple[int, int, str], ...]:
    """`PAY-9` before `PAY-10`."""
    parts = _DIGITS.split(key.casefold())
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part)


def sort_items(items: Iterable[ReportItem]) -> tuple[ReportItem, ...]:
    """Those that ask somebody to act first, then what nobody could judge or somebody disputes; each item once."""
    ordered = sorted(
        items,
        key=lambda item: (
            _rank(item),
            item.team.casefold(),
            item.team,
            -(item.points or 0.0),
            natural_order(item.key),
            item.source,
            item.external_id,
            repr(item),
        ),
    )
    once: dict[tuple[str, str], ReportItem] = {}
    for item in ordered:
        once.setdefault((item.source, item.external_id), item)
    return tuple(once.values())


def _rank(item: ReportItem) -> int:
    if item.bucket.is_linked:
        return 2
    return 0 if item.bucket.is_actionable and item.dispute is None else 1
