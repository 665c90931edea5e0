"""`align-sync okr publish`: the book in force through its gates."""

from collections.abc import Iterator

import orjson
import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.author import AUTHOR_HELP, name_author
from align_sync.cli.okr.planned import SCHEMA_VERSION
from align_sync.cli.output import emit
from align_sync.cli.session import Options, open_session
from align_sync.flows.okr import PublishResult, publish
from align_sync.reports.words import count, moment

MOST_SHOWN = 50


@rich_click.command("publish")
@rich_click.option("--reason", default="", help="What this publication is for.")
@rich_click.option("--author", default=None, help=AUTHOR_HELP)
@rich_click.option("--dry-run", is_flag=True, help="Look through all gates, and write nothing down.")
@rich_click.option("--json", "as_json", is_flag=True, help="The gates as JSON.")
@rich_click.pass_obj
def command(options: Options, *, reason: str, author: str | None, dry_run: bool, as_json: bool) -> int:
    """Publish the book in force: no error of the linter, every metric verified, every baseline as its source tells it.

    Exit code 1 where a gate stops it. What could not be checked is named, and kept with the publication.
    """
    with open_session(options) as app:
        result = publish(app, author=name_author(author) or "unknown", reason=reason.strip(), dry_run=dry_run)
        zone = app.settings.timezone
    emit(show_json(result) if as_json else "\n".join(_show(result, zone)))
    return exit_codes.FINDINGS if result.is_stopped else exit_codes.FINE


def _show(result: PublishResult, zone: str) -> Iterator[str]:
    for gate in result.gates:
        yield f"{gate.state.value.upper():<11}  {gate.name}: read {gate.read}"
        yield from _list(gate.faults, "fault")
        yield from _list(tuple(f"not checked: {line}" for line in gate.unchecked), "more line")
    if result.published is not None:
        by = f"{moment(result.published.published_at, zone)} by {result.published.published_by}"
        yield f"published {by}: the version that {result.applied.applied_by} applied"
    elif result.is_stopped:
        yield f"not published: {count(sum(len(gate.faults) for gate in result.gates), 'fault')}"
    else:
        yield "nothing stands against it; nothing was published (--dry-run)"


def _list(lines: tuple[str, ...], noun: str) -> Iterator[str]:
    yield from (f"    {line}" for line in lines[:MOST_SHOWN])
    if len(lines) > MOST_SHOWN:
        yield f"    and {count(len(lines) - MOST_SHOWN, noun)}; --json has them all"


def show_json(result: PublishResult) -> str:
    published = result.published
    told = {
        "schema_version": SCHEMA_VERSION,
        "gates": [
            {
                "name": gate.name,
                "state": gate.state.value,
                "read": gate.read,
                "faults": gate.faults,
                "unchecked": gate.unchecked,
            }
            for gate in result.gates
        ],
        "applied_at": result.applied.applied_at,
        "applied_by": result.applied.applied_by,
        "published_at": published.published_at if published else None,
        "published_by": published.published_by if published else None,
        "findings": published.findings if published else (),
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode()
