"""The report as GitHub-flavoured Markdown, for wikis, pull requests and mails."""

from collections.abc import Iterator

from align_sync.linking.evidence import Bucket
from align_sync.reports.commands import ACTIONABLE, list_command
from align_sync.reports.measures import whole_percents
from align_sync.reports.model import AlignmentReport
from align_sync.reports.render.markdown_text import escape, link, table
from align_sync.reports.render.view import HEADINGS, View, asks_for_actionable, items_of
from align_sync.reports.render.wording import (
    BUCKET_MEANINGS,
    BUCKET_WORDS,
    SAMPLE_SENTENCE,
    say_freshness,
    say_headline,
    say_nothing_to_do,
    say_partial,
    say_scope,
    say_source,
    say_work,
    without_address,
)
from align_sync.reports.words import count, percent_or_withheld, quantity, team_name


def render_markdown(report: AlignmentReport, view: View = View.ALIGNMENT) -> str:
    """A document with one heading of the first level."""
    lines = [*_open(report, view)]
    if view is not View.KEY_RESULTS and asks_for_actionable(report):
        lines += _list_actionable(report, view)
    if view is View.ALIGNMENT:
        lines += _list_teams(report)
    if view is not View.UNLINKED:
        lines += _list_key_results(report)
    if view is View.ALIGNMENT:
        lines += _list_others(report)
        lines += _list_sources(report)
    return "\n".join(lines).rstrip() + "\n"


def _open(report: AlignmentReport, view: View) -> Iterator[str]:
    yield f"# {HEADINGS[view]}"
    yield ""
    for warning in (SAMPLE_SENTENCE if report.is_sample else "", say_partial(report)):
        if warning:
            yield f"> **{escape(warning)}**"
            yield ""
    yield f"**{escape(say_headline(report))}**"
    yield ""
    yield f"{escape(say_scope(report))}; {escape(say_freshness(report))}"
    yield ""
    if view is not View.KEY_RESULTS:
        percents = whole_percents(report.headline.counts)
        yield from table(
            ("Items", "Number", "Share", "What it means"),
            (
                (BUCKET_WORDS[bucket], str(number), f"{percents[bucket]} %", BUCKET_MEANINGS[bucket])
                for bucket, number in report.headline.counts.items()
            ),
            numbers=(1, 2),
        )
    for note in report.notes:
        yield f"- {escape(note)}"
    if report.notes:
        yield ""


def _list_actionable(report: AlignmentReport, view: View) -> Iterator[str]:
    asking = [item for item in items_of(report, view) if item.bucket.is_actionable]
    yield f"## Work that serves no key result ({len(asking)})"
    yield ""
    if not asking:
        yield say_nothing_to_do(report)
        yield ""
        return
    yield from table(
        ("Item", "Title", "Team", "Points", "Assignee", "Why", "What to do"),
        (
            (
                link(item.key, item.address),
                escape(item.title),
                escape(team_name(item.team)),
                quantity(item.points),
                escape(item.assignee or ""),
                escape(item.because),
                escape(without_address(item.fixes[0], item.address) if item.fixes else ""),
            )
            for item in asking
        ),
        numbers=(3,),
    )


def _list_teams(report: AlignmentReport) -> Iterator[str]:
    yield f"## Teams ({len(report.teams)})"
    yield ""
    if report.teams:
        yield from table(
            ("Team", "Source", "Linked", "Not linked", "Invalid", "Unknown", "Coverage", "Standing", "List the work"),
            (
                (
                    escape(team_name(line.team)),
                    escape(line.source),
                    str(line.tally.linked),
                    str(line.tally.counts[Bucket.UNLINKED]),
                    str(line.tally.counts[Bucket.INVALID]),
                    str(line.tally.counts[Bucket.UNKNOWN]),
                    percent_or_withheld(line.tally.coverage),
                    line.standing.value,
                    escape(list_command(report.filters, ACTIONABLE, team=line.team)),
                )
                for line in report.teams
            ),
            numbers=(2, 3, 4, 5, 6),
        )


def _list_key_results(report: AlignmentReport) -> Iterator[str]:
    idle = sum(line.is_idle for line in report.key_results)
    yield f"## Key results ({len(report.key_results)}, {idle} without work)"
    yield ""
    if report.key_results:
        yield from table(
            ("Key result", "Title", "Objective", "Team", "Period", "Work", "Sum of shares"),
            (
                (
                    escape(line.key),
                    escape(line.title),
                    escape(line.objective),
                    escape(line.team),
                    escape(line.period),
                    say_work(line),
                    quantity(line.share_sum),
                )
                for line in report.key_results
            ),
            numbers=(6,),
        )


def _list_others(report: AlignmentReport) -> Iterator[str]:
    others = [item for item in report.items if not item.bucket.is_actionable]
    if others:
        yield f"## Other work ({len(others)})"
        yield ""
        yield from table(
            ("Item", "Title", "Team", "Points", "Verdict", "Key results", "Why"),
            (
                (
                    link(item.key, item.address),
                    escape(item.title),
                    escape(team_name(item.team)),
                    quantity(item.points),
                    BUCKET_WORDS[item.bucket],
                    escape(", ".join(part.key_result for part in item.links)),
                    escape(item.because),
                )
                for item in others
            ),
            numbers=(3,),
        )


def _list_sources(report: AlignmentReport) -> Iterator[str]:
    if report.sources:
        yield "## Sources"
        yield ""
        for line in report.sources:
            yield f"- {escape(say_source(line, report.timezone))}"
        yield ""
    if report.problems:
        yield f"## {count(len(report.problems), 'problem')} in the data"
        yield ""
        for problem in report.problems:
            yield f"- {escape(str(problem))}"
        yield ""
