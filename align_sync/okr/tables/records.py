"""What is known beside the book, as plain tables: readings, statements of confidence, versions and the register."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from align_sync.okr.metrics import MetricDefinition
from align_sync.okr.model import Book
from align_sync.okr.plan import FieldValue, plan_apply
from align_sync.okr.readings import Confidence, Reading
from align_sync.okr.register import Register
from align_sync.okr.series import choose_series

Content = str | float | date | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """One table: its headings are fit to be names in programs."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Content, ...], ...]

    def describe(self) -> list[dict[str, Content]]:
        return [dict(zip(self.headings, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of the book; `number` counts from the first one."""

    number: int
    applied_at: datetime
    applied_by: str
    held_from_at: datetime
    reason: str
    book: Book


_READINGS = (
    "metric", "as_of_at", "value", "status", "source", "series", "recorded_at", "author", "reason", "run", "reading_id",
)  # fmt: skip
_CONFIDENCES = ("key_result", "stated_at", "share", "author", "note")
_VERSIONS = (
    "version", "applied_at", "applied_by", "held_from_at", "reason", "change", "kind", "key", "title", "field",
    "before", "after",
)  # fmt: skip
_METRICS = (
    "metric", "kind", "title", "owner", "unit", "connection", "query_hash", "refresh_days", "lowest", "highest",
    "jump", "noise", "tolerance", "measurability", "last_value", "last_as_of_at", "verified_by", "verified_at",
    "evidence", "expires_on",
)  # fmt: skip
_DAY_SECONDS = 86_400


def list_readings(readings: Mapping[str, Iterable[Reading]]) -> Records:
    """All of them, the failed and the quarantined ones too."""
    rows = (
        (
            one.metric, one.as_of_at, one.value, one.status.value, one.source.value, one.series, one.recorded_at,
            one.author, one.reason, one.run, one.reading_id,
        )
        for several in readings.values()
        for one in several
    )  # fmt: skip
    return Records(name="readings", headings=_READINGS, rows=tuple(rows))


def list_confidences(confidences: Mapping[str, Iterable[Confidence]]) -> Records:
    rows = (
        (one.key_result, one.stated_at, one.share, one.author, one.note)
        for several in confidences.values()
        for one in several
    )
    return Records(name="confidences", headings=_CONFIDENCES, rows=tuple(rows))


def list_versions(versions: Sequence[Version]) -> Records:
    """One row for each thing that changed, from the first version on. `versions` are in the order of their time."""
    rows = [row for before, after in zip((None, *versions), versions, strict=False) for row in _compare(before, after)]
    return Records(name="versions", headings=_VERSIONS, rows=tuple(rows))


def _compare(before: Version | None, after: Version) -> Iterator[tuple[Content, ...]]:
    head = (after.number, after.applied_at, after.applied_by, after.held_from_at, after.reason)
    plan = plan_apply(before.book if before else Book(), after.book)
    for one in plan.created:
        yield (*head, "created", one.kind.value, one.key, one.title, None, None, None)
    for change in plan.changed:
        for field in change.fields:
            values = (field.name, _say(field.before), _say(field.after))
            yield (*head, "changed", change.kind.value, change.key, change.title, *values)
    for one in plan.removed:
        yield (*head, "removed", one.kind.value, one.key, one.title, None, None, None)
    if plan.is_empty:
        yield (*head, "nothing", None, None, None, None, None, None)


def _say(value: FieldValue | tuple[str | float, float]) -> Content:
    if isinstance(value, tuple):
        return "; ".join("=".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in value)
    return value


def list_metrics(register: Register, book: Book) -> Records:
    """The register as it is now, with the last good reading of each. The queries stand in the settings."""
    rows = (_describe(name, register, found.definition) for name, found in register.evidence_of(book).items())
    return Records(name="metrics", headings=_METRICS, rows=tuple(rows))


def _describe(name: str, register: Register, definition: MetricDefinition | None) -> tuple[Content, ...]:
    good = choose_series(register.readings.get(name, ())).good
    last = good[-1] if good else None
    verified = register.verifications.get(name)
    told: tuple[Content, ...] = (None,) * 12
    if definition is not None:
        told = (
            definition.kind.value, definition.title, definition.owner, definition.unit, definition.connection,
            definition.query_hash, definition.refresh.total_seconds() / _DAY_SECONDS, definition.lowest,
            definition.highest, definition.jump, definition.noise, definition.tolerance,
        )  # fmt: skip
    return (
        name,
        *told,
        register.measurability_of(name).value,
        last.value if last else None,
        last.as_of_at if last else None,
        verified.author if verified else None,
        verified.verified_at if verified else None,
        verified.evidence if verified else None,
        verified.expires_on if verified else None,
    )
