"""Who has an item in progress, from when to when: a table, and the laws behind it."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.sync.spans import ProgressBefore, Span, Turn, plan_turn
from align_sync.work import ItemKind, StatusCategory, WorkItem
from tests.make import NOW, make_item

TODO, DOING, DONE = StatusCategory.TODO, StatusCategory.IN_PROGRESS, StatusCategory.DONE
EARLY, BEGUN, TOLD = NOW - timedelta(days=9), NOW - timedelta(days=4), NOW - timedelta(days=1)
AHEAD = NOW + timedelta(minutes=5)


def item(
    category: StatusCategory = DOING,
    assignee: str | None = "Ana",
    since: datetime | None = None,
    *,
    kind: ItemKind = ItemKind.STORY,
    archived_at: datetime | None = None,
) -> WorkItem:
    return replace(
        make_item("PAY-1", kind=kind),
        status_category=category,
        assignee=assignee,
        category_since=since,
        archived_at=archived_at,
    )


def before(
    category: StatusCategory = DOING, person: str | None = "Ana", last_ended_at: datetime | None = None
) -> ProgressBefore:
    running = Span(item_id=1, person=person, began_at=BEGUN) if person else None
    return ProgressBefore(category=category, running=running, last_ended_at=last_ended_at)


def begins(at: datetime, person: str = "Ana", *, ends_at: datetime | None = None) -> Turn:
    return Turn(ends_at=ends_at, person=person, begins_at=at)


IDLE = before(TODO, None)
TURNS: list[tuple[str, WorkItem, ProgressBefore | None, Turn]] = [
    ("new and in progress", item(since=TOLD), None, begins(TOLD)),
    ("new, and no tracker tells since when", item(), None, begins(NOW)),
    ("new, by a clock ahead of ours", item(since=AHEAD), None, begins(NOW)),
    ("new and not begun", item(TODO), None, Turn()),
    ("new and nobody's", item(assignee=None), None, Turn()),
    ("new and nobody's, told as an empty name", item(assignee=""), None, Turn()),
    ("new container", item(kind=ItemKind.CONTAINER), None, Turn()),
    ("new and archived", item(archived_at=TOLD), None, Turn()),
    ("goes on", item(since=TOLD), before(), Turn()),
    ("still not begun", item(TODO), IDLE, Turn()),
    ("begun", item(since=TOLD), IDLE, begins(TOLD)),
    ("begun, not told when", item(), IDLE, begins(NOW)),
    ("begun again", item(since=TOLD), before(TODO, None, EARLY), begins(TOLD)),
    ("begun again, told since the first time", item(since=EARLY), before(DONE, None, BEGUN), begins(NOW)),
    ("begun again, told since the end of the first time", item(since=BEGUN), before(DONE, None, BEGUN), begins(BEGUN)),
    ("taken while in progress", item(since=TOLD), before(person=None), begins(NOW)),
    ("handed over", item(assignee="Ben", since=EARLY), before(), begins(NOW, "Ben", ends_at=NOW)),
    ("given up", item(assignee=None, since=EARLY), before(), Turn(ends_at=NOW)),
    ("done", item(DONE, since=TOLD), before(), Turn(ends_at=TOLD)),
    ("done, not told when", item(DONE), before(), Turn(ends_at=NOW)),
    ("done, told before it began", item(DONE, since=EARLY), before(), Turn(ends_at=NOW)),
    ("done, told as it began", item(DONE, since=BEGUN), before(), Turn(ends_at=BEGUN)),
    ("done, by a clock ahead of ours", item(DONE, since=AHEAD), before(), Turn(ends_at=NOW)),
    ("put back", item(TODO, since=TOLD), before(), Turn(ends_at=TOLD)),
    ("done by another", item(DONE, "Ben", since=TOLD), before(), Turn(ends_at=TOLD)),
    ("archived in progress", item(since=EARLY, archived_at=TOLD), before(), Turn(ends_at=TOLD)),
    ("made a container", item(kind=ItemKind.CONTAINER, since=EARLY), before(), Turn(ends_at=NOW)),
    ("in progress again after it was gone", item(since=EARLY), before(person=None, last_ended_at=BEGUN), begins(NOW)),
    (
        "in progress for us by an error of the clock",
        item(assignee="Ben"),
        ProgressBefore(category=DOING, running=Span(item_id=1, person="Ana", began_at=AHEAD)),
        begins(AHEAD, "Ben", ends_at=AHEAD),
    ),
]


@pytest.mark.parametrize(("after", "known", "turn"), [row[1:] for row in TURNS], ids=[row[0] for row in TURNS])
def test_whose_work_ends_and_whose_begins(after: WorkItem, known: ProgressBefore | None, turn: Turn) -> None:
    assert plan_turn(after, known, NOW) == turn


days = st.none() | st.integers(-20, 20).map(lambda day: NOW + timedelta(days=day))
steps = st.lists(
    st.builds(
        item,
        st.sampled_from([TODO, DOING, DOING, DONE]),
        st.sampled_from(["Ana", "Ben", None]),
        days,
        archived_at=st.sampled_from([None, None, None, NOW]),
    ),
    max_size=8,
)


@given(steps)
def test_at_most_one_person_works_on_an_item_at_a_time(told: list[WorkItem]) -> None:
    spans: list[Span] = []
    category: StatusCategory | None = None
    for day, one in enumerate(told):
        now = NOW + timedelta(days=day)
        known = None if category is None else _known(category, spans)
        turn = plan_turn(one, known, now)
        if turn.ends_at is not None:
            spans[-1] = replace(spans[-1], ended_at=turn.ends_at)
        if turn.person is not None and turn.begins_at is not None:
            spans.append(Span(item_id=1, person=turn.person, began_at=turn.begins_at))
        category = one.status_category
        works = one.assignee if one.status_category is DOING and one.archived_at is None else None
        assert [span.person for span in spans if span.ended_at is None] == ([works] if works else [])
        assert all(span.began_at <= (span.ended_at or now) <= now for span in spans)
    for earlier, later in pairwise(spans):
        assert earlier.ended_at is not None
        assert earlier.ended_at <= later.began_at


def _known(category: StatusCategory, spans: list[Span]) -> ProgressBefore:
    ended = [span.ended_at for span in spans if span.ended_at is not None]
    running = next((span for span in spans if span.ended_at is None), None)
    return ProgressBefore(category=category, running=running, last_ended_at=max(ended, default=None))
