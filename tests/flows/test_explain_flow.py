"""Explain says of each item what the report says of it, and what that rests on."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from align_sync.errors import UserError
from align_sync.flows.decide import Said, add_exemption, add_link, dispute, remove_link
from align_sync.flows.explain import explain
from align_sync.linking.evidence import Bucket
from align_sync.reports.explain import RuleVerdict
from align_sync.work import ItemKind, SprintState
from tests.make import NOW, make_book, make_sprint
from tests.store.told_world import DAY, ToldWorld, made, told_world

SETTINGS = {
    "map": [
        {"name": "risk", "kr": "act5", "teams": ["Risk"], "owner": "Ana", "expires_on": "2026-12-24"},
        {"name": "old", "kr": "act5", "kinds": ["story"], "owner": "Ana", "expires_on": "2026-11-22"},
    ],
    "exempt": [{"name": "bugs", "category": "bug", "kinds": ["bug"], "reason": "they must be mended"}],
    "policy": {"grace_days": 2},
}


@pytest.fixture
def world(database_url: str) -> Iterator[ToldWorld]:
    with told_world(database_url, **SETTINGS) as world:
        older = replace(make_sprint("41"), starts_at=NOW - 30 * DAY, state=SprintState.CLOSED)
        risk = replace(make_sprint("43", team="Risk"), starts_at=NOW - 9 * DAY)
        world.tell(
            made("EP-1", "okr/ret90", sprint=None, kind=ItemKind.EPIC),
            made("PAY-1", "okr/ret90"),
            made("PAY-2", parent="EP-1"),
            made("PAY-3"),
            made("PAY-4", "okr/act6"),
            made("PAY-5", kind=ItemKind.BUG),
            made("PAY-6", parent="EP-404"),
            made("PAY-7", sprint="43"),
            replace(made("PAY-8"), sprint_ids=("41", "42", "43")),
            made("PAY-9", "okr/ret90", "okr/act5=0.3"),
            made("PAY-10"),
            made("PAY-11", parent="EP-1"),
            sprints=[make_sprint("42"), older, risk],
        )
        world.apply(make_book("ret90", "act5"))
        world.link()
        world.clock.tick()
        add_link(world.app, "PAY-3", "ret90", Said(author="Ana", reason="it is"))
        add_exemption(world.app, "PAY-2", "ktlo", Said(author="Luca", reason="it must be"))
        dispute(world.app, "PAY-1", Said(author="Luca", reason="it is not"))
        world.link()
        yield world


@pytest.mark.parametrize("days", [0, 1, 4])
def test_it_says_the_same_as_the_report_of_every_item(world: ToldWorld, days: int) -> None:
    world.clock.tick(days * DAY)
    items = world.report().items
    assert len(items) == 11
    assert len({item.bucket for item in items}) > 6
    for item in items:
        explained = explain(world.app, item.key).item
        assert explained == replace(item, imputed_points=explained.imputed_points, days=explained.days)


def test_it_lists_what_was_ever_found(world: ToldWorld) -> None:
    ledger = explain(world.app, "PAY-2").ledger
    assert [(line.key_result, line.is_gone, line.first_seen_at, line.last_seen_at) for line in ledger] == [
        ("ret90", True, NOW, world.clock.at)
    ]
    assert ledger[0].says.startswith("inherited from EP-1")


def test_it_lists_what_people_ever_decided(world: ToldWorld) -> None:
    remove_link(world.app, "PAY-3", "ret90", Said(author="Eva", reason="it was not"))
    (line,) = explain(world.app, "PAY-3").decisions
    assert line.says == "linked to ret90 by Ana: it is; ended by Eva: it was not"
    assert (line.holds, line.ended_at) == (False, world.clock.at)
    (other,) = explain(world.app, "PAY-2").decisions
    assert (other.says, other.holds) == ("exempted as ktlo by Luca: it must be", True)


@pytest.mark.parametrize(
    ("name", "verdicts"),
    [
        ("PAY-5", {"risk": RuleVerdict.NOTHING, "bugs": RuleVerdict.COUNTS}),
        ("PAY-7", {"risk": RuleVerdict.COUNTS, "bugs": RuleVerdict.NOTHING}),
        ("PAY-8", {"risk": RuleVerdict.COUNTS, "bugs": RuleVerdict.NOTHING}),
        ("PAY-1", {"risk": RuleVerdict.NOTHING, "bugs": RuleVerdict.NOTHING}),
    ],
)
def test_it_holds_the_item_against_each_rule_in_force(
    world: ToldWorld, name: str, verdicts: dict[str, RuleVerdict]
) -> None:
    assert {line.name: line.verdict for line in explain(world.app, name).policy} == verdicts


def test_it_names_the_run_that_decided_last(world: ToldWorld) -> None:
    basis = explain(world.app, "PAY-1").basis
    assert basis.run_at == NOW
    assert explain(world.app, "PAY-3").basis.run_at == world.clock.at
    world.tell(made("PAY-1", "okr/ret90", title="other"))
    again = explain(world.app, "PAY-1").basis
    assert again.content_hash != basis.content_hash
    assert replace(again, content_hash=basis.content_hash) == basis


def test_one_that_waits_to_be_linked_is_judged_as_it_is_now(world: ToldWorld) -> None:
    world.tell(made("PAY-1"))
    assert explain(world.app, "PAY-1").item.bucket is Bucket.GRACE
    world.clock.tick(3 * DAY)
    assert explain(world.app, "PAY-1").item.bucket is Bucket.UNLINKED


def test_nobody_knows_it_or_too_many(world: ToldWorld) -> None:
    with pytest.raises(UserError, match="no item is called 'PAY-404'"):
        explain(world.app, "PAY-404")
