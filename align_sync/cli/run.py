"""`align-sync run`: one pass of everything, on the sources that are set up or, where none is, on the sample story."""

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import rich_click

from align_sync.app import App, read_clock
from align_sync.cli import exit_codes
from align_sync.cli.keeping import keep_shown
from align_sync.cli.output import ProgressLine, emit, say, screen, write_file
from align_sync.cli.rules import show_rules
from align_sync.cli.session import Options, open_session
from align_sync.cli.sync import no_source, say_outcome, show_text
from align_sync.demo.sandbox import open_sandbox
from align_sync.demo.story import (
    decide,
    read_weeks,
    sample_settings,
    write_example_okrs,
    write_register,
    write_sample_settings,
)
from align_sync.demo.story.sources import CONNECTION, WAREHOUSE, address_variable
from align_sync.digests.model import DigestKind
from align_sync.digests.render import render_main
from align_sync.errors import UserError
from align_sync.flows.digest import known_teams
from align_sync.flows.report import report
from align_sync.jobs import sync
from align_sync.jobs.digesting import preview_digest
from align_sync.reports.commands import explain_command
from align_sync.reports.model import AlignmentReport, Filters, ReportItem
from align_sync.reports.render import render_report
from align_sync.reports.render.view import Format, View
from align_sync.settings import (
    DatabaseSettings,
    JiraSettings,
    LinearSettings,
    PolicySettings,
    Settings,
    SyncSettings,
)
from align_sync.settings_metrics import ReadingsSettings
from align_sync.settings_policy import CalendarSettings
from align_sync.settings_service import DigestSettings
from align_sync.settings_sources import load_settings

SAMPLE_DATABASE = "sample.db"
SAMPLE_OKRS = "sample-okrs"
SAMPLE_SETTINGS = "sample.toml"
_ON_THE_SAMPLE = ("okr tree", "okr show KR-2.1", "okr metrics", "okr read", "report krs", "digest preview -t Payments")
_ON_YOUR_ACCOUNT = (
    "ALIGN_SYNC_JIRA__URL=https://you.atlassian.net ALIGN_SYNC_JIRA__EMAIL=you@example.com"
    " ALIGN_SYNC_JIRA__TOKEN=... align-sync run"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What one pass brought, and how it ended."""

    report: AlignmentReport
    exit_code: int


@rich_click.command("run")
@rich_click.option(
    "--sample-if-unconfigured", is_flag=True, help="Without any account, show a sample company instead of an error."
)
@rich_click.option(
    "--out-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out"),
    show_default=True,
    help="Where the reports go.",
)
@rich_click.pass_obj
def command(options: Options, *, sample_if_unconfigured: bool, out_dir: Path) -> int:
    """One pass: pull, link, report. The report goes to the screen and, in four formats, to the folder."""
    settings = load_settings(named=options.config).settings
    if settings.has_source:
        _make_folder(out_dir)
        with open_session(options) as app:
            outcome = run_pass(app, options, out_dir)
        _say_next(out_dir, _next_commands(outcome.report))
        return outcome.exit_code
    _refuse_half_configured(settings)
    if not sample_if_unconfigured:
        raise no_source()
    say("no source is set up: this is a sample company, served by this machine to itself; nothing leaves it")
    with _open_sample(options, out_dir, settings.timezone) as app:
        outcome = run_pass(app, options, out_dir, once_synced=_live_on)
    _say_next(out_dir, _sample_commands(outcome.report, out_dir))
    return outcome.exit_code


def _go_on(_app: App) -> None:
    """Nobody decides anything by hand meanwhile."""


def _live_on(app: App) -> None:
    """What the people of the sample company did meanwhile."""
    decide(app)
    read_weeks(app)


def run_pass(app: App, options: Options, out_dir: Path, *, once_synced: Callable[[App], None] = _go_on) -> Pass:
    """Pull, link, report; what went wrong with a source is said, and the report shows it too."""
    progress = ProgressLine()
    try:
        result = sync(app, on_progress=progress)
    finally:
        progress.clear()
    say(show_text(result))
    say_outcome(result)
    once_synced(app)
    built = keep_shown(app, report(app, Filters()))
    emit(render_report(built, Format.TABLE, screen=screen(options.colour)))
    if built.rules:
        show_rules(built.rules)
    _show_digest(app)
    for name, form, view in (
        ("report.html", Format.HTML, View.ALIGNMENT),
        ("report.md", Format.MARKDOWN, View.ALIGNMENT),
        ("report.json", Format.JSON, View.ALIGNMENT),
        ("unlinked.csv", Format.CSV, View.UNLINKED),
    ):
        write_file(out_dir / name, render_report(built, form, view=view))
    return Pass(report=built, exit_code=exit_codes.worst_of(source.failure for source in result.pulled.sources))


def _show_digest(app: App) -> None:
    """The messages that one team and, where there are several, leadership would be sent now; nothing is posted."""
    teams = known_teams(app)
    if not teams:
        return
    command = shlex.join(("align-sync", "digest", "preview", "-t", teams[0]))
    emit(f"\nThe weekly digest, as it would be sent now; with its thread: {command}\n")
    for kind, team in ((DigestKind.TEAM, teams[0]), (DigestKind.LEADERSHIP, ""))[: len(teams)]:
        emit(f"\n{render_main(preview_digest(app, kind, team, at=app.now()), app.settings.digest.language.value)}")


def _refuse_half_configured(settings: Settings) -> None:
    """Credentials without an address, or the other way round: a slip, which samples would only hide."""
    jira, linear = settings.jira, settings.linear
    if jira.email or jira.token or jira.client_id or jira.client_secret or jira.oauth_file:
        raise UserError(
            "Jira's credentials are set, but not its address",
            where="settings",
            advice="set ALIGN_SYNC_JIRA__URL, or take the credentials away",
        )
    if linear.oauth or linear.teams or linear.url != type(linear)().url:
        raise UserError(
            "Linear is set up, but its token is missing",
            where="settings",
            advice="set ALIGN_SYNC_LINEAR__TOKEN, or take the other settings of linear away",
        )


@contextmanager
def _open_sample(options: Options, out_dir: Path, zone: str) -> Iterator[App]:
    """The app over pretended servers, with a database of its own that begins empty."""
    database = _make_room(out_dir)
    today = read_clock().astimezone(ZoneInfo(zone)).date()
    okrs = write_example_okrs(out_dir.resolve() / SAMPLE_OKRS, today)
    # For whoever looks into the sample later: a report judges anew, by the rules that it finds in force.
    metrics = write_register(out_dir.resolve(), okrs, today)
    settings = write_sample_settings(today, map(str, okrs), timezone=zone, metrics=metrics)
    write_file(out_dir / SAMPLE_SETTINGS, settings)
    with open_sandbox(clock=read_clock, behind_gateway=True) as sandbox:
        overrides = _sample_settings(sandbox.overrides(), database, okrs, sample_settings(today, metrics))
        with open_session(options, overrides=overrides, is_sample=True) as app:
            yield app


def _make_room(out_dir: Path) -> Path:
    """A place for a new database: the one of an earlier run is removed."""
    _make_folder(out_dir)
    database = out_dir.resolve() / SAMPLE_DATABASE
    for ending in ("", "-wal", "-shm", "-journal"):
        database.with_name(database.name + ending).unlink(missing_ok=True)
    return database


def _make_folder(out_dir: Path) -> None:
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"the folder cannot be made: {error.strerror}", where=str(out_dir), advice="name another with --out-dir"
        ) from None


def _sample_settings(
    servers: Mapping[str, Mapping[str, Any]], database: Path, okrs: tuple[Path, ...], story: Mapping[str, Any]
) -> dict[str, Any]:
    """Every setting that could change the story, named in full, so that no other layer shines through."""
    return {
        **story,
        "jira": JiraSettings(**servers["jira"]).model_dump(),
        "linear": LinearSettings(**servers["linear"]).model_dump(),
        "database": DatabaseSettings.model_validate({"url": _sqlite(database)}).model_dump(),
        "sync": SyncSettings().model_dump(),
        "policy": PolicySettings().model_dump(),
        "readings": ReadingsSettings(**story["readings"]).model_dump(),
        "connections": {CONNECTION: {"url": _sqlite(database.with_name(WAREHOUSE))}},
        "calendar": CalendarSettings(**story["calendar"]).model_dump(),
        "digest": DigestSettings().model_dump(),
        "channels": {},
        "match": (),
        "okrs": okrs,
    }


def _sample_commands(report: AlignmentReport, out_dir: Path) -> tuple[tuple[str, str], ...]:
    variables = {
        "ALIGN_SYNC_DATABASE__URL": _sqlite(out_dir / SAMPLE_DATABASE),
        "ALIGN_SYNC_CONFIG": str(out_dir / SAMPLE_SETTINGS),
        address_variable(CONNECTION): _sqlite(out_dir / WAREHOUSE),
    }
    shown = " ".join(shlex.quote(f"{name}={value}") for name, value in variables.items())
    item = _first_actionable(report)
    words = explain_command(item.key) if item else "align-sync report"
    return (
        (f"env {shown} {words}", f"a look into the sample; as well: {', '.join(_ON_THE_SAMPLE)}"),
        ("align-sync sandbox", "the same pretended servers, to try every other command against"),
        (_ON_YOUR_ACCOUNT, "your own sprints; ALIGN_SYNC_LINEAR__TOKEN=... for Linear"),
    )


def _sqlite(database: Path) -> str:
    return f"sqlite:///{database}"


def _next_commands(report: AlignmentReport) -> tuple[tuple[str, str], ...]:
    """What to do with what this report shows."""
    item = _first_actionable(report)
    first = (
        ("align-sync report unlinked", "all work that serves no key result")
        if report.key_results
        else ("align-sync okr apply okrs/", "your OKRs, without which nothing can be linked")
    )
    second = (
        (explain_command(item.key), "why this one is not linked")
        if item is not None
        else ("align-sync report krs", "the key results and the work on them")
    )
    return (first, second, ("align-sync serve", "pull and link again and again"))


def _first_actionable(report: AlignmentReport) -> ReportItem | None:
    return next((item for item in report.items if item.bucket.is_actionable), None)


def _say_next(out_dir: Path, commands: tuple[tuple[str, str], ...]) -> None:
    say(f"written to {out_dir}: report.html, report.md, report.json, unlinked.csv")
    say("next:")
    for words, why in commands:
        say(f"  {words}")
        say(f"      {why}")
