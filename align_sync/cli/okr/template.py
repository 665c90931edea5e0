"""`align-sync okr template`: a commented file to begin with."""

from pathlib import Path
from zoneinfo import ZoneInfo

import click
import rich_click

from align_sync.app import read_clock
from align_sync.cli.author import name_author
from align_sync.cli.output import emit, say, write_file
from align_sync.cli.session import Options, load
from align_sync.errors import UserError
from align_sync.okr.book_yaml import parse_book
from align_sync.okr.model import Level
from align_sync.okr.period import parse_period
from align_sync.okr.template import Language, TemplateWish, name_quarter, write_template


@rich_click.command("template")
@rich_click.option("-t", "--team", default="Payments", show_default=True, help="Whose OKRs these are.")
@rich_click.option("--period", default=None, help="2026-Q4, 2026-H2, 2026-11 and the like; by default this quarter.")
@rich_click.option("--owner", default=None, help="Who answers for them; by default the user of this machine.")
@rich_click.option(
    "--language",
    type=click.Choice([language.value for language in Language]),
    default=Language.ENGLISH.value,
    show_default=True,
    help="Of comments and examples.",
)
@rich_click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    default=Level.TEAM.value,
    show_default=True,
    help="Where these OKRs stand in the cascade.",
)
@rich_click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@rich_click.option("--force", is_flag=True, help="Write over the file that is there.")
@rich_click.pass_obj
def command(
    options: Options,
    *,
    team: str,
    period: str | None,
    owner: str | None,
    language: str,
    level: str,
    out: Path | None,
    force: bool,
) -> None:
    """A commented OKR file with a complete example, that okr validate finds sound."""
    settings = load(options).settings
    today = read_clock().astimezone(ZoneInfo(settings.timezone)).date()
    period = period.strip() if period else name_quarter(today)
    span = parse_period(period)
    if span is None:
        raise UserError(f"{period!r} is no period", where="--period", advice="write 2026-Q4, 2026-H2, 2026-11 or 2026")
    text = write_template(
        TemplateWish(
            team=team.strip(),
            period=period,
            span=span,
            owner=name_author(owner) or "you@example.com",
            level=Level(level),
            language=Language(language),
        )
    )
    _, problems = parse_book([("the template", text)])
    if problems:
        message = "the name of the team, the period or the owner cannot stand in an OKR file"
        raise UserError(message, where="okr template", problems=problems, advice="write it in one short line")
    if out is None:
        emit(text)
        return
    if out.exists() and not force:
        raise UserError("there is a file already", where=str(out), advice="name another one, or add --force")
    write_file(out, text)
    say(f"written to {out}; next: align-sync okr validate {out}")
