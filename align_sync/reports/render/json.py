"""The report as JSON, complete and exact: shares from 0 to 1, instants in UTC, texts as the tracker has them."""

from align_sync.errors import Problem
from align_sync.reports.commands import ACTIONABLE, list_command
from align_sync.reports.model import (
    SCHEMA_VERSION,
    AlignmentReport,
    KeyResultLine,
    SprintLine,
    Tally,
    TeamLine,
)
from align_sync.reports.render.json_parts import Json, describe_report_item, describe_source, dump
from align_sync.reports.render.view import View, items_of
from align_sync.reports.words import stamp


def render_json(report: AlignmentReport, view: View = View.ALIGNMENT) -> str:
    """One object; which of `teams`, `sprints`, `key_results` and `items` it has depends on the view."""
    return dump(build_envelope(report, view))


def build_envelope(report: AlignmentReport, view: View) -> Json:
    envelope: Json = {
        "schema_version": SCHEMA_VERSION,
        "view": view.value,
        "generated_at": stamp(report.generated_at),
        "data_as_of": stamp(report.data_as_of),
        "timezone": report.timezone,
        "partial": report.is_partial,
        "sample": report.is_sample,
        "filters": {
            "teams": list(report.filters.teams),
            "sprint": report.filters.sprint,
            "buckets": [bucket.value for bucket in report.filters.buckets],
            "sources": list(report.filters.sources),
        },
        "policy": {"goal": report.goal, "warn": report.warn},
        "headline": {
            **_tally(report.headline),
            "standing": report.standing.value,
            "list_command": list_command(report.filters, ACTIONABLE),
        },
    }
    if view is View.ALIGNMENT:
        envelope["teams"] = [_team(line, report) for line in report.teams]
        envelope["sprints"] = [_sprint(line) for line in report.sprints]
    if view is not View.UNLINKED:
        envelope["key_results"] = [_key_result(line) for line in report.key_results]
    envelope["sources"] = [describe_source(line) for line in report.sources]
    envelope["problems"] = [_problem(problem) for problem in report.problems]
    envelope["notes"] = list(report.notes)
    if view is not View.KEY_RESULTS:
        envelope["items"] = [describe_report_item(item) for item in items_of(report, view)]
    return envelope


def _tally(tally: Tally) -> Json:
    return {
        "counts": {bucket.value: number for bucket, number in tally.counts.items()},
        "total": tally.total,
        "linked": tally.linked,
        "actionable": tally.actionable,
        "coverage": tally.coverage,
        "unknown_share": tally.unknown_share,
        "withheld": tally.withheld or None,
    }


def _team(line: TeamLine, report: AlignmentReport) -> Json:
    return {
        "team": line.team,
        "source": line.source,
        "sprints": list(line.sprints),
        **_tally(line.tally),
        "standing": line.standing.value,
        "list_command": list_command(report.filters, ACTIONABLE, team=line.team),
    }


def _sprint(line: SprintLine) -> Json:
    return {
        "source": line.source,
        "external_id": line.external_id,
        "name": line.name,
        "state": line.state.value,
        "team": line.team,
        "starts_at": stamp(line.starts_at),
        "ends_at": stamp(line.ends_at),
        "items": line.items,
    }


def _key_result(line: KeyResultLine) -> Json:
    return {
        "key": line.key,
        "title": line.title,
        "objective_key": line.objective_key,
        "objective": line.objective,
        "team": line.team,
        "period": line.period,
        "owner": line.owner,
        "items": line.items,
        "share_sum": line.share_sum,
        "idle": line.is_idle,
    }


def _problem(problem: Problem) -> Json:
    return {"message": problem.message, "where": problem.where or None, "advice": problem.advice or None}
