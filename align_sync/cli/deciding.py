"""What the commands that decide something have in common: who and why, the link that follows, and what is said then."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import rich_click

from align_sync.cli.author import AUTHOR_HELP, name_author
from align_sync.cli.instants import read_day, read_instant
from align_sync.cli.output import emit
from align_sync.flows.decide import DecisionResult, Said
from align_sync.flows.explain import explain
from align_sync.flows.link import link
from align_sync.reports.commands import explain_command
from align_sync.reports.words import count

if TYPE_CHECKING:
    from align_sync.app import App

F = TypeVar("F", bound=Callable[..., object])


def with_reason(command: F) -> F:
    """The options that every decision has."""
    author = rich_click.option("--author", default=None, help=AUTHOR_HELP)
    return author(rich_click.option("--reason", required=True, help="Why, in words that others understand.")(command))


def with_time(command: F) -> F:
    """From when on it holds, and until when."""
    since = rich_click.option(
        "--since", default=None, help="Since when it holds: 2026-10-01 or 7d; by default from now."
    )
    return since(
        rich_click.option("--until", default=None, help="The last day on which it holds; by default for good.")(command)
    )


def read_said(
    app: "App", *, author: str | None, reason: str, since: str | None = None, until: str | None = None
) -> Said:
    zone = app.settings.timezone
    return Said(
        author=name_author(author),
        reason=reason,
        since_at=read_instant(since, option="--since", now=app.now(), zone=zone, day_begins=True) if since else None,
        expires_on=read_day(until, option="--until"),
    )


def tell(app: "App", result: DecisionResult, done: str) -> None:
    """Link anew what the decision is about, and say how the item stands now."""
    if not result.is_new:
        emit(f"{result.ref.key} {result.title}: said before, nothing changed")
        return
    linked = link(app)
    now = explain(app, f"{result.ref.key}@{result.ref.source}")
    emit(f"{result.ref.key} {result.title}: {done}")
    emit(f"  now {now.item.bucket.value}: {now.item.because}")
    if linked.is_busy:
        emit(f"  another process links now, and counts it in its next run; {explain_command(result.ref.key)}")
        return
    judged, changed = count(linked.judged, "item"), count(linked.differing, "verdict")
    emit(f"  {judged} judged, {changed} changed; {explain_command(result.ref.key)}")
