"""Databases with the schema of an earlier version, made by the real migrations and filled as that version did."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, insert, text

from align_sync.seams import pass_failpoint
from align_sync.store.engine import Store, open_store
from align_sync.store.migrate import find_migrations
from align_sync.store.schema import UtcDateTime
from align_sync.work import WorkItem, hash_document, to_document
from tests.make import NOW, make_item, make_sprint

DAY = timedelta(days=1)
FIRST = NOW - 9 * DAY
"""When all was pulled and linked first."""


@contextmanager
def opened(url: str) -> Iterator[Store]:
    store = open_store(url, failpoint=pass_failpoint)
    try:
        yield store
    finally:
        store.close()


def configured() -> Config:
    config = Config()
    config.set_main_option("script_location", str(find_migrations()))
    config.set_main_option("path_separator", "os")
    return config


def run_alembic(connection: Connection, run: Callable[[Config, str], None], revision: str) -> None:
    config = configured()
    config.attributes["connection"] = connection
    run(config, revision)


def make_at_0001(store: Store) -> None:
    """A book, a sprint, an epic with a label, two items in it, one of which is gone, and what linking said of them.

    PAY-2 named another key result for a day, and PAY-3 inherited until it was gone.
    """
    with store.write() as connection:
        run_alembic(connection, command.upgrade, "0001")
        put = Writer(connection)
        put("lease", [{"name": "kept", "owner": "me", "fence": 7, "until_at": NOW}])
        put(
            "source_state",
            [{"source": "jira", "kind": "jira", "facts_at": FIRST, "cursor_at": NOW, "complete_at": NOW}],
        )
        put("sweep", [{"source": "jira", "kind": "full", "state": "complete", "started_at": NOW, "cursor_at": NOW}])
        put("book", [{"applied_at": FIRST, "applied_by": "Ana", "fingerprint": "f", "document": BOOK}])
        sprint = make_sprint("42")
        put(
            "sprint",
            [
                {
                    "source": "jira",
                    "external_id": "42",
                    "name": sprint.name,
                    "state": sprint.state.value,
                    "team": sprint.team,
                    "starts_at": sprint.starts_at,
                    "ends_at": sprint.ends_at,
                    "first_seen_at": FIRST,
                    "changed_at": FIRST,
                }
            ],
        )
        put("item", [_row(one, state, needs) for one, state, needs in ITEMS])
        put("parent_edge", [_edge(2), _edge(3)])
        put("membership", [_stay(2, None), _stay(3, NOW)])
        put("link_state", [{"id": 1, "rules": "old", "linked_at": NOW}])
        put(
            "evidence",
            [
                _found(1, "ret90", "okr/ret90", FIRST, None),
                _found(2, "act5", "okr/act5", FIRST, FIRST + DAY),
                _found(2, "ret90", "okr/ret90", FIRST + DAY, None, via=1),
                _found(3, "ret90", "okr/ret90", FIRST, NOW, via=1),
            ],
        )
        put("verdict", [_verdict(1, "direct", FIRST), _verdict(2, "inherited", FIRST + DAY)])


BOOK = (
    '[{"key":"O-1","title":"x","team":"Payments","period":"2026-Q4","owner":"Ana","key_results":'
    '[{"key":"ret90","title":"Retention"},{"key":"act5","title":"Activation"}]}]'
)
ITEMS = (
    (make_item("PAY-1", labels=("okr/ret90",)), "present", False),
    (make_item("PAY-2", parent="PAY-1"), "present", True),
    (make_item("PAY-3", parent="PAY-1"), "gone", False),
)


class Writer:
    def __init__(self, connection: Connection) -> None:
        self.connection, self.metadata = connection, MetaData()
        self.metadata.reflect(connection)

    def __call__(self, name: str, rows: Sequence[Mapping[str, object]]) -> None:
        stored = UtcDateTime().process_bind_param
        values = [
            {
                key: stored(value, self.connection.dialect) if isinstance(value, datetime) else value
                for key, value in row.items()
            }
            for row in rows
        ]
        self.connection.execute(insert(self.metadata.tables[name]), values)


def _row(one: WorkItem, state: str, needs_link: bool) -> dict[str, object]:
    document = to_document(one)
    return {
        "source": "jira",
        "external_id": one.ref.external_id,
        "key": one.key,
        "title": one.title,
        "kind": one.kind.value,
        "status_category": one.status_category.value,
        "container": "",
        "document": document.decode(),
        "content_hash": hash_document(document),
        "updated_at": one.updated_at,
        "state": state,
        "missing_count": 0,
        "first_seen_at": FIRST,
        "changed_at": FIRST,
        "sweep_id": 1,
        "needs_link": needs_link,
    }


def _edge(item_id: int) -> dict[str, object]:
    parent = {"source": "jira", "parent_external_id": "id-PAY-1", "parent_key": "PAY-1"}
    return {"item_id": item_id, "position": 0, **parent}


def _stay(item_id: int, left_at: datetime | None) -> dict[str, object]:
    return {"item_id": item_id, "sprint_id": 1, "entered_at": FIRST, "left_at": left_at}


def _found(
    item_id: int, key: str, label: str, seen_at: datetime, gone_at: datetime | None, *, via: int | None = None
) -> dict[str, object]:
    return {
        "item_id": item_id,
        "key_result": key,
        "rule": "label",
        "field": "labels",
        "found": label,
        "via_source": "jira",
        "via_external_id": f"id-PAY-{via or item_id}",
        "via_key": f"PAY-{via or item_id}",
        "distance": 1 if via else 0,
        "weight": None,
        "first_seen_at": seen_at,
        "gone_at": gone_at,
    }


def _verdict(item_id: int, bucket: str, decided_at: datetime) -> dict[str, object]:
    texts = {"because": "so", "links": "[]", "rejected": "[]", "chain": "[]", "rules": "old"}
    return {"item_id": item_id, "bucket": bucket, "decided_at": decided_at, **texts}


def describe(store: Store) -> list[tuple[str, str]]:
    """All tables, columns and indexes in the words of the database itself, as far as their order means nothing."""
    if store.dialect == "sqlite":
        asked = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
    else:
        asked = (
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL"
            " SELECT table_name || '.' || column_name, concat_ws(' ', data_type, is_nullable, column_default,"
            " character_maximum_length) FROM information_schema.columns WHERE table_schema = 'public' UNION ALL"
            " SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
        )
    with store.read() as connection:
        rows = connection.execute(text(asked)).all()
    return sorted((name, _normal(sql)) for name, sql in rows)


def _normal(sql: str) -> str:
    """Without quotes and spacing, and the parts of a table in the order of the alphabet."""
    told = re.sub(r"\s+", " ", sql.replace('"', "").replace("('')", "''")).strip()
    if not told.startswith("CREATE TABLE"):
        return told.replace("( ", "(").replace(" )", ")")
    head, _, body = told.partition("(")
    parts = re.split(r",(?![^(]*\))", body.rstrip(" )"))
    return f"{head.strip()}({', '.join(sorted(part.strip().rstrip(')') for part in parts))})"
