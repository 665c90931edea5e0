"""The schema of the database: which one it has, and how it gets the one that this version needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from align_sync.seams import pass_failpoint
from align_sync.settings import DatabaseSettings
from align_sync.store.engine import Store, open_store
from align_sync.store.migrate import load_schema_state, upgrade_schema
from align_sync.store.schema import SCHEMA_REVISION


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaResult:
    """`where` is the address of the database without its password; `revision` is None where it is empty."""

    where: str
    revision: str | None
    needed: str = SCHEMA_REVISION

    @property
    def is_current(self) -> bool:
        return self.revision == self.needed


def inspect(database: DatabaseSettings) -> SchemaResult:
    with _opened(database) as store:
        return SchemaResult(where=store.where, revision=load_schema_state(store).revision)


def upgrade(database: DatabaseSettings) -> SchemaResult:
    """Run what is missing of the migrations. Raises `StoreError` where the schema is newer than this version."""
    with _opened(database) as store:
        return SchemaResult(where=store.where, revision=upgrade_schema(store).revision)


@contextmanager
def _opened(database: DatabaseSettings) -> Iterator[Store]:
    store = open_store(database.url.get_secret_value(), failpoint=pass_failpoint, journal_mode=database.journal_mode)
    try:
        yield store
    finally:
        store.close()
