"""`align-sync okr record`: a value or a confidence by hand."""

import rich_click

from align_sync.cli.author import AUTHOR_HELP, name_author
from align_sync.cli.output import emit, say
from align_sync.cli.session import Options, open_session
from align_sync.flows.record import RecordResult, record
from align_sync.okr.readings import Reading, ReadingStatus
from align_sync.reports.plain import make_plain
from align_sync.reports.render.progress_words import say_value
from align_sync.reports.words import percent


# A value may be negative, and is no option then.
@rich_click.command("record", context_settings={"ignore_unknown_options": True})
@rich_click.argument("name", metavar="KEY|METRIC")
@rich_click.argument("value", required=False)
@rich_click.option("--on", default="", help="The day that the value is of: 2026-10-01; by default this moment.")
@rich_click.option("--restate", type=int, default=None, help="Correct the reading with this number; needs --reason.")
@rich_click.option("--confidence", default=None, help="How sure you are that it is reached: 0.7, 70% or 7/10.")
@rich_click.option("--reason", "--note", "reason", default="", help="What others should know about it.")
@rich_click.option("--author", default=None, help=AUTHOR_HELP)
@rich_click.option("--force", is_flag=True, help="The value is right, strange as it looks; needs --reason.")
@rich_click.pass_obj
def command(
    options: Options,
    *,
    name: str,
    value: str | None,
    on: str,
    restate: int | None,
    confidence: str | None,
    reason: str,
    author: str | None,
    force: bool,
) -> None:
    """Write down what a key result or metric stands at, how sure you are, or both.

    VALUE is a number in the unit of the metric (64.9, 64,9, 64.9 %), for an ordinal key result fail, commit, target or
    stretch, for a milestone 3/5 or 60%.
    """
    with open_session(options) as app:
        result = record(
            app,
            name,
            value,
            author=name_author(author),
            reason=reason,
            on=on,
            restate=restate,
            confidence=confidence,
            force=force,
        )
    emit(make_plain_lines(show_recorded(result)))


def make_plain_lines(lines: list[str]) -> str:
    return "\n".join(make_plain(line) for line in lines)


def show_recorded(result: RecordResult) -> list[str]:
    target, lines = result.target, []
    name = target.key_result.key if target.key_result is not None and target.is_key_result else target.metric
    if (reading := result.reading) is not None:
        said = f"{name}: {say_value(reading.value, target.measure)} on {reading.as_of_at.date().isoformat()}"
        if (before := result.before) is not None:
            said += f" (before: {say_value(before.value, target.measure)} on {before.as_of_at.date().isoformat()})"
        if reading.status is ReadingStatus.QUARANTINED:
            said += ", quarantined: it does not count"
        lines.append(said)
        if (newer := result.newer) is not None:
            of_when = newer.as_of_at.date().isoformat()
            lines.append(
                f"{name}: the value of {of_when} is newer and still counts: {say_value(newer.value, target.measure)}"
            )
    if (confidence := result.confidence) is not None:
        lines.append(f"{name}: {confidence.author} is sure to {percent(confidence.share)}")
    return lines


def say_doubt(reading: Reading | None, name: str) -> bool:
    """What is wrong with a value that was stored all the same; whether a person must look at it."""
    if reading is None or reading.status is ReadingStatus.OK:
        return False
    is_held = reading.status is ReadingStatus.QUARANTINED
    say(make_plain(f"{'quarantined, it does not count' if is_held else 'stale'}: {reading.reason}"))
    if is_held:
        say(make_plain(f"  → align-sync okr readings {name} lists it; --release lets it count"))
    return is_held
