"""Which key results nobody works on, the most pressing first, and which no coming sprint has work for."""

from collections.abc import Iterable
from datetime import UTC, datetime

from align_sync.reports.model import KeyResultLine

_NEVER = datetime.min.replace(tzinfo=UTC)


def rank_idle(lines: Iterable[KeyResultLine]) -> tuple[KeyResultLine, ...]:
    """By weight times days behind, where they are known and any; then by weight, then by how long nobody worked."""
    return tuple(
        sorted(
            (line for line in lines if line.is_idle),
            key=lambda line: (
                -line.weight * max(0.0, line.days_behind or 0.0),
                -line.weight,
                line.last_work_at or _NEVER,
                line.key.casefold(),
                line.key,
            ),
        )
    )


def unplanned(lines: Iterable[KeyResultLine]) -> tuple[KeyResultLine, ...]:
    """Those without work in the sprints to come; none where no coming sprint is known."""
    return tuple(line for line in lines if line.planned == 0)
