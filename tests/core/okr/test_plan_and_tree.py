from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from align_sync.okr.model import Book, Commitment, KeyResult, KeyResultState, Metric, Names, Objective
from align_sync.okr.plan import BookPlan, EntryKind, FieldChange, plan_apply
from align_sync.okr.tree import TreeNode, build_tree, say_node, walk_tree


def render_tree(nodes: Iterable[TreeNode]) -> str:
    return "\n\n".join("\n".join(strokes + say_node(node) for strokes, node in walk_tree(root)) for root in nodes)


def objective(key: str, *key_results: KeyResult | str, to: tuple[str, ...] = (), title: str = "") -> Objective:
    made = tuple(kr if isinstance(kr, KeyResult) else KeyResult(key=kr, title=f"Title of {kr}") for kr in key_results)
    return Objective(
        key=key,
        title=title or f"Title of {key}",
        team="payments",
        period="2026-Q4",
        contributes_to=to,
        key_results=made,
    )


def book(*objectives: Objective) -> Book:
    return Book(objectives=objectives)


KR = KeyResult(key="KR-1", title="Refund error rate falls", metric=Metric(baseline=2.4, target=0.5))


def test_the_same_book_needs_no_change() -> None:
    plan = plan_apply(book(objective("O-1", KR)), book(objective("O-1", KR)))

    assert plan == BookPlan(unchanged=2)
    assert plan.is_empty


def test_what_is_new_and_what_is_gone_is_listed_in_order() -> None:
    old = book(objective("O-1", KR, "KR-9"))
    new = book(objective("O-3"), objective("O-2"), objective("O-1", "KR-b", "KR-A", KR))

    plan = plan_apply(old, new)

    assert [(entry.kind, entry.key) for entry in plan.created] == [
        (EntryKind.OBJECTIVE, "O-2"),
        (EntryKind.OBJECTIVE, "O-3"),
        (EntryKind.KEY_RESULT, "KR-A"),
        (EntryKind.KEY_RESULT, "KR-b"),
    ]
    assert [(entry.key, entry.title) for entry in plan.removed] == [("KR-9", "Title of KR-9")]
    assert (plan.changed, plan.unchanged, plan.is_empty) == ((), 2, False)


def test_a_change_names_its_fields_with_before_and_after() -> None:
    changed = replace(
        KR,
        title="Refund error rate falls further",
        metric=replace(KR.metric, target=0.25),
        names=Names(labels=("okr-refunds",)),
        commitment=Commitment.ASPIRATIONAL,
        state=KeyResultState.CLOSED,
        successor="KR-2",
    )
    plan = plan_apply(book(objective("O-1", KR)), book(replace(objective("O-1", changed), contributes_to=("CO-1",))))

    assert [(change.kind.value, change.key, change.title) for change in plan.changed] == [
        ("objective", "O-1", "Title of O-1"),
        ("key result", "KR-1", "Refund error rate falls further"),
    ]
    assert plan.changed[0].fields == (FieldChange(name="contributes_to", before=(), after=("CO-1",)),)
    assert plan.changed[1].fields == (
        FieldChange(name="title", before="Refund error rate falls", after="Refund error rate falls further"),
        FieldChange(name="commitment", before="committed", after="aspirational"),
        FieldChange(name="state", before="active", after="closed"),
        FieldChange(name="successor", before=None, after="KR-2"),
        FieldChange(name="metric.target", before=0.5, after=0.25),
        FieldChange(name="names.labels", before=(), after=("okr-refunds",)),
    )


def test_the_day_of_an_end_and_a_value_that_was_read_are_changes() -> None:
    read = replace(KR.metric, current=1.5, current_on=date(2026, 11, 2))
    ended = replace(KR, metric=read, state=KeyResultState.ARCHIVED, closed_on=date(2026, 11, 3))

    plan = plan_apply(book(objective("O-1", KR)), book(objective("O-1", ended)))

    assert plan.changed[0].fields == (
        FieldChange(name="state", before="active", after="archived"),
        FieldChange(name="closed_on", before=None, after="2026-11-03"),
        FieldChange(name="metric.current", before=None, after=1.5),
        FieldChange(name="metric.current_on", before=None, after="2026-11-02"),
    )
    corrected = replace(ended, closed_on=date(2026, 11, 4))
    assert plan_apply(book(objective("O-1", KR)), book(objective("O-1", corrected))).fingerprint != plan.fingerprint


def test_a_key_result_that_moves_or_changes_its_case_is_changed() -> None:
    moved = plan_apply(book(objective("O-1", KR), objective("O-2")), book(objective("O-1"), objective("O-2", KR)))
    recased = plan_apply(book(objective("O-1")), book(objective("o-1", title="Title of O-1")))

    assert moved.changed[0].fields == (FieldChange(name="objective", before="O-1", after="O-2"),)
    assert recased.changed[0].fields == (FieldChange(name="key", before="O-1", after="o-1"),)


def test_the_fingerprint_names_the_changes_and_not_the_order_of_the_files() -> None:
    one, other = objective("O-1", KR), objective("O-2", "KR-2")
    plan = plan_apply(Book(), book(one, other))

    assert plan_apply(Book(), book(other, one)) == plan
    assert plan_apply(Book(), book(other, one)).fingerprint == plan.fingerprint
    reworded = objective("O-1", replace(KR, owner="luca"))
    assert plan_apply(Book(), book(reworded, other)).fingerprint != plan.fingerprint
    assert plan_apply(book(one, other), Book()).fingerprint != plan.fingerprint


def test_a_cascade_is_drawn_like_a_tree() -> None:
    company = objective("CO-1", "CO-1.1", "CO-1.2", title="Customers trust us")
    team = objective(
        "O-2",
        KeyResult(key="KR-2.3", title="Refund error rate falls from 2.4 % to 0.5 %", owner="luca@acme.example"),
        KeyResult(
            key="KR-2.2",
            title="Old",
            state=KeyResultState.CLOSED,
            successor="KR-2.3",
            commitment=Commitment.LEARNING,
        ),
        KeyResult(key="KR-2.4", title="Renamed", successor="KR-2.3"),
        to=("co-1.1",),
    )
    below = objective("O-4", to=("O-2", "CO-1", "XX-9"))
    orphan = objective("O-3", "KR-3", to=("YY-1",))

    tree = build_tree(book(below, company, team, orphan))

    assert render_tree(tree) == (
        "CO-1  Customers trust us  (payments, 2026-Q4)\n"
        "├── CO-1.1  Title of CO-1.1  (committed)\n"
        "│   └── O-2  Title of O-2  (payments, 2026-Q4)\n"
        "│       ├── KR-2.3  Refund error rate falls from 2.4 % to 0.5 %  (luca, committed)\n"
        "│       ├── KR-2.2  Old  (learning, closed, continued by KR-2.3)\n"
        "│       ├── KR-2.4  Renamed  (committed, continued by KR-2.3)\n"
        "│       └── O-4  Title of O-4  (payments, 2026-Q4)  "
        "[contributes to CO-1 too; contributes to XX-9, which is not in the book]\n"
        "└── CO-1.2  Title of CO-1.2  (committed)\n"
        "\n"
        "O-3  Title of O-3  (payments, 2026-Q4)  [contributes to YY-1, which is not in the book]\n"
        "└── KR-3  Title of KR-3  (committed)"
    )


def test_an_empty_book_is_an_empty_tree() -> None:
    assert render_tree(build_tree(Book())) == ""


def test_a_loop_is_cut_where_it_begins_and_told() -> None:
    tree = build_tree(book(objective("A", "KR-A", to=("B",)), objective("B", to=("KR-A",)), objective("C", to=("C",))))

    assert [(root.key, root.notes) for root in tree] == [
        ("A", ("contributes to itself: A -> B -> A",)),
        ("C", ("contributes to itself: C -> C",)),
    ]
    assert render_tree(tree[:1]).splitlines()[1:] == [
        "└── KR-A  Title of KR-A  (committed)",
        "    └── B  Title of B  (payments, 2026-Q4)",
    ]


def test_below_a_loop_nobody_is_lost() -> None:
    tree = build_tree(book(objective("D", to=("A",)), objective("A", to=("B",)), objective("B", to=("A",))))

    assert [root.key for root in tree] == ["A"]
    assert [child.key for child in tree[0].children] == ["D", "B"]


def test_a_cascade_deeper_than_any_stack_is_drawn() -> None:
    chain = [objective("O-0"), *(objective(f"O-{number}", to=(f"O-{number - 1}",)) for number in range(1, 1_500))]

    assert len(render_tree(build_tree(book(*chain))).splitlines()) == 1_500


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 7), max_size=3), max_size=6))
def test_every_entry_is_in_the_tree_once(contributions: list[list[int]]) -> None:
    made = book(
        *(
            objective(f"O-{number}", f"KR-{number}", to=tuple(f"{'O' if to % 2 else 'KR'}-{to}" for to in targets))
            for number, targets in enumerate(contributions)
        )
    )

    lines = render_tree(build_tree(made)).splitlines()

    drawn = sorted(line.lstrip("│├└─ ").split("  ")[0] for line in lines if line)
    assert drawn == sorted(key for number in range(len(contributions)) for key in (f"O-{number}", f"KR-{number}"))
