"""`align-sync okr import`: a table of OKRs (CSV, XLSX) into a YAML file, row by row."""

import shlex
from dataclasses import dataclass
from pathlib import Path

import click
import rich_click

from align_sync.app import read_clock
from align_sync.cli import exit_codes
from align_sync.cli.okr.table_formats import empty_table, encode_table, write_bytes
from align_sync.cli.output import emit, say, say_problems, write_file
from align_sync.cli.session import Options, load
from align_sync.errors import UserError
from align_sync.flows.import_table import ImportResult, TableWish, import_table
from align_sync.okr.plan_text import count_changes, render_changes
from align_sync.okr.tables.csv_text import DELIMITERS
from align_sync.okr.tables.merge import Defaults
from align_sync.okr.tables.numbers import DayOrder, DecimalSign, Habits
from align_sync.reports.plain import make_plain

_FORMS = ("csv", "xlsx")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    """What shall become of what was read."""

    into: Path | None
    rejected: Path | None
    dry_run: bool
    rewrite: bool


@rich_click.command("import")
@rich_click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@rich_click.option("--into", type=click.Path(path_type=Path, dir_okay=False), help="The YAML file; else it is printed.")
@rich_click.option("--sheet", default=None, help="Of a workbook with several tables, or a hidden one.")
@rich_click.option(
    "--delimiter", type=click.Choice(list(DELIMITERS)), help="Of a CSV file; else seen from its headings."
)
@rich_click.option("--encoding", default=None, help="Of a CSV file that is not UTF-8, such as cp1252.")
@rich_click.option("--decimal", type=click.Choice([one.value for one in DecimalSign]), help="What 1.234 means.")
@rich_click.option("--dates", type=click.Choice([one.value for one in DayOrder]), help="What 03/04/2026 means.")
@rich_click.option("--name", default="", help="Of a new set of OKRs; else made of team and period.")
@rich_click.option("--team", default="", help="Where the table has no team.")
@rich_click.option("--period", default="", help="Where the table has no period.")
@rich_click.option("--ignore", "ignored", multiple=True, help="A column that is no part of OKRs; may be repeated.")
@rich_click.option(
    "--with", "others", multiple=True, type=click.Path(path_type=Path), help="More OKR files it refers to."
)
@rich_click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@rich_click.option(
    "--rejected", type=click.Path(path_type=Path, dir_okay=False), help="Import the sound rows; the rest here."
)
@rich_click.option("--rewrite", is_flag=True, help="Write over a file with comments; they are lost.")
@rich_click.option("--template", type=click.Choice(_FORMS), help="Write an empty table instead.")
@rich_click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the empty table.")
@rich_click.pass_obj
def command(
    options: Options,
    *,
    file: Path | None,
    into: Path | None,
    sheet: str | None,
    delimiter: str | None,
    encoding: str | None,
    decimal: str | None,
    dates: str | None,
    name: str,
    team: str,
    period: str,
    ignored: tuple[str, ...],
    others: tuple[Path, ...],
    dry_run: bool,
    rejected: Path | None,
    rewrite: bool,
    template: str | None,
    out: Path | None,
) -> int:
    """Lay a table of OKRs over a YAML file: rows with a known id change it, others are added, nothing is removed.

    Columns that the table lacks stay as they are. With a problem nothing is written, unless --rejected names a file for
    the rows at fault: mend them there and import that file next. Importing the same table again changes nothing.
    """
    if template is not None:
        return _write_template(template, out)
    if file is None:
        raise UserError(
            "no table is named", where="okr import", advice="align-sync okr import okrs.csv --into okrs/q4.yaml"
        )
    wish = TableWish(
        file=file,
        into=into,
        sheet=sheet,
        delimiter=DELIMITERS[delimiter] if delimiter else None,
        encoding=encoding,
        habits=Habits(decimal=DecimalSign(decimal) if decimal else None, days=DayOrder(dates) if dates else None),
        defaults=Defaults(name=name, team=team.strip(), period=period.strip()),
        ignored=ignored,
        others=(*load(options).settings.okrs, *others),
    )
    return _finish(import_table(wish), _Ending(into=into, rejected=rejected, dry_run=dry_run, rewrite=rewrite))


def _write_template(form: str, out: Path | None) -> int:
    made = empty_table(made_at=read_clock(), form=form)
    if out is None and form == "csv":
        emit(made.decode("utf-8-sig"))
    elif out is None:
        raise UserError("a workbook needs a file", where="--template xlsx", advice="name it: --out okrs.xlsx")
    elif out.exists():
        raise UserError("there is a file already", where=str(out), advice="name another one")
    else:
        write_bytes(out, made)
        say(f"written to {out}; fill it in, then: align-sync okr import {shlex.quote(str(out))} --into okrs/NAME.yaml")
    return exit_codes.FINE


def _finish(result: ImportResult, ending: _Ending) -> int:
    table = result.table
    for note in result.notes:
        say(make_plain(note))
    say_problems(table.problems)
    is_sound = not table.problems
    may_write = not ending.dry_run and not table.is_blocked and (is_sound or ending.rejected is not None)
    if (
        may_write
        and ending.into is not None
        and result.loses_layout
        and not result.plan.is_empty
        and not ending.rewrite
    ):
        raise UserError(
            "the file was written by hand: its comments and its layout would be lost; nothing was written",
            where=str(ending.into),
            advice="import into a file of its own, or agree with --rewrite",
        )
    _show(result, ending, may_write=may_write)
    if may_write and table.rejected and ending.rejected is not None:
        write_bytes(ending.rejected, encode_table(result.rejected, ending.rejected, made_at=read_clock()))
        say(f"{len(table.rejected)} rows are in {ending.rejected}: mend them and import that file next")
    elif table.is_blocked:
        say("nothing was written; what is wrong with the table as a whole comes first")
    elif not is_sound and not ending.dry_run:
        say("nothing was written; --rejected FILE imports the sound rows and keeps the others there")
    return exit_codes.FINE if is_sound else exit_codes.USAGE


def _show(result: ImportResult, ending: _Ending, *, may_write: bool) -> None:
    """The plan is what the command tells; where it prints the file itself, the plan goes beside it."""
    table = result.table
    head = f"{table.imported} sound rows, {len(table.rejected)} rejected: {count_changes(result.plan)}"
    lines = [head, *render_changes(result.plan)]
    prints_file = ending.into is None and not ending.dry_run
    for line in lines:
        (say if prints_file else emit)(make_plain(line))
    if not may_write:
        return
    if ending.into is None:
        emit(result.text)
    elif result.plan.is_empty:
        say(f"nothing changed; {ending.into} stays as it is")
    else:
        write_file(ending.into, result.text)
        say(f"written to {ending.into}; next: align-sync okr plan {shlex.quote(str(ending.into))}")
