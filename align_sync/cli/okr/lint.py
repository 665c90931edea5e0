"""`align-sync okr lint`: the findings of the linter, for people, programs and code hosts."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import rich_click

from align_sync import __version__
from align_sync.cli import exit_codes
from align_sync.cli.output import deliver, emit, say, screen, write_file
from align_sync.cli.session import Options, load
from align_sync.errors import UserError
from align_sync.flows.lint import all_findings, has_database, lint_files, lint_with_readings, read_levels
from align_sync.okr.lint.accepted import write_accepted
from align_sync.okr.lint.catalog import BY_NAME, find_unknown
from align_sync.okr.lint.render_json import render_json
from align_sync.okr.lint.render_sarif import render_sarif
from align_sync.okr.lint.render_text import render_groups, render_lines, render_manual, render_rules, say_summary
from align_sync.okr.lint.result import LintResult
from align_sync.reports.plain import make_plain

if TYPE_CHECKING:
    from align_sync.settings import Settings

FORMATS = ("text", "json", "sarif")
_ENDINGS = {".json": "json", ".sarif": "sarif"}


@rich_click.command("lint")
@rich_click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@rich_click.option("-o", "--output", "form", type=click.Choice(FORMATS), default=None, help="Format; by default text.")
@rich_click.option("--json", "as_json", is_flag=True, help="The same as -o json.")
@rich_click.option("--sarif", "as_sarif", is_flag=True, help="The same as -o sarif.")
@rich_click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@rich_click.option(
    "--baseline", type=click.Path(path_type=Path, dir_okay=False),
    help="File of accepted findings; by default that of the settings.",
)  # fmt: skip
@rich_click.option("--write-baseline", is_flag=True, help="Accept all that is found now, in the file of --baseline.")
@rich_click.option(
    "--readings", "with_readings", is_flag=True, help="Look up in the database how metrics are measured."
)
@rich_click.option(
    "--rules", "list_rules", is_flag=True, help="List all rules with their severity, and do nothing else."
)
@rich_click.option("--explain", metavar="RULE", help="Show the manual of this rule, and do nothing else.")
@rich_click.pass_obj
def command(
    options: Options,
    *,
    paths: tuple[Path, ...],
    form: str | None,
    as_json: bool,
    as_sarif: bool,
    out: Path | None,
    baseline: Path | None,
    write_baseline: bool,
    with_readings: bool,
    list_rules: bool,
    explain: str | None,
) -> int:
    """Can these OKRs be measured, reached and understood? Files and folders, or the OKRs of the settings."""
    if explain is not None:
        return _explain(explain)
    settings = load(options).settings
    if list_rules:
        emit(render_rules(read_levels(settings)))
        return exit_codes.FINE
    accepted = baseline or settings.lint.baseline
    if write_baseline and accepted is None:
        advice = "name it with --baseline, or set lint.baseline in align-sync.toml"
        raise UserError("no file for the accepted findings is named", where="--write-baseline", advice=advice)
    known = None if write_baseline else accepted
    result = _run(settings, paths or settings.okrs, is_named=bool(paths), with_readings=with_readings, baseline=known)
    if write_baseline and accepted is not None:
        found = all_findings(result)
        write_file(accepted, write_accepted(found))
        say(f"{len(found)} findings accepted in {accepted}")
        return exit_codes.FINE
    chosen = "json" if as_json else "sarif" if as_sarif else form or _ENDINGS.get(out.suffix if out else "", "text")
    deliver(_render(result, chosen, options, out), out)
    say(say_summary(result))
    if result.findings.gone:
        say(f"{result.findings.gone} accepted findings are gone; --write-baseline forgets them")
    return exit_codes.FINDINGS if result.has_errors else exit_codes.FINE


def _explain(name: str) -> int:
    for unknown, meant in find_unknown((name,)):
        advice = f"did you mean {meant}?" if meant else "align-sync okr lint --rules lists them all"
        raise UserError(f"there is no rule {unknown}", where="--explain", advice=advice)
    emit(render_manual(BY_NAME[name]))
    return exit_codes.FINE


def _run(
    settings: "Settings", paths: tuple[Path, ...], *, is_named: bool, with_readings: bool, baseline: Path | None
) -> LintResult:
    """With a database only where that is asked for, or where no path is named and there is one."""
    from align_sync.app import open_app, read_clock

    if with_readings or (not is_named and has_database(settings)):
        with open_app(settings) as app:
            return lint_with_readings(app, paths, baseline=baseline)
    if not paths:
        advice = "align-sync okr lint okrs/, or set okrs in align-sync.toml"
        raise UserError("no file or folder is named, and there is no book in force", where="okr lint", advice=advice)
    return lint_files(settings, paths, now=read_clock(), baseline=baseline)


def _render(result: LintResult, form: str, options: Options, out: Path | None) -> str:
    if form == "json":
        return render_json(result)
    if form == "sarif":
        return render_sarif(result, version=__version__)
    shown = screen(options.colour)
    if out is not None or not shown.is_terminal:
        return "".join(f"{make_plain(line)}\n" for line in render_lines(result).splitlines())
    return render_groups(result, width=shown.width, colour=shown.colour)
