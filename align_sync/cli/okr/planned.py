"""How a plan is shown before it is applied, and the command that applies exactly this one."""

import shlex
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import orjson

from align_sync.flows.okr import Proposal
from align_sync.okr.model import Book
from align_sync.okr.plan_text import (
    changes_as_json,
    count_changes,
    list_agreed,
    list_linked,
    render_changes,
    say_field,
)
from align_sync.reports.words import count

SCHEMA_VERSION = "1.0"
"""Of what these commands tell as JSON; a field that goes makes a new one."""


def apply_command(proposal: Proposal, paths: Iterable[Path]) -> str:
    """What to paste; without paths the settings name the files."""
    words = ["align-sync", "okr", "apply", *map(str, paths), "--plan", proposal.review.fingerprint]
    return shlex.join(words) + (' --reason "..."' if proposal.review.agreed else "")


def show_plan(proposal: Proposal) -> str:
    """The plan in words; says so where nothing changes."""
    review = proposal.review
    head = say_size(proposal.book, proposal.files)
    if proposal.changes_nothing:
        return f"{head}: nothing changed"
    lines = [f"{head}: {count_changes(review.plan)}", *render_changes(review.plan, linked=review.linked)]
    if review.agreed:
        lines.append(f"needs a reason, as it changes what was agreed: {list_agreed(review)}")
    if review.linked:
        lines.append(f"takes away what items are linked to: {list_linked(review)}")
    return "\n".join(lines)


def say_size(book: Book, files: int) -> str:
    """`3 objectives, 9 key results from 2 files`."""
    objectives, key_results = count(len(book.objectives), "objective"), count(len(book.key_results), "key result")
    return f"{objectives}, {key_results} from {count(files, 'file')}"


def plan_as_json(proposal: Proposal, paths: Iterable[Path], *, now: datetime) -> str:
    review = proposal.review
    told = {
        "schema_version": SCHEMA_VERSION,
        "generated_at": now,
        "files": proposal.files,
        "fingerprint": review.fingerprint,
        **changes_as_json(review.plan, linked=review.linked),
        "needs_reason": [{"key": one.key, "fields": [say_field(name) for name in one.fields]} for one in review.agreed],
        "command": None if proposal.changes_nothing else apply_command(proposal, paths),
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode()
