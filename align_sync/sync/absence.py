"""What it means that an item is not there: moved, not yet indexed, unreadable, or gone after two looks.

Absence is not deletion. An item that a listing leaves out is fetched by its identifier first; only what cannot be had
even so counts as missing, and only the second complete sweep in a row that misses it makes it gone. Too much missing at
once is refused: an emptied account, a lost permission and a real clean-up look the same from outside.
"""

from collections.abc import Collection
from dataclasses import dataclass

from align_sync.errors import UnsafeSweepError

SWEEPS_UNTIL_GONE = 2
ALWAYS_SAFE_COUNT = 10
UNSAFE_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An item that could not be had, and how many complete sweeps in a row missed it before this one."""

    external_id: str
    missed_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsencePlan:
    """`suspects` are counted up, `gone` are marked as gone and leave their sprints."""

    suspects: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def plan_absence(
    missing: tuple[Missing, ...], *, known_count: int, members: Collection[str], source: str, accept_shrink: bool
) -> AbsencePlan:
    """Decide on what a complete sweep could not find. Raises `UnsafeSweepError` where it is too much at once.

    `members` are all items in open sprints: all of them at once are too much, however few they are. Where a person has
    said that it is true, it is not asked for a second time.
    """
    limit = max(ALWAYS_SAFE_COUNT, int(known_count * UNSAFE_SHARE))
    is_emptied = len(members) > 1 and {m.external_id for m in missing}.issuperset(members)
    if len(missing) > limit or is_emptied:
        if accept_shrink:
            return AbsencePlan(gone=tuple(m.external_id for m in missing))
        raise UnsafeSweepError(
            f"{len(missing)} of {known_count} known items are not there any more, more than is believed at once",
            where=source,
            advice=f"check the account's permissions; if it is true: align-sync sync --source {source} --accept-shrink",
        )
    gone = tuple(m.external_id for m in missing if m.missed_before + 1 >= SWEEPS_UNTIL_GONE)
    suspects = tuple(m.external_id for m in missing if m.missed_before + 1 < SWEEPS_UNTIL_GONE)
    return AbsencePlan(suspects=suspects, gone=gone)
