"""A query on any other database that SQLAlchemy knows, where the deployment answers for the account.

No mode is known here in which such a database refuses to write, so that nothing is asked unless its connection says
`read_only_account = true`: the account may read and do nothing else. What can be done for every database is done: a
text that begins as a query and holds no word that writes, two rows at most, and nothing is ever committed.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any

from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from align_sync.errors import ReadingError

_MOST_ROWS = 2
_WORDS = re.compile(
    r"\b(insert|update|delete|merge|replace|upsert|into|create|alter|drop|truncate|rename|grant|revoke|call|exec|execute"
    r"|do|set|lock|load|copy|attach|pragma|commit|begin)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/", re.DOTALL)
_OTHER_MARKS = re.compile(r"(?<![:\w\\]):(?!as_of\b)(?=\w)", re.ASCII)


def fetch_from_others(
    url: URL, statement: str, parameters: Mapping[str, object], *, timeout: timedelta
) -> Sequence[Sequence[Any]]:
    """At most two rows. Raises `ReadingError`.

    How long it may take is up to the caller, who waits no longer than `timeout`: databases have no common word for it.
    """
    del timeout
    _refuse_writing(statement)
    backend = url.get_backend_name()
    wanted = {name: value for name, value in parameters.items() if re.search(rf"(?<![:\w]):{name}\b", statement)}
    try:
        engine = create_engine(url, poolclass=NullPool)
        with closing(engine.connect()) as connection:
            try:
                found = connection.execute(text(_OTHER_MARKS.sub(r"\\:", statement)), wanted)
                return [tuple(row) for row in found.fetchmany(_MOST_ROWS)]
            finally:
                connection.rollback()
    except (NoSuchModuleError, ModuleNotFoundError):
        raise ReadingError(
            f"no driver for {backend} is installed", advice="install the one that SQLAlchemy names"
        ) from None
    except DBAPIError as error:
        # What a driver says may quote the address, so that only the kind of the fault is told.
        kind = type(error.orig).__name__ if error.orig is not None else type(error).__name__
        raise ReadingError(f"{backend} refused the query or cannot be reached ({kind})") from None
    except (SQLAlchemyError, ValueError, TypeError) as error:
        raise ReadingError(f"{backend} could not be asked ({type(error).__name__})") from None


def _refuse_writing(statement: str) -> None:
    """Drivers that commit by themselves exist, so that a text which could write is not even tried."""
    bare = _QUOTED.sub(" ", statement)
    found = _WORDS.search(bare)
    if found:
        raise ReadingError(f"only a query that reads is run, and this one holds the word {found[0]}")
    if ";" in bare.rstrip().rstrip(";"):
        raise ReadingError("only one statement is run, and this text holds several")
