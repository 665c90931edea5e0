"""Coverage over sprints or weeks: one point each, judged by what was in force then."""

from dataclasses import dataclass
from datetime import datetime

from align_sync.reports.model import AlignmentReport, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """One sprint or week. `tally` is None where nothing was known then, which is not the same as nothing at all."""

    label: str
    at: datetime
    tally: Tally | None
    command: str

    @property
    def coverage(self) -> float | None:
        """None where it is not known, or withheld: a gap, never a zero."""
        return self.tally.coverage if self.tally else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The points of one team, or of all together, the oldest first."""

    team: str
    goal: float
    timezone: str
    points: tuple[TrendPoint, ...]
    is_sample: bool = False


def build_point(label: str, at: datetime, report: AlignmentReport, command: str) -> TrendPoint:
    """Nothing was known where no source had been read, or no item was in scope."""
    # Work that nobody estimated is there, though it weighs nothing: its points are withheld with the reason.
    has_work = any(tally.total > 0 for tally in (report.headline, *report.lenses))
    is_known = report.data_as_of is not None and has_work
    return TrendPoint(label=label, at=at, tally=report.headline if is_known else None, command=command)
