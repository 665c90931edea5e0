"""The share that two counts make."""

from align_sync.errors import ReadingError
from align_sync.readings.plain_numbers import PER_CENT


def share(part: int, whole: int, unit: str) -> float:
    """From 0 to 1, in per cent where the unit of the metric is one. Of nothing there is no share, not even none."""
    if not whole:
        raise ReadingError("the share has no value: the whole that it is of is nothing (0 issues)")
    return 100 * part / whole if unit == PER_CENT else part / whole
