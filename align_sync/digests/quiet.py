"""In which state a digest is: what is said aloud, what stays unsaid, and what nobody can be sure of."""

from dataclasses import dataclass

from align_sync.digests.model import Digest, DigestState
from align_sync.digests.past import count_quiet, is_first, last_said
from align_sync.digests.policy import DigestPolicy
from align_sync.digests.reasons import FIRST_IS_UNRELIABLE

_ROUNDING_NOISE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found out of this week. `unusable` is why nothing can be said at all, `unsure` why no item is named."""

    coverage: float | None
    unlinked: int
    unlinked_hash: str
    unusable: str = ""
    unsure: str = ""


def decide_state(
    found: Finding, past: tuple[Digest, ...], policy: DigestPolicy, *, force: bool
) -> tuple[DigestState, str]:
    """The state and why. `past` are earlier digests, the newest first; with `force` it is never silent."""
    is_preview = policy.preview_first and is_first(past)
    if found.unusable:
        return DigestState.WITHHELD, found.unusable
    if found.unsure:
        # What goes wrong in the very first one is for the administrators too.
        return (DigestState.WITHHELD, FIRST_IS_UNRELIABLE) if is_preview else (DigestState.PARTIAL, found.unsure)
    if is_preview:
        return DigestState.PREVIEW, ""
    if policy.quiet_if_unchanged and not force and _is_same(found, past, policy.quiet_points):
        is_due = count_quiet(past) + 1 >= policy.remind_after_weeks
        return (DigestState.UNCHANGED if is_due else DigestState.QUIET), ""
    return (DigestState.NEWS if found.unlinked else DigestState.CLEAN), ""


def _is_same(found: Finding, past: tuple[Digest, ...], quiet_points: float) -> bool:
    """Compared with what was last said, so that a slow drift is told once it is far enough."""
    said = last_said(past)
    if said is None or said.coverage is None or found.coverage is None:
        return False
    moved = abs(found.coverage - said.coverage) * 100
    return found.unlinked_hash == said.unlinked_hash and moved <= quiet_points + _ROUNDING_NOISE
