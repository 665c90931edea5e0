"""The register of metrics as a list: where each value comes from, how sure we are of it, and what to do next."""

from dataclasses import dataclass
from datetime import date, datetime

from align_sync.okr.metrics import PROBED, Measurability, MetricDefinition, SourceKind, Verification
from align_sync.okr.model import Book, KeyResult
from align_sync.okr.readings import Reading, ReadingStatus
from align_sync.okr.register import Register, find_users
from align_sync.okr.series import choose_series
from align_sync.okr.targets import Target

PUBLISHABLE = frozenset({Measurability.VERIFIED_LIVE, Measurability.VERIFIED_MANUAL})
"""What a metric must be for a book that is published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """One metric. `last` is the reading in force, `failure` the failed or quarantined one since, `advice` a command."""

    target: Target
    key_results: tuple[str, ...]
    measurability: Measurability
    last: Reading | None
    failure: Reading | None
    verification: Verification | None
    is_stale: bool
    advice: str

    @property
    def is_missing(self) -> bool:
        """Whether a key result is measured by what nobody has verified."""
        return bool(self.key_results) and self.measurability not in PUBLISHABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterList:
    lines: tuple[RegisterLine, ...]
    at: datetime
    timezone: str
    is_sample: bool = False

    @property
    def missing(self) -> int:
        return sum(line.is_missing for line in self.lines)


def list_register(register: Register, book: Book, *, timezone: str, is_sample: bool) -> RegisterList:
    """Those of key results first, in the order of the book, then what no key result uses."""
    users = find_users(book)
    names = dict.fromkeys((*users, *register.definitions))
    lines = tuple(_make_line(register, name, users.get(name, ())) for name in names)
    return RegisterList(lines=lines, at=register.at, timezone=timezone, is_sample=is_sample)


def _make_line(register: Register, name: str, users: tuple[KeyResult, ...]) -> RegisterLine:
    definition = register.definitions.get(name)
    series = choose_series(register.readings.get(name, ()))
    measurability = register.measurability_of(name)
    is_stale = (
        series.last is not None and definition is not None and register.at - series.last.as_of_at > definition.refresh
    )
    target = Target(metric=name, definition=definition, key_result=users[0] if users else None)
    verification = register.verifications.get(name)
    return RegisterLine(
        target=target,
        key_results=tuple(kr.key for kr in users),
        measurability=measurability,
        last=series.last,
        failure=series.failure,
        verification=verification,
        is_stale=is_stale,
        advice=_advise_failure(target.name, series.failure)
        or _advise_definition(target)
        or _advise_value(target.name, definition, is_due=is_stale or series.last is None)
        or _advise_proof(target.name, measurability, verification, register.today),
    )


def _advise_failure(name: str, failure: Reading | None) -> str:
    if failure is None:
        return ""
    if failure.status is ReadingStatus.QUARANTINED:
        return f"look at it: align-sync okr readings {name} --release {failure.reading_id} --reason …"
    return f"mend the source, then align-sync okr read {name}"


def _advise_definition(target: Target) -> str:
    """Where the book and the register do not say the same."""
    said = target.key_result.metric.source_kind if target.key_result is not None else ""
    if target.definition is None:
        is_hand = said in {"", SourceKind.MANUAL}
        return "" if is_hand else f'define it in align-sync.toml: [[metrics]] name = "{target.metric}", kind = "{said}"'
    is_other = said not in {"", target.definition.kind}
    return f"the book says {said}, the register {target.definition.kind.value}: correct one of them" if is_other else ""


def _advise_value(name: str, definition: MetricDefinition | None, *, is_due: bool) -> str:
    if not is_due:
        return ""
    if definition is not None and definition.kind in PROBED:
        return f"align-sync okr read {name}"
    if definition is not None and definition.kind is SourceKind.PUSH:
        return f"let its system call align-sync okr push {name} VALUE"
    return f"align-sync okr record {name} VALUE"


def _advise_proof(name: str, measurability: Measurability, verification: Verification | None, today: date) -> str:
    if measurability in PUBLISHABLE:
        return ""
    if verification is not None:
        is_over = verification.expires_on is not None and verification.expires_on < today
        why = f"ran out on {verification.expires_on}" if is_over else "was of an earlier definition"
        return f"what {verification.author} verified {why}: align-sync okr metrics verify {name} --evidence URL"
    return f"align-sync okr metrics verify {name} --evidence URL --reason …"
