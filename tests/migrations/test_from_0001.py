"""From the schema of the first version: what it knew is known afterwards, on both databases."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE

import pytest
from sqlalchemy import delete, func, select, table, text

from align_sync.errors import StoreError
from align_sync.store.books import load_book
from align_sync.store.engine import Store
from align_sync.store.leases import load_owner
from align_sync.store.ledger import load_buckets, load_ledger, load_linked_rules
from align_sync.store.migrate import load_schema_state, prepare_schema, upgrade_schema
from align_sync.store.schema import SCHEMA_REVISION, evidence, ground, item, membership, parent_edge, source_state
from tests.databases import Postgres
from tests.make import NOW
from tests.migrations.older import DAY, FIRST, describe, make_at_0001, opened
from tests.store.told_world import made, told_world


@pytest.fixture
def older(empty_url: str) -> Iterator[Store]:
    with opened(empty_url) as store:
        make_at_0001(store)
        assert load_schema_state(store).revision == "0001"
        yield store


@pytest.fixture
def migrated(older: Store) -> Store:
    if older.dialect == "sqlite":
        prepare_schema(older)
    else:
        upgrade_schema(older)
    assert load_schema_state(older).is_current
    return older


Line = tuple[int, str, int, object, bool, str]


def ledger(store: Store) -> list[Line]:
    with store.read() as connection:
        return [
            (
                line.item_id,
                line.evidence.key_result,
                line.evidence.distance,
                line.first_seen_at,
                line.is_gone,
                line.evidence.via.key,
            )
            for line in load_ledger(connection, [1, 2, 3], with_gone=True)
        ]


CARRIED: list[Line] = [
    (1, "ret90", 0, FIRST, False, "PAY-1"),
    (2, "act5", 0, FIRST, True, "PAY-2"),
    (2, "ret90", 1, FIRST + DAY, False, "PAY-1"),
    (3, "ret90", 1, FIRST, True, "PAY-1"),
]


class TestCarriedOver:
    def test_evidence_with_its_beginning_its_end_and_its_carrier(self, migrated: Store) -> None:
        assert ledger(migrated) == CARRIED
        with migrated.read() as connection:
            ends = [line.last_seen_at for line in load_ledger(connection, [1, 2, 3], with_gone=True) if line.is_gone]
            assert ends == [FIRST + DAY, NOW]
            assert connection.execute(select(func.count()).select_from(ground)).scalar_one() == 2
            assert [line.evidence.key_result for line in load_ledger(connection, [2], at=FIRST)] == ["act5"]

    def test_items_with_what_hangs_on_them(self, migrated: Store) -> None:
        with migrated.read() as connection:
            assert connection.execute(select(item.c.key, item.c.state).order_by(item.c.id)).all() == [
                ("PAY-1", "present"),
                ("PAY-2", "present"),
                ("PAY-3", "gone"),
            ]
            assert connection.execute(select(parent_edge.c.item_id).order_by(parent_edge.c.item_id)).all() == [
                (2,),
                (3,),
            ]
            stays = connection.execute(
                select(
                    membership.c.entered_at,
                    membership.c.entered_known_at,
                    membership.c.left_at,
                    membership.c.left_known_at,
                ).order_by(membership.c.id)
            ).all()
            assert stays == [(FIRST, FIRST, None, None), (FIRST, FIRST, NOW, NOW)]
            if migrated.dialect == "sqlite":
                assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
                assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1

    def test_the_book_which_holds_since_it_was_applied(self, migrated: Store) -> None:
        with migrated.read() as connection:
            applied = load_book(connection)
        assert applied is not None
        assert [kr.key for kr in applied.book.key_results] == ["ret90", "act5"]
        assert (applied.applied_at, applied.held_from_at, applied.reason) == (FIRST, FIRST, "")

    def test_leases_and_sources(self, migrated: Store) -> None:
        with migrated.read() as connection:
            assert load_owner(connection, "kept") == "me"
            assert connection.execute(select(source_state.c.cursor_at, source_state.c.members)).all() == [(NOW, 0)]

    def test_verdicts_stand_until_all_is_linked_anew(self, migrated: Store) -> None:
        with migrated.read() as connection:
            assert load_buckets(connection, [1, 2, 3]) == {1: "direct", 2: "inherited"}
            assert load_linked_rules(connection) is None


def test_the_next_link_goes_on_with_the_evidence(migrated: Store, empty_url: str) -> None:
    """What persists keeps its beginning, what does not ends now; new rows go after the old ones."""
    migrated.close()
    with told_world(empty_url) as world:
        world.clock.tick(DAY)
        assert world.link().judged == 2
        assert ledger(world.app.store) == CARRIED
        world.check_verdicts()
        world.tell(made("PAY-1", "okr/act5"), made("PAY-9", "okr/ret90"))
        world.link()
        assert [line[3:5] for line in ledger(world.app.store) if line[0] == 1] == [(FIRST, True), (NOW + DAY, False)]
        world.check_verdicts()
        with world.app.store.read() as connection:
            assert connection.execute(select(func.count()).select_from(evidence)).scalar_one() == 7


def test_it_is_the_schema_of_a_new_database(migrated: Store, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """To the last index, of which alembic compares only the columns."""
    if migrated.dialect == "sqlite":
        url = f"sqlite:///{tmp_path}/new.db"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.make_database()
    with opened(url) as new:
        prepare_schema(new)
        assert describe(migrated) == describe(new)


def test_a_failure_on_the_way_leaves_all_as_it_was(empty_url: str) -> None:
    with opened(empty_url) as store:
        make_at_0001(store)
        with store.write() as connection:
            connection.execute(text("CREATE TABLE snapshot (id INTEGER)"))
        with pytest.raises(StoreError):
            upgrade_schema(store)
        assert load_schema_state(store).revision == "0001"
        with store.write() as connection:
            connection.execute(text("DROP TABLE snapshot"))
        upgrade_schema(store)
        assert ledger(store) == CARRIED


def test_an_empty_one_is_carried_over_too(empty_url: str) -> None:
    with opened(empty_url) as store:
        make_at_0001(store)
        with store.write() as connection:
            for name in ("evidence", "verdict", "membership", "parent_edge", "item", "book"):
                connection.execute(delete(table(name)))
        upgrade_schema(store)
        assert ledger(store) == []


def test_a_file_is_copied_and_then_migrated(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/align-sync.db") as store:
        make_at_0001(store)
        prepare_schema(store)
        assert load_schema_state(store).revision == SCHEMA_REVISION
    (copy,) = tmp_path.glob("*.before-*")
    assert copy.name == f"align-sync.db.before-{SCHEMA_REVISION}-from-0001"
    assert S_IMODE(copy.stat().st_mode) == 0o600
    kept = sqlite3.connect(copy)
    assert kept.execute("SELECT name FROM lease").fetchall() == [("kept",)]
    assert kept.execute("SELECT count(*) FROM evidence WHERE gone_at IS NOT NULL").fetchall() == [(2,)]
    assert kept.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
    kept.close()


@pytest.mark.postgres
def test_a_server_waits_for_a_person(postgres: Postgres) -> None:
    with opened(postgres.make_database()) as store:
        make_at_0001(store)
        with pytest.raises(StoreError) as caught:
            prepare_schema(store)
        assert str(caught.value).endswith(
            f"the database has schema 0001, this version needs {SCHEMA_REVISION}; align-sync db upgrade"
        )
        assert upgrade_schema(store).is_current
        prepare_schema(store)
