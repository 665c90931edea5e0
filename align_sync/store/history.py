"""What was before: earlier versions of items and sprints, and who had an item in progress from when to when.

Written in the transaction that changes the present, a portion of items at a time, and never for what stays the same.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import orjson
from sqlalchemy import ColumnElement, Connection, bindparam, case, insert, literal, null, or_, select, update

from align_sync.store.schema import UtcDateTime, item, item_version, progress_span, sprint, sprint_version
from align_sync.store.upsert import in_portions, insert_rows
from align_sync.sync.spans import ProgressBefore, Span, Turn, plan_turn
from align_sync.work import Sprint, SprintRef, SprintState, StatusCategory, WorkItem

TOLD_OF_SPRINTS = ("name", "state", "team", "board", "goal", "starts_at", "ends_at", "completed_at")
_INSTANTS = ("starts_at", "ends_at", "completed_at")


def keep_item_versions(connection: Connection, item_ids: Iterable[int], now: datetime) -> None:
    """Keep the rows of these items as they are; to be called before they change."""
    for portion in in_portions(item_ids):
        before = select(
            item.c.id, item.c.document, item.c.state, item.c.updated_at, item.c.changed_at, literal(now, UtcDateTime)
        ).where(item.c.id.in_(portion))
        names = ["item_id", "document", "state", "updated_at", "known_from_at", "known_until_at"]
        connection.execute(insert(item_version).from_select(names, before))


def keep_sprint_versions(connection: Connection, sprints: Collection[Sprint], now: datetime) -> None:
    """Keep these sprints as they are stored; to be called before they change."""
    if not sprints:
        return
    documents = {one.ref: write_sprint(one) for one in sprints}
    rows = connection.execute(
        select(sprint.c.id, sprint.c.source, sprint.c.external_id, sprint.c.changed_at).order_by(sprint.c.id)
    )
    versions = [
        {"sprint_id": row.id, "document": document, "known_from_at": row.changed_at, "known_until_at": now}
        for row in rows
        if (document := documents.get(SprintRef(source=row.source, external_id=row.external_id))) is not None
    ]
    insert_rows(connection, sprint_version, versions)


def write_sprint(one: Sprint) -> str:
    """What the tracker told of a sprint, as JSON."""
    told = {name: getattr(one, name) for name in TOLD_OF_SPRINTS}
    return orjson.dumps(told, option=orjson.OPT_UTC_Z).decode()


def read_sprint(document: str, ref: SprintRef) -> Sprint:
    """The sprint that `write_sprint` wrote."""
    told = orjson.loads(document)
    instants = {name: datetime.fromisoformat(told[name]) for name in _INSTANTS if told[name] is not None}
    return Sprint(**{**told, **instants, "ref": ref, "state": SprintState(told["state"])})


def begin_spans(connection: Connection, items: Mapping[int, WorkItem], now: datetime) -> None:
    """For items that were never stored before, by our ids."""
    _insert_spans(connection, {item_id: plan_turn(one, None, now) for item_id, one in items.items()}, now)


def follow_spans(connection: Connection, items: Mapping[int, WorkItem], now: datetime) -> None:
    """For items as they will be; to be called before their rows change, since the category before is read from them."""
    running: dict[int, int] = {}
    turns: dict[int, Turn] = {}
    for portion in in_portions(items):
        befores, span_ids = _load_progress(connection, portion)
        running |= span_ids
        turns |= {item_id: plan_turn(items[item_id], befores[item_id], now) for item_id in portion}
    ended = [
        {"of_span": running[item_id], "at": turn.ends_at, "now": now}
        for item_id, turn in turns.items()
        if turn.ends_at is not None
    ]
    if ended:
        connection.execute(
            update(progress_span)
            .where(progress_span.c.id == bindparam("of_span"))
            .values(ended_at=bindparam("at"), ended_known_at=bindparam("now")),
            ended,
        )
    _insert_spans(connection, turns, now)


def _load_progress(
    connection: Connection, item_ids: Collection[int]
) -> tuple[dict[int, ProgressBefore], dict[int, int]]:
    """How the work on each item stands, and the ids of the spans that go on, both by item."""
    categories = connection.execute(select(item.c.id, item.c.status_category).where(item.c.id.in_(item_ids)))
    spans = connection.execute(
        select(progress_span).where(progress_span.c.item_id.in_(item_ids)).order_by(progress_span.c.id)
    )
    running: dict[int, Span] = {}
    span_ids: dict[int, int] = {}
    last: dict[int, datetime] = {}
    for row in spans:
        if row.ended_at is None:
            running[row.item_id] = Span(item_id=row.item_id, person=row.person, began_at=row.began_at)
            span_ids[row.item_id] = row.id
        else:
            last[row.item_id] = max(row.ended_at, last.get(row.item_id, row.ended_at))
    befores = {
        row.id: ProgressBefore(
            category=StatusCategory(row.status_category), running=running.get(row.id), last_ended_at=last.get(row.id)
        )
        for row in categories
    }
    return befores, span_ids


def _insert_spans(connection: Connection, turns: Mapping[int, Turn], now: datetime) -> None:
    begun = [
        {"item_id": item_id, "person": turn.person, "began_at": turn.begins_at, "began_known_at": now}
        for item_id, turn in turns.items()
        if turn.person is not None
    ]
    insert_rows(connection, progress_span, begun)


def end_spans(connection: Connection, item_ids: Collection[int], now: datetime) -> None:
    """For items that are gone; no span ends before it began, whatever the clock was in between."""
    ended_at = case((progress_span.c.began_at > now, progress_span.c.began_at), else_=literal(now, UtcDateTime))
    for portion in in_portions(item_ids):
        connection.execute(
            update(progress_span)
            .where(progress_span.c.item_id.in_(portion), progress_span.c.ended_at.is_(None))
            .values(ended_at=ended_at, ended_known_at=now)
        )


def load_spans(
    connection: Connection, persons: Collection[str], since: datetime, until: datetime, *, at: datetime | None = None
) -> tuple[Span, ...]:
    """All work of these persons that overlaps the time from `since` to before `until`, whole, on whatever item.

    With `at` as it was known at that instant.
    """
    parts = (progress_span.c.person.in_(part) for part in in_portions(persons))
    return _load_spans(connection, parts, since, until, at=at)


def load_spans_of_items(
    connection: Connection, item_ids: Collection[int], since: datetime, until: datetime, *, at: datetime | None = None
) -> tuple[Span, ...]:
    """All work on these items that overlaps the time from `since` to before `until`, whole, by whomever."""
    parts = (progress_span.c.item_id.in_(part) for part in in_portions(item_ids))
    return _load_spans(connection, parts, since, until, at=at)


def _load_spans(
    connection: Connection,
    parts: Iterable[ColumnElement[bool]],
    since: datetime,
    until: datetime,
    *,
    at: datetime | None,
) -> tuple[Span, ...]:
    ended_at: ColumnElement[datetime | None] = progress_span.c.ended_at
    is_known: tuple[ColumnElement[bool], ...] = ()
    if at is not None:
        ended_at = case((progress_span.c.ended_known_at <= at, progress_span.c.ended_at), else_=null())
        is_known = (progress_span.c.began_known_at <= at,)
    rows = [
        row
        for part in parts
        for row in connection.execute(
            select(
                progress_span.c.id,
                progress_span.c.item_id,
                progress_span.c.person,
                progress_span.c.began_at,
                ended_at.label("ended_at"),
            ).where(part, *is_known, progress_span.c.began_at < until, or_(ended_at.is_(None), ended_at > since))
        )
    ]
    return tuple(
        Span(item_id=row.item_id, person=row.person, began_at=row.began_at, ended_at=row.ended_at)
        for row in sorted(rows, key=lambda row: row.id)
    )
