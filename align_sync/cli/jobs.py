"""`align-sync jobs`: what is done by the clock, what became of it, and doing it now."""

import click
import orjson
import rich_click

from align_sync.app import App
from align_sync.cli.ended import code_of, show_ended
from align_sync.cli.output import emit, say
from align_sync.cli.session import Options, open_session
from align_sync.daemon.once import Gathering, do_now
from align_sync.errors import UserError
from align_sync.flows import runs
from align_sync.jobs import ask
from align_sync.reports.plain import make_plain
from align_sync.reports.words import moment, stamp
from align_sync.scheduling.run import Run, RunKind, RunState

FORMS = click.Choice(["table", "json"])
KINDS = click.Choice([kind.value for kind in RunKind])
STATES = click.Choice([state.value for state in RunState])
_FIXED = {RunKind.READ: "metrics", RunKind.PRUNE: "store"}
_PREFIX = {RunKind.SYNC: "source", RunKind.SNAPSHOT: "team", RunKind.DIGEST: "team"}


@rich_click.group("jobs")
def command() -> None:
    """What is done by the clock: each slot of a schedule, and each request, is one run."""


@command.command("list")
@rich_click.option("--kind", "kinds", type=KINDS, multiple=True, help="Only these kinds; may be repeated.")
@rich_click.option("--state", "states", type=STATES, multiple=True, help="Only these states; may be repeated.")
@rich_click.option("--subject", default="", help="Only of this subject: source:jira, team:NAME, metrics.")
@rich_click.option("--newest", type=click.IntRange(min=1), default=20, show_default=True, help="How many.")
@rich_click.option(
    "-f", "-o", "--output", "form", type=FORMS, default="table", show_default=True, help="How it is written."
)
@rich_click.pass_obj
def show_list(
    options: Options, *, kinds: tuple[str, ...], states: tuple[str, ...], subject: str, newest: int, form: str
) -> None:
    """The newest runs, with what came of each; times of the table are local."""
    with open_session(options) as app:
        listed = runs.list_newest(
            app,
            kinds=tuple(map(RunKind, kinds)),
            states=tuple(map(RunState, states)),
            subject=subject,
            newest=newest,
        )
        zone = app.settings.timezone
    if form == "json":
        emit(orjson.dumps([_describe(run) for run in listed], option=orjson.OPT_INDENT_2).decode())
        return
    for run in listed:
        emit(_line(run, zone))
    if not listed:
        say("no run is known; `align-sync serve` makes them")


def _line(run: Run, zone: str) -> str:
    said = run.error or run.outcome
    if run.next_attempt_at is not None and not run.state.is_over:
        said = f"{said}; next {moment(run.next_attempt_at, zone)}".removeprefix("; ")
    return make_plain(f"{run.id:>6}  {moment(run.fire_at, zone)}  {run.state:<8} {run.kind:<9} {run.subject}  {said}")


def _describe(run: Run) -> dict[str, object]:
    return {
        "id": run.id,
        "kind": run.kind,
        "subject": run.subject,
        "dedupe_key": run.dedupe_key,
        "state": run.state,
        "attempt": run.attempt,
        "fire_at": stamp(run.fire_at),
        "next_attempt_at": stamp(run.next_attempt_at),
        "created_at": stamp(run.created_at),
        "started_at": stamp(run.started_at),
        "ended_at": stamp(run.ended_at),
        "owner": run.owner,
        "lease_until_at": stamp(run.lease_until_at),
        "fence": run.fence,
        "outcome": run.outcome,
        "error_class": run.error_class,
        "error": run.error,
    }


@command.command("show")
@rich_click.argument("run_id", metavar="ID", type=int)
@rich_click.pass_obj
def show(options: Options, *, run_id: int) -> None:
    """One run with all that is known of it; times are local."""
    with open_session(options) as app:
        run, zone = runs.show(app, run_id), app.settings.timezone
    for name, told in _describe(run).items():
        at = getattr(run, name) if name.endswith("_at") else None
        value = moment(at, zone) if at is not None else told
        emit(make_plain(f"{name:<16} {'' if value is None else value}".rstrip()))


@command.command("run")
@rich_click.argument("kind", type=KINDS)
@rich_click.argument("subject", required=False, default="")
@rich_click.pass_obj
def run_now(options: Options, *, kind: str, subject: str) -> int:
    """Do it now, in this process. SUBJECT is the source, or the team; `leadership` for its digest."""
    wanted = RunKind(kind)
    with open_session(options) as app:
        return _do(app, ask(app, wanted, _name_subject(app, wanted, subject), Gathering()))


def _name_subject(app: App, kind: RunKind, subject: str) -> str:
    if kind in _FIXED:
        return _FIXED[kind]
    if subject == "leadership" and kind is RunKind.DIGEST:
        return subject
    name = subject.removeprefix(f"{_PREFIX[kind]}:")
    known = [one.source for one in app.sources] if kind is RunKind.SYNC else [team.name for team in app.settings.teams]
    if not name and len(known) == 1:
        return f"{_PREFIX[kind]}:{known[0]}"
    if name in known or (name and kind is not RunKind.SYNC):
        return f"{_PREFIX[kind]}:{name}"
    told = f"no {_PREFIX[kind]} is called {name}" if name else f"of which {_PREFIX[kind]}?"
    raise UserError(told, where=f"jobs run {kind}", advice=f"known are: {', '.join(known) or 'none'}")


@command.command("retry")
@rich_click.argument("run_id", metavar="ID", type=int)
@rich_click.pass_obj
def retry(options: Options, *, run_id: int) -> int:
    """Do a run again that failed or is dead, now and in this process."""
    with open_session(options) as app:
        return _do(app, runs.retry(app, run_id))


def _do(app: App, run: Run) -> int:
    ended = do_now(app, run)
    show_ended(app, ended)
    return code_of(app, [ended])
