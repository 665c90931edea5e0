"""Two versions of the book side by side, and everything that became of one entry."""

from dataclasses import dataclass, replace
from datetime import datetime

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.okr.model import Book
from align_sync.okr.plan import BookPlan, plan_apply
from align_sync.okr.plan_trail import Trail, only
from align_sync.store.books import AppliedBook, load_versions


@dataclass(frozen=True, slots=True, kw_only=True)
class BookVersion:
    """One application of the book, with what it changed in the version before; `number` counts from the first."""

    number: int
    applied_at: datetime
    applied_by: str
    held_from_at: datetime
    reason: str
    plan: BookPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """From one version to a later one: `versions` are those after the first up to the second, the oldest first.

    `before` is None where the first version is the time before any book.
    """

    before: BookVersion | None
    versions: tuple[BookVersion, ...]
    plan: BookPlan


def compare_versions(
    app: App, *, since: datetime | None = None, until: datetime | None = None, key: str | None = None
) -> Comparison:
    """The version in force at `until` (now) against the one at `since` (the version before it). Raises `UserError`."""
    versions = _load(app)
    later = _find(versions, until) if until else 0
    if later == len(versions):
        raise UserError(
            "no book was in force then", where="--to", advice="align-sync okr diff --log lists all versions"
        )
    earlier = _find(versions, since) if since else later + 1
    if earlier < later:
        raise UserError("--from is after --to", where="okr diff", advice="swap them")
    between = tuple(_tell(versions, place) for place in range(earlier - 1, later - 1, -1))
    before = _tell(versions, earlier) if earlier < len(versions) else None
    old = versions[earlier].book if before else Book()
    plan = plan_apply(old, versions[later].book)
    if key is None:
        return Comparison(before=before, versions=between, plan=plan)
    trail = Trail.of(key, old, *(versions[place].book for place in range(earlier - 1, later - 1, -1)))
    _check_known(trail, key)
    followed = tuple(replace(version, plan=only(version.plan, trail)) for version in between)
    return Comparison(before=before, versions=followed, plan=only(plan, trail))


def list_versions(app: App, *, key: str | None = None) -> tuple[BookVersion, ...]:
    """All versions, the newest first; with a key only those that touched it, under whichever key it had then."""
    versions = _load(app)
    told = (_tell(versions, place) for place in range(len(versions)))
    if key is None:
        return tuple(told)
    trail = Trail.of(key, *(version.book for version in reversed(versions)))
    _check_known(trail, key)
    followed = (replace(version, plan=only(version.plan, trail)) for version in told)
    return tuple(version for version in followed if not version.plan.is_empty)


def _check_known(trail: Trail, key: str) -> None:
    if not trail.is_known:
        raise UserError(
            f"no version of the book has {key!r}", where="okr diff", advice="align-sync okr tree lists them"
        )


def _load(app: App) -> list[AppliedBook]:
    """The newest first."""
    with app.store.read() as connection:
        versions = list(load_versions(connection))
    if not versions:
        raise UserError("no OKR book has been applied yet", where="okr diff", advice="align-sync okr apply okrs/")
    return versions


def _find(versions: list[AppliedBook], at: datetime) -> int:
    """The place of the version that held at the instant; the number of versions where none did."""
    return next((place for place, one in enumerate(versions) if one.held_from_at <= at), len(versions))


def _tell(versions: list[AppliedBook], place: int) -> BookVersion:
    version = versions[place]
    before = versions[place + 1].book if place + 1 < len(versions) else Book()
    return BookVersion(
        number=len(versions) - place,
        applied_at=version.applied_at,
        applied_by=version.applied_by,
        held_from_at=version.held_from_at,
        reason=version.reason,
        plan=plan_apply(before, version.book),
    )
