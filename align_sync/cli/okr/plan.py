"""`align-sync okr plan`: what applying the files would change, before anything is written."""

from pathlib import Path

import click
import rich_click

from align_sync.cli.okr.files import choose_files
from align_sync.cli.okr.planned import apply_command, plan_as_json, show_plan
from align_sync.cli.output import deliver, say
from align_sync.cli.session import Options, open_session
from align_sync.flows.okr import plan


@rich_click.command("plan")
@rich_click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@rich_click.option("--json", "as_json", is_flag=True, help="The plan as JSON.")
@rich_click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@rich_click.pass_obj
def command(options: Options, *, paths: tuple[Path, ...], as_json: bool, out: Path | None) -> None:
    """What applying these files and folders would create, change and remove. Nothing is written."""
    with open_session(options) as app:
        proposal = plan(app, choose_files(paths, app.settings.okrs, command="plan"))
        now = app.now()
    deliver(plan_as_json(proposal, paths, now=now) if as_json else show_plan(proposal), out)
    if not proposal.changes_nothing:
        say(f"plan {proposal.review.fingerprint}; to apply exactly this:")
        say(f"  {apply_command(proposal, paths)}")
