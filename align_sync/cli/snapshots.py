"""`align-sync snapshots`: the reports that were kept, to be shown again by `report --snapshot`."""

import click
import orjson
import rich_click

from align_sync.cli.output import emit
from align_sync.cli.session import Options, open_session
from align_sync.flows.snapshots import list_newest
from align_sync.reports.words import moment, stamp


@rich_click.command("snapshots")
@rich_click.option("--newest", type=click.IntRange(min=1), default=20, show_default=True, help="How many.")
@rich_click.option("--json", "as_json", is_flag=True, help="As JSON.")
@rich_click.pass_obj
def command(options: Options, *, newest: int, as_json: bool) -> None:
    """The newest reports that were kept; `report --snapshot NAME` shows one exactly as it was."""
    with open_session(options) as app:
        found, zone = list_newest(app, newest), app.settings.timezone
    if as_json:
        told = [
            {
                "name": one.name,
                "made_at": stamp(one.made_at),
                "as_of_at": stamp(one.as_of_at),
                "filters": orjson.loads(one.filters),
                "content_hash": one.content_hash,
            }
            for one in found
        ]
        emit(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
        return
    for one in found:
        emit(f"{one.name}\t{moment(one.made_at, zone)}\tas of {moment(one.as_of_at, zone)}\t{one.content_hash[:16]}")
