"""`align-sync sandbox`: pretended Jira, Linear and Slack servers to try everything against, without an account."""

import shlex
import signal
import threading
from datetime import date, timedelta
from pathlib import Path

import click
import rich_click

from align_sync.app import read_clock
from align_sync.cli.output import emit, say, write_file
from align_sync.cli.simulating import simulate
from align_sync.daemon.service import wait_for_signal
from align_sync.demo.fake_jira import Flavour
from align_sync.demo.fake_slack import BOT_TOKEN, WEBHOOK_PATH
from align_sync.demo.sandbox import (
    JIRA_PORT,
    LINEAR_PORT,
    SLACK_CHANNEL,
    SLACK_PORT,
    Ports,
    Recording,
    Sandbox,
    open_sandbox,
)
from align_sync.demo.story import write_example_okrs, write_register, write_sample_settings
from align_sync.demo.story.sources import CONNECTION, WAREHOUSE, address_variable
from align_sync.errors import UserError

OKRS = "sandbox-okrs"
SETTINGS = "sandbox.toml"

_PORT = click.IntRange(0, 65_535)
_FILE = click.Path(path_type=Path, dir_okay=False)
_MOST_LATENCY = 60_000
_MOST_DAYS = 31


@rich_click.command("sandbox")
@rich_click.option("--jira-port", type=_PORT, default=JIRA_PORT, show_default=True, help="0 for any free one.")
@rich_click.option("--linear-port", type=_PORT, default=LINEAR_PORT, show_default=True, help="0 for any free one.")
@rich_click.option("--slack-port", type=_PORT, default=SLACK_PORT, show_default=True, help="0 for any free one.")
@rich_click.option(
    "--jira-flavour",
    type=click.Choice([flavour.value for flavour in Flavour]),
    default=Flavour.CLOUD.value,
    show_default=True,
    help="Which kind of Jira to pretend.",
)
@rich_click.option(
    "--jira-issues", type=_FILE, help="Recorded issues (.jsonl or .jsonl.gz) instead of the sample company."
)
@rich_click.option("--jira-sprints", type=_FILE, help="The sprints that the recorded issues name, a JSON array.")
@rich_click.option(
    "--active-sprint",
    type=click.IntRange(min=1),
    help="Serve this sprint as the active one, by its number; over all issues where the recording names no sprint.",
)
@rich_click.option(
    "--latency-ms", type=click.IntRange(0, _MOST_LATENCY), default=0, show_default=True, help="Wait before each answer."
)
@rich_click.option(
    "--simulate",
    "days",
    type=click.IntRange(1, _MOST_DAYS),
    metavar="DAYS",
    help="Play the service against the sample company for so many days of pretended time, then end: 7 take less than"
    " a minute. No other source is asked.",
)
@rich_click.option(
    "--out-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out"),
    show_default=True,
    help="Where the OKRs and the rules of the sample company go.",
)
def command(
    *,
    jira_port: int,
    linear_port: int,
    slack_port: int,
    jira_flavour: str,
    jira_issues: Path | None,
    jira_sprints: Path | None,
    active_sprint: int | None,
    latency_ms: int,
    days: int | None,
    out_dir: Path,
) -> int:
    """Pretended Jira, Linear and Slack servers on this machine, until Ctrl-C.

    They hold a sample company in the middle of a sprint, or issues that you recorded.
    """
    recording = _choose_recording(jira_issues, jira_sprints, active_sprint)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    if days is not None:
        if recording is not None:
            raise UserError(
                "days are played on the sample company", where="--simulate", advice="leave --jira-issues out"
            )
        return simulate(out_dir, days, stop)
    with open_sandbox(
        clock=read_clock,
        flavour=Flavour(jira_flavour),
        ports=Ports(jira=jira_port, linear=linear_port, slack=slack_port),
        recording=recording,
        latency=timedelta(milliseconds=latency_ms),
    ) as sandbox:
        okrs, settings = write_sample(out_dir.resolve(), read_clock().date())
        emit(describe(sandbox, okrs, settings))
        if not sandbox.has_active_sprint():
            say("no recorded sprint is active, so that a report is empty; name one with --active-sprint")
        wait_for_signal(stop)
    say("stopped")
    return 0


def _choose_recording(issues: Path | None, sprints: Path | None, active_sprint: int | None) -> Recording | None:
    if issues is not None:
        return Recording(issues=issues, sprints=sprints, active_sprint=active_sprint)
    for option, value in (("--jira-sprints", sprints), ("--active-sprint", active_sprint)):
        if value is not None:
            raise UserError(
                f"{option} belongs to recorded issues", where=option, advice="name the issues with --jira-issues FILE"
            )
    return None


def write_sample(folder: Path, today: date) -> tuple[Path, Path]:
    """The OKR book for the quarter of today, what its metrics are read from, and settings that name all of it.

    Raises `UserError` where they cannot be written.
    """
    okrs, settings = folder / OKRS, folder / SETTINGS
    metrics = write_register(folder, write_example_okrs(okrs, today), today)
    write_file(settings, write_sample_settings(today, [str(okrs)], metrics=metrics))
    return okrs, settings


def describe(sandbox: Sandbox, okrs: Path, settings: Path) -> str:
    """Addresses, what to paste into another shell, and what to do there."""
    site, loaded = sandbox.jira_site, sandbox.loaded
    flavour = "Cloud" if site.is_cloud else "Data Center"
    told = f"{loaded.issues:,} recorded issues" if loaded else "the sample company"
    # The rules of the sample company know nothing of recorded work.
    told_by_it = {
        "ALIGN_SYNC_CONFIG": str(settings),
        address_variable(CONNECTION): f"sqlite:///{settings.with_name(WAREHOUSE)}",
    }
    variables = {**sandbox.variables(), **({} if loaded else told_by_it)}
    lines = [
        "SAMPLE DATA: servers for trying things out, on this machine only. Ctrl-C ends them.",
        f"jira    {sandbox.jira.url}  ({flavour}, {told})",
        f"linear  {sandbox.linear_url}  ({'empty' if loaded else told})",
        f"slack   {sandbox.slack.url}/api/  (token {BOT_TOKEN}, channel {SLACK_CHANNEL})",
        f"        {sandbox.slack.url}{WEBHOOK_PATH}  (incoming webhook)",
        "",
        "Paste into another shell:",
        *(f"export {name}={shlex.quote(value)}" for name, value in variables.items()),
        # An address left from before would sign in as on Cloud.
        *([] if site.is_cloud else ["unset ALIGN_SYNC_JIRA__EMAIL"]),
        "",
        "Then:",
        f"  {shlex.join(['align-sync', 'okr', 'apply', str(okrs)])}",
        "  align-sync sync",
        "  align-sync report",
        *([] if loaded else ["  align-sync okr read", "  align-sync okr tree"]),
        "  align-sync digest send --all",
        "With ALIGN_SYNC_DATABASE__URL=sqlite:///sandbox.db all this stays apart from your own database.",
    ]
    return "\n".join(lines)
