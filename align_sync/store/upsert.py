"""Insert-or-update in the dialect at hand, and lists of identifiers in portions that every database takes."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

PORTION = 500
"""SQLite before 3.32 takes 999 parameters a statement; half of that leaves room for others."""

T = TypeVar("T")


def insert_into(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An insert that knows `on_conflict_do_update` of its dialect.

    Never read `rowcount` of it: psycopg answers -1 both where a row was written and where it was not.
    """
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def in_portions(values: Iterable[T], size: int = PORTION) -> Iterator[Sequence[T]]:
    portion: list[T] = []
    for value in values:
        portion.append(value)
        if len(portion) >= size:
            yield portion
            portion = []
    if portion:
        yield portion
