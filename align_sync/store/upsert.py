"""Insert-or-update in the dialect at hand, and lists of identifiers in portions that every database takes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Insert, Table
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


def insert_rows(connection: Connection, statement: Insert, rows: Sequence[Mapping[str, object]]) -> None:
    """Run an insert for rows that all name the same columns; nothing is done for none.

    SQLite's driver is handed the rows as it takes them: what SQLAlchemy does for each row takes longer than the insert.
    """
    if not rows:
        return
    dialect = connection.dialect
    if dialect.name != "sqlite":
        connection.execute(statement, rows)
        return
    compiled = statement.compile(dialect=dialect, column_keys=list(rows[0]))
    columns: list[list[object]] = []
    for name in compiled.positiontup or ():
        values = [row[name] for row in rows]
        store = statement.table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        if store is not None:
            stored = {value: store(value) for value in set(values)}
            values = [stored[value] for value in values]
        columns.append(values)
    connection.exec_driver_sql(str(compiled), list(zip(*columns, strict=True)))


def in_portions(values: Iterable[T], size: int = PORTION) -> Iterator[Sequence[T]]:
    portion: list[T] = []
    for value in values:
        portion.append(value)
        if len(portion) >= size:
            yield portion
            portion = []
    if portion:
        yield portion
