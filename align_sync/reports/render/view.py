"""What a reader asks for: which part of the report, in which format, on which screen."""

from dataclasses import dataclass, replace
from enum import StrEnum

from align_sync.reports.commands import narrow
from align_sync.reports.model import AlignmentReport, ReportItem


class View(StrEnum):
    """The whole report, only the items that ask somebody to act, or only the key results."""

    ALIGNMENT = "alignment"
    UNLINKED = "unlinked"
    KEY_RESULTS = "krs"


class Format(StrEnum):
    TABLE = "table"
    MARKDOWN = "md"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """Where a table goes; anything that is no terminal gets plain rows separated by tabs."""

    width: int = 80
    colour: bool = False
    is_terminal: bool = False


PIPE = Screen()


def items_of(report: AlignmentReport, view: View) -> tuple[ReportItem, ...]:
    """The items that this view shows; key results are shown without any."""
    return tuple(
        item for item in report.items if view is View.ALIGNMENT or (view is View.UNLINKED and item.bucket.is_actionable)
    )


def lists_all(report: AlignmentReport) -> bool:
    """Whether the items of the report are all that its figures are of, so that what is not listed is not there."""
    return report.filters == narrow(report.filters)


def asks_for_actionable(report: AlignmentReport) -> bool:
    """Whether a list without actionable items means that there are none, and not that nobody asked for them."""
    wanted = report.filters.buckets
    is_by_bucket = report.filters == replace(narrow(report.filters), buckets=wanted)
    return is_by_bucket and (not wanted or any(bucket.is_actionable for bucket in wanted))


HEADINGS = {
    View.ALIGNMENT: "Sprint alignment",
    View.UNLINKED: "Sprint work that serves no key result",
    View.KEY_RESULTS: "Key results and the work on them",
}
