"""What a report needs to know beyond the items of its sprints."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from align_sync.okr.standing import Standings
from align_sync.reports.model import KeyResultWork, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`work` is what the whole store holds for each key result; for one that is not in it, what the items say counts.

    `has_sprint_ahead` tells whether a coming sprint is known for the sources in scope. `days_behind` is how late each
    key result is, by key. `standings` are how key results and objectives stand, None where nobody asked. `earlier` are
    the tallies of an earlier report by team, to see what rose since.
    """

    work: tuple[KeyResultWork, ...] = ()
    has_sprint_ahead: bool = False
    days_behind: Mapping[str, float | None] = field(default_factory=dict)
    standings: Standings | None = None
    earlier: Mapping[str, Tally] = field(default_factory=dict)


NOTHING_KNOWN = Known()
