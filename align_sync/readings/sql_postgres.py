"""A query on PostgreSQL that can only read.

A read-only session is not enough: one text of several statements can end its transaction and begin one that writes, as
long as it goes by the simple protocol. The extended protocol takes a single statement, whatever the text holds
(https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY). What a role with power over the
server's files and programs can do in a transaction that only reads is too much, so that such roles are refused.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL

from align_sync.errors import ReadingError
from align_sync.readings.answer import say_reason

if TYPE_CHECKING:
    from psycopg import Connection, Error

DRIVER = "postgresql+psycopg"
LONGEST_CONNECT = timedelta(seconds=10)
CANCELLED, WRITES, SYNTAX = "57014", "25006", "42601"

_POWERS = """
SELECT CASE WHEN rolsuper THEN 'is a superuser, or may become one' ELSE 'is a member of ' || rolname END
FROM pg_catalog.pg_roles
WHERE (rolsuper OR rolname IN ('pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files'))
AND (pg_catalog.pg_has_role(session_user, oid, 'MEMBER') OR pg_catalog.pg_has_role(current_user, oid, 'MEMBER'))
ORDER BY rolsuper DESC LIMIT 1
"""
_ACTING = re.compile(
    r"\b(pg_(terminate|cancel)_backend|pg_(try_)?advisory\w*|pg_logical_\w+|pg_notify|set_config|dblink\w*|lo_\w+|pg_read_\w+"
    r"|pg_ls_\w+|pg_stat_file|pg_reload_conf|pg_rotate_\w+|pg_switch_wal|pg_create_\w+|pg_drop_\w+|pg_replication_\w+"
    r"|pg_promote|pg_(wal|xlog)_replay_\w+|pg_backup_\w+|pg_export_snapshot|pg_stat_reset\w*|pg_log_\w+"
    r"|(query|table|cursor|schema|database)_to_xml\w*|ts_stat|crosstab\w*|connectby|xpath_table)\b",
    re.IGNORECASE,
)
"""Functions that act, or run text as a query, and that a transaction which only reads does not stop."""

_TEXTS = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_SAFE_WORDS = re.compile(
    r"Connection refused|timeout expired|No such file or directory|could not translate host name"
    r"|password authentication failed|no password supplied|SSL|certificate"
    r'|(database|role) "[^"]*" does not exist|too many (clients|connections)',
    re.IGNORECASE,
)
"""Of what a failed connection says only this is told: the rest may quote the address."""


def fetch_from_postgres(
    url: URL, statement: str, parameters: Mapping[str, object], *, timeout: timedelta
) -> Sequence[Sequence[Any]]:
    """At most two rows. Raises `ReadingError`."""
    _refuse_acting(statement)
    try:
        driver = import_module("psycopg")
    except ModuleNotFoundError:
        raise ReadingError("the driver psycopg is missing", advice="pip install 'align-sync[postgres]'") from None
    try:
        connection = driver.connect(**_list_options(url, timeout))
    except (driver.Error, ValueError) as error:
        found = _SAFE_WORDS.search(str(error))
        raise ReadingError(f"the database cannot be reached{f' ({found[0]})' if found else ''}") from None
    with closing(connection):
        connection.read_only = True
        try:
            _refuse_powers(connection)
            # Rows come one at a time, by the extended protocol also without parameters; the third is never fetched.
            with closing(connection.cursor().stream(statement, parameters)) as rows:
                return list(islice(rows, 2))
        except driver.Error as error:
            raise _explain(error, timeout) from None


def _refuse_acting(statement: str) -> None:
    """Other sessions, locks, settings and the server itself can be acted upon by a mere `select`."""
    bare = _TEXTS.sub(" ", statement)
    if re.search(r"\bu&", bare, re.IGNORECASE):
        raise ReadingError("names with escapes (U&) are not run")
    if found := _ACTING.search(bare.replace('"', "")):
        raise ReadingError(f"the function {found[0]} does more than read")


def _list_options(url: URL, timeout: timedelta) -> dict[str, Any]:
    _, told = url.set(drivername=DRIVER).get_dialect()().create_connect_args(url)
    milliseconds = timeout // timedelta(milliseconds=1)
    # Of an option that is given twice the last one counts.
    guards = f"-c default_transaction_read_only=on -c statement_timeout={milliseconds} -c lock_timeout={milliseconds}"
    return {
        **told,
        "options": f"{told.get('options', '')} {guards} -c timezone=UTC".strip(),
        "connect_timeout": max(2, int(min(timeout, LONGEST_CONNECT).total_seconds())),
        "application_name": "align-sync",
    }


def _refuse_powers(connection: "Connection[tuple[Any, ...]]") -> None:
    power = connection.execute(_POWERS).fetchone()
    if power is not None:
        raise ReadingError(
            f"the role of this connection may do more than read: it {power[0]}",
            advice="connect as a role of its own with nothing but SELECT on the tables that are asked",
        )


def _explain(error: "Error", timeout: timedelta) -> ReadingError:
    state = error.sqlstate
    said = say_reason(error.diag.message_primary or "its answer cannot be understood")
    if state == CANCELLED:
        return ReadingError(
            f"the query took longer than {timeout.total_seconds():g} s", advice="readings.timeout sets the limit"
        )
    if state == WRITES:
        return ReadingError(f"the query may only read ({said})")
    if state == SYNTAX and "multiple commands" in said:
        return ReadingError("the query holds more than one statement")
    return ReadingError(f"the database refused the query: {said}")
