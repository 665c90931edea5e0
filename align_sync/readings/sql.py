"""One number from a database: the query of a metric, run so that it can change nothing and ends in time.

The text comes from the settings file alone. What keeps it from writing is in `sql_postgres.py` and `sql_sqlite.py`,
for each kind of database what holds there; a kind without a known read-only mode is refused unless the deployment
answers for the account (`sql_others.py`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from align_sync.errors import ReadingError
from align_sync.readings.answer import Answer, take_number
from align_sync.readings.sql_others import fetch_from_others
from align_sync.readings.sql_postgres import fetch_from_postgres
from align_sync.readings.sql_sqlite import fetch_from_sqlite
from align_sync.settings import Settings
from align_sync.settings_metrics import ConnectionSettings, SqlMetric

AS_OF = "as_of"

_SKIPPED = re.compile(r"(?:\s+|\(|--[^\n]*(?:\n|$)|/\*.*?\*/)*", re.DOTALL)
_FIRST_WORDS = frozenset({"select", "with", "values"})

Row = Sequence[Any]
Write = Callable[[str, datetime], tuple[str, Mapping[str, object]]]
Fetch = Callable[..., Sequence[Row]]

_MOMENT = re.compile(rf"(?<![:\w]):{AS_OF}\b", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlProbe:
    settings: Settings
    metric: SqlMetric

    def read(self, *, at: datetime | None, now: datetime) -> Answer:
        if not self.settings.readings.sql:
            raise ReadingError("SQL of metrics is not run here", advice="set readings.sql = true")
        _check_statement(self.metric.sql)
        url = _find_address(self.settings, self.metric.connection)
        is_dated = _MOMENT.search(self.metric.sql) is not None
        if at is not None and not is_dated:
            raise ReadingError("the query tells the value of today only", advice=f"let it ask for :{AS_OF}")
        write, fetch = _find_kind(url.get_backend_name(), self.settings.connections[self.metric.connection])
        statement, parameters = write(self.metric.sql, at or now)
        return Answer(_take_only_number(fetch(url, statement, parameters, timeout=self.settings.readings.timeout)))


def open_sql(settings: Settings, metric: SqlMetric) -> SqlProbe:
    return SqlProbe(settings=settings, metric=metric)


def _check_statement(statement: str) -> None:
    """A first guard with words that help; those of the databases hold, whatever passes here."""
    skipped = _SKIPPED.match(statement)
    word = re.match(r"\w*", statement[skipped.end() :] if skipped else statement)
    first = word[0] if word else ""
    if first.lower() not in _FIRST_WORDS:
        raise ReadingError(f"only a query that reads is run, and this one begins with {first[:30] or 'no word'}")
    if "\x00" in statement:
        raise ReadingError("the query holds a NUL character")


def _find_address(settings: Settings, connection: str) -> URL:
    variable = f"ALIGN_SYNC_CONNECTIONS__{connection.upper()}__URL"
    advice = f"set {variable} to postgresql://USER:PASSWORD@HOST/DATABASE or sqlite:///FILE"
    found = settings.connections.get(connection)
    if found is None or found.url is None:
        raise ReadingError(f"the connection {connection} has no address", advice=advice)
    try:
        return make_url(found.url.get_secret_value().strip())
    except (ArgumentError, ValueError):
        raise ReadingError(f"the address of the connection {connection} cannot be read", advice=advice) from None


def _write_for_postgres(statement: str, moment: datetime) -> tuple[str, Mapping[str, object]]:
    """The driver marks parameters by per cent signs, so that those of the query are doubled."""
    return _MOMENT.sub(f"%({AS_OF})s", statement.replace("%", "%%")), {AS_OF: moment}


def _write_for_sqlite(statement: str, moment: datetime) -> tuple[str, Mapping[str, object]]:
    """SQLite has no moments: there it is the text that its own functions give, in UTC."""
    return statement, {AS_OF: f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"}


_KINDS = {
    "postgresql": (_write_for_postgres, fetch_from_postgres),
    "postgres": (_write_for_postgres, fetch_from_postgres),
    "sqlite": (_write_for_sqlite, fetch_from_sqlite),
}


def _write_for_others(statement: str, moment: datetime) -> tuple[str, Mapping[str, object]]:
    return statement, {AS_OF: moment}


def _find_kind(backend: str, connection: ConnectionSettings) -> tuple[Write, Fetch]:
    if backend in _KINDS:
        return _KINDS[backend]
    if connection.read_only_account:
        return _write_for_others, fetch_from_others
    raise ReadingError(
        f"no mode of {backend[:30]} is known here in which nothing can be written; postgresql and sqlite have one",
        advice="give it an account that may only read, and say so: read_only_account = true in its connection",
    )


def _take_only_number(rows: Sequence[Row]) -> float:
    if not rows:
        raise ReadingError("the query gave no row", advice="let it give exactly one row, also where nothing is found")
    if len(rows) > 1:
        raise ReadingError("the query gave more than one row", advice="let it give exactly one row of one column")
    if len(rows[0]) != 1:
        raise ReadingError(f"the query gave {len(rows[0])} columns", advice="let it give exactly one")
    return take_number(rows[0][0])
