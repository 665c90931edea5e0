"""The register of metrics and the readings of one of them, on a terminal, through a pipe and as JSON."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from align_sync.okr.metrics import Measurability
from align_sync.okr.readings import Reading
from align_sync.reports.model import SCHEMA_VERSION
from align_sync.reports.readings_list import Part, ReadingList
from align_sync.reports.register_list import RegisterLine, RegisterList
from align_sync.reports.render.decisions_records import write_tabs
from align_sync.reports.render.ink import bullet, cell, draw, indented, section_title
from align_sync.reports.render.json_parts import Json, describe_day, dump, even_out
from align_sync.reports.render.progress_words import say_value
from align_sync.reports.render.view import Screen
from align_sync.reports.render.wording import SAMPLE_SENTENCE
from align_sync.reports.words import SAMPLE_NOTICE, count, day, moment, stamp

REGISTER_COLUMNS = (
    "sample",
    "metric",
    "key_results",
    "source",
    "owner",
    "refresh_seconds",
    "state",
    "value",
    "unit",
    "as_of",
    "stale",
    "problem",
    "evidence",
    "next",
)
READING_COLUMNS = (
    "sample",
    "id",
    "metric",
    "as_of",
    "value",
    "unit",
    "status",
    "standing",
    "source",
    "author",
    "recorded",
    "reason",
    "series",
    "run",
)
_STATE_STYLES = {
    Measurability.VERIFIED_LIVE: "green",
    Measurability.VERIFIED_MANUAL: "cyan",
    Measurability.DECLARED: "yellow",
    Measurability.UNKNOWN: "red",
}
_PART_STYLES = {Part.COUNTS: "", Part.FAILED: "red", Part.HELD: "yellow", Part.RESTATED: "dim", Part.EARLIER: "dim"}


def render_register(told: RegisterList, *, as_json: bool, screen: Screen) -> str:
    if as_json:
        metrics = [_describe_line(line) for line in told.lines]
        return dump({**_head("metrics", told.timezone, is_sample=told.is_sample), "metrics": metrics})
    if not screen.is_terminal:
        return write_tabs(REGISTER_COLUMNS, (_record_line(line, is_sample=told.is_sample) for line in told.lines))
    missing = f", {told.missing} of them not verified" if told.missing else ""
    heading = f"{count(len(told.lines), 'metric')}{missing}" if told.lines else "No metrics yet"
    rows = ((_line_cells(line, told), _STATE_STYLES[line.measurability]) for line in told.lines)
    names = ("Metric", "Key results", "Source", "Owner", "Refresh", "Last value", "As of", "State")
    below = tuple(_list_wanting(told))
    return _draw(
        heading, names, rows, styled=names.index("State"), screen=screen, is_sample=told.is_sample, below=below
    )


def render_readings(told: ReadingList, *, as_json: bool, screen: Screen, newest: int | None = None) -> str:
    """On a terminal only the newest ones, where a number is named."""
    if as_json:
        readings = [_describe_reading(one, part) for one, part in told.lines]
        head = _head("readings", told.timezone, is_sample=told.is_sample)
        unit = told.target.measure.unit or None
        return dump({**head, "metric": told.target.metric, "unit": unit, "readings": readings})
    if not screen.is_terminal:
        return write_tabs(READING_COLUMNS, (_record_reading(one, part, told) for one, part in told.lines))
    shown = told.lines[-newest:] if newest else told.lines
    of_all = f", the newest {len(shown)} of them" if len(shown) < len(told.lines) else ""
    heading = (
        f"{told.target.metric}: {count(len(told.lines), 'reading')}{of_all}"
        if told.lines
        else (f"{told.target.metric}: no reading yet")
    )
    rows = ((_reading_cells(one, part, told), _PART_STYLES[part]) for one, part in shown)
    names = ("No.", "Of", "Value", "Standing", "From", "Recorded", "Why")
    return _draw(heading, names, rows, styled=names.index("Standing"), screen=screen, is_sample=told.is_sample)


def _draw(
    heading: str,
    names: Sequence[str],
    rows: Iterable[tuple[Sequence[str], str]],
    *,
    styled: int,
    screen: Screen,
    is_sample: bool,
    below: Sequence[RenderableType] = (),
) -> str:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, overflow="fold", no_wrap=name == names[styled])
    for cells, style in rows:
        table.add_row(*(cell(text, style if place == styled else "") for place, text in enumerate(cells)))
    return draw(Group(*_lay_out(heading, table, is_sample=is_sample), *below), width=screen.width, colour=screen.colour)


def _lay_out(heading: str, table: Table, *, is_sample: bool) -> Iterator[RenderableType]:
    if is_sample:
        yield Panel(Text(SAMPLE_SENTENCE, justify="center"), style="bold yellow")
    yield cell(heading, "bold")
    if table.row_count:
        yield table


def _list_wanting(told: RegisterList) -> Iterator[RenderableType]:
    """What is wrong and what to do about it, below the table: reasons and commands are too long for its columns."""
    wanting = [(line, say_problem(line.failure)) for line in told.lines if line.failure or line.advice]
    if wanting:
        yield from section_title(f"What to do next ({len(wanting)})")
    for line, problem in wanting:
        yield bullet(f"{line.target.metric}: {problem or say_state(line)}", "!", "yellow")
        if line.advice:
            yield indented(line.advice)


def say_span(span: timedelta) -> str:
    """`14 d`, `6 h`, `15 min`: the largest unit that tells it exactly."""
    for unit, size in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1))):
        if span >= size and not span % size:
            return f"{span // size} {unit}"
    return f"{span.total_seconds():g} s"


def say_state(line: RegisterLine) -> str:
    return f"{line.measurability.value}, value stale" if line.is_stale else line.measurability.value


def _kind_of(line: RegisterLine) -> str:
    """Of the register, else as the book names it."""
    definition, key_result = line.target.definition, line.target.key_result
    if definition is not None:
        return definition.kind.value
    return key_result.metric.source_kind if key_result is not None else ""


def _owner_of(line: RegisterLine) -> str:
    definition, key_result = line.target.definition, line.target.key_result
    named = definition.owner if definition is not None else ""
    return named or (key_result.owner if key_result is not None else "")


def say_problem(failure: Reading | None) -> str:
    return "" if failure is None else f"{failure.status.value}: {failure.reason}"


def _line_cells(line: RegisterLine, told: RegisterList) -> tuple[str, ...]:
    definition, last = line.target.definition, line.last
    value = say_value(last.value, line.target.measure) if last is not None else "none"
    return (
        line.target.metric,
        ", ".join(line.key_results) or "none",
        _kind_of(line) or "by hand",
        _owner_of(line).partition("@")[0],
        say_span(definition.refresh) if definition is not None else "",
        f"{value} ({line.failure.status.value})" if line.failure is not None else value,
        day(last.as_of_at, told.timezone) if last is not None else "",
        say_state(line),
    )


def _record_line(line: RegisterLine, *, is_sample: bool) -> tuple[str, ...]:
    definition, last = line.target.definition, line.last
    return (
        SAMPLE_NOTICE if is_sample else "",
        line.target.metric,
        ", ".join(line.key_results),
        _kind_of(line),
        _owner_of(line),
        str(even_out(definition.refresh.total_seconds())) if definition is not None else "",
        line.measurability.value,
        _number(last),
        line.target.measure.unit,
        (stamp(last.as_of_at) or "") if last is not None else "",
        "stale" if line.is_stale else "",
        say_problem(line.failure),
        line.verification.evidence if line.verification is not None else "",
        line.advice,
    )


def _describe_line(line: RegisterLine) -> Json:
    definition, verification = line.target.definition, line.verification
    return {
        "metric": line.target.metric,
        "title": definition.title or None if definition is not None else None,
        "key_results": list(line.key_results),
        "source": _kind_of(line) or None,
        "owner": _owner_of(line) or None,
        "unit": line.target.measure.unit or None,
        "refresh_seconds": even_out(definition.refresh.total_seconds()) if definition is not None else None,
        "series": definition.query_hash if definition is not None else None,
        "state": line.measurability.value,
        "is_stale": line.is_stale,
        "last": _describe_value(line.last),
        "failure": _describe_value(line.failure),
        "verified": None
        if verification is None
        else {
            "author": verification.author,
            "at": stamp(verification.verified_at),
            "evidence": verification.evidence or None,
            "reason": verification.reason or None,
            "until": describe_day(verification.expires_on),
        },
        "next": line.advice or None,
    }


def _describe_value(reading: Reading | None) -> Json | None:
    return None if reading is None else {name: even_out(value) for name, value in _describe(reading).items()}


def _describe(reading: Reading) -> Json:
    return {
        "id": reading.reading_id,
        "as_of": stamp(reading.as_of_at),
        "value": reading.value,
        "status": reading.status.value,
        "source": reading.source.value,
        "author": reading.author or None,
        "recorded_at": stamp(reading.recorded_at),
        "reason": reading.reason or None,
        "series": reading.series,
        "run": reading.run or None,
    }


def _describe_reading(reading: Reading, part: Part) -> Json:
    return {**(_describe_value(reading) or {}), "standing": part.value}


def _head(view: str, timezone: str, *, is_sample: bool) -> Json:
    return {"schema_version": SCHEMA_VERSION, "view": view, "timezone": timezone, "sample": is_sample}


def _reading_cells(reading: Reading, part: Part, told: ReadingList) -> tuple[str, ...]:
    measure = told.target.measure
    return (
        str(reading.reading_id),
        moment(reading.as_of_at, told.timezone),
        say_value(reading.value, measure) if reading.value is not None else "none",
        part.value if reading.status.value in {part.value, "ok"} else f"{part.value}, {reading.status.value}",
        f"{reading.source.value}, {reading.author}" if reading.author else reading.source.value,
        moment(reading.recorded_at, told.timezone),
        reading.reason,
    )


def _record_reading(reading: Reading, part: Part, told: ReadingList) -> tuple[str, ...]:
    return (
        SAMPLE_NOTICE if told.is_sample else "",
        str(reading.reading_id),
        reading.metric,
        stamp(reading.as_of_at) or "",
        _number(reading),
        told.target.measure.unit,
        reading.status.value,
        part.value,
        reading.source.value,
        reading.author,
        stamp(reading.recorded_at) or "",
        reading.reason,
        reading.series,
        str(reading.run or ""),
    )


def _number(reading: Reading | None) -> str:
    """As many digits as it has."""
    return "" if reading is None or reading.value is None else str(even_out(reading.value))
