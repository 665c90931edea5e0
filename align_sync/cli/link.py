"""`align-sync link`: links made by hand, which count before everything else."""

import click
import rich_click

from align_sync.cli.deciding import read_said, tell, with_reason, with_time
from align_sync.cli.listing import show_list, with_list_options
from align_sync.cli.session import Options, open_session
from align_sync.flows.decide import add_link, list_decisions, remove_link
from align_sync.linking.decisions import DecisionKind


@rich_click.group("link")
def command() -> None:
    """Links made by hand, with author and reason; they count before everything that a tracker says."""


@command.command("add")
@rich_click.argument("item")
@rich_click.argument("key_result")
@with_reason
@with_time
@rich_click.option("--share", type=click.FloatRange(0, 1, min_open=True), help="Which part of the item; 0.7 for 70 %.")
@rich_click.pass_obj
def add(
    options: Options,
    *,
    item: str,
    key_result: str,
    reason: str,
    author: str | None,
    since: str | None,
    until: str | None,
    share: float | None,
) -> None:
    """ITEM serves KEY_RESULT, whatever its labels say; what hangs on it inherits the link."""
    with open_session(options) as app:
        said = read_said(app, author=author, reason=reason, since=since, until=until)
        result = add_link(app, item, key_result, said, share=share)
        tell(app, result, f"linked to {result.what}")


@command.command("remove")
@rich_click.argument("item")
@rich_click.argument("key_result")
@with_reason
@rich_click.pass_obj
def remove(options: Options, *, item: str, key_result: str, reason: str, author: str | None) -> None:
    """Take back a link of ITEM to KEY_RESULT that was made by hand."""
    with open_session(options) as app:
        result = remove_link(app, item, key_result, read_said(app, author=author, reason=reason))
        tell(app, result, f"no longer linked to {result.what} by hand")


@command.command("list")
@with_list_options
@rich_click.pass_obj
def show(options: Options, *, item: str | None, with_ended: bool, form: str, as_json: bool) -> None:
    """Links made by hand that are in force; with --all those that were ended or ran out too."""
    with open_session(options) as app:
        listed = list_decisions(app, DecisionKind.LINK, name=item, with_ended=with_ended)
    show_list(listed, options, form="json" if as_json else form)
