"""The items (or key results) as RFC 4180, one record a line, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

from align_sync.reports.model import AlignmentReport, KeyResultLine, ReportItem
from align_sync.reports.plain import make_plain
from align_sync.reports.render.view import View, items_of
from align_sync.reports.words import SAMPLE_NOTICE, quantity, stamp

ITEM_COLUMNS = (
    "sample",
    "source",
    "key",
    "title",
    "kind",
    "status",
    "status_category",
    "team",
    "sprint",
    "bucket",
    "because",
    "key_results",
    "suggestion",
    "fix",
    "labels",
    "parent",
    "relations",
    "container",
    "assignee",
    "priority",
    "points",
    "address",
    "updated_at",
    "entered_at",
)
KEY_RESULT_COLUMNS = (
    "sample",
    "key_result",
    "title",
    "objective_key",
    "objective",
    "team",
    "period",
    "owner",
    "items",
    "share_sum",
    "idle",
)
_FORMULA_STARTS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def render_csv(report: AlignmentReport, view: View = View.ALIGNMENT) -> str:
    """A header and one record for each item, for each key result where the view is that of key results."""
    sample = SAMPLE_NOTICE if report.is_sample else ""
    if view is View.KEY_RESULTS:
        return _write(KEY_RESULT_COLUMNS, ([sample, *_key_result_cells(line)] for line in report.key_results))
    return _write(ITEM_COLUMNS, ([sample, *_item_cells(item)] for item in items_of(report, view)))


def guard(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    plain = make_plain(text)
    starts = {text[:1], plain.lstrip()[:1]}
    return f"'{plain}" if starts & _FORMULA_STARTS else plain


def _write(columns: Sequence[str], records: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([guard(cell) for cell in record] for record in records)
    return out.getvalue()


def _item_cells(item: ReportItem) -> list[str]:
    return [
        item.source,
        item.key,
        item.title,
        item.kind_name or item.kind.value,
        item.status,
        item.status_category.value,
        item.team,
        item.sprint,
        item.bucket.value,
        item.because,
        "; ".join(f"{link.key_result}={quantity(link.share)}" for link in item.links),
        item.suggestion or "",
        item.fixes[0] if item.fixes else "",
        "; ".join(item.labels),
        item.parent or "",
        "; ".join(item.relations),
        item.container,
        item.assignee or "",
        item.priority or "",
        quantity(item.points),
        item.address,
        stamp(item.updated_at) or "",
        stamp(item.entered_at) or "",
    ]


def _key_result_cells(line: KeyResultLine) -> list[str]:
    return [
        line.key,
        line.title,
        line.objective_key,
        line.objective,
        line.team,
        line.period,
        line.owner,
        str(line.items),
        quantity(line.share_sum),
        "idle" if line.is_idle else "",
    ]
