"""What a report is asked for by name: a key result also by the key that it had before."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from align_sync.reports.model import AlignmentReport
from tests.make import make_book, make_kr, make_sprint
from tests.store.told_world import ToldWorld, made, told_world


@pytest.fixture
def world(database_url: str) -> Iterator[ToldWorld]:
    """The key result of PAY-1 and PAY-2 was called ret90 when they were labelled."""
    with told_world(database_url) as world:
        items = made("PAY-1", "okr/ret90"), made("PAY-2", "okr/stay1"), made("PAY-3", "okr/act5")
        world.tell(*items, sprints=[make_sprint("42")])
        world.apply(make_book(replace(make_kr("stay1"), formerly=("ret90", "old3")), "act5"))
        world.link()
        yield world


def keys(report: AlignmentReport) -> list[str]:
    return sorted(item.key for item in report.items)


@pytest.mark.parametrize("key", ["stay1", "STAY1", "ret90", "Ret90", "old3"])
def test_a_key_result_is_found_by_each_key_that_it_ever_had(world: ToldWorld, key: str) -> None:
    report = world.report(key_results=(key,))
    assert keys(report) == ["PAY-1", "PAY-2"]
    assert report.filters.key_results == ("stay1",)
    assert report.notes == ()


def test_several_are_asked_for_at_once_and_one_that_never_was_is_said_as_it_was_written(world: ToldWorld) -> None:
    report = world.report(key_results=("ret90", "Act6"))
    assert keys(report) == ["PAY-1", "PAY-2"]
    assert report.filters.key_results == ("stay1", "Act6")
    assert report.notes == ("no active key result in scope is called Act6",)


def test_a_report_of_the_past_names_key_results_as_the_book_did_then(world: ToldWorld) -> None:
    before = world.clock.at
    world.clock.tick()
    world.apply(make_book(replace(make_kr("again1"), formerly=("stay1", "ret90")), "act5"))
    world.link()
    assert world.report(key_results=("ret90",)).filters.key_results == ("again1",)
    past = world.report(key_results=("ret90",), as_of_at=before)
    assert (past.filters.key_results, keys(past)) == (("stay1",), ["PAY-1", "PAY-2"])
