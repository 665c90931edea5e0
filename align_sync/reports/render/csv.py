"""The items (or key results) as RFC 4180, one record a line, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from align_sync.reports.model import AlignmentReport, KeyResultLine, Lens, ReportItem
from align_sync.reports.plain import make_plain
from align_sync.reports.render.standing_records import list_standing
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
    "exempt_category",
    "exempt_reason",
    "exempt_until",
    "grace_day",
    "grace_until",
    "disputed_by",
    "decided_by",
    "points_imputed",
    "days",
    "linked_since",
    "components",
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
    "weight",
    "weight_share",
    "effort_items",
    "effort_points",
    "effort_days",
    "planned",
    "last_work_at",
    "days_behind",
    "unit",
    "baseline",
    "target",
    "value",
    "value_as_of",
    "progress",
    "expected",
    "health",
    "health_policy",
    "health_because",
    "confidence",
    "failure",
)
_FORMULA_STARTS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


_Cell = str | float | None
"""A text from anywhere, or a number of ours; None where nobody knows."""


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


def _write(columns: Sequence[str], records: Iterable[Sequence[_Cell]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_write_cell(cell) for cell in record] for record in records)
    return out.getvalue()


def _write_cell(cell: _Cell) -> str:
    """Numbers with four digits, since shares are told from each other by them; -2 days are no formula."""
    if cell is None:
        return ""
    return guard(cell) if isinstance(cell, str) else f"{cell:.4f}".rstrip("0").rstrip(".")


def _write_day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def _item_cells(item: ReportItem) -> list[_Cell]:
    return [*_describe(item), *_describe_judgement(item)]


def _describe(item: ReportItem) -> list[_Cell]:
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
        item.suggestion,
        item.fixes[0] if item.fixes else "",
        "; ".join(item.labels),
        item.parent,
        "; ".join(item.relations),
        item.container,
        item.assignee,
        item.priority,
        item.points,
        item.address,
        stamp(item.updated_at),
        stamp(item.entered_at),
    ]


def _describe_judgement(item: ReportItem) -> list[_Cell]:
    exempted, waiting = item.exempted, item.waiting
    return [
        exempted.category if exempted else None,
        exempted.reason if exempted else None,
        _write_day(exempted.expires_on) if exempted else None,
        waiting.day if waiting else None,
        _write_day(waiting.ends_on) if waiting else None,
        item.dispute.author if item.dispute else None,
        item.decided_by.value if item.decided_by else None,
        item.imputed_points,
        item.days,
        stamp(item.linked_at),
        "; ".join(item.components),
    ]


def _key_result_cells(line: KeyResultLine) -> list[_Cell]:
    return [
        line.key,
        line.title,
        line.objective_key,
        line.objective,
        line.team,
        line.period,
        line.owner,
        line.items,
        line.share_sum,
        "idle" if line.is_idle else "",
        line.weight,
        line.weight_share,
        *(line.effort.get(lens) for lens in Lens),
        line.planned,
        stamp(line.last_work_at),
        line.days_behind,
        *list_standing(line),
    ]
