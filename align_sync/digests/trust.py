"""Whether the data behind a digest can be trusted: how old each source is, and whether anything vanished."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from align_sync.digests.model import Digest, SourceNote
from align_sync.digests.policy import DigestPolicy
from align_sync.digests.reasons import FELL
from align_sync.reports.model import AlignmentReport, SourceLine, SourceState

_UNLINKED_MAY_FALL = 0.5
_ITEMS_MAY_FALL = 0.2


def choose_sources(report: AlignmentReport, kinds: Collection[str] = ()) -> tuple[SourceLine, ...]:
    """Those that a team is judged by: where it has work in the report, and those of the kinds that its settings name.

    What failed keeps the items and sprints that it had, so that a source is missed here only where none of the team's
    was ever read from it; then it counts if the settings name it. All of them where nothing tells where the work is.
    """
    named = {line.source for line in report.sources if line.kind in kinds}
    own = named | {item.source for item in report.items} | {sprint.source for sprint in report.sprints}
    return tuple(line for line in report.sources if line.source in own) or report.sources


def narrow_sources(report: AlignmentReport, lines: Iterable[SourceLine]) -> AlignmentReport:
    """The report as of these sources, which are all that its items are from."""
    lines = tuple(lines)
    moments = (line.complete_at for line in lines if line.complete_at is not None)
    return replace(report, sources=lines, data_as_of=min(moments, default=None))


def note_sources(lines: Iterable[SourceLine], policy: DigestPolicy, now: datetime) -> tuple[SourceNote, ...]:
    """The sources as the digest sees them: what reports call fresh may be too old to name anybody's work by it."""
    notes = []
    for line in sorted(lines, key=lambda line: line.source):
        note = SourceNote(
            source=line.source, state=line.state.value, complete_at=line.complete_at, failure=line.failure
        )
        is_old = line.complete_at is not None and now - line.complete_at > policy.fresh
        notes.append(
            replace(note, state=SourceState.STALE.value) if line.state is SourceState.FRESH and is_old else note
        )
    return tuple(notes)


def is_reliable(note: SourceNote) -> bool:
    return note.state == SourceState.FRESH and not note.failure


def find_unusable(lines: Iterable[SourceLine], policy: DigestPolicy, now: datetime) -> frozenset[str]:
    """Sources that were never read, or too long ago to say anything of this week: they are left out and named."""
    return frozenset(
        line.source
        for line in lines
        if line.state is SourceState.NEVER or line.complete_at is None or now - line.complete_at > policy.unusable
    )


def suspect_loss(unlinked: int, items: int, before: Digest | None) -> str:
    """Why it looks as if items went missing rather than got linked; empty where nothing does."""
    if before is None:
        return ""
    fell, lost = before.unlinked - unlinked, before.items - items
    if fell <= _UNLINKED_MAY_FALL * before.unlinked or lost <= _ITEMS_MAY_FALL * before.items:
        return ""
    return FELL.format(before=before.unlinked, after=unlinked, items_before=before.items, items_after=items)
