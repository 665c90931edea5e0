"""What changed, and how coverage went: reports of earlier moments, compared."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.flows.history import holds_samples, load_decided
from align_sync.flows.report import load_past_sprints, report, was_known
from align_sync.reports.changes import Changes, compare
from align_sync.reports.commands import command_of
from align_sync.reports.model import AlignmentReport, Filters
from align_sync.reports.trend import Trend, TrendPoint, build_point
from align_sync.reports.words import day


def find_changes(app: App, filters: Filters, *, before: AlignmentReport | None = None, since: datetime) -> Changes:
    """What changed since an instant, or since a report that was kept, in the items that the filters name."""
    earlier = before or report(app, replace(filters, as_of_at=since))
    later = report(app, filters)
    began_at = earlier.filters.as_of_at or earlier.generated_at
    ended_at = later.filters.as_of_at or later.generated_at
    decided, book = load_decided(app, began_at, ended_at)
    return compare(earlier, later, decided=decided, book=book)


class Rhythm(StrEnum):
    WEEK = "week"
    SPRINT = "sprint"


def draw_trend(app: App, filters: Filters, *, by: Rhythm, points: int) -> Trend:
    """Coverage at the end of each past week, or of each past sprint of one team; the oldest first, today the last.

    Raises `UserError` where sprints of several teams are asked for: they do not end together.
    """
    find = _find_sprints if by is Rhythm.SPRINT else _find_weeks
    return Trend(
        team=", ".join(filters.teams),
        goal=app.settings.policy.goal / 100,
        timezone=app.settings.timezone,
        points=tuple(find(app, filters, points)),
        is_sample=app.is_sample or holds_samples(app),
    )


def _find_weeks(app: App, filters: Filters, points: int) -> Iterator[TrendPoint]:
    now = app.now()
    for weeks in range(points - 1, -1, -1):
        asked = replace(filters, as_of_at=now - timedelta(weeks=weeks)) if weeks else filters
        at = asked.as_of_at or now
        yield build_point(day(at, app.settings.timezone), at, report(app, asked), command_of(asked))


def _find_sprints(app: App, filters: Filters, points: int) -> Iterator[TrendPoint]:
    if len(filters.teams) != 1:
        raise UserError("a trend over sprints is that of one team", where="--by sprint", advice="name it with -t TEAM")
    past = load_past_sprints(app, filters)[-points + 1 :] if points > 1 else ()
    for sprint in past:
        ended_at = sprint.completed_at or sprint.ends_at
        if ended_at is None:
            continue
        asked = replace(filters, sprint=sprint.ref.external_id, as_of_at=ended_at)
        if was_known(app, sprint.ref, ended_at):
            yield build_point(sprint.name, ended_at, report(app, asked), command_of(asked))
        else:
            yield TrendPoint(label=sprint.name, at=ended_at, tally=None, command=command_of(asked))
    now = report(app, filters)
    yield build_point("now", now.generated_at, now, command_of(filters))
