"""The parts of the settings that say what can be measured: the register of metrics, and how to reach their sources."""

import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import parse_qsl, urlsplit

import jmespath
import orjson
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, SecretStr, StringConstraints, model_validator

from align_sync.okr.metrics import DEFAULT_REFRESH, MetricDefinition, SourceKind
from align_sync.settings_policy import Name, Part

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
LONGEST_QUERY = 20_000
SECRET_PARAMETER = re.compile(r"pass|pwd|token|secret|api[_-]?key|^key$|^sig(nature)?$", re.IGNORECASE)
"""Parameters of an address whose values are secrets, by their names."""

_METRIC_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
_CONNECTION_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _read_duration(value: object) -> object:
    """`45s`, `15m`, `2h` or `1d`."""
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"\s*(\d{1,6})\s*([smhd])\s*", str(value))
    if match is None:
        raise ValueError("a span is written as a number and a unit: 45s, 15m, 2h or 1d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _check_span(span: timedelta) -> timedelta:
    if not span:
        raise ValueError("a span of nothing is none: write how long, as in 30s or 7d")
    return span


def _check_metric_name(name: str) -> str:
    if not _METRIC_NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name of a metric; it is written in small letters, digits, dots, dashes and underscores,"
            " as in refund-errors"
        )
    return name


def check_connection_name(name: str) -> str:
    """The name is part of a variable's name, so that only what such names may hold will do."""
    if not _CONNECTION_NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name of a connection; it is written in small letters, digits and single underscores,"
            " as in warehouse"
        )
    return name


def _check_address(address: str) -> str:
    """An address with its parameters, which is read as it stands; what is secret belongs into a connection."""
    parts = urlsplit(address)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("an address such as https://metrics.example.com/refunds.json is needed")
    if parts.username or parts.password or parts.fragment:
        raise ValueError("the address holds no user, password or fragment; a connection may have a secret address")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
        raise ValueError("only https is accepted, except for this machine itself")
    _check_parameters(parts.query)
    return address


def _check_below(address: str) -> str:
    """What follows the address of a connection: it must not lead to another host."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or parts.fragment or "\\" in address:
        raise ValueError("this follows the address of the connection, as in /v1/refunds?days=30")
    _check_parameters(parts.query)
    return address


def _check_parameters(query: str) -> None:
    secret = next((name for name, _ in parse_qsl(query, keep_blank_values=True) if SECRET_PARAMETER.search(name)), "")
    if secret:
        raise ValueError(
            f"the parameter {secret} is a secret; use a connection, whose address and token stand in the environment"
        )


def _check_path(path: str) -> str:
    try:
        jmespath.compile(path)
    except JMESPathError as error:
        raise ValueError(f"the path is not JMESPath: {str(error).splitlines()[0]}") from None
    return path


Duration = Annotated[timedelta, BeforeValidator(_read_duration)]
Span = Annotated[Duration, AfterValidator(_check_span)]
MetricName = Annotated[str, AfterValidator(_check_metric_name)]
ConnectionName = Annotated[str, AfterValidator(check_connection_name)]
Query = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_QUERY)]
JmesPath = Annotated[Query, AfterValidator(_check_path)]
Address = Annotated[Query, AfterValidator(_check_address)]
AddressBelow = Annotated[Query, AfterValidator(_check_below)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Measure = Literal["count", "sum", "ratio"]


class ConnectionSettings(Part):
    """How to reach a source. Its address may hold a password, so that it is a secret as a whole."""

    url: SecretStr | None = None
    token: SecretStr | None = None
    ca_file: Path | None = None
    read_only_account: bool = Field(
        default=False, description="its account may only read: needed for databases other than PostgreSQL and SQLite"
    )


class ReadingsSettings(Part):
    sql: bool = Field(default=False, description="SQL of metrics may be run; off unless a deployment wants it")
    timeout: Span = Field(default=timedelta(seconds=30), description="how long one metric may take to be read")
    concurrency: int = Field(default=8, ge=1, le=64, description="how many metrics are read at a time")


class _MetricSettings(Part):
    """What all metrics have. Below, only what says *what* is read makes another series when it changes."""

    TELLS_NOTHING: ClassVar[frozenset[str]] = frozenset()
    """Members of a kind that do not say what is read."""

    name: MetricName
    kind: SourceKind
    title: str = ""
    owner: str = ""
    unit: str = ""
    refresh: Span = DEFAULT_REFRESH
    lowest: Number | None = None
    highest: Number | None = None
    jump: Positive | None = None
    noise: NotNegative | None = None
    tolerance: NotNegative | None = None

    @model_validator(mode="after")
    def _check_bounds(self) -> Self:
        if self.lowest is not None and self.highest is not None and self.lowest > self.highest:
            raise ValueError("lowest is above highest, so that no value would be believed")
        return self

    @property
    def connection_name(self) -> str:
        return ""

    def definition(self) -> MetricDefinition:
        return MetricDefinition(
            name=self.name,
            kind=self.kind,
            title=self.title,
            owner=self.owner,
            unit=self.unit,
            connection=self.connection_name,
            query=tuple(self._list_query()),
            refresh=self.refresh,
            lowest=self.lowest,
            highest=self.highest,
            jump=self.jump,
            noise=self.noise,
            tolerance=self.tolerance,
        )

    def _list_query(self) -> Iterable[tuple[str, str]]:
        """What is left at its default is left out, so that a later version with more to say measures the same."""
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if name not in _NO_QUERY and name not in self.TELLS_NOTHING and value != field.default:
                is_plain = isinstance(value, str | Path)
                yield name, str(value) if is_plain else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


_NO_QUERY = frozenset({*_MetricSettings.model_fields, "connection"})


class SqlMetric(_MetricSettings):
    """One number from one row of a query; `:as_of` in it is the moment that is asked for."""

    kind: Literal[SourceKind.SQL]
    connection: ConnectionName
    sql: Query

    @property
    def connection_name(self) -> str:
        return self.connection


class HttpMetric(_MetricSettings):
    """One number in an answer of JSON, from a whole address or from one below that of a connection."""

    kind: Literal[SourceKind.HTTP]
    url: Address | None = None
    connection: ConnectionName | None = None
    address: AddressBelow | None = None
    path: JmesPath
    as_of_path: JmesPath | None = None

    @property
    def connection_name(self) -> str:
        return self.connection or ""

    @model_validator(mode="after")
    def _check_source(self) -> Self:
        if (self.url is None) == (self.connection is None):
            raise ValueError("it needs either url, or connection and the address below it")
        if self.address is not None and self.connection is None:
            raise ValueError("address follows the address of a connection; here url is the whole address")
        return self


class PrometheusMetric(_MetricSettings):
    """One sample of an instant query."""

    kind: Literal[SourceKind.PROMETHEUS]
    connection: ConnectionName
    query: Query

    @property
    def connection_name(self) -> str:
        return self.connection


class CsvMetric(_MetricSettings):
    """The newest row of a file or of a published sheet, among those that have the values of `where`."""

    kind: Literal[SourceKind.CSV]
    file: Path | None = None
    url: Address | None = None
    date_column: Name
    value_column: Name
    where: dict[str, str] = Field(default={}, description="what the columns of the row must hold")
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    decimal: Literal[".", ","] = "."

    @model_validator(mode="after")
    def _check_source(self) -> Self:
        if (self.file is None) == (self.url is None):
            raise ValueError("it needs either file or url")
        return self


class JiraMetric(_MetricSettings):
    """Items that a JQL query finds: how many, the sum of a number field, or their share of those of `of_jql`."""

    kind: Literal[SourceKind.JIRA]
    jql: Query
    measure: Measure = "count"
    field: Name | None = None
    of_jql: Query | None = None

    @model_validator(mode="after")
    def _check_measure(self) -> Self:
        _check_measure(self.measure, has_whole=self.of_jql is not None, whole="of_jql")
        if (self.measure == "sum") != (self.field is not None):
            raise ValueError("a sum needs field, the id of a number field; the other measures have none")
        return self


class LinearMetric(_MetricSettings):
    """Issues that a filter of Linear finds: how many, the sum of a number field, or their share of `of_filter`."""

    kind: Literal[SourceKind.LINEAR]
    filter: dict[str, JsonValue]
    measure: Measure = "count"
    field: Literal["estimate"] = "estimate"
    of_filter: dict[str, JsonValue] | None = None

    @model_validator(mode="after")
    def _check_measure(self) -> Self:
        _check_measure(self.measure, has_whole=self.of_filter is not None, whole="of_filter")
        return self


def _check_measure(measure: Measure, *, has_whole: bool, whole: str) -> None:
    if (measure == "ratio") != has_whole:
        raise ValueError(f"a ratio needs {whole}, what it is a share of; the other measures have none")


class PushMetric(_MetricSettings):
    """Another system tells the value, with a token of which only the SHA-256 is kept here."""

    TELLS_NOTHING = frozenset({"token_sha256"})

    kind: Literal[SourceKind.PUSH]
    token_sha256: Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9a-fA-F]{64}$")]


class ManualMetric(_MetricSettings):
    """A person writes the value down."""

    kind: Literal[SourceKind.MANUAL]


MetricSettings = Annotated[
    SqlMetric | HttpMetric | PrometheusMetric | CsvMetric | JiraMetric | LinearMetric | PushMetric | ManualMetric,
    Field(discriminator="kind"),
]
METRIC_KINDS: dict[SourceKind, type[_MetricSettings]] = {
    SourceKind.SQL: SqlMetric,
    SourceKind.HTTP: HttpMetric,
    SourceKind.PROMETHEUS: PrometheusMetric,
    SourceKind.CSV: CsvMetric,
    SourceKind.JIRA: JiraMetric,
    SourceKind.LINEAR: LinearMetric,
    SourceKind.PUSH: PushMetric,
    SourceKind.MANUAL: ManualMetric,
}


class LintSettings(Part):
    levels: dict[str, Literal["error", "warning", "note", "off"]] = Field(
        default={}, description="how much a rule's findings weigh, by the rule's name"
    )
    baseline: Path | None = Field(default=None, description="the file of findings that were accepted")
