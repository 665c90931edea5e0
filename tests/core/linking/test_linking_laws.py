"""What holds in every world, with decisions of people and rules of the settings in it."""

from dataclasses import replace
from math import isclose
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from align_sync.linking.ancestry import find_ancestry
from align_sync.linking.decisions import NO_DECISIONS, ManualLink
from align_sync.linking.evidence import Bucket, Match, RejectReason, RuleKind
from align_sync.linking.index import build_index, fold
from align_sync.linking.matcher import match_item, with_source_unread
from align_sync.linking.policy import ExemptionRule, Policy
from align_sync.linking.ruleset import build_ruleset
from align_sync.okr.model import Book
from align_sync.work import ItemRef, Parent, ParentKind, WorkItem
from tests.core.linking.worlds import EXEMPTION, NAMES, TODAY, World, exemptions, make_books, policies, worlds
from tests.make import NOW, make_book, make_item, make_kr

AGREED = ManualLink(key_result="ret90", author="Ana", reason="agreed", since_at=NOW)
few = settings(deadline=None, max_examples=35)
many = settings(deadline=None, max_examples=70)


def list_accused(matches: dict[str, Match]) -> set[str]:
    return {key for key, match in matches.items() if match.bucket.is_actionable}


@many
@given(worlds())
def test_each_item_is_in_one_bucket_and_everything_said_of_it_agrees(world: World) -> None:
    for match in world.match_all().values():
        assert match.because
        assert match.bucket is not Bucket.GRACE, "grace is judged when a report is built"
        assert bool(match.links) == bool(match.evidence) == match.bucket.is_linked
        assert (match.exempted is not None) == (match.bucket is Bucket.EXEMPT)
        assert {one.distance for one in match.evidence} <= {match.evidence[0].distance} if match.evidence else True
        assert (match.bucket is Bucket.INHERITED) == any(one.distance for one in match.evidence)
        assert (match.bucket is Bucket.RULE) == any(one.rule is RuleKind.MAPPING for one in match.evidence)
        refused = [one for one in match.rejected if one.reason.is_refusal]
        assert bool(refused) or match.bucket is not Bucket.INVALID
        assert not match.rejected or match.bucket is not Bucket.UNLINKED
        assert all(one.reason.is_dead for one in refused if one.reason is not RejectReason.UNKNOWN_KEY)


@many
@given(worlds())
def test_the_shares_of_every_linked_item_sum_to_one(world: World) -> None:
    for match in world.match_all().values():
        if match.links:
            assert isclose(sum(link.share for link in match.links), 1, abs_tol=1e-9)
            assert min(link.share for link in match.links) >= 0
            assert sorted({one.key_result for one in match.evidence}) == [link.key_result for link in match.links]


@many
@given(worlds(), st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
def test_whatever_cannot_be_read_any_more_accuses_nobody_anew(world: World, dropped: list[str]) -> None:
    before = world.match_all()
    less = world.without(dropped)
    judge = less.judge
    after = {key: less.match(key, judge) for key in less.items}

    assert list_accused(after) <= list_accused(before)


@few
@given(worlds())
def test_a_source_that_was_not_read_to_its_end_accuses_nobody_at_all(world: World) -> None:
    for match in world.match_all().values():
        unread = with_source_unread(match, "jira was not read to the end")

        assert not unread.bucket.is_actionable
        assert unread == match or match.bucket.is_actionable


def shuffle_item(item: WorkItem, random: Random) -> WorkItem:
    """Other labels and parents first, but each kind of parents where it was."""
    by_kind = {kind: [one for one in item.parents if one.kind is kind] for kind in ParentKind}
    for group in by_kind.values():
        random.shuffle(group)
    parents: tuple[Parent, ...] = tuple(by_kind[one.kind].pop() for one in item.parents)
    return replace(item, labels=tuple(random.sample(item.labels, len(item.labels))), parents=parents)


@many
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_labels_and_parents_changes_neither_bucket_nor_links(world: World, random: Random) -> None:
    shuffled = replace(world, items={key: shuffle_item(item, random) for key, item in world.items.items()})

    before, after = world.match_all(), shuffled.match_all()

    assert {key: (m.bucket, m.links) for key, m in before.items()} == {
        key: (m.bucket, m.links) for key, m in after.items()
    }


@few
@given(worlds())
def test_the_order_of_the_book_changes_neither_bucket_nor_links(world: World) -> None:
    for book in make_books():
        turned = Book(
            objectives=tuple(
                replace(objective, key_results=objective.key_results[::-1]) for objective in book.objectives[::-1]
            )
        )
        before = replace(world, index=build_index(book, today=TODAY)).match_all()
        after = replace(world, index=build_index(turned, today=TODAY)).match_all()
        assert [(m.bucket, m.links) for m in before.values()] == [(m.bucket, m.links) for m in after.values()]


@few
@given(worlds(), st.sampled_from(NAMES))
def test_a_manual_link_that_is_taken_away_leaves_no_trace(world: World, key: str) -> None:
    decisions = dict(world.decisions)
    judge = replace(world, decisions=decisions).judge
    before = {name: world.match(name, judge) for name in world.items}
    known = decisions.get(key, NO_DECISIONS)

    decisions[key] = replace(known, links=(*known.links, AGREED))
    linked = {name: world.match(name, judge) for name in world.items}
    decisions[key] = known

    assert {name: world.match(name, judge) for name in world.items} == before
    if key in world.items:
        assert linked[key].bucket is Bucket.DIRECT
        assert "ret90" in {link.key_result for link in linked[key].links}


@few
@given(worlds(), st.sampled_from(NAMES))
def test_an_exemption_by_hand_makes_nothing_actionable(world: World, key: str) -> None:
    known = world.decisions.get(key, NO_DECISIONS)
    after = world.decide(key, replace(known, exemption=EXEMPTION)).match_all()

    assert list_accused(after) <= list_accused(world.match_all())
    if key in after:
        assert after[key].bucket is Bucket.EXEMPT or after[key].evidence[0].rule is RuleKind.MANUAL


@few
@given(worlds(), exemptions)
def test_an_exemption_rule_makes_nothing_actionable_and_takes_no_link_away(world: World, rule: ExemptionRule) -> None:
    policy = replace(world.policy, exemptions=(*world.policy.exemptions, rule))
    before, after = world.match_all(), replace(world, policy=policy).match_all()

    assert list_accused(after) <= list_accused(before)
    assert all(after[key] == match for key, match in before.items() if match.bucket.is_linked)


@many
@given(worlds(), st.sampled_from(NAMES), st.booleans())
def test_more_evidence_never_takes_the_link_of_anything_away(world: World, key: str, by_hand: bool) -> None:
    if by_hand:
        known = world.decisions.get(key, NO_DECISIONS)
        more = world.decide(key, replace(known, links=(*known.links, AGREED)))
    elif key in world.items:
        more = world.change(key, lambda item: replace(item, labels=(*item.labels, "okr/nps")))
    else:
        more = world
    before, after = world.match_all(), more.match_all()

    assert all(after[name].bucket.is_linked for name, match in before.items() if match.bucket.is_linked)


@many
@given(worlds(), st.sampled_from(("okr/ret9", "kr-nsp", "okr/old", "okr/nobody=0.5")))
def test_a_name_that_does_not_count_is_never_dropped(world: World, label: str) -> None:
    for key in world.items:
        named = world.change(key, lambda item: replace(item, labels=(*item.labels, label)))
        match = named.match(key)
        assert 0 in [one.distance for one in match.rejected if one.found == label]
        assert match.bucket is not Bucket.UNLINKED


@few
@given(worlds())
def test_a_refused_name_in_any_field_is_told(world: World) -> None:
    """Found anew with the rules of reading alone: what the reader refuses is in the verdict, or the item is linked."""
    judge = world.judge
    for key, item in world.items.items():
        match = world.match(key, judge)
        refused = judge.reader.read(item, judge.decisions(item.ref)).refused
        told = {(one.rule, one.found, one.key) for one in match.rejected if not one.distance}
        assert {(one.rule, one.found, one.key) for one in refused} <= told


keys = st.from_regex(r"[a-z][a-z0-9.\-]{0,5}", fullmatch=True)


@many
@given(st.lists(keys, min_size=1, max_size=6, unique=True), keys, st.sampled_from(("okr/{}", "OKR:{}", "okr/{}=0.5")))
def test_keys_are_compared_as_whole_words(known: list[str], named: str, form: str) -> None:
    """`ret9` is never `ret90`, whichever of the two the book has; only the prefix `kr-` may be left out or added."""
    index = build_index(make_book(*(make_kr(key) for key in known)))
    item = make_item(labels=(form.format(named),))

    match = match_item(item, find_ancestry(item, lambda _: None, depth=0), index, build_ruleset())

    bare = named.removeprefix("kr-")
    meant = next((key for key in (named, bare, f"kr-{named}") if key and key in known), None)
    if meant is None:
        assert match.bucket is Bucket.INVALID
        assert [one.key for one in match.rejected] == [named]
        assert match.rejected[0].suggestion in {None, *known}
    else:
        assert [link.key_result for link in match.links] == [meant]


@few
@given(worlds(), policies)
def test_rules_that_have_ended_count_as_if_they_were_not_there(world: World, policy: Policy) -> None:
    live = Policy(
        mappings=tuple(rule for rule in policy.mappings if rule.expires_on >= TODAY),
        exemptions=tuple(one for one in policy.exemptions if one.expires_on is None or one.expires_on >= TODAY),
    )

    assert policy.on(TODAY) == live
    assert policy.on(TODAY).fingerprint == live.fingerprint
    assert replace(world, policy=policy.on(TODAY)).match_all() == replace(world, policy=live).match_all()
    assert policy.on(TODAY).on(TODAY) == live


@few
@given(st.text(max_size=12))
def test_two_ways_to_write_a_key_are_one(text: str) -> None:
    assert fold(f" {fold(text)} ") == fold(fold(text))
    assert fold("Zufriedenheit-Gro\u0308\u00dfe") == fold("ZUFRIEDENHEIT-GR\u00d6SSE")


def test_all_parents_of_one_distance_make_the_way_no_longer() -> None:
    """The project of an item with four parents is as near as that of an item with one."""
    item = make_item("PAY-1", container="LIN-P")
    beside = [make_item(f"PAY-{number}") for number in (2, 3, 4, 5)]
    item = replace(item, parents=(*(Parent(one.ref) for one in beside), *item.parents))
    project = make_item("LIN-P", labels=("okr/ret90",))
    known = {one.key: one for one in (*beside, project)}

    ancestry = find_ancestry(item, lambda ref: known.get(ref.key), depth=2)

    assert [(distance, above.key) for distance, above in ancestry.steps][-1] == (2, "LIN-P")
    assert not ancestry.has_more


def test_every_missing_parent_is_named_though_all_go_by_their_keys_alone() -> None:
    item = replace(
        make_item("PAY-1"),
        parents=tuple(Parent(ItemRef(source="jira", external_id="", key=key)) for key in ("OPS-1", "OPS-2", "OPS-1")),
    )

    ancestry = find_ancestry(item, lambda _: None, depth=10)

    assert [ref.key for ref in ancestry.unseen] == ["OPS-1", "OPS-2"]
