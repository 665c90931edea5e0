"""What a person must know of a plan before applying it: what needs a reason, and what removals leave behind."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import orjson

from align_sync.okr.model import Book
from align_sync.okr.plan import BookPlan, EntryChange, EntryKind, FieldChange, plan_apply

_ALWAYS = frozenset(
    {"due", "metric.kind", "metric.direction", "metric.tolerance", "metric.checkpoints"},
)
# The first word on one of these closes a gap; every further one moves what was agreed.
_ONCE_SAID = frozenset(
    {
        "metric.baseline",
        "metric.baseline_on",
        "metric.target",
        "metric.commit",
        "metric.stretch",
        "metric.low",
        "metric.high",
        "metric.zones.fail",
        "metric.zones.commit",
        "metric.zones.target",
        "metric.zones.stretch",
    }
)
_NOTHING = (None, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedChange:
    """A change of what was agreed on a key result that exists, or of the period of its objective."""

    key: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReview:
    """A plan with its consequences. `linked` are the removed key results that items are linked to, and how many."""

    plan: BookPlan
    agreed: tuple[AgreedChange, ...] = ()
    linked: tuple[tuple[str, int], ...] = ()

    @property
    def fingerprint(self) -> str:
        """Names the plan as it is shown: other changes, or other numbers of links that they cost, are another plan."""
        told = orjson.dumps((self.plan.fingerprint, self.linked))
        return hashlib.blake2b(told, digest_size=6).hexdigest()


def review_plan(old: Book, new: Book) -> PlanReview:
    """The plan that makes the new book of the old one; what is linked is known to the store alone."""
    plan = plan_apply(old, new)
    return PlanReview(plan=plan, agreed=tuple(_find_agreed(plan, old, new)))


def removed_key_results(plan: BookPlan) -> tuple[str, ...]:
    return tuple(entry.key for entry in plan.removed if entry.kind is EntryKind.KEY_RESULT)


def with_links(review: PlanReview, counts: Mapping[str, int]) -> PlanReview:
    """With the number of items that are linked to each removed key result; those without any are left out."""
    linked = tuple((key, counts[key]) for key in removed_key_results(review.plan) if counts.get(key))
    return PlanReview(plan=review.plan, agreed=review.agreed, linked=linked)


def _find_agreed(plan: BookPlan, old: Book, new: Book) -> Iterator[AgreedChange]:
    for change in plan.changed:
        if change.kind is EntryKind.OBJECTIVE:
            names = tuple(field.name for field in change.fields if field.name == "period")
        else:
            names = tuple(field.name for field in change.fields if _moves_agreed(field))
            names += _find_moved(change, old, new)
        if names:
            yield AgreedChange(key=change.key, fields=names)


def _moves_agreed(field: FieldChange) -> bool:
    return field.name in _ALWAYS or (field.name in _ONCE_SAID and field.before not in _NOTHING)


def _find_moved(change: EntryChange, old: Book, new: Book) -> tuple[str, ...]:
    """A key result that goes to an objective of another period has another period itself."""
    before, _ = old.by_key[change.key_before.casefold()]
    after, _ = new.by_key[change.key.casefold()]
    return ("period",) if before.key.casefold() != after.key.casefold() and before.period != after.period else ()
