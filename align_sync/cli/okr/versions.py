"""Versions of the book in words and as JSON: when, by whom, why, and what each changed."""

from collections.abc import Iterable, Iterator
from typing import Any

from align_sync.flows.okr import BookVersion, Comparison
from align_sync.okr.plan_text import changes_as_json, count_changes, render_changes
from align_sync.reports.plain import make_plain
from align_sync.reports.words import moment


def show_comparison(found: Comparison, zone: str) -> str:
    """Between which versions, by whom each was applied and why, and then all that differs."""
    lines = [f"from  {_say(found.before, zone)}" if found.before else "from  before the first version"]
    lines += [f"to    {_say(version, zone)}" for version in found.versions]
    lines += (
        [count_changes(found.plan), *render_changes(found.plan)] if not found.plan.is_empty else ["nothing changed"]
    )
    return "\n".join(lines)


def show_log(versions: Iterable[BookVersion], zone: str) -> str:
    return "\n".join(_list(versions, zone))


def _list(versions: Iterable[BookVersion], zone: str) -> Iterator[str]:
    for version in versions:
        yield _say(version, zone)
        yield from render_changes(version.plan)


def _say(version: BookVersion, zone: str) -> str:
    applied = f"version {version.number}, applied {moment(version.applied_at, zone)} by {version.applied_by}"
    is_late = version.held_from_at != version.applied_at
    since = f", in force since {moment(version.held_from_at, zone)}" if is_late else ""
    return make_plain(f"{applied}{since}: {version.reason}" if version.reason else f"{applied}{since}")


def comparison_as_json(found: Comparison) -> dict[str, Any]:
    return {
        "before": _head_as_json(found.before) if found.before else None,
        "versions": [version_as_json(one) for one in found.versions],
        **changes_as_json(found.plan),
    }


def version_as_json(version: BookVersion) -> dict[str, Any]:
    return {**_head_as_json(version), **changes_as_json(version.plan)}


def _head_as_json(version: BookVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "applied_at": version.applied_at,
        "applied_by": version.applied_by,
        "held_from_at": version.held_from_at,
        "reason": version.reason,
    }
