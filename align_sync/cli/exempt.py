"""`align-sync exempt`: exemptions made by hand, each with a category and a reason, and mostly with an end."""

import rich_click

from align_sync.cli.deciding import read_said, tell, with_reason, with_time
from align_sync.cli.listing import show_list, with_list_options
from align_sync.cli.session import Options, open_session
from align_sync.flows.decide import add_exemption, expire_exemption, list_decisions
from align_sync.linking.decisions import DecisionKind
from align_sync.linking.policy import CATEGORIES


@rich_click.group("exempt")
def command() -> None:
    """Exemptions made by hand: work that may serve no key result. Those by rule are in the settings."""


@command.command("add")
@rich_click.argument("item")
@rich_click.option("--category", required=True, help=f"{', '.join(CATEGORIES)}, or one of policy.categories.")
@with_reason
@with_time
@rich_click.pass_obj
def add(
    options: Options,
    *,
    item: str,
    category: str,
    reason: str,
    author: str | None,
    since: str | None,
    until: str | None,
) -> None:
    """ITEM, and what hangs on it, may serve no key result."""
    with open_session(options) as app:
        said = read_said(app, author=author, reason=reason, since=since, until=until)
        result = add_exemption(app, item, category, said)
        tell(app, result, f"exempt as {result.what}")


@command.command("expire")
@rich_click.argument("item")
@with_reason
@rich_click.pass_obj
def expire(options: Options, *, item: str, reason: str, author: str | None) -> None:
    """End the exemption of ITEM now."""
    with open_session(options) as app:
        result = expire_exemption(app, item, read_said(app, author=author, reason=reason))
        tell(app, result, "no longer exempt by hand")


@command.command("list")
@with_list_options
@rich_click.pass_obj
def show(options: Options, *, item: str | None, with_ended: bool, form: str, as_json: bool) -> None:
    """Exemptions made by hand that are in force; with --all those that were ended or ran out too."""
    with open_session(options) as app:
        listed = list_decisions(app, DecisionKind.EXEMPTION, name=item, with_ended=with_ended)
    show_list(listed, options, form="json" if as_json else form)
