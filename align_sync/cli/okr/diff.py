"""`align-sync okr diff`: what changed between two versions of the book, by whom and why."""

from typing import Any

import orjson
import rich_click

from align_sync.cli.instants import read_instant
from align_sync.cli.okr.planned import SCHEMA_VERSION
from align_sync.cli.okr.versions import comparison_as_json, show_comparison, show_log, version_as_json
from align_sync.cli.output import emit
from align_sync.cli.session import Options, open_session
from align_sync.errors import UserError
from align_sync.flows.okr import compare_versions, list_versions


@rich_click.command("diff")
@rich_click.argument("key", required=False)
@rich_click.option("--from", "since", default=None, help="2026-10-01 or 7d; by default the version before the other.")
@rich_click.option("--to", "until", default=None, help="2026-10-01 or 7d; by default the version in force now.")
@rich_click.option("--log", "with_log", is_flag=True, help="List all versions, or those that touched KEY.")
@rich_click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@rich_click.pass_obj
def command(
    options: Options, *, key: str | None, since: str | None, until: str | None, with_log: bool, as_json: bool
) -> None:
    """What changed between two versions of the book, field by field; with KEY only of that one."""
    if with_log and (since or until):
        raise UserError("--log lists all versions", where="okr diff", advice="leave --from and --to out, or --log")
    with open_session(options) as app:
        zone, now = app.settings.timezone, app.now()
        if with_log:
            versions = list_versions(app, key=key)
            told: dict[str, Any] = {"versions": [version_as_json(one) for one in versions]}
            text = show_log(versions, zone)
        else:
            found = compare_versions(
                app,
                since=read_instant(since, option="--from", now=now, zone=zone) if since else None,
                until=read_instant(until, option="--to", now=now, zone=zone) if until else None,
                key=key,
            )
            told = comparison_as_json(found)
            text = show_comparison(found, zone)
    envelope = {"schema_version": SCHEMA_VERSION, "generated_at": now, "key": key, **told}
    emit(orjson.dumps(envelope, option=orjson.OPT_INDENT_2).decode() if as_json else text)
