"""`align-sync report`: the alignment of the current sprints, in the format that is asked for."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click
import rich_click
from pydantic import TypeAdapter

from align_sync.cli import exit_codes
from align_sync.cli.instants import read_instant
from align_sync.cli.keeping import keep_shown
from align_sync.cli.output import deliver, say, screen
from align_sync.cli.session import Options, open_session
from align_sync.errors import UserError
from align_sync.flows.report import CURRENT, report
from align_sync.flows.snapshots import find
from align_sync.linking.evidence import Bucket
from align_sync.reports.commands import SIGNAL_NAMES
from align_sync.reports.model import AlignmentReport, Filters, SourceState
from align_sync.reports.render import render_report
from align_sync.reports.render.view import Format, View

_FILTERS: TypeAdapter[Filters] = TypeAdapter(Filters)
_WORDS: TypeAdapter[tuple[str, ...]] = TypeAdapter(tuple[str, ...])

ENDINGS = {
    ".html": Format.HTML,
    ".md": Format.MARKDOWN,
    ".json": Format.JSON,
    ".csv": Format.CSV,
    ".txt": Format.TABLE,
}


@rich_click.command("report")
@rich_click.argument("view", type=click.Choice([view.value for view in View]), default=View.ALIGNMENT.value)
@rich_click.option("-t", "--team", "teams", multiple=True, help="Only this team; may be repeated.")
@rich_click.option("--source", "sources", multiple=True, help="Only this source; may be repeated.")
@rich_click.option("--sprint", default=CURRENT, show_default=True, help="current, last, or a sprint's id or name.")
@rich_click.option(
    "--bucket", "buckets", multiple=True, type=click.Choice([bucket.value for bucket in Bucket]),
    help="List only items of this bucket; may be repeated.",
)  # fmt: skip
@rich_click.option("--kr", "key_results", multiple=True, help="List only items that serve this key result.")
@rich_click.option("--category", "categories", multiple=True, help="List only items exempt in this category.")
@rich_click.option("--rule", "rules", multiple=True, help="List only items that this rule of the settings decided.")
@rich_click.option(
    "--signal", "signals", multiple=True, type=click.Choice(sorted(SIGNAL_NAMES.values())),
    help="List only items behind this signal.",
)  # fmt: skip
@rich_click.option("--disputed", "only_disputed", is_flag=True, help="List only items whose verdict is disputed.")
@rich_click.option("--imputed", "only_imputed", is_flag=True, help="List only items that nobody estimated.")
@rich_click.option("--as-of", help="As it was then: 2026-10-01, 2026-10-01T09:30, or 7d for a week ago.")
@rich_click.option("--snapshot", help="Show a report that was kept, exactly as it was; filters do not apply.")
@rich_click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice([form.value for form in Format]),
    default=None,
    help="Format; by default a table, or what the ending of --out says.",
)
@rich_click.option("--json", "as_json", is_flag=True, help="The same as -o json.")
@rich_click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@rich_click.option(
    "--fail-under", type=click.FloatRange(0, 100), help="Exit with 1 where coverage is below this per cent."
)
@rich_click.pass_obj
def command(
    options: Options,
    /,
    *,
    view: str,
    form: str | None,
    as_json: bool,
    out: Path | None,
    fail_under: float | None,
    as_of: str | None,
    snapshot: str | None,
    **asked: object,
) -> int:
    """What serves a key result in the current sprints, and what does not."""
    with open_session(options) as app:
        if snapshot is not None:
            built = find(app, snapshot)
        else:
            at = as_of and read_instant(as_of, option="--as-of", now=app.now(), zone=app.settings.timezone)
            built = keep_shown(app, report(app, read_filters(asked, at or None)))
    chosen = choose_format(Format.JSON.value if as_json else form, out)
    text = render_report(built, chosen, view=View(view), screen=screen(options.colour))
    deliver(text, out)
    return judge_exit(built, fail_under)


def read_filters(asked: Mapping[str, object], as_of_at: datetime | None) -> Filters:
    """The options of the command line, which bear the names of the filters."""
    kinds = {name: kind for kind, name in SIGNAL_NAMES.items()}
    signals = tuple(kinds[name] for name in _WORDS.validate_python(asked["signals"]))
    return _FILTERS.validate_python({**asked, "signals": signals, "as_of_at": as_of_at})


def choose_format(named: str | None, out: Path | None) -> Format:
    """The named format, else what the file's ending says, else a table."""
    if named is not None:
        return Format(named)
    if out is None:
        return Format.TABLE
    found = ENDINGS.get(out.suffix.lower())
    if found is None:
        advice = f"use one of {' '.join(ENDINGS)}, or say which format you want with -o"
        raise UserError(f"the ending {out.suffix!r} tells no format", where="--out", advice=advice)
    return found


def judge_exit(built: AlignmentReport, fail_under: float | None) -> int:
    """Partial data before findings: a figure that cannot be trusted neither passes nor fails."""
    if not built.sources or any(line.state in {SourceState.PARTIAL, SourceState.NEVER} for line in built.sources):
        return exit_codes.PARTIAL
    if fail_under is None:
        return exit_codes.FINE
    if built.is_partial:
        say("--fail-under cannot be judged: the data is partial, or too old")
        return exit_codes.PARTIAL
    coverage = built.headline.coverage
    if coverage is None:
        say(f"--fail-under cannot be judged: {built.headline.withheld or 'there is no coverage'}")
        return exit_codes.PARTIAL
    if coverage * 100 < fail_under:
        say(f"coverage is {coverage * 100:.1f} %, below --fail-under {fail_under:g}")
        return exit_codes.FINDINGS
    return exit_codes.FINE
