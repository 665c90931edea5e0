"""The day that the baseline of a key result is of."""

from collections.abc import Iterator
from datetime import date

from align_sync.okr.model import Book, KeyResult, KeyResultState, Objective
from align_sync.okr.period import parse_period


def find_baseline_day(objective: Objective, key_result: KeyResult) -> date | None:
    """The day that is written, else the first one of the period; None where the period is not understood."""
    if key_result.metric.baseline_on is not None:
        return key_result.metric.baseline_on
    period = parse_period(objective.period)
    return period.start if period else None


def list_baselines(book: Book) -> Iterator[tuple[str, date, KeyResult]]:
    """Metric, day and key result of every baseline that is worked from."""
    for objective in book:
        for key_result in objective.key_results:
            day = find_baseline_day(objective, key_result)
            if key_result.state is KeyResultState.ACTIVE and day is not None:
                yield key_result.metric_name, day, key_result
