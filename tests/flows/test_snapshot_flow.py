"""Reports that were kept: the same byte for byte in every format, whatever became of the store."""

from collections.abc import Iterator

import pytest

from align_sync.errors import UserError
from align_sync.flows.decide import Said, add_link
from align_sync.flows.snapshots import find, keep, list_newest
from align_sync.reports.document import with_identity
from align_sync.reports.render import RENDERERS, Format, View, render_report
from align_sync.store.snapshots import load_earlier
from tests.make import NOW, make_book, make_sprint
from tests.store.told_world import DAY, ToldWorld, made, told_world


@pytest.fixture
def world(database_url: str) -> Iterator[ToldWorld]:
    with told_world(database_url) as world:
        world.tell(made("PAY-1", "okr/ret90"), made("PAY-2"), made("PAY-3", "okr/nix"), sprints=[make_sprint("42")])
        world.apply(make_book("ret90", "act5"))
        world.link()
        yield world


def render_all(world: ToldWorld, name: str) -> dict[tuple[Format, View], str]:
    return {(form, view): render_report(find(world.app, name), form, view=view) for form in RENDERERS for view in View}


def change_everything(world: ToldWorld) -> None:
    world.clock.tick(DAY)
    world.tell(made("PAY-1", title="Other"), gone=["PAY-2"])
    world.apply(make_book("act5"))
    add_link(world.app, "PAY-3", "act5", Said(author="Ana", reason="so"))
    world.link()


def test_it_is_rendered_again_byte_for_byte(world: ToldWorld) -> None:
    made_then = keep(world.app, world.report())
    shown = {(form, view): render_report(made_then, form, view=view) for form in RENDERERS for view in View}
    change_everything(world)
    assert find(world.app, made_then.snapshot) == made_then
    assert render_all(world, made_then.snapshot) == shown


def test_the_hash_tells_whether_two_reports_say_the_same(world: ToldWorld) -> None:
    """However much later the other one was made, and however fresh the data was."""
    first = keep(world.app, world.report())
    world.clock.tick()
    world.tell()
    second = keep(world.app, world.report())
    change_everything(world)
    third = keep(world.app, world.report())
    assert first.content_hash == second.content_hash != third.content_hash
    assert len({first.snapshot, second.snapshot, third.snapshot}) == 3
    assert keep(world.app, world.report(sources=("jira",))).content_hash != third.content_hash


def test_the_name_is_the_second_and_the_content(world: ToldWorld) -> None:
    report = world.report()
    kept = keep(world.app, report)
    assert kept.snapshot == f"20261123T133000Z-{kept.content_hash[:8]}"
    assert with_identity(kept) == kept, "a kept report has the name that it would be given"
    assert keep(world.app, report) == kept
    assert [one.name for one in list_newest(world.app, 5)] == [kept.snapshot]


def test_one_that_was_not_kept_is_refused_with_those_that_were(world: ToldWorld) -> None:
    with pytest.raises(UserError, match="no report was kept as 'x'; none was kept yet"):
        find(world.app, "x")
    kept = keep(world.app, world.report())
    with pytest.raises(UserError, match=f"the newest are {kept.snapshot}; align-sync snapshots"):
        find(world.app, "x")


def test_the_earlier_report_is_the_one_of_the_earlier_instant(world: ToldWorld) -> None:
    """Not the one that was made earlier: of one day there may be a report made today."""
    keep(world.app, world.report())
    world.clock.tick(3 * DAY)
    week = keep(world.app, world.report())
    world.clock.tick(DAY)
    keep(world.app, world.report(as_of_at=NOW + DAY))
    (listed, *_) = list_newest(world.app, 1)
    with world.app.store.read() as connection:
        found = [load_earlier(connection, listed.filters, NOW + n * DAY) for n in (0, 1, 2, 3.5)]
    assert [one and one.as_of_at for one in found] == [None, NOW, NOW + DAY, week.generated_at]
