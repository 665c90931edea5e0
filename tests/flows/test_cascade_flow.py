"""The cascade of the book in force, now and then, with what the store knows of it."""

from dataclasses import replace
from typing import Any

import pytest

from align_sync.flows.cascade import cascade, say_publication
from align_sync.okr.model import Driver, KeyResultState
from align_sync.okr.standing import Health
from align_sync.reports.cascade import Cascade
from align_sync.store.publications import Publication
from tests.flows.measured_world import DAY, REFUNDS, keep, make_measured, world
from tests.make import NOW
from tests.store.told_world import ToldWorld, told_world

__all__ = ["world"]


def see(world: ToldWorld, at: Any = None) -> Cascade:
    found = cascade(world.app, at)
    assert found is not None
    return found


def test_before_the_first_book_there_is_none(sqlite_url: str) -> None:
    with told_world(sqlite_url) as world:
        assert cascade(world.app) is None


def test_it_says_how_each_stands_and_what_nobody_works_on(world: ToldWorld) -> None:
    keep(world, 1.45, days_ago=1)
    found = see(world)
    refunds, other = found.find("KR-2.3"), found.find("act5")
    assert refunds is not None
    assert other is not None
    assert refunds.progress == pytest.approx(0.5)
    assert (other.progress, other.verdict.health) == (None, Health.UNKNOWN)
    assert found.idle == {"act5"}
    assert found.state_of("KR-2.2") is KeyResultState.CLOSED
    assert found.published.startswith("never published")
    assert not found.is_sample


def test_an_objective_may_be_driven_by_what_lies_below(world: ToldWorld) -> None:
    book = make_measured()
    world.apply(replace(book, objectives=(replace(book.objectives[0], driver=Driver.ALIGNED), book.objectives[1])))
    keep(world, 1.45, days_ago=1)
    above = see(world).find("CO-1")
    assert above is not None
    assert above.progress == pytest.approx(0.5)


def test_of_an_earlier_instant_it_says_what_was_known_then(world: ToldWorld) -> None:
    keep(world, 1.45, days_ago=1)
    then = world.clock.at
    world.clock.at += 2 * DAY
    keep(world, 0.5)
    world.apply(make_measured(replace(REFUNDS, key="KR-3"), "act5"))
    before = see(world, then)
    standing = before.find("KR-2.3")
    assert standing is not None
    assert standing.progress == pytest.approx(0.5)
    assert before.find("KR-3") is None
    assert before.on.isoformat() == "2026-11-23"


PUBLISHED = Publication(book_id=3, published_at=NOW, published_by="Ana", reason="", findings=())


@pytest.mark.parametrize(
    ("publication", "newest", "said"),
    [
        (PUBLISHED, 3, "published on 23 Nov 2026 by Ana"),
        (PUBLISHED, None, "published on 23 Nov 2026 by Ana"),
        (replace(PUBLISHED, reason="the board agreed"), 3, "published on 23 Nov 2026 by Ana: the board agreed"),
        (PUBLISHED, 4, "published on 23 Nov 2026 by Ana; the book was changed since"),
    ],
)
def test_it_says_when_the_book_was_published(publication: Publication, newest: int | None, said: str) -> None:
    assert say_publication(publication, "Europe/Rome", newest=newest) == said
