"""The command `align-sync`: finds the subcommand, and turns every error into words and an exit code."""

import gc
import sys
from pathlib import Path

import click
import rich_click

from align_sync import __version__
from align_sync.cli import exit_codes
from align_sync.cli.lazy import Commands, LazyGroup, load_from
from align_sync.cli.output import say, say_error
from align_sync.cli.session import Options
from align_sync.errors import AlignSyncError

COMMANDS: Commands = {
    "run": ("align_sync.cli.run", "One pass: pull, link, report."),
    "sync": ("align_sync.cli.sync", "Pull sprint items from Jira and Linear and link them to key results."),
    "report": ("align_sync.cli.report", "What serves a key result in the current sprints, and what does not."),
    "explain": ("align_sync.cli.explain", "Why an item is linked, or why not: each rule with its verdict."),
    "changes": ("align_sync.cli.changes", "What changed since then, item by item, and who decided it."),
    "trend": ("align_sync.cli.trend", "Coverage over past weeks or sprints."),
    "link": ("align_sync.cli.link", "Links made by hand: add, remove, list."),
    "exempt": ("align_sync.cli.exempt", "Exemptions made by hand: add, expire, list."),
    "dispute": ("align_sync.cli.dispute", "Say that the verdict on an item is wrong."),
    "rules": ("align_sync.cli.rules", "What each rule of the settings catches."),
    "snapshots": ("align_sync.cli.snapshots", "The reports that were kept."),
    "digest": ("align_sync.cli.digest", "The weekly message: preview it, send it, look it up."),
    "outbox": ("align_sync.cli.outbox", "Messages that wait to be sent, and those that wait for a person."),
    "okr": ("align_sync.cli.okr", "The OKR book: write, check, apply, measure and show it."),
    "serve": ("align_sync.cli.serve", "Pull, link, measure and deliver by the clock, until stopped."),
    "jobs": ("align_sync.cli.jobs", "What is done by the clock: list, show, run now, try again."),
    "schedule": ("align_sync.cli.schedule", "What is done by the clock, and when next."),
    "doctor": ("align_sync.cli.doctor", "What does not work, or not as it should, and what mends it."),
    "health": ("align_sync.cli.health", "Whether the service of this machine works, for containers."),
    "backup": ("align_sync.cli.backup", "Copy the database while the service goes on."),
    "restore": ("align_sync.cli.restore", "Put a backup in the place of the database."),
    "config": ("align_sync.cli.config", "The settings in force, and where each came from."),
    "db": ("align_sync.cli.db", "The database and its schema."),
    "sandbox": ("align_sync.cli.sandbox", "Pretended Jira, Linear and Slack servers on this machine."),
    "exit-codes": ("align_sync.cli.exit_codes_help", "What the exit codes mean."),
    "version": ("align_sync.cli.version", "The version of align-sync and of what it runs on."),
}


def load_command(name: str) -> click.Command:
    """The command itself."""
    return load_from(COMMANDS, name)


@rich_click.group(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@rich_click.option("--config", type=click.Path(path_type=Path), help="Settings file instead of the one found.")
@rich_click.option("--debug", is_flag=True, help="Log everything, and show tracebacks.")
@rich_click.option(
    "--color", "colour", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True
)
@rich_click.version_option(__version__, prog_name="align-sync")
@rich_click.pass_context
def align_sync(ctx: click.Context, *, config: Path | None, debug: bool, colour: str) -> None:
    """Does our sprint serve our goals? Links sprint items to key results and reports what is unlinked."""
    ctx.obj = Options(config=config, debug=debug, colour=colour)


def run_command_line(arguments: list[str] | None = None) -> None:
    """The entry point of the installed command."""
    # Decoded answers are many objects that soon die by themselves. Looked through as often as Python does it unless
    # told otherwise, they cost a pull a sixth of its time.
    gc.set_threshold(20_000, 20, 50)
    # A thread with an answer at hand waits less long for one that computes, so that connections are idle less long.
    sys.setswitchinterval(0.002)
    code = invoke(sys.argv[1:] if arguments is None else arguments)
    gc.freeze()  # on leaving, Python looks through all that is left, which takes longer than most commands
    sys.exit(code)


def invoke(arguments: list[str]) -> int:
    """Run a command line and return its exit code; whatever goes wrong is said on standard error."""
    try:
        outcome = align_sync.main(args=arguments, prog_name="align-sync", standalone_mode=False)
    except click.ClickException as error:
        error.show(sys.stderr)
        return exit_codes.USAGE
    except (click.Abort, KeyboardInterrupt):
        say("interrupted; the next run goes on from the last stored page")
        return exit_codes.INTERRUPTED
    except AlignSyncError as error:
        if "--debug" in arguments:
            raise
        say_error(error)
        return exit_codes.exit_code_of(error)
    except Exception as error:
        if "--debug" in arguments:
            raise
        say(f"align-sync: a fault of ours: {type(error).__name__}; run it again with --debug and report what it prints")
        return exit_codes.FAULT
    return outcome if isinstance(outcome, int) else exit_codes.FINE


if __name__ == "__main__":
    run_command_line()
