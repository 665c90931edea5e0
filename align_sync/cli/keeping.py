"""Reports that are shown are kept; where that fails they are shown all the same."""

from typing import TYPE_CHECKING

from align_sync.cli.output import say
from align_sync.errors import StoreError
from align_sync.flows.snapshots import keep
from align_sync.reports.model import AlignmentReport

if TYPE_CHECKING:
    from align_sync.app import App


def keep_shown(app: "App", built: AlignmentReport) -> AlignmentReport:
    """The report under the name of its copy, or as it is, with the reason why there is none."""
    try:
        return keep(app, built)
    except StoreError as error:
        say(f"no copy of this report was kept: {error}")
        return built
