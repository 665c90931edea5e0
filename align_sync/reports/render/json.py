"""The report as JSON, complete and exact: shares from 0 to 1, instants in UTC, texts as the tracker has them."""

from align_sync.errors import Problem
from align_sync.reports.commands import ACTIONABLE, SIGNAL_NAMES, figure_commands, list_command
from align_sync.reports.model import SCHEMA_VERSION, AlignmentReport, Filters
from align_sync.reports.render.json_figures import (
    describe_figure,
    describe_gap,
    describe_key_result,
    describe_rule,
    describe_signal,
    describe_sprint,
    describe_tally,
    describe_team,
)
from align_sync.reports.render.json_parts import Json, describe_report_item, describe_source, dump, even_out
from align_sync.reports.render.standing_records import describe_objective
from align_sync.reports.render.view import View, items_of
from align_sync.reports.words import stamp


def render_json(report: AlignmentReport, view: View = View.ALIGNMENT) -> str:
    """One object; which of the sections for teams, key results, rules and items it has depends on the view."""
    return dump(even_out(build_envelope(report, view)))


def build_envelope(report: AlignmentReport, view: View) -> Json:
    envelope: Json = {
        "schema_version": SCHEMA_VERSION,
        "view": view.value,
        "generated_at": stamp(report.generated_at),
        "data_as_of": stamp(report.data_as_of),
        "timezone": report.timezone,
        "partial": report.is_partial,
        "sample": report.is_sample,
        "snapshot": report.snapshot or None,
        "content_hash": report.content_hash or None,
        "filters": _filters(report.filters),
        "policy": {"goal": report.goal, "warn": report.warn, "count_by": report.headline.lens.value},
        "headline": {
            **describe_tally(report.headline),
            "standing": report.standing.value,
            "list_command": list_command(report.filters, ACTIONABLE),
        },
        "lenses": [describe_tally(tally) for tally in report.lenses],
    }
    if view is View.ALIGNMENT:
        envelope["teams"] = [describe_team(line, report.filters) for line in report.teams]
        envelope["sprints"] = [describe_sprint(line) for line in report.sprints]
    if view is not View.UNLINKED:
        envelope["key_results"] = [describe_key_result(line, report.filters) for line in report.key_results]
        envelope["objectives"] = [describe_objective(line) for line in report.objectives]
        envelope["gaps"] = [describe_gap(gap) for gap in report.gaps]
    if view is View.ALIGNMENT:
        envelope["signals"] = [describe_signal(signal, report.filters) for signal in report.signals]
        envelope["rules"] = [describe_rule(line, report.filters) for line in report.rules]
        envelope["disputed"] = [{"decided_by": name, "items": number} for name, number in report.disputed.items()]
    envelope["sources"] = [describe_source(line) for line in report.sources]
    envelope["problems"] = [_problem(problem) for problem in report.problems]
    envelope["notes"] = list(report.notes)
    if view is not View.KEY_RESULTS:
        envelope["items"] = [describe_report_item(item) for item in items_of(report, view)]
    if view is View.ALIGNMENT:
        envelope["figures"] = [describe_figure(figure) for figure in figure_commands(report)]
    return envelope


def _filters(filters: Filters) -> Json:
    return {
        "teams": list(filters.teams),
        "sprint": filters.sprint,
        "buckets": [bucket.value for bucket in filters.buckets],
        "sources": list(filters.sources),
        "key_results": list(filters.key_results),
        "categories": list(filters.categories),
        "rules": list(filters.rules),
        "signals": [SIGNAL_NAMES[kind] for kind in filters.signals],
        "only_disputed": filters.only_disputed,
        "only_imputed": filters.only_imputed,
        "as_of_at": stamp(filters.as_of_at),
    }


def _problem(problem: Problem) -> Json:
    return {"message": problem.message, "where": problem.where or None, "advice": problem.advice or None}
