"""One report: gathered in one transaction, judged, and built."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from align_sync.app import App
from align_sync.calendars import Calendars
from align_sync.errors import UserError
from align_sync.flows.report.choose import CURRENT, choose_sprints, find_coming, find_within
from align_sync.flows.report.judged import judge_items, load_surroundings
from align_sync.moment import Moment, load_moment
from align_sync.okr.model import Book
from align_sync.reports.build import build_report
from align_sync.reports.document import name_filters, read_report
from align_sync.reports.known import Known
from align_sync.reports.model import AlignmentReport, Filters, ReportItem, SourceLine, Tally
from align_sync.reports.policy_rules import count_rules
from align_sync.standings import load_standings
from align_sync.store.key_result_work import load_key_result_work
from align_sync.store.past import load_coming, load_sprints_at
from align_sync.store.scope import load_scope
from align_sync.store.snapshots import load_earlier
from align_sync.store.sources import has_samples, load_problems, load_source_lines
from align_sync.work import SprintState

EARLIER = timedelta(days=6)
"""A report that is at least so old is what exempt shares are compared with: last week's, a little early or not."""


def report(app: App, filters: Filters) -> AlignmentReport:
    """Everything about the sprints that the filters name, now or as of an instant of the past.

    Raises `UserError` where they name none that exists.
    """
    at = filters.as_of_at
    with app.store.read() as connection:
        moment = load_moment(app, connection, at)
        filters = replace(filters, key_results=tuple(_name_now(key, moment) for key in filters.key_results))
        calendars = Calendars(app.settings, moment.today)
        state = SprintState.ACTIVE if filters.sprint == CURRENT else None
        sprints = choose_sprints(load_sprints_at(connection, at, state=state), filters.sprint)
        scope = load_scope(connection, sprints, within=find_within(sprints, filters), at=at)
        lines = load_source_lines(
            connection,
            expected=[(opener.source, opener.kind) for opener in app.sources],
            now=moment.at,
            pulled_every=app.settings.sync.every,
            at=at,
        )
        _check_sources(filters, lines)
        around = load_surroundings(connection, scope, moment, calendars, at=at)
        items = tuple(
            judge_items(app, scope, moment, around, calendars=calendars, sources={line.source: line for line in lines})
        )
        book = _narrow_book(moment.book, items, filters)
        known = _load_known(app, connection, moment, book, filters)
        problems = load_problems(connection) if at is None else ()
        is_sample = has_samples(connection)
    policy = app.settings.policy
    return build_report(
        items=items,
        sprints=sprints,
        book=book,
        sources=lines,
        filters=filters,
        now=app.now(),
        timezone=app.settings.timezone,
        is_sample=app.is_sample or is_sample,
        goal=policy.goal / 100,
        warn=min(policy.warn, policy.goal) / 100,
        unknown_limit=policy.unknown_limit / 100,
        imputed_limit=policy.imputed_limit / 100,
        default_budget=policy.exempt_budget / 100,
        budgets={sprint.team: app.settings.budget_of(sprint.team) for sprint in sprints},
        count_by=policy.count_by,
        known=known,
        rules=count_rules(moment.policy, [(one.item, one.sprint.team) for one in scope], moment.index),
        problems=problems,
        label_form=moment.rules.label_form,
    )


def _name_now(key: str, moment: Moment) -> str:
    """The key as the book writes it, also for one that it had before."""
    found = moment.index.find((key,))
    return found.key if found else key


def _check_sources(filters: Filters, lines: tuple[SourceLine, ...]) -> None:
    if unknown := sorted(set(filters.sources) - {line.source for line in lines}):
        advice = f"known are: {', '.join(line.source for line in lines) or 'none'}"
        raise UserError(f"no source is called {', '.join(unknown)}", where="--source", advice=advice)


def _narrow_book(book: Book, items: tuple[ReportItem, ...], filters: Filters) -> Book:
    """For some teams: their own objectives, and whatever else their work serves. Whole where that is nothing."""
    if not filters.teams:
        return book
    teams = {team.casefold() for team in filters.teams}
    served = {link.key_result for item in items for link in item.links}
    own = tuple(
        objective
        for objective in book
        if objective.team.casefold() in teams or any(kr.key in served for kr in objective.key_results)
    )
    return Book(objectives=own) if own else book


def _load_known(app: App, connection: Connection, moment: Moment, book: Book, filters: Filters) -> Known:
    coming = find_coming(load_coming(connection, filters.as_of_at), filters)
    work = load_key_result_work(
        connection,
        [kr.key for kr in book.key_results],
        recent_since=moment.at - timedelta(days=app.settings.policy.recent_days),
        coming=coming,
        at=filters.as_of_at,
    )
    # Of the whole book also where the report is narrowed: what an objective adds up to may lie with other teams.
    standings = load_standings(app, connection, moment.book, today=moment.today, at=filters.as_of_at)
    return Known(
        work=work,
        has_sprint_ahead=bool(coming),
        days_behind={key: standing.days_behind for key, standing in standings.key_results.items()},
        standings=standings,
        earlier=_load_earlier(connection, moment, filters),
    )


def _load_earlier(connection: Connection, moment: Moment, filters: Filters) -> dict[str, Tally]:
    """Last week's tallies of each team, from the report that was made then, if any was."""
    found = load_earlier(connection, name_filters(filters), moment.at - EARLIER)
    return {line.team: line.tally for line in read_report(found.document).teams} if found else {}
