"""A plan in words and as JSON: what is created, changed and removed, in the names that the files use."""

import re
from collections.abc import Iterator
from typing import Any

from align_sync.okr.plan import BookPlan, Entry, EntryChange, FieldValue
from align_sync.okr.plan_review import PlanReview

_LONGEST_VALUE = 120


def render_changes(plan: BookPlan, *, linked: tuple[tuple[str, int], ...] = ()) -> tuple[str, ...]:
    """One line for each entry that is created or removed, and one for each field that changes."""
    return tuple(_render(plan, dict(linked)))


def _render(plan: BookPlan, linked: dict[str, int]) -> Iterator[str]:
    for entry in plan.created:
        yield f"  + {entry.kind.value} {entry.key}  {entry.title}"
    for change in plan.changed:
        was = "" if change.key_before == change.key else f"  (was {change.key_before})"
        yield f"  ~ {change.kind.value} {change.key}  {change.title}{was}"
        for field in change.fields:
            yield f"      {say_field(field.name)}: {say_value(field.before)} -> {say_value(field.after)}"
    for entry in plan.removed:
        count = linked.get(entry.key, 0)
        cost = f"  (LINKED: {count} item{'s lose' if count > 1 else ' loses'} it)" if count else ""
        yield f"  - {entry.kind.value} {entry.key}  {entry.title}{cost}"


def count_changes(plan: BookPlan) -> str:
    return (
        f"{len(plan.created)} created, {len(plan.changed)} changed, {len(plan.removed)} removed,"
        f" {plan.unchanged} unchanged"
    )


def list_agreed(review: PlanReview) -> str:
    """`KR-1 (due, metric.target), KR-2 (due)`: what needs a reason."""
    return ", ".join(f"{one.key} ({', '.join(map(say_field, one.fields))})" for one in review.agreed)


def list_linked(review: PlanReview) -> str:
    return ", ".join(f"{key} ({count} item{'s' if count > 1 else ''})" for key, count in review.linked)


_FILE_NAMES = {"commitment": "type", "phases": "pace points"}


def say_field(name: str) -> str:
    """The field as the files name it: `metric.baselineOn`, `match.labels`."""
    name = _FILE_NAMES.get(name, name)
    name = f"match.{name.removeprefix('names.')}" if name.startswith("names.") else name
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


def say_value(value: FieldValue) -> str:
    """Short enough for a line; what is empty is said in a word."""
    said = _say(value)
    return said if len(said) <= _LONGEST_VALUE else f"{said[:_LONGEST_VALUE]}…"


def _say(value: FieldValue | tuple[str | float, float]) -> str:
    if value is None or value in ("", ()):
        return "nothing"
    if isinstance(value, tuple):
        return f"[{', '.join(_say(inner) for inner in value)}]"
    return f"{value:.12g}" if isinstance(value, float | int) else value


def changes_as_json(plan: BookPlan, *, linked: tuple[tuple[str, int], ...] = ()) -> dict[str, Any]:
    counts = dict(linked)
    return {
        "created": [_entry_as_json(entry) for entry in plan.created],
        "changed": [_change_as_json(change) for change in plan.changed],
        "removed": [{**_entry_as_json(entry), "linked_items": counts.get(entry.key, 0)} for entry in plan.removed],
        "unchanged": plan.unchanged,
    }


def _entry_as_json(entry: Entry) -> dict[str, Any]:
    told = {say_field(name): value for name, value in entry.fields if value not in (None, "", ())}
    return {"kind": entry.kind.value, "key": entry.key, "title": entry.title, "fields": told}


def _change_as_json(change: EntryChange) -> dict[str, Any]:
    return {
        "kind": change.kind.value,
        "key": change.key,
        "key_before": change.key_before,
        "title": change.title,
        "fields": [
            {"name": say_field(field.name), "before": field.before, "after": field.after} for field in change.fields
        ],
    }
