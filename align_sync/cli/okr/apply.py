"""`align-sync okr apply`: the OKR book from files into the database."""

import getpass
from pathlib import Path

import click
import rich_click

from align_sync.cli.output import emit
from align_sync.cli.session import Options, open_session
from align_sync.errors import UserError
from align_sync.flows.link import link
from align_sync.flows.okr import ApplyResult, apply

AUTHOR_HELP = "Who applies it; by default the user of this machine."


@rich_click.command("apply")
@rich_click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@rich_click.option("--author", default=None, help=AUTHOR_HELP)
@rich_click.pass_obj
def command(options: Options, *, paths: tuple[Path, ...], author: str | None) -> None:
    """Put the OKRs of these files and folders in force, as a whole, and link all items to them."""
    with open_session(options) as app:
        chosen = paths or app.settings.okrs
        if not chosen:
            raise UserError(
                "no file or folder is named",
                where="okr apply",
                advice="align-sync okr apply okrs/, or set okrs in align-sync.toml",
            )
        result = apply(app, chosen, author=author or _user())
        emit(show_applied(result))
        linked = link(app)
        emit(f"{linked.judged} items judged, {linked.differing} verdicts changed")


def _user() -> str:
    try:
        return getpass.getuser()
    except OSError:
        return "unknown"


def show_applied(result: ApplyResult) -> str:
    plan = result.plan
    count = len(result.book.key_results)
    head = f"{len(result.book.objectives)} objectives, {count} key results from {result.files} files"
    if plan.is_empty:
        return f"{head}: nothing changed"
    lines = [f"{head}: {len(plan.created)} created, {len(plan.changed)} changed, {len(plan.removed)} removed"]
    lines += [f"  + {entry.key}  {entry.title}" for entry in plan.created]
    lines += [f"  ~ {change.key}: {', '.join(field.name for field in change.fields)}" for change in plan.changed]
    lines += [f"  - {entry.key}  {entry.title}" for entry in plan.removed]
    return "\n".join(lines)
