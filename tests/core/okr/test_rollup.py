"""Roll-up: the table of tests/cases/rollup, cascades of any shape and depth, and what holds for all of them."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.okr.model import Book, Driver, KeyResult, KeyResultState, Objective, TeamShare
from align_sync.okr.rollup import Part, roll_up, roll_up_objectives, roll_up_team
from align_sync.okr.standing import (
    Health,
    HealthPolicy,
    KeyResultStanding,
    ObjectiveStanding,
    Standings,
    Verdict,
)
from align_sync.okr.tree import TreeNode, build_tree
from tests.core.okr.okr_rows import read_rows

POLICY = HealthPolicy.DAYS_BEHIND


@pytest.mark.parametrize("row", read_rows("rollup"))
def test_the_roll_up_is_what_was_worked_out_by_hand(row: dict[str, Any]) -> None:
    known = {"reason", "parts", "progress", "known", "counted", "weakest", "because"}
    assert known >= set(row) >= known - {"progress", "weakest"}
    parts = [
        Part(key=str(number), weight=weight, progress=progress, health=Health(health) if health else None)
        for number, (weight, progress, health) in enumerate(row["parts"], 1)
    ]

    rolled = roll_up(parts)

    assert rolled.progress == (pytest.approx(row["progress"]) if "progress" in row else None)
    assert (rolled.known, rolled.counted) == (row["known"], row["counted"])
    assert (rolled.weakest and rolled.weakest.key) == (str(row["weakest"]) if "weakest" in row else None)


def test_the_mean_of_equals_is_no_more_than_they_are() -> None:
    parts = [Part(key="a", weight=weight, progress=0.1, health=None) for weight in (0.2, 0.5)]

    assert roll_up(parts).progress == 0.1  # and not 0.10000000000000002, as their quotient is


def test_elsewhere_nothing_known_is_nothing_done() -> None:
    def theirs(parts: list[tuple[float, float | None]]) -> float:
        weights = sum(weight for weight, _ in parts)
        return sum(weight * (progress or 0.0) for weight, progress in parts) / weights if weights else 0.0

    assert (theirs([(0, 0.4)]), theirs([(1, None)])) == (0, 0)
    for weight, progress in ((0.0, 0.4), (1.0, None)):
        assert roll_up([Part(key="a", weight=weight, progress=progress, health=None)]).progress is None


ON, RISK, OFF = Health.ON_TRACK, Health.AT_RISK, Health.OFF_TRACK


def stand(key: str, progress: float | None, health: Health = ON) -> KeyResultStanding:
    verdict = Verdict(health=health, policy=POLICY, because=f"it is {health}")
    return KeyResultStanding(key=key, objective="", progress=progress, expected=None, days_behind=None, verdict=verdict)


def make_objective(key: str, *parents: str, results: str = "", driver: Driver = Driver.KEY_RESULTS) -> Objective:
    return Objective(
        key=key,
        title="t",
        team="product",
        period="2026-Q4",
        driver=driver,
        contributes_to=parents,
        key_results=tuple(KeyResult(key=one, title="t") for one in results.split()),
    )


def build(*objectives: Objective, **progress: float | tuple[float | None, Health]) -> dict[str, ObjectiveStanding]:
    told = {key: one if isinstance(one, tuple) else (one, ON) for key, one in progress.items()}
    standings = {key: stand(key, *one) for key, one in told.items()}
    return roll_up_objectives(Book(objectives=objectives), standings, POLICY)


@pytest.mark.parametrize(
    ("driver", "progress", "counted", "weakest"),
    [(Driver.KEY_RESULTS, 0.2, 1, "top1"), (Driver.ALIGNED, 0.7, 2, "B"), (Driver.BOTH, 1.6 / 3, 3, "B")],
)
def test_an_objective_is_driven_by_key_results_by_aligned_objectives_or_both(
    driver: Driver, progress: float, counted: int, weakest: str
) -> None:
    standings = build(
        make_objective("A", "TOP", results="a1"),
        make_objective("TOP", results="top1", driver=driver),
        make_objective("B", "top1", results="b1"),  # hangs on a key result of the same objective
        top1=0.2, a1=0.8, b1=(0.6, OFF),
    )  # fmt: skip

    top = standings["TOP"]
    assert list(standings) == ["A", "TOP", "B"]
    assert top.progress == pytest.approx(progress)
    assert (top.known, top.counted, top.weakest) == (counted, counted, weakest)
    health = ON if driver is Driver.KEY_RESULTS else OFF
    assert top.verdict.health is health
    assert top.verdict.because == ("b1: it is off track" if health is OFF else "top1: it is on track")


def test_an_objective_counts_for_its_first_parent_in_the_book_alone_and_keys_differ_in_case() -> None:
    standings = build(
        make_objective("ONE", driver=Driver.ALIGNED),
        make_objective("TWO", driver=Driver.ALIGNED),
        make_objective("A", "GONE", "two", "ONE", results="a"),
        a=0.4,
    )

    assert standings["ONE"].progress is None
    assert standings["TWO"].progress == 0.4


def test_the_weight_of_an_objective_counts_above_it() -> None:
    standings = build(
        make_objective("TOP", driver=Driver.ALIGNED),
        replace(make_objective("A", "TOP", results="a"), weight=3),
        replace(make_objective("B", "TOP", results="b"), weight=0),
        make_objective("C", "TOP", results="c"),
        a=0.2, b=(1.0, OFF), c=1.0,
    )  # fmt: skip

    assert standings["TOP"].progress == pytest.approx(0.4)
    assert (standings["TOP"].counted, standings["TOP"].verdict.health) == (2, ON)


def test_archived_key_results_do_not_count_and_closed_ones_do_without_a_health() -> None:
    objective = make_objective("A", results="open closed archived")
    states = (KeyResultState.ACTIVE, KeyResultState.CLOSED, KeyResultState.ARCHIVED)
    results = tuple(replace(kr, state=state) for kr, state in zip(objective.key_results, states, strict=True))
    values = {"open": (0.5, RISK), "closed": (1.0, Health.UNKNOWN), "archived": (0.0, OFF)}

    standing = build(replace(objective, key_results=results), **values)["A"]

    assert (standing.progress, standing.known, standing.counted) == (0.75, 2, 2)
    assert (standing.verdict.health, standing.weakest) == (RISK, "open")


def test_an_objective_that_is_over_colours_nothing_and_an_empty_one_is_unknown() -> None:
    closed = tuple(
        replace(kr, state=KeyResultState.CLOSED) for kr in make_objective("OVER", results="closed").key_results
    )
    over = replace(make_objective("OVER", "TOP"), key_results=closed)
    top = make_objective("TOP", results="top", driver=Driver.BOTH)
    values: dict[str, float | tuple[float | None, Health]] = {"top": 0.5, "closed": (1.0, Health.UNKNOWN)}

    with_over = build(top, over, **values)
    with_empty = build(top, over, make_objective("EMPTY", "TOP"), **values)

    assert (with_over["TOP"].progress, with_over["TOP"].verdict.health) == (0.75, ON)
    assert with_over["OVER"].verdict == Verdict(
        health=Health.UNKNOWN, policy=POLICY, because="all that counts in it is closed"
    )
    assert (with_empty["TOP"].progress, with_empty["TOP"].weakest) == (0.75, "EMPTY")
    assert with_empty["TOP"].verdict.because == "EMPTY: it has no parts that count"
    assert with_empty["TOP"].verdict.health is Health.UNKNOWN


def test_all_parts_of_weight_0_are_unknown_and_say_so() -> None:
    objective = make_objective("A", results="a")
    weightless = replace(objective, key_results=(replace(objective.key_results[0], weight=0),))

    standing = build(weightless, a=0.5)["A"]

    assert (standing.progress, standing.counted) == (None, 0)
    assert standing.verdict.because == "all its parts have the weight 0"


def test_a_loop_is_cut_at_its_first_objective_in_the_book() -> None:
    standings = build(
        make_objective("OUTSIDE", "B", results="o", driver=Driver.BOTH),
        make_objective("A", "C", results="a", driver=Driver.BOTH),
        make_objective("B", "A", results="b", driver=Driver.BOTH),
        make_objective("C", "b", results="c", driver=Driver.BOTH),
        make_objective("SELF", "s", results="s", driver=Driver.BOTH),
        o=0.0, a=0.4, b=0.8, c=1.0, s=0.3,
    )  # fmt: skip

    assert standings["C"].progress == 1  # nothing below it: A was cut off
    assert standings["B"].progress == pytest.approx((0.8 + 1 + 0) / 3)
    assert standings["A"].progress == pytest.approx((0.4 + 0.6) / 2)
    assert standings["SELF"].progress == 0.3


def test_no_cascade_is_too_deep() -> None:
    depth = 4_000
    chain = [make_objective(f"O{n}", f"O{n - 1}", driver=Driver.ALIGNED) for n in range(depth)]
    chain.append(make_objective("LEAF", f"O{depth - 1}", results="leaf"))

    standings = build(*chain, leaf=(0.3, RISK))

    assert (standings["O0"].progress, standings["O0"].verdict.because) == (0.3, "leaf: it is at risk")


def test_a_team_counts_its_own_objectives_and_the_shared_ones_by_its_own_weights() -> None:
    own = replace(make_objective("OWN", results="own"), weight=3, shares=(TeamShare("Search", 5),))
    shared = replace(make_objective("SHARED", results="shared"), team="platform", shares=(TeamShare("PRODUCT", 1),))
    other = replace(make_objective("OTHER", results="other"), team="search")
    book = Book(objectives=(own, shared, other))
    results = {"own": stand("own", 0.2), "shared": stand("shared", 1.0, RISK), "other": stand("other", 0.6)}
    standings = Standings(
        on=date(2026, 11, 23), key_results=results, objectives=roll_up_objectives(book, results, POLICY)
    )

    product, search = (roll_up_team(book, standings, team, POLICY) for team in ("Product", "search"))

    assert product.progress == pytest.approx((3 * 0.2 + 1) / 4)
    assert (product.counted, product.weakest, product.verdict.because) == (2, "SHARED", "shared: it is at risk")
    assert search.progress == pytest.approx((5 * 0.2 + 0.6) / 6)
    nobody = roll_up_team(book, standings, "nobody", POLICY)
    assert (nobody.progress, nobody.weakest, nobody.verdict.health) == (None, "", Health.UNKNOWN)


shares = st.none() | st.floats(-2, 3, allow_nan=False)
parts = st.builds(
    Part,
    key=st.text("ab", min_size=1, max_size=2),
    weight=st.floats(0, 1e308) | st.sampled_from((0.0, 1.0, 2.0)),
    progress=shares,
    health=st.none() | st.sampled_from(Health),
)


@given(st.lists(parts, max_size=8))
def test_the_mean_lies_between_the_least_and_the_greatest(told: list[Part]) -> None:
    rolled = roll_up(told)
    known = [min(max(part.progress, 0), 1) for part in told if part.progress is not None and part.weight > 0]

    assert (rolled.progress is None) == (not known)
    assert rolled.progress is None or min(known) <= rolled.progress <= max(known)


@given(st.lists(parts, max_size=8), st.data())
def test_the_order_of_the_parts_does_not_matter(told: list[Part], choose: st.DataObject) -> None:
    one, other = roll_up(told), roll_up(choose.draw(st.permutations(told)))

    assert (one.progress, one.known, one.counted) == (other.progress, other.known, other.counted)
    assert (one.weakest and one.weakest.health) == (other.weakest and other.weakest.health)


def find_children(nodes: tuple[TreeNode, ...]) -> dict[str, set[str]]:
    """The objectives below each objective of a tree; key results are in small letters."""
    found: dict[str, set[str]] = {}
    waiting = list(nodes)
    for node in waiting:
        results = [child for child in node.children if child.key.islower()]
        below = [child for child in node.children if not child.key.islower()]
        below += [child for result in results for child in result.children]
        found[node.key] = {child.key for child in below}
        waiting += below
    return found


@given(st.lists(st.lists(st.integers(0, 7), max_size=2), min_size=1, max_size=7))
def test_the_cascade_is_that_of_the_tree(parents: list[list[int]]) -> None:
    objectives = [
        make_objective(f"O{n}", *(f"{'ok'[p % 2]}{p}" for p in above), results=f"k{n}", driver=Driver.ALIGNED)
        for n, above in enumerate(parents)
    ]
    book = Book(objectives=tuple(objectives))
    standings = {f"k{n}": stand(f"k{n}", 0.5) for n in range(len(parents))}

    rolled = roll_up_objectives(book, standings, POLICY)

    below = find_children(build_tree(book))
    assert {key: one.counted for key, one in rolled.items()} == {key: len(found) for key, found in below.items()}
