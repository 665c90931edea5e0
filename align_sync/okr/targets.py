"""What a person means who names a metric: by its own name, or by the key of a key result that it measures."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from align_sync.errors import UserError
from align_sync.okr.faults import suggest
from align_sync.okr.metrics import MetricDefinition
from align_sync.okr.model import Book, KeyResult, Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A metric with its definition, where the register has one, and the key result that says how to read it.

    `is_key_result` tells whether the key result itself was named.
    """

    metric: str
    definition: MetricDefinition | None = None
    key_result: KeyResult | None = None
    is_key_result: bool = False

    @property
    def name(self) -> str:
        """What people call it: a metric that only a key result has by the key of that."""
        is_own = self.definition is None and self.key_result is not None and not self.key_result.metric.name
        return self.key_result.key if self.key_result is not None and is_own else self.metric

    @property
    def measure(self) -> Metric:
        """How its values are written; the unit of the register where the book names none."""
        written = self.key_result.metric if self.key_result is not None else Metric()
        if written.unit or self.definition is None:
            return written
        return replace(written, unit=self.definition.unit)


def find_target(book: Book, definitions: Mapping[str, MetricDefinition], name: str) -> Target:
    """By any case, and by keys of former times. Raises `UserError` with what was probably meant."""
    told = name.strip().casefold()
    by_key = {former.casefold(): kr for kr in book.key_results for former in kr.formerly}
    by_key |= {kr.key.casefold(): kr for kr in book.key_results}
    if (key_result := by_key.get(told)) is not None:
        metric = key_result.metric_name
        return Target(metric=metric, definition=definitions.get(metric), key_result=key_result, is_key_result=True)
    users = {kr.metric_name: kr for kr in reversed(book.key_results)}
    metrics = {metric.casefold(): metric for metric in (*users, *definitions)}
    if (metric := metrics.get(told, "")) != "":
        return Target(metric=metric, definition=definitions.get(metric), key_result=users.get(metric))
    meant = suggest(told, (*(kr.key for kr in book.key_results), *metrics.values()))
    raise UserError(
        f"there is no key result and no metric {name.strip()!r}",
        where="NAME",
        advice=f"did you mean {meant}?"
        if meant
        else "align-sync okr metrics lists the metrics, with their key results",
    )
