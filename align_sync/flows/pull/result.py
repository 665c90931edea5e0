"""What a pull came to, counted for each source."""

from collections.abc import Callable
from dataclasses import dataclass, field

from align_sync.errors import AlignSyncError, Problem
from align_sync.sync.cursor import SweepKind

OnProgress = Callable[[str, str, int, int], None]
"""Called with source, step in words, how many are done and how many there are (0 where that is not known)."""


def ignore_progress(_source: str, _step: str, _done: int, _total: int) -> None:
    """Nobody looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceResult:
    """`failure` is what stopped the source; the counts are of what was stored before that."""

    source: str
    kind: str
    sweep: SweepKind | None = None
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    entered: int = 0
    left: int = 0
    sprints: int = 0
    requests: int = 0
    received_bytes: int = 0
    problems: tuple[Problem, ...] = ()
    failure: AlignSyncError | None = None
    is_resumed: bool = False

    @property
    def is_complete(self) -> bool:
        return self.failure is None


@dataclass(frozen=True, slots=True, kw_only=True)
class PullResult:
    sources: tuple[SourceResult, ...] = ()

    @property
    def is_partial(self) -> bool:
        return any(not result.is_complete for result in self.sources)


@dataclass(slots=True, kw_only=True)
class Counts:
    """Counted up while a sweep goes on."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    entered: int = 0
    left: int = 0
    sprints: int = 0
    problems: list[Problem] = field(default_factory=list)
