"""`align-sync sync`: one pull of all sources, then the verdicts."""

import orjson
import rich_click

from align_sync.app import App
from align_sync.cli import exit_codes
from align_sync.cli.output import ProgressLine, emit, say, say_error, say_problems
from align_sync.cli.rules import show_rules
from align_sync.cli.session import Options, open_session
from align_sync.errors import UserError
from align_sync.flows.okr import ApplyResult
from align_sync.flows.pull import SourceResult
from align_sync.flows.report import report
from align_sync.jobs import SyncResult, sync
from align_sync.reports.model import Filters, RuleLine

MOST_PROBLEMS = 10


@rich_click.command("sync")
@rich_click.option("--source", "sources", multiple=True, help="Only this source (jira, linear); may be repeated.")
@rich_click.option("--full", is_flag=True, help="Read everything again, not only what changed.")
@rich_click.option("--accept-shrink", is_flag=True, help="Believe that many items are really gone.")
@rich_click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
@rich_click.pass_obj
def command(options: Options, *, sources: tuple[str, ...], full: bool, accept_shrink: bool, as_json: bool) -> int:
    """Pull sprint items from Jira and Linear and link them to key results."""
    progress = ProgressLine()
    with open_session(options) as app:
        if not app.sources:
            raise no_source()
        try:
            result = sync(app, only=sources, force_full=full, accept_shrink=accept_shrink, on_progress=progress)
        finally:
            progress.clear()
        rules = count_rules(app) if result.linked.was_full else ()
    emit(show_json(result, rules) if as_json else show_text(result))
    if rules and not as_json:
        show_rules(rules)
    say_outcome(result)
    return exit_codes.worst_of(source.failure for source in result.pulled.sources)


def count_rules(app: App) -> tuple[RuleLine, ...]:
    """What each rule of the settings catches now; nothing is counted where there is none."""
    return () if app.policy.is_empty else report(app, Filters()).rules


def no_source() -> UserError:
    return UserError(
        "no source is set up",
        where="settings",
        advice="set ALIGN_SYNC_JIRA__URL, ALIGN_SYNC_JIRA__EMAIL and ALIGN_SYNC_JIRA__TOKEN, or"
        " ALIGN_SYNC_LINEAR__TOKEN; to see it work without an account: align-sync run --sample-if-unconfigured",
    )


def say_outcome(result: SyncResult) -> None:
    """What went wrong, on standard error: failures whole, problems of single records up to ten."""
    for source in result.pulled.sources:
        if source.failure is not None:
            say_error(source.failure)
        if source.problems:
            say(f"{source.source}: {len(source.problems)} problem{'s' if len(source.problems) > 1 else ''}")
            say_problems(source.problems[:MOST_PROBLEMS])
            if len(source.problems) > MOST_PROBLEMS:
                say(f"  and {len(source.problems) - MOST_PROBLEMS} more; align-sync report -o json has them all")


def show_text(result: SyncResult) -> str:
    lines = [_show_source(source) for source in result.pulled.sources]
    if result.applied is not None and not result.applied.plan.is_empty:
        plan = result.applied.plan
        lines.append(f"okrs\t{len(plan.created)} created, {len(plan.changed)} changed, {len(plan.removed)} removed")
    if result.applied is not None and (waiting := say_held(result.applied)):
        lines.append(f"okrs\t{waiting}")
    linked = result.linked
    why = " (all: the book or a rule changed)" if linked.was_full else ""
    judged = f"{linked.judged} items judged, {linked.differing} verdicts changed{why}"
    lines.append(f"link\t{'another process links now, and goes on with this' if linked.is_busy else judged}")
    return "\n".join(line.expandtabs(9) for line in lines)


def say_held(applied: ApplyResult) -> str:
    """What of the OKR files waits for a person, and the command that agrees to it; empty where nothing does."""
    if applied.held is None:
        return ""
    reason = ' --reason "…"' if applied.held.agreed else ""
    command = f"align-sync okr apply --plan {applied.held.fingerprint}{reason}"
    return f"not applied, a person must agree: {'; '.join(applied.held_because)}; {command}"


def _show_source(source: SourceResult) -> str:
    kind = f"{source.sweep.value}{', resumed' if source.is_resumed else ''}" if source.sweep else "not read"
    outcome = "" if source.is_complete else " — NOT COMPLETE"
    return (
        f"{source.source}\t{kind}: {source.new} new, {source.changed} changed, {source.unchanged} unchanged,"
        f" {source.gone} gone; {source.entered} entered a sprint, {source.left} left one;"
        f" {source.requests} requests{outcome}"
    )


def show_json(result: SyncResult, rules: tuple[RuleLine, ...] = ()) -> str:
    """`rules` are counted where they or the book changed, as in the text."""
    told = {
        "partial": result.pulled.is_partial,
        "sources": [
            {
                "source": source.source,
                "kind": source.kind,
                "sweep": source.sweep,
                "complete": source.is_complete,
                "resumed": source.is_resumed,
                "new": source.new,
                "changed": source.changed,
                "unchanged": source.unchanged,
                "gone": source.gone,
                "entered": source.entered,
                "left": source.left,
                "requests": source.requests,
                "received_bytes": source.received_bytes,
                "failure": str(source.failure) if source.failure else None,
                "problems": [{"message": p.message, "where": p.where, "advice": p.advice} for p in source.problems],
            }
            for source in result.pulled.sources
        ],
        "linked": {
            "judged": result.linked.judged,
            "differing": result.linked.differing,
            "full": result.linked.was_full,
            "busy": result.linked.is_busy,
        },
        "okrs_waiting": (say_held(result.applied) or None) if result.applied else None,
        "rules": rules,
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode()
