"""The register of metrics: where each value comes from, who answers for it, and how sure we are that it can be read."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import orjson


class SourceKind(StrEnum):
    """From where the values of a metric are read. `PUSH` and `MANUAL` are never asked: their values come to us."""

    SQL = "sql"
    HTTP = "http"
    PROMETHEUS = "prometheus"
    CSV = "csv"
    JIRA = "jira"
    LINEAR = "linear"
    PUSH = "push"
    MANUAL = "manual"


PROBED = frozenset(SourceKind) - {SourceKind.PUSH, SourceKind.MANUAL}
DEFAULT_REFRESH = timedelta(days=14)
"""After so long without a good reading the value of a metric is stale, where its definition says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricDefinition:
    """One metric of the register.

    `query` are the (name, value) pairs that say what is read: the SQL text, the path, the filter. They alone, with the
    kind and the connection, decide whether two definitions measure the same. `refresh` is how old its value may be.
    A value outside of `lowest` to `highest` is not believed, nor a jump of more than `jump` times the usual change
    (the median absolute deviation of its changes). `noise` is the standard deviation from week to week, in its unit,
    where somebody knows it.
    """

    name: str
    kind: SourceKind
    title: str = ""
    owner: str = ""
    unit: str = ""
    connection: str = ""
    query: tuple[tuple[str, str], ...] = ()
    refresh: timedelta = DEFAULT_REFRESH
    lowest: float | None = None
    highest: float | None = None
    jump: float | None = None
    noise: float | None = None
    tolerance: float | None = None

    @property
    def query_hash(self) -> str:
        """Names exactly what is read; a definition with another one starts a new series."""
        told = orjson.dumps((self.kind.value, self.connection, self.unit, self.query))
        return hashlib.blake2b(told, digest_size=8).hexdigest()

    @property
    def is_dated(self) -> bool:
        """Whether it can be asked for the value of an earlier day."""
        if self.kind in {SourceKind.PROMETHEUS, SourceKind.CSV}:
            return True
        return any(mark in value for _, value in self.query for mark in AS_OF_MARKS)


AS_OF_MARKS = (":as_of", "{as_of}")
"""Where a query takes the instant it is asked for: as a parameter in SQL, as a word in addresses and filters."""


class Measurability(StrEnum):
    """How sure we are that a metric can be read, from the best down."""

    VERIFIED_LIVE = "verified-live"
    VERIFIED_MANUAL = "verified-manual"
    DECLARED = "declared"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A person looked at where the values of a metric come from and answers for them. `evidence` is an address."""

    metric: str
    author: str
    verified_at: datetime
    evidence: str = ""
    reason: str = ""
    query_hash: str = ""
    expires_on: date | None = None
