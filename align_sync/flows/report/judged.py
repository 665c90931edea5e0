"""The items of a report, each judged by what was in force: the book, the rules, people, the calendar, the source."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from align_sync.app import App
from align_sync.calendars import Calendars
from align_sync.linking.ancestry import find_ancestry
from align_sync.linking.grace import judge_grace
from align_sync.moment import Moment
from align_sync.okr.calendar import WorkCalendar
from align_sync.reports.items import describe_item
from align_sync.reports.model import ReportItem, SourceLine
from align_sync.reports.person_days import count_days
from align_sync.reports.sources import judge_by_source
from align_sync.store.above import Above, load_all_above
from align_sync.store.history import load_spans, load_spans_of_items
from align_sync.store.ledger import load_first_seen
from align_sync.store.scope import ScopedItem, load_teams


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the items of a scope stand in: what is above them, the work on them, and when their links were seen."""

    above: Above
    days: Mapping[int, float]
    linked_at: Mapping[int, datetime]


def load_surroundings(
    connection: Connection, scope: Collection[ScopedItem], moment: Moment, calendars: Calendars, *, at: datetime | None
) -> Surroundings:
    return Surroundings(
        above=load_all_above(connection, [one.item for one in scope], depth=moment.rules.depth, at=at),
        days=_load_days(connection, scope, moment, calendars, at=at),
        linked_at=load_first_seen(connection, [one.item_id for one in scope], at=at),
    )


def judge_items(
    app: App,
    scope: Iterable[ScopedItem],
    moment: Moment,
    around: Surroundings,
    *,
    calendars: Calendars,
    sources: Mapping[str, SourceLine],
) -> Iterator[ReportItem]:
    for one in scope:
        match = moment.judge.match(
            one.item,
            find_ancestry(one.item, around.above, depth=moment.rules.depth),
            team=one.sprint.team,
        )
        match = judge_grace(
            match,
            entered_at=one.entered_at,
            sprint=one.sprint,
            calendar=calendars.find(one.sprint.team),
            days=app.settings.policy.grace_days,
            now=moment.at,
        )
        yield describe_item(
            one.item,
            judge_by_source(match, one.item.ref, sources, has_book=moment.applied is not None),
            moment.index,
            team=one.sprint.team,
            sprint=one.sprint.name,
            sprint_id=one.sprint.ref.external_id,
            entered_at=one.entered_at,
            linked_at=around.linked_at.get(one.item_id),
            dispute=moment.decisions(one.item.ref).dispute,
            days=around.days.get(one.item_id, 0.0),
        )


def _load_days(
    connection: Connection,
    scope: Collection[ScopedItem],
    moment: Moment,
    calendars: Calendars,
    *,
    at: datetime | None,
) -> dict[int, float]:
    """Person-days of each item within its sprint, up to the moment. A sprint without a beginning has none."""
    windows: dict[tuple[datetime, datetime], list[ScopedItem]] = {}
    for one in scope:
        sprint = one.sprint
        if sprint.starts_at is not None and sprint.starts_at < moment.at:
            until = min(moment.at, sprint.completed_at or sprint.ends_at or moment.at)
            windows.setdefault((sprint.starts_at, until), []).append(one)
    days: dict[int, float] = {}
    for (since, until), held in windows.items():
        own = {one.item_id: one.sprint.team for one in held}
        persons = {span.person for span in load_spans_of_items(connection, list(own), since, until, at=at)}
        spans = load_spans(connection, sorted(persons), since, until, at=at)
        # What these persons did elsewhere takes its part of their days, by the calendar of whoever it was done for.
        teams = load_teams(connection, {span.item_id for span in spans}, at=at) | own
        counted = count_days(
            spans,
            _calendar_of(calendars, teams),
            since.astimezone(moment.zone).date(),
            until.astimezone(moment.zone).date(),
        )
        days |= {item_id: counted[item_id] for item_id in own if item_id in counted}
    return days


def _calendar_of(calendars: Calendars, teams: Mapping[int, str]) -> Callable[[int], WorkCalendar]:
    return lambda item_id: calendars.find(teams.get(item_id, ""))
