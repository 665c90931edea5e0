"""`align-sync okr read`: the values of metrics from where they come from."""

import orjson
import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.author import AUTHOR_HELP, name_author
from align_sync.cli.output import emit, say, screen
from align_sync.cli.session import Options, open_session
from align_sync.flows.measure import MeasureLine, MeasureResult, measure
from align_sync.okr.readings import ReadingStatus
from align_sync.reports.plain import make_plain
from align_sync.reports.words import count, stamp

NOT_ASKED = "not asked"
COLUMNS = ("METRIC", "KIND", "STATUS", "VALUE", "UNIT", "AS OF", "BEFORE", "REASON")


@rich_click.command("read")
@rich_click.argument("metrics", metavar="[METRIC]...", nargs=-1)
@rich_click.option("--baselines", is_flag=True, help="Ask for the values at the baselines of the key results too.")
@rich_click.option("--author", default=None, help=AUTHOR_HELP)
@rich_click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
@rich_click.pass_obj
def command(options: Options, *, metrics: tuple[str, ...], baselines: bool, author: str | None, as_json: bool) -> int:
    """Read these metrics, or all of the register, and store what they say: one line a metric.

    A value that cannot be believed is quarantined, and a person releases it. Exit code 3 where a source could not be
    read, else 1 where a value is quarantined.
    """
    with open_session(options) as app:
        result = measure(app, metrics, author=name_author(author), baselines=baselines)
    if as_json:
        emit(show_json(result))
    else:
        emit(show_text(result, is_terminal=screen(options.colour).is_terminal))
        say(say_counts(result))
    return judge_exit(result)


def judge_exit(result: MeasureResult) -> int:
    if result.count(ReadingStatus.FAILED):
        return exit_codes.PARTIAL
    return exit_codes.FINDINGS if result.count(ReadingStatus.QUARANTINED) else exit_codes.FINE


def show_text(result: MeasureResult, *, is_terminal: bool) -> str:
    """Columns under their names on a terminal, else the same without names and separated by tabs."""
    rows = [_list_cells(line) for line in result.lines]
    if not is_terminal:
        return "\n".join("\t".join(row) for row in rows)
    rows.insert(0, COLUMNS)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _list_cells(line: MeasureLine) -> tuple[str, ...]:
    baseline = f"baseline of {', '.join(line.key_results)}" if line.key_results else ""
    cells = (
        line.metric,
        line.kind.value,
        line.status.value if line.status else NOT_ASKED,
        _write(line.value),
        line.unit,
        stamp(line.as_of_at) or "",
        _write(line.before),
        ": ".join(filter(None, (baseline, line.reason))),
    )
    return tuple(make_plain(cell) for cell in cells)


def _write(value: float | None) -> str:
    return "" if value is None else f"{value:.12g}"


def say_counts(result: MeasureResult) -> str:
    told = [f"{result.count(status)} {status.value}" for status in ReadingStatus if result.count(status)]
    told += [f"{result.count(None)} {NOT_ASKED}"] if result.count(None) else []
    return f"{count(len(result.lines), 'line')}: {', '.join(told)}"


def show_json(result: MeasureResult) -> str:
    lines = [
        {
            "metric": line.metric,
            "kind": line.kind,
            "status": line.status or "not-asked",
            "value": line.value,
            "unit": line.unit,
            "as_of_at": stamp(line.as_of_at),
            "before": line.before,
            "reason": line.reason,
            "baseline_of": line.key_results,
        }
        for line in result.lines
    ]
    return orjson.dumps({"run": result.run, "lines": lines}, option=orjson.OPT_INDENT_2).decode()
