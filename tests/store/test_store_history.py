"""What items and sprints were before, and who had an item in progress, on both databases."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from align_sync.store.engine import Store
from align_sync.store.history import (
    end_spans,
    keep_sprint_versions,
    load_spans,
    load_spans_of_items,
    read_sprint,
    write_sprint,
)
from align_sync.store.items import load_ids, mark_gone, mark_missing, save_unreadable
from align_sync.store.schema import item_version, progress_span, sprint_version
from align_sync.store.sprints import load_sprints, save_sprints
from align_sync.sync.spans import Span
from align_sync.work import Sprint, SprintRef, SprintState, StatusCategory, WorkItem, read_document
from tests.make import NOW, make_item, make_ref, make_sprint
from tests.store.pulled_items import pull_items

HOUR = timedelta(hours=1)
LATER = NOW + HOUR
LATEST = NOW + 2 * HOUR
ENDED = NOW + timedelta(minutes=5)
TODO, DOING, DONE = StatusCategory.TODO, StatusCategory.IN_PROGRESS, StatusCategory.DONE


def work(
    key: str = "PAY-1",
    person: str | None = "Ana",
    category: StatusCategory = DOING,
    since: datetime | None = None,
) -> WorkItem:
    return replace(make_item(key), assignee=person, status_category=category, category_since=since)


def versions(connection: Connection) -> list[tuple[str, str, datetime, datetime]]:
    """Title, state, and from when until when that was known."""
    rows = connection.execute(select(item_version).order_by(item_version.c.id))
    return [(read_document(row.document).title, row.state, row.known_from_at, row.known_until_at) for row in rows]


def spans(connection: Connection) -> list[tuple[str, datetime, datetime | None]]:
    rows = connection.execute(select(progress_span).order_by(progress_span.c.id))
    return [(row.person, row.began_at, row.ended_at) for row in rows]


class TestVersionsOfItems:
    def test_what_is_new_or_the_same_has_none(self, store: Store) -> None:
        with store.write() as connection:
            for now in (NOW, LATER):
                pull_items(connection, make_item("PAY-1"), make_item("PAY-2"), now=now)
            mark_missing(connection, "jira", ["id-PAY-1"], sweep_id=2)
            assert versions(connection) == []

    def test_what_changes_is_kept_as_it_was_and_as_long_as_it_was_known(self, store: Store) -> None:
        one, two, three = (replace(make_item("PAY-1"), title=title) for title in ("one", "two", "three"))
        with store.write() as connection:
            pull_items(connection, one, make_item("PAY-2"))
            pull_items(connection, two, make_item("PAY-2"), now=LATER)
            pull_items(connection, three, make_item("PAY-2"), now=LATEST)
            assert versions(connection) == [("one", "present", NOW, LATER), ("two", "present", LATER, LATEST)]
            row = connection.execute(select(item_version)).first()
            assert row is not None
            ids = load_ids(connection, "jira", ["id-PAY-1"])
            assert (row.item_id, row.updated_at) == (ids["id-PAY-1"], one.updated_at)
            assert read_document(row.document, updated_at=row.updated_at) == one

    def test_an_item_that_goes_and_comes_back_was_gone_in_between(self, store: Store) -> None:
        one = replace(make_item("PAY-1"), title="one")
        with store.write() as connection:
            pull_items(connection, one, make_item("PAY-2"))
            mark_gone(connection, "jira", ["id-PAY-1"], LATER)
            pull_items(connection, one, now=LATEST)
            assert versions(connection) == [("one", "present", NOW, LATER), ("one", "gone", LATER, LATEST)]

    def test_a_parent_that_can_be_read_at_last_was_unreadable(self, store: Store) -> None:
        with store.write() as connection:
            save_unreadable(connection, [make_ref("PAY-100")], sweep_id=1, now=NOW)
            pull_items(connection, work("PAY-100"), now=LATER)
            row = connection.execute(select(item_version)).one()
            assert (row.state, row.document) == ("unreadable", "{}")
            assert spans(connection) == [("Ana", LATER, None)]

    def test_more_changes_than_a_statement_takes(self, store: Store) -> None:
        many = [work(f"PAY-{number}") for number in range(1_203)]
        with store.write() as connection:
            pull_items(connection, *many)
            pull_items(connection, *(replace(one, assignee="Ben") for one in many), now=LATER)
            assert len(versions(connection)) == len(many)
            everybody = load_spans(connection, ["Ana", "Ben"], NOW, LATEST)
            assert len(everybody) == 2 * len(many)
            ids = load_ids(connection, "jira", [one.ref.external_id for one in many]).values()
            assert set(load_spans_of_items(connection, list(ids), NOW, LATEST)) == set(everybody)
            mark_gone(connection, "jira", [one.ref.external_id for one in many], LATEST)
            assert len(versions(connection)) == 2 * len(many)
            assert all(ended_at is not None for _, _, ended_at in spans(connection))


class TestVersionsOfSprints:
    def test_what_a_sprint_was_is_kept_when_it_changes(self, store: Store) -> None:
        one, other = make_sprint("42"), make_sprint("43", name="Other")
        renamed = replace(one, name="Renamed", goal="Retention")
        closed = replace(renamed, state=SprintState.CLOSED, completed_at=LATER)
        with store.write() as connection:
            for hour, told in enumerate((one, one, renamed, closed)):
                save_sprints(connection, [told, other], NOW + hour * HOUR)
            rows = connection.execute(select(sprint_version).order_by(sprint_version.c.id)).all()
            assert load_sprints(connection, "jira") == (closed, other)
        assert [read_sprint(row.document, one.ref) for row in rows] == [one, renamed]
        assert [(row.known_from_at, row.known_until_at) for row in rows] == [
            (NOW, NOW + 2 * HOUR),
            (NOW + 2 * HOUR, NOW + 3 * HOUR),
        ]

    def test_a_sprint_of_another_source_with_the_same_number_is_another(self, store: Store) -> None:
        ours, theirs = make_sprint("42"), make_sprint("42", source="linear")
        with store.write() as connection:
            save_sprints(connection, [ours, theirs], NOW)
            save_sprints(connection, [replace(theirs, name="Cycle")], LATER)
            keep_sprint_versions(connection, [], LATER)
            (document,) = connection.execute(select(sprint_version.c.document)).scalars()
        assert read_sprint(document, theirs.ref) == theirs


instants = st.none() | st.integers(-9, 9).map(lambda hours: NOW + hours * HOUR)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(
    st.builds(
        Sprint,
        ref=st.just(SprintRef(source="jira", external_id="42")),
        name=words,
        state=st.sampled_from(SprintState),
        team=words,
        board=words,
        goal=words,
        starts_at=instants,
        ends_at=instants,
        completed_at=instants,
    )
)
def test_a_sprint_is_read_back_as_it_was_written(one: Sprint) -> None:
    assert read_sprint(write_sprint(one), one.ref) == one


class TestSpans:
    def test_work_begins_ends_and_changes_hands(self, store: Store) -> None:
        begun, done = NOW - HOUR, LATEST - timedelta(minutes=5)
        with store.write() as connection:
            pull_items(connection, work(since=begun), work("PAY-2", category=TODO), work("PAY-3", person=None))
            assert spans(connection) == [("Ana", begun, None)]
            pull_items(connection, work(person="Ben", since=begun), now=LATER)
            assert spans(connection) == [("Ana", begun, LATER), ("Ben", LATER, None)]
            pull_items(connection, work(person="Ben", category=DONE, since=done), now=LATEST)
            assert spans(connection) == [("Ana", begun, LATER), ("Ben", LATER, done)]
            known = connection.execute(select(progress_span.c.began_known_at).order_by(progress_span.c.id)).scalars()
            assert list(known) == [NOW, LATER]

    def test_a_change_of_anything_else_and_no_change_leave_it_alone(self, store: Store) -> None:
        with store.write() as connection:
            pull_items(connection, work())
            pull_items(connection, replace(work(), title="Other"), now=LATER)
            pull_items(connection, replace(work(), title="Other"), now=LATEST)
            assert spans(connection) == [("Ana", NOW, None)]

    def test_who_takes_what_was_nobodys_works_from_now_on(self, store: Store) -> None:
        with store.write() as connection:
            pull_items(connection, work(person=None, since=NOW - HOUR))
            pull_items(connection, work(person="Ben", since=NOW - HOUR), now=LATER)
            assert spans(connection) == [("Ben", LATER, None)]

    def test_work_that_begins_again_does_not_reach_into_what_went_before(self, store: Store) -> None:
        """Where a tracker tells of the first time only, and of nothing that was put back."""
        begun = NOW - HOUR
        with store.write() as connection:
            pull_items(connection, work(since=begun))
            for hour, category in ((1, TODO), (2, DOING), (3, TODO), (4, DOING)):
                told = begun if category is DOING else None
                pull_items(connection, work(category=category, since=told), now=NOW + hour * HOUR)
            assert spans(connection) == [
                ("Ana", begun, NOW + HOUR),
                ("Ana", NOW + 2 * HOUR, NOW + 3 * HOUR),
                ("Ana", NOW + 4 * HOUR, None),
            ]

    def test_work_on_what_is_gone_ends_and_goes_on_when_it_is_seen_again(self, store: Store) -> None:
        with store.write() as connection:
            pull_items(connection, work(), work("PAY-2"))
            mark_gone(connection, "jira", ["id-PAY-1"], LATER)
            assert spans(connection) == [("Ana", NOW, LATER), ("Ana", NOW, None)]
            assert pull_items(connection, work(), now=LATEST).revived == ("id-PAY-1",)
            assert spans(connection)[2:] == [("Ana", LATEST, None)]

    def test_none_ends_before_it_began(self, store: Store) -> None:
        """Not even where our clock was set back in between."""
        with store.write() as connection:
            pull_items(connection, work(), now=LATER)
            end_spans(connection, list(load_ids(connection, "jira", ["id-PAY-1"]).values()), NOW)
            assert spans(connection) == [("Ana", LATER, LATER)]

    @pytest.mark.parametrize(
        ("since", "until", "found"),
        [
            (-9, 0, set()),  # before: the end of the time asked for is not in it
            (-9, 1, {("PAY-1", "Ana"), ("PAY-2", "Ana"), ("PAY-3", "Cy")}),
            (1, 2, {("PAY-1", "Ana"), ("PAY-2", "Ana"), ("PAY-3", "Cy")}),
            (2, 3, {("PAY-1", "Ben"), ("PAY-2", "Ana")}),  # the end of a span is not in it
            (3, 9, {("PAY-1", "Ben"), ("PAY-2", "Ana")}),
            (4, 9, {("PAY-2", "Ana")}),
        ],
    )
    def test_work_is_found_by_person_and_by_item_where_it_overlaps(
        self, store: Store, since: int, until: int, found: set[tuple[str, str]]
    ) -> None:
        start, end = NOW + since * HOUR, NOW + until * HOUR
        with store.write() as connection:
            pull_items(connection, work("PAY-1"), work("PAY-2"), work("PAY-3", "Cy"))
            pull_items(connection, work("PAY-1", "Ben"), work("PAY-3", "Cy", DONE), now=LATEST)
            pull_items(connection, work("PAY-1", "Ben", DONE), now=NOW + 4 * HOUR)
            ids = load_ids(connection, "jira", ["id-PAY-1", "id-PAY-2", "id-PAY-3"])
            keys = {item_id: external_id.removeprefix("id-") for external_id, item_id in ids.items()}

            def named(found: Collection[Span]) -> set[tuple[str, str]]:
                return {(keys[span.item_id], span.person) for span in found}

            everybody = named(load_spans(connection, ["Ana", "Ben", "Cy", "Nobody"], start, end))
            assert everybody == found
            assert named(load_spans(connection, ["Ana"], start, end)) == {one for one in found if one[1] == "Ana"}
            one_item = load_spans_of_items(connection, [ids["id-PAY-1"]], start, end)
            assert named(one_item) == {one for one in found if one[0] == "PAY-1"}
            assert load_spans(connection, [], start, end) == ()

    @pytest.mark.parametrize(
        ("at", "since", "found"),
        [
            (NOW - timedelta(seconds=1), NOW - 9 * HOUR, []),
            (NOW, NOW - 9 * HOUR, [("Ana", NOW - HOUR, None)]),
            # That Ana had stopped by then was told later, and Ben was not seen.
            (LATER, NOW - 9 * HOUR, [("Ana", NOW - HOUR, None)]),
            (LATER, LATER, [("Ana", NOW - HOUR, None)]),
            (LATEST, NOW - 9 * HOUR, [("Ana", NOW - HOUR, ENDED), ("Ben", LATEST, None)]),
            (LATEST, LATER, [("Ben", LATEST, None)]),
            (None, LATER, [("Ben", LATEST, NOW + 3 * HOUR)]),
            (NOW + 3 * HOUR, LATER, [("Ben", LATEST, NOW + 3 * HOUR)]),
        ],
    )
    def test_what_was_learnt_later_was_not_known_before(
        self,
        store: Store,
        at: datetime | None,
        since: datetime,
        found: list[tuple[str, datetime, datetime | None]],
    ) -> None:
        with store.write() as connection:
            pull_items(connection, work(since=NOW - HOUR))
            pull_items(connection, work(category=TODO, since=ENDED), work("PAY-2", "Ben"), now=LATEST)
            mark_gone(connection, "jira", ["id-PAY-2"], NOW + 3 * HOUR)
            ids = load_ids(connection, "jira", ["id-PAY-1", "id-PAY-2"]).values()
            until = NOW + 9 * HOUR
            for told in (
                load_spans(connection, ["Ana", "Ben"], since, until, at=at),
                load_spans_of_items(connection, list(ids), since, until, at=at),
            ):
                assert [(span.person, span.began_at, span.ended_at) for span in told] == found

    def test_when_an_end_was_learnt_is_kept_beside_the_end(self, store: Store) -> None:
        with store.write() as connection:
            pull_items(connection, work(since=NOW - HOUR), work("PAY-2", "Ben"), work("PAY-3", "Cy"))
            pull_items(connection, work(category=DONE, since=ENDED), now=LATER)
            mark_gone(connection, "jira", ["id-PAY-2"], LATEST)
            rows = connection.execute(select(progress_span).order_by(progress_span.c.id))
            assert [(row.person, row.ended_at, row.ended_known_at) for row in rows] == [
                ("Ana", ENDED, LATER),
                ("Ben", LATEST, LATEST),
                ("Cy", None, None),
            ]

    def test_a_span_is_told_whole(self, store: Store) -> None:
        with store.write() as connection:
            pull_items(connection, work(since=NOW - 5 * HOUR))
            item_id = load_ids(connection, "jira", ["id-PAY-1"])["id-PAY-1"]
            (span,) = load_spans(connection, ["Ana"], NOW, LATER)
            assert span == Span(item_id=item_id, person="Ana", began_at=NOW - 5 * HOUR, ended_at=None)
