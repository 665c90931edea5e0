"""Insert-or-update in the dialect at hand, and lists of identifiers in portions that every database takes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from sqlalchemy import Connection, Dialect, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

PORTION = 500
"""SQLite before 3.32 takes 999 parameters a statement; half of that leaves room for others."""

T = TypeVar("T")


def insert_into(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An insert that knows `on_conflict_do_update` of its dialect.

    Never read `rowcount` of it: psycopg answers -1 both where a row was written and where it was not.
    """
    return _insert(connection.dialect, table)


def _insert(dialect: Dialect, table: Table) -> "sqlite.Insert | postgresql.Insert":
    return postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)


def insert_rows(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    *,
    key: tuple[str, ...] = (),
    updates: tuple[str, ...] | None = None,
) -> None:
    """Insert rows that all name the same columns; nothing is done for none.

    Where a row is there already, `updates` are set in it, if any; without `updates` that is an error. `key` is what two
    rows may not share.
    """
    if not rows:
        return
    statement, compiled, stores = _prepare(connection.dialect, table, tuple(rows[0]), key, updates)
    if connection.dialect.name != "sqlite":
        connection.execute(statement, rows)
        return
    # Past SQLAlchemy's own work for each row, which takes longer than the insert itself.
    columns: list[list[object]] = []
    for name, store in stores:
        values = [row[name] for row in rows]
        if store is not None:
            # Each object once: most columns with instants hold the same one in every row.
            stored = {identity: store(value) for identity, value in {id(value): value for value in values}.items()}
            values = [stored[id(value)] for value in values]
        columns.append(values)
    connection.exec_driver_sql(compiled, list(zip(*columns, strict=True)))


def insert_tuples(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: Sequence[tuple[object, ...]],
    *,
    key: tuple[str, ...] = (),
    updates: tuple[str, ...] | None = None,
) -> None:
    """The same for rows as tuples in the order of `columns`, of types that every driver takes as they are."""
    if not rows:
        return
    statement, compiled, stores = _prepare(connection.dialect, table, columns, key, updates)
    if connection.dialect.name != "sqlite":
        connection.execute(statement, [dict(zip(columns, row, strict=True)) for row in rows])
        return
    if tuple(name for name, _ in stores) != columns or any(store is not None for _, store in stores):
        raise TypeError(f"rows of {table.name} cannot be stored as they are")
    connection.exec_driver_sql(compiled, list(rows))


@lru_cache(maxsize=64)
def _prepare(
    dialect: Dialect,
    table: Table,
    columns: tuple[str, ...],
    key: tuple[str, ...],
    updates: tuple[str, ...] | None,
) -> tuple[Insert, str, tuple[tuple[str, Callable[[object], object] | None], ...]]:
    """The statement, its text, and for each of its parameters in turn how the value is stored."""
    statement: sqlite.Insert | postgresql.Insert = _insert(dialect, table)
    if updates:
        excluded = {name: statement.excluded[name] for name in updates}
        statement = statement.on_conflict_do_update(index_elements=key, set_=excluded)
    elif updates is not None:
        statement = statement.on_conflict_do_nothing()
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    names = compiled.positiontup or ()
    stores = [(name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names]
    return statement, str(compiled), tuple(stores)


def in_portions(values: Iterable[T], size: int = PORTION) -> Iterator[Sequence[T]]:
    portion: list[T] = []
    for value in values:
        portion.append(value)
        if len(portion) >= size:
            yield portion
            portion = []
    if portion:
        yield portion
