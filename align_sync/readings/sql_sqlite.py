"""A query on a file of SQLite that can only read.

Opening the file read-only is not enough: `ATTACH` still makes and writes other files, so that everything but reading is
denied while the query is prepared (https://sqlite.org/c3ref/set_authorizer.html).
"""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL

from align_sync.errors import ReadingError
from align_sync.readings.answer import say_reason

STEPS_BETWEEN_LOOKS = 2_000
LONGEST_WAIT = timedelta(seconds=5)
LARGEST_VALUE_BYTES = 1_000_000

_READS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_BARRED_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"})
"""Of these only the first is in every SQLite; a build may have the others, which reach beyond the file."""


def fetch_from_sqlite(
    url: URL, statement: str, parameters: Mapping[str, object], *, timeout: timedelta
) -> Sequence[Sequence[Any]]:
    """At most two rows. Raises `ReadingError`."""
    path = Path(url.database or "")
    if not path.is_file():
        raise ReadingError("there is no such file of SQLite on this machine")
    try:
        with closing(_open(path, timeout)) as connection:
            return connection.execute(statement, parameters).fetchmany(2)
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _explain(error, timeout) from None


def _open(path: Path, timeout: timedelta) -> sqlite3.Connection:
    wait = min(timeout, LONGEST_WAIT).total_seconds()
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    connection = sqlite3.connect(address, uri=True, timeout=wait, isolation_level=None)
    deadline = time.monotonic() + timeout.total_seconds()
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE_BYTES)
    connection.execute("PRAGMA trusted_schema=OFF").close()
    connection.set_authorizer(_allow)
    connection.set_progress_handler(lambda: int(time.monotonic() > deadline), STEPS_BETWEEN_LOOKS)
    return connection


def _allow(action: int, _first: str | None, second: str | None, _database: str | None, _trigger: str | None) -> int:
    if action not in _READS or (action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _BARRED_FUNCTIONS):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _explain(error: Exception, timeout: timedelta) -> ReadingError:
    said = say_reason(str(error))
    if said == "interrupted":
        return ReadingError(
            f"the query took longer than {timeout.total_seconds():g} s", advice="readings.timeout sets the limit"
        )
    if "not authorized" in said or "prohibited" in said:
        return ReadingError(f"the query may only read ({said})")
    if "one statement at a time" in said:
        return ReadingError("the query holds more than one statement")
    if "binding" in said.lower():
        return ReadingError("the query has another parameter than :as_of")
    return ReadingError(f"the database refused the query: {said}")
