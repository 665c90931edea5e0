"""The report for pipes and files: sections of rows separated by tabs, nothing cut, no colour."""

from collections.abc import Iterable, Iterator, Sequence

from align_sync.linking.evidence import Bucket
from align_sync.reports.commands import ACTIONABLE, list_command
from align_sync.reports.model import AlignmentReport
from align_sync.reports.plain import make_plain
from align_sync.reports.render.view import HEADINGS, View, items_of
from align_sync.reports.render.wording import (
    SAMPLE_SENTENCE,
    say_freshness,
    say_headline,
    say_partial,
    say_scope,
    say_source,
    say_work,
)
from align_sync.reports.words import percent_or_withheld, quantity, team_name


def render_piped(report: AlignmentReport, view: View = View.ALIGNMENT) -> str:
    """Each section opens with `# name`; its first row names the columns."""
    lines = list(_open(report, view))
    if view is not View.KEY_RESULTS:
        lines += _list_items(report, view)
    if view is View.ALIGNMENT:
        lines += _list_teams(report)
    if view is not View.UNLINKED:
        lines += _list_key_results(report)
    return "\n".join(lines) + "\n"


def section(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield ""
    yield f"# {name}"
    yield "\t".join(header)
    for cells in rows:
        yield "\t".join(make_plain(cell) for cell in cells)


def _open(report: AlignmentReport, view: View) -> Iterator[str]:
    yield f"# {HEADINGS[view]}"
    if report.is_sample:
        yield SAMPLE_SENTENCE
    if warning := say_partial(report):
        yield make_plain(warning)
    yield make_plain(say_headline(report))
    yield make_plain(f"{say_scope(report)}; {say_freshness(report)}")
    yield from (make_plain(f"note: {note}") for note in report.notes)
    yield from (make_plain(f"source: {say_source(line, report.timezone)}") for line in report.sources)
    yield from (make_plain(f"problem: {problem}") for problem in report.problems)
    yield from section(
        "headline", ("bucket", "items"), ((b.value, str(number)) for b, number in report.headline.counts.items())
    )


def _list_items(report: AlignmentReport, view: View) -> Iterator[str]:
    return section(
        "items",
        ("key", "bucket", "team", "sprint", "points", "assignee", "key results", "title", "why", "what to do"),
        (
            (
                item.key,
                item.bucket.value,
                team_name(item.team),
                item.sprint,
                quantity(item.points),
                item.assignee or "",
                ", ".join(link.key_result for link in item.links),
                item.title,
                item.because,
                item.fixes[0] if item.fixes else "",
            )
            for item in items_of(report, view)
        ),
    )


def _list_teams(report: AlignmentReport) -> Iterator[str]:
    return section(
        "teams",
        ("team", "source", "linked", "unlinked", "invalid", "unknown", "coverage", "standing", "list the work"),
        (
            (
                team_name(line.team),
                line.source,
                str(line.tally.linked),
                str(line.tally.counts[Bucket.UNLINKED]),
                str(line.tally.counts[Bucket.INVALID]),
                str(line.tally.counts[Bucket.UNKNOWN]),
                percent_or_withheld(line.tally.coverage),
                line.standing.value,
                list_command(report.filters, ACTIONABLE, team=line.team),
            )
            for line in report.teams
        ),
    )


def _list_key_results(report: AlignmentReport) -> Iterator[str]:
    return section(
        "key results",
        ("key result", "work", "sum of shares", "team", "period", "objective", "title"),
        (
            (
                line.key,
                say_work(line),
                quantity(line.share_sum),
                line.team,
                line.period,
                line.objective,
                line.title,
            )
            for line in report.key_results
        ),
    )
