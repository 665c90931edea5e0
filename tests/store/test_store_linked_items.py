"""What a removed key result would cost: items that are there now, each once, with evidence that holds."""

from collections.abc import Iterator

import pytest

from align_sync.store.linked_items import count_linked
from tests.make import make_book, make_kr, make_sprint
from tests.store.told_world import ToldWorld, made, told_world


@pytest.fixture
def world(database_url: str) -> Iterator[ToldWorld]:
    """PAY-1 names ret90 in two ways, PAY-2 hangs on it, PAY-3 names act5, PAY-4 names ret90 and will go."""
    with told_world(database_url) as world:
        items = made("PAY-1", "okr/ret90", "stay"), made("PAY-2", parent="PAY-1"), made("PAY-3", "okr/act5")
        world.tell(*items, made("PAY-4", "okr/ret90"), sprints=[make_sprint("42")])
        world.apply(make_book(make_kr("ret90", labels=("stay",)), "act5", "idle"))
        world.link()
        yield world


def count(world: ToldWorld, *keys: str) -> dict[str, int]:
    with world.app.store.read() as connection:
        return count_linked(connection, keys)


def test_items_are_counted_once_whatever_names_the_key_result(world: ToldWorld) -> None:
    assert count(world, "ret90", "act5", "idle", "nobody") == {"ret90": 3, "act5": 1}
    assert count(world, "act5") == {"act5": 1}
    assert count(world) == {}


def test_evidence_that_is_gone_and_items_that_are_gone_count_no_more(world: ToldWorld) -> None:
    world.clock.tick()
    world.tell(made("PAY-3"), gone=["PAY-4"])
    assert count(world, "ret90", "act5") == {"ret90": 2, "act5": 1}
    world.link()

    assert count(world, "ret90", "act5") == {"ret90": 2}
