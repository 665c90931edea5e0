"""The figures of a report as JSON: tallies, teams, key results, rules and signals, each with its command."""

from align_sync.reports.commands import ACTIONABLE, SIGNAL_NAMES, FigureCommand, list_command
from align_sync.reports.model import Filters, Gap, KeyResultLine, RuleLine, Signal, SprintLine, Tally, TeamLine
from align_sync.reports.render.json_parts import Json, describe_day, even_out
from align_sync.reports.render.standing_records import describe_standing
from align_sync.reports.words import stamp


def describe_tally(tally: Tally) -> Json:
    return {
        "lens": tally.lens.value,
        "counts": {bucket.value: even_out(mass) for bucket, mass in tally.counts.items()},
        "total": even_out(tally.total),
        "linked": even_out(tally.linked),
        "actionable": even_out(tally.actionable),
        "coverage": tally.coverage,
        "exempt_share": tally.exempt_share,
        "budget": tally.budget,
        "over": even_out(tally.over),
        "unknown_share": tally.unknown_share,
        "imputed_share": tally.imputed_share,
        "imputed": tally.imputed,
        "withheld": tally.withheld or None,
    }


def describe_team(line: TeamLine, filters: Filters) -> Json:
    return {
        "team": line.team,
        "source": line.source,
        "sprints": list(line.sprints),
        **describe_tally(line.tally),
        "standing": line.standing.value,
        "list_command": list_command(filters, ACTIONABLE, team=line.team),
        "lenses": [describe_tally(tally) for tally in line.lenses],
    }


def describe_sprint(line: SprintLine) -> Json:
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


def describe_key_result(line: KeyResultLine, filters: Filters) -> Json:
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
        "weight": line.weight,
        "weight_share": line.weight_share,
        "effort": {lens.value: share for lens, share in line.effort.items()},
        "has_open": line.has_open,
        "has_recent": line.has_recent,
        "planned": line.planned,
        "last_work_at": stamp(line.last_work_at),
        "days_behind": line.days_behind,
        **describe_standing(line),
        "list_command": list_command(filters, key_result=line.key),
    }


def describe_gap(gap: Gap) -> Json:
    return {"lens": gap.lens.value, "gap": gap.gap}


def describe_signal(signal: Signal, filters: Filters) -> Json:
    return {
        "kind": SIGNAL_NAMES[signal.kind],
        "team": signal.team,
        "says": signal.says,
        "share": signal.share,
        "items": [{"source": source, "external_id": external_id} for source, external_id in signal.items],
        "list_command": list_command(filters, team=signal.team, signal=signal.kind),
    }


def describe_rule(line: RuleLine, filters: Filters) -> Json:
    return {
        "kind": line.kind.value,
        "name": line.name,
        "target": line.target,
        "owner": line.owner or None,
        "expires_on": describe_day(line.expires_on),
        "matched": line.matched,
        "decided": line.decided,
        "warning": line.warning or None,
        "list_command": list_command(filters, rule=line.name),
    }


def describe_figure(figure: FigureCommand) -> Json:
    return {
        "name": figure.name,
        "lens": figure.lens.value,
        "value": figure.value,
        "command": figure.command,
    }
