"""`align-sync okr apply`: the OKR book from files into the database, as it was shown."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import rich_click

from align_sync.cli.author import AUTHOR_HELP, name_author
from align_sync.cli.instants import read_instant
from align_sync.cli.okr.files import choose_files
from align_sync.cli.okr.planned import apply_command, say_size, show_plan
from align_sync.cli.output import emit
from align_sync.cli.session import Options, open_session
from align_sync.errors import UserError
from align_sync.flows.link import link
from align_sync.flows.okr import ApplyResult, Approval, PlanRefusedError, Proposal, apply, plan
from align_sync.okr.plan_text import count_changes, list_linked, render_changes

if TYPE_CHECKING:
    from align_sync.app import App


@rich_click.command("apply")
@rich_click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@rich_click.option("--plan", "fingerprint", default=None, help="Apply only the plan that okr plan showed as this.")
@rich_click.option("--yes", is_flag=True, help="Apply whatever the files say, without a question.")
@rich_click.option("--allow-removal", is_flag=True, help="With --yes: also remove key results that items link to.")
@rich_click.option("--reason", default="", help="Why; needed where a target or what else was agreed changes.")
@rich_click.option("--since", default=None, help="Since when it holds: 2026-10-01 or 7d; by default from now.")
@rich_click.option("--author", default=None, help=AUTHOR_HELP)
@rich_click.pass_obj
def command(
    options: Options,
    *,
    paths: tuple[Path, ...],
    fingerprint: str | None,
    yes: bool,
    allow_removal: bool,
    reason: str,
    since: str | None,
    author: str | None,
) -> None:
    """Put the OKRs of these files and folders in force, as a whole, and link all items to them."""
    if allow_removal and not yes:
        raise UserError("--allow-removal goes with --yes", where="okr apply", advice="--plan covers removals by itself")
    with open_session(options) as app:
        chosen = choose_files(paths, app.settings.okrs, command="apply")
        zone, now = app.settings.timezone, app.now()
        held_from_at = read_instant(since, option="--since", now=now, zone=zone, day_begins=True) if since else None
        reason = reason.strip()
        if fingerprint is None and not yes:
            fingerprint, reason = _ask(app, chosen, paths, reason)
        try:
            result = apply(
                app,
                chosen,
                author=name_author(author) or "unknown",
                reason=reason,
                held_from_at=held_from_at,
                approval=Approval(fingerprint=fingerprint, removal=allow_removal),
            )
        except PlanRefusedError as refusal:
            emit(show_plan(refusal.proposal))
            raise
        emit(show_applied(result))
        linked = link(app)
        emit(f"{linked.judged} items judged, {linked.differing} verdicts changed")


def _ask(app: "App", chosen: tuple[Path, ...], paths: tuple[Path, ...], reason: str) -> tuple[str, str]:
    """The fingerprint of the plan that a person agreed to, and why. Raises `UserError` where nobody can be asked."""
    proposal = plan(app, chosen)
    agreed = proposal.review.fingerprint
    if proposal.changes_nothing:
        return agreed, reason
    emit(show_plan(proposal))
    if not sys.stdin.isatty() or os.environ.get("CI"):
        command = apply_command(proposal, paths)
        raise UserError("nobody is here to agree to this plan; nothing was applied", where="okr apply", advice=command)
    if proposal.review.agreed and not reason:
        reason = click.prompt("why does what was agreed change", err=True).strip()
    if not click.confirm("apply this plan?", err=True) or not _agree_to_removal(proposal):
        raise UserError("nothing was applied", where="okr apply", advice="mend the files and run the command again")
    return agreed, reason


def _agree_to_removal(proposal: Proposal) -> bool:
    linked = proposal.review.linked
    return not linked or click.confirm(f"remove {list_linked(proposal.review)}, and lose these links?", err=True)


def show_applied(result: ApplyResult) -> str:
    """What was done, entry by entry."""
    head = say_size(result.book, result.files)
    if result.plan.is_empty:
        return f"{head}: nothing changed"
    return "\n".join((f"{head}: {count_changes(result.plan)}", *render_changes(result.plan)))
