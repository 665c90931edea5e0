"""What a plan asks of a person, what it says, and one entry followed through versions under all its keys."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.okr.model import Book, Direction, KeyResult, Metric, MetricKind, Names, Objective, Zones
from align_sync.okr.plan import BookPlan, EntryKind, plan_apply
from align_sync.okr.plan_review import PlanReview, removed_key_results, review_plan, with_links
from align_sync.okr.plan_text import (
    changes_as_json,
    count_changes,
    list_agreed,
    list_linked,
    render_changes,
    say_field,
    say_value,
)
from align_sync.okr.plan_trail import Trail, only

METRIC = Metric(baseline=10, baseline_on=date(2026, 10, 1), target=3, low=1, high=2, zones=Zones(fail="bad"))
KR = KeyResult(key="KR-1", title="Fewer wait", metric=METRIC, due=date(2026, 12, 31))


def book(*key_results: KeyResult, period: str = "2026-Q4", key: str = "O-1") -> Book:
    return Book(objectives=(Objective(key=key, title="x", team="a", period=period, key_results=key_results),))


def with_metric(**changes: Any) -> KeyResult:
    return replace(KR, metric=replace(METRIC, **changes))


@pytest.mark.parametrize(
    ("after", "fields"),
    [
        (with_metric(baseline=9), ("metric.baseline",)),
        (with_metric(baseline_on=date(2026, 10, 2)), ("metric.baseline_on",)),
        (with_metric(target=4), ("metric.target",)),
        (with_metric(target=None), ("metric.target",)),
        (with_metric(low=0, high=3), ("metric.low", "metric.high")),
        (with_metric(tolerance=1), ("metric.tolerance",)),
        (with_metric(checkpoints=((5, 0.5),)), ("metric.checkpoints",)),
        (with_metric(zones=Zones(fail="worse")), ("metric.zones.fail",)),
        (with_metric(direction=Direction.DECREASE), ("metric.direction",)),
        (with_metric(kind=MetricKind.MILESTONE), ("metric.kind",)),
        (replace(KR, due=None), ("due",)),
        (replace(KR, due=date(2027, 1, 31)), ("due",)),
        # What was never said is a first word, not another one.
        (with_metric(commit=7, stretch=0, zones=Zones(fail="bad", target="good")), ()),
        # Wording, people, names and sources are no agreement on where to go.
        (replace(KR, title="Fewer customers wait", owner="luca", weight=2), ()),
        (replace(KR, names=Names(labels=("x",)), key="kr-1"), ()),
        (with_metric(source="sql:waits", unit="days", current=5), ()),
    ],
)
def test_a_change_of_what_was_agreed_needs_a_reason(after: KeyResult, fields: tuple[str, ...]) -> None:
    review = review_plan(book(KR), book(after))

    assert [(one.key, one.fields) for one in review.agreed] == ([("KR-1", fields)] if fields else [])
    assert not review.plan.is_empty


def test_the_first_word_on_a_target_needs_no_reason_and_the_second_does() -> None:
    silent, said = replace(KR, metric=Metric()), with_metric()

    assert review_plan(book(silent), book(said)).agreed == ()
    assert review_plan(book(said), book(silent)).agreed[0].fields == (
        "metric.baseline",
        "metric.baseline_on",
        "metric.target",
        "metric.low",
        "metric.high",
        "metric.zones.fail",
    )


def test_another_period_needs_a_reason_however_it_comes() -> None:
    moved = Book(objectives=(*book().objectives, *book(KR, key="O-2", period="2027-Q1").objectives))
    beside = Book(objectives=(*book().objectives, *book(KR, key="O-2").objectives))
    renamed = replace(KR, key="KR-9", formerly=("KR-1",))

    assert [(one.key, one.fields) for one in review_plan(book(KR), book(KR, period="2027-Q1")).agreed] == [
        ("O-1", ("period",))
    ]
    assert [(one.key, one.fields) for one in review_plan(book(KR), moved).agreed] == [("KR-1", ("period",))]
    assert review_plan(book(KR), beside).agreed == ()
    assert review_plan(book(KR), book(renamed)).agreed == ()


def test_what_is_new_or_gone_needs_no_reason() -> None:
    assert review_plan(Book(), book(KR)).agreed == ()
    assert review_plan(book(KR), Book()).agreed == ()


def test_a_plan_that_costs_links_is_another_plan() -> None:
    review = review_plan(book(KR, replace(KR, key="KR-2")), Book())
    linked = with_links(review, {"KR-2": 3, "KR-1": 0, "KR-7": 5})

    assert removed_key_results(review.plan) == ("KR-1", "KR-2")
    assert linked.linked == (("KR-2", 3),)
    assert linked.fingerprint != review.fingerprint
    assert with_links(review, {"KR-2": 4}).fingerprint != linked.fingerprint  # one more item would lose its link
    assert review_plan(book(KR), Book()).fingerprint != review.fingerprint


def test_a_key_result_under_another_key_is_the_same_one() -> None:
    new = replace(KR, key="waits", formerly=("old", "KR-1"))

    plan = plan_apply(book(KR), book(new))
    back = plan_apply(book(new), book(KR))

    assert (plan.created, plan.removed, len(plan.changed)) == ((), (), 1)
    assert (plan.changed[0].key, plan.changed[0].key_before) == ("waits", "KR-1")
    assert [field.name for field in plan.changed[0].fields] == ["key", "formerly"]
    assert (back.created, back.removed, back.changed[0].key_before) == ((), (), "waits")


def test_of_two_that_claim_a_former_key_one_has_it() -> None:
    heirs = (replace(KR, key="A", formerly=("KR-1",)), replace(KR, key="B", formerly=("KR-1",)))

    plan = plan_apply(book(KR), book(*heirs))

    assert ([change.key for change in plan.changed], [entry.key for entry in plan.created]) == (["A"], ["B"])
    back = plan_apply(book(*heirs), book(KR))
    assert ([change.key_before for change in back.changed], [entry.key for entry in back.removed]) == (["A"], ["B"])


def test_a_former_key_that_is_still_in_use_renames_nothing() -> None:
    plan = plan_apply(book(KR), book(KR, replace(KR, key="KR-2", formerly=("KR-1", "gone"))))

    assert ([entry.key for entry in plan.created], plan.changed, plan.unchanged) == (["KR-2"], (), 2)


def test_a_plan_is_written_in_the_names_of_the_files() -> None:
    other = replace(KR, key="KR-2")
    new = replace(
        with_metric(target=2.5, checkpoints=((5, 0.5),)), key="kr1", formerly=("KR-1",), names=Names(urls=("u",))
    )
    review = with_links(review_plan(book(KR, other), book(new, replace(KR, key="KR-3"))), {"KR-2": 1})

    assert render_changes(review.plan, linked=review.linked) == (
        "  + key result KR-3  Fewer wait",
        "  ~ key result kr1  Fewer wait  (was KR-1)",
        "      key: KR-1 -> kr1",
        "      formerly: nothing -> [KR-1]",
        "      metric.target: 3 -> 2.5",
        "      metric.checkpoints: nothing -> [[5, 0.5]]",
        "      match.urls: nothing -> [u]",
        "  - key result KR-2  Fewer wait  (LINKED: 1 item loses it)",
    )
    assert count_changes(review.plan) == "1 created, 1 changed, 1 removed, 1 unchanged"
    assert list_agreed(review) == "kr1 (metric.target, metric.checkpoints)"
    assert list_linked(review) == "KR-2 (1 item)"
    two = PlanReview(plan=review.plan, linked=(("KR-2", 2),))
    assert list_linked(two) == "KR-2 (2 items)"
    assert render_changes(two.plan, linked=two.linked)[-1].endswith("(LINKED: 2 items lose it)")
    assert render_changes(two.plan)[-1] == "  - key result KR-2  Fewer wait"


def test_a_plan_is_told_as_json_with_everything_that_was_written() -> None:
    new = with_metric(target=None)
    told = changes_as_json(plan_apply(book(KR, replace(KR, key="KR-2")), book(new)), linked=(("KR-2", 4),))

    assert told["created"] == []
    assert told["changed"] == [
        {
            "kind": "key result",
            "key": "KR-1",
            "key_before": "KR-1",
            "title": "Fewer wait",
            "fields": [{"name": "metric.target", "before": 3, "after": None}],
        }
    ]
    (removed,) = told["removed"]
    assert (removed["key"], removed["linked_items"], removed["fields"]["metric.baselineOn"]) == (
        "KR-2",
        4,
        "2026-10-01",
    )
    assert "successor" not in removed["fields"]
    assert told["unchanged"] == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("contributes_to", "contributesTo"),
        ("commitment", "type"),
        ("names.epics", "match.epics"),
        ("metric.baseline_on", "metric.baselineOn"),
        ("phases", "pace points"),
        ("due", "due"),
    ],
)
def test_fields_are_called_as_in_the_files(name: str, said: str) -> None:
    assert say_field(name) == said


def test_long_values_are_cut_and_empty_ones_are_said() -> None:
    assert say_value("x" * 121) == "x" * 120 + "…"
    assert say_value("x" * 120) == "x" * 120
    assert [say_value(value) for value in (None, "", ())] == ["nothing"] * 3
    assert [say_value(value) for value in (0, 0.1 + 0.2, (("2026-11-15", 0.3),))] == ["0", "0.3", "[[2026-11-15, 0.3]]"]


def test_one_entry_is_followed_under_all_its_keys() -> None:
    first, second = book(KR), book(replace(KR, key="B", formerly=("KR-1",)))
    third = book(replace(KR, key="C", formerly=("B", "KR-1")), replace(KR, key="other"))

    for key in ("kr-1", "b", "C"):
        trail = Trail.of(key, Book(), first, second, third)
        assert (sorted(trail.keys), trail.is_known) == (["b", "c", "kr-1"], True)
    assert not Trail.of("nobody", first, third).is_known
    assert Trail.of("o-1", first).is_known
    assert Trail.of("B", third).is_known  # a name that it had before the first book that is known
    plan = only(plan_apply(Book(), third), Trail.of("KR-1", second, third))
    assert ([entry.key for entry in plan.created], plan.changed, plan.removed) == (["C"], (), ())
    plan = only(plan_apply(third, first), Trail.of("other", third))
    assert ([entry.key for entry in plan.removed], plan.changed) == (["other"], ())
    plan = only(plan_apply(first, second), Trail.of("B", first, second))
    assert [(change.kind, change.key) for change in plan.changed] == [(EntryKind.KEY_RESULT, "B")]


keys = st.sampled_from(("a", "B", "c", "D"))
made_books = st.lists(
    st.builds(
        KeyResult,
        key=keys,
        title=st.sampled_from(("x", "y")),
        formerly=st.lists(keys, max_size=2).map(tuple),
        metric=st.builds(Metric, target=st.none() | st.integers(0, 3)),
    ),
    max_size=4,
    unique_by=lambda kr: kr.key,
).map(lambda made: book(*made))


@given(made_books, made_books)
def test_every_entry_of_both_books_is_in_the_plan_once(old: Book, new: Book) -> None:
    plan = plan_apply(old, new)

    assert plan_apply(new, new).is_empty
    renamed = [change.key_before for change in plan.changed]
    removed = [entry.key for entry in plan.removed]
    assert len(renamed) + len(removed) + plan.unchanged == 1 + len(old.key_results)
    assert len(plan.created) + len(plan.changed) + plan.unchanged == 1 + len(new.key_results)
    assert len(set(renamed)) == len(renamed)
    assert (plan == BookPlan(unchanged=plan.unchanged)) is (old.objectives == new.objectives or plan.is_empty)
