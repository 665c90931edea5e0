"""`align-sync okr backfill`: earlier values from a file."""

from pathlib import Path

import click
import rich_click

from align_sync.cli.author import AUTHOR_HELP, name_author
from align_sync.cli.output import emit, say, say_problems
from align_sync.cli.session import Options, open_session
from align_sync.errors import UserError
from align_sync.flows.backfill import BackfillResult, backfill
from align_sync.reports.plain import make_plain
from align_sync.reports.words import count

LARGEST_FILE = 5_000_000


@rich_click.command("backfill")
@rich_click.argument("name", metavar="METRIC|KEY")
@rich_click.argument("file", type=click.Path(path_type=Path))
@rich_click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@rich_click.option("--skip-bad", is_flag=True, help="Leave rows with a problem out, instead of writing none.")
@rich_click.option("--reason", default="", help="Where the values come from.")
@rich_click.option("--author", default=None, help=AUTHOR_HELP)
@rich_click.option("--force", is_flag=True, help="The values are right, strange as they look; needs --reason.")
@rich_click.pass_obj
def command(
    options: Options,
    *,
    name: str,
    file: Path,
    dry_run: bool,
    skip_bad: bool,
    reason: str,
    author: str | None,
    force: bool,
) -> None:
    """Add earlier values from FILE: rows of day and value, as in 2026-10-01,64.9 or 2026-10-01;64,9.

    A value of a moment that has another one restates it; what was known before stays known. The same file twice changes
    nothing.
    """
    text = _read(file)
    with open_session(options) as app:
        result = backfill(
            app,
            name,
            text,
            file=str(file),
            author=name_author(author),
            reason=reason,
            dry_run=dry_run,
            skip_bad=skip_bad,
            force=force,
        )
    _tell(result, dry_run=dry_run)


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)  # the size that a file tells may be none, as of a device
        if len(content) > LARGEST_FILE:
            raise UserError("the file has more than 5 MB", where=str(file), advice="split it")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError("the file is not UTF-8", where=str(file), advice="save it as CSV in UTF-8") from None
    except OSError as error:
        raise UserError(
            f"the file cannot be read: {error.strerror}", where=str(file), advice="check its name"
        ) from None


def _tell(result: BackfillResult, *, dry_run: bool) -> None:
    if result.left_out:
        say(f"{count(len(result.left_out), 'row')} left out:")
        say_problems(result.left_out)
    done = "would be added" if dry_run else "added"
    said = f"{result.target.metric}: {count(len(result.new), 'value')} {done}"
    if result.restated:
        said += f", {len(result.restated)} restated"
    if result.known:
        said += f", {result.known} known before"
    emit(make_plain(said))
