"""`align-sync health`: a yes or a no, for whoever restarts containers."""

import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.output import emit, say
from align_sync.cli.session import Options, load
from align_sync.reports.plain import make_plain


@rich_click.command("health")
@rich_click.pass_obj
def command(options: Options) -> int:
    """Whether the service of this machine works: exit code 0, or 1 with the reason.

    Asks its probes where serve.probes is set, else the database. A tracker that fails is no ailment of the service.
    """
    from align_sync.app import read_clock
    from align_sync.flows.watch import find_ailment

    ailment = find_ailment(load(options).settings, read_clock())
    if ailment:
        say(make_plain(ailment))
        return exit_codes.FINDINGS
    emit("healthy")
    return exit_codes.FINE
