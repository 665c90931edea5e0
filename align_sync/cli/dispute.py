"""`align-sync dispute ITEM`: somebody says that the verdict is wrong, which may be the fault of a rule."""

import rich_click

from align_sync.cli.deciding import read_said, tell, with_reason
from align_sync.cli.session import Options, open_session
from align_sync.flows.decide import dispute, withdraw_dispute


@rich_click.command("dispute")
@rich_click.argument("item")
@with_reason
@rich_click.option("--withdraw", is_flag=True, help="Take the dispute back: it was settled.")
@rich_click.pass_obj
def command(options: Options, *, item: str, reason: str, author: str | None, withdraw: bool) -> None:
    """Say that the verdict on ITEM is wrong. Nobody is asked to act on it, and its rule is to be looked at."""
    with open_session(options) as app:
        said = read_said(app, author=author, reason=reason)
        if withdraw:
            tell(app, withdraw_dispute(app, item, said), "no longer disputed")
        else:
            tell(app, dispute(app, item, said), "disputed; align-sync report --disputed lists all disputes")
