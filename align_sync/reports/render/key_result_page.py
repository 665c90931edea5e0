"""The page of one key result in every format: terminal, plain lines, HTML with a chart, and JSON."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from align_sync.okr.readings import Reading
from align_sync.reports.key_result_page import SCHEMA_VERSION, KeyResultPage
from align_sync.reports.render.curve import draw_curve
from align_sync.reports.render.decisions_records import write_tabs
from align_sync.reports.render.ink import bullet, cell, draw, section_title
from align_sync.reports.render.jinja import render_page
from align_sync.reports.render.json_parts import Json, dump
from align_sync.reports.render.key_result_facts import list_changes, list_facts, list_readings
from align_sync.reports.render.progress_words import (
    HEALTH_STYLES,
    draw_meter,
    name_health,
    say_progress,
    say_value,
)
from align_sync.reports.render.spark import draw_values
from align_sync.reports.render.view import PIPE, Format, Screen
from align_sync.reports.render.wording import SAMPLE_SENTENCE
from align_sync.reports.words import stamp

KEY_RESULT_FORMATS = (Format.TABLE, Format.HTML, Format.JSON)
_NEWEST = 12


def render_key_result(page: KeyResultPage, form: Format, *, screen: Screen = PIPE) -> str:
    """Only tables look at the screen."""
    match form:
        case Format.HTML:
            return render_page(
                "key_result.html",
                page=page,
                is_sample=page.is_sample,
                curve=draw_curve(page),
                facts=tuple(list_facts(page)),
                changes=tuple(list_changes(page)),
                readings=tuple(list_readings(page)),
            )
        case Format.JSON:
            return dump(_describe(page))
    if screen.is_terminal:
        return draw(Group(*_lay_out(page)), width=screen.width, colour=screen.colour)
    facts = [("key result", page.key_result.key), ("title", page.key_result.title), *list_facts(page)]
    parts = [
        write_tabs(("fact", "says"), facts),
        write_tabs(("as of", "value", "source", "status", "says"), list_readings(page)),
    ]
    if page.changes:
        parts.append(write_tabs(("change",), ((said,) for said in list_changes(page))))
    return "\n".join(parts)


def _lay_out(page: KeyResultPage) -> Iterator[RenderableType]:
    if page.is_sample:
        yield Panel(Text(SAMPLE_SENTENCE, justify="center"), style="bold yellow")
    standing = page.standing
    health = standing.verdict.health
    yield Text("  ").join((cell(page.key_result.key, "bold"), cell(page.key_result.title, "bold")))
    yield Text.assemble(
        draw_meter(standing.progress, standing.expected, width=20),
        f"  {say_progress(standing.progress)}  ",
        (name_health(standing, page.key_result.state), HEALTH_STYLES[health]),
    )
    yield Text()
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for name, says in list_facts(page):
        table.add_row(name, cell(says))
    yield table
    values = [reading.value for reading in page.readings if reading.value is not None]
    yield from section_title(f"Readings ({len(page.readings)})")
    if values:
        metric = page.key_result.metric
        ends = f"{say_value(min(values), metric)} to {say_value(max(values), metric)}"
        yield Text.assemble(draw_values(values), (f"  {ends}", "dim"))
    rows = Table.grid(padding=(0, 2, 0, 0))
    for _ in ("as of", "value", "source", "status"):
        rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold")
    listed = list_readings(page)
    for row in listed[:_NEWEST]:
        rows.add_row(*(cell(text) for text in row))
    yield rows
    if len(listed) > _NEWEST:
        yield cell(f"{len(listed) - _NEWEST} earlier: align-sync okr readings {page.key_result.metric_name}", "dim")
    if page.changes:
        yield from section_title(f"Changes of what is aimed at ({len(page.changes)})")
        yield from (bullet(said) for said in list_changes(page))


def _describe(page: KeyResultPage) -> Json:
    standing, key_result, forecast = page.standing, page.key_result, page.standing.forecast
    return {
        "schema_version": SCHEMA_VERSION,
        "view": "key result",
        "on": page.on.isoformat(),
        "sample": page.is_sample,
        "key": key_result.key,
        "title": key_result.title,
        "objective_key": page.objective.key,
        "team": page.objective.team,
        "period": page.objective.period,
        "owner": key_result.owner,
        "commitment": key_result.commitment.value,
        "state": key_result.state.value,
        "progress": standing.progress,
        "expected": standing.expected,
        "days_behind": standing.days_behind,
        "health": standing.verdict.health.value,
        "health_policy": standing.verdict.policy.value,
        "health_because": standing.verdict.because,
        "confidence": standing.confidence.share if standing.confidence else None,
        "forecast": {
            "on": forecast.on.isoformat(),
            "value": forecast.value,
            "low": forecast.low,
            "high": forecast.high,
            "share": forecast.share,
            "chance": forecast.chance,
        }
        if forecast
        else None,
        "measurability": page.measurability.value,
        "plan": [{"on": one.on.isoformat(), "share": one.share, "value": one.value} for one in page.plan],
        "readings": [
            *(_describe_reading(one, counts=False) for one in page.earlier),
            *(_describe_reading(one, counts=True) for one in page.readings),
            *(_describe_reading(one, counts=False) for one in page.odd),
        ],
        "changes": [
            {
                "at": stamp(change.at),
                "author": change.author,
                "reason": change.reason or None,
                "field": change.field,
                "before": change.before,
                "after": change.after,
            }
            for change in page.changes
        ],
        "work": {
            "has_open": page.work.has_open,
            "has_recent": page.work.has_recent,
            "planned": page.work.planned,
            "last_at": stamp(page.work.last_work_at),
        },
        "list_command": page.command or None,
    }


def _describe_reading(reading: Reading, *, counts: bool) -> Json:
    return {
        "metric": reading.metric,
        "as_of": stamp(reading.as_of_at),
        "value": reading.value,
        "source": reading.source.value,
        "series": reading.series,
        "status": reading.status.value,
        "recorded_at": stamp(reading.recorded_at),
        "author": reading.author or None,
        "reason": reading.reason or None,
        "counts": counts,
    }
