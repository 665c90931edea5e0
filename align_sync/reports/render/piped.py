"""The report for pipes and files: sections of rows separated by tabs, nothing cut, no colour."""

from collections.abc import Iterator

from align_sync.linking.evidence import Bucket
from align_sync.reports.commands import ACTIONABLE, list_command
from align_sync.reports.model import AlignmentReport, ReportItem, Tally
from align_sync.reports.plain import make_plain
from align_sync.reports.render.lens_words import amount_in, share_in
from align_sync.reports.render.piped_policy import list_key_results, list_policy, section
from align_sync.reports.render.view import HEADINGS, View, items_of
from align_sync.reports.render.wording import (
    SAMPLE_SENTENCE,
    notes_of,
    say_as_of,
    say_freshness,
    say_headline,
    say_identity,
    say_partial,
    say_scope,
    say_source,
)
from align_sync.reports.words import percent_or_withheld, quantity, stamp, team_name

ITEM_COLUMNS = (
    *("key", "bucket", "team", "sprint", "points", "assignee", "key results", "title", "why", "what to do"),
    *("exempt category", "exempt reason", "exempt until", "grace day", "grace until", "disputed by", "decided by"),
    *("points imputed", "days", "linked since", "components"),
)
_SHARES = ("counted by", "coverage", "exempt", "budget", "over budget", "unknown", "imputed", "withheld")


def render_piped(report: AlignmentReport, view: View = View.ALIGNMENT) -> str:
    """Each section opens with `# name`; its first row names the columns."""
    lines = list(_open(report, view))
    if view is not View.KEY_RESULTS:
        lines += section("items", ITEM_COLUMNS, (_describe(item) for item in items_of(report, view)))
    if view is View.ALIGNMENT:
        lines += _list_teams(report)
    if view is not View.UNLINKED:
        lines += list_key_results(report)
    if view is View.ALIGNMENT:
        lines += list_policy(report)
    return "\n".join(lines) + "\n"


def _open(report: AlignmentReport, view: View) -> Iterator[str]:
    yield f"# {HEADINGS[view]}"
    for warning in (SAMPLE_SENTENCE if report.is_sample else "", say_as_of(report), say_partial(report)):
        if warning:
            yield make_plain(warning)
    yield make_plain(say_headline(report))
    yield make_plain(f"{say_scope(report)}; {say_freshness(report)}")
    yield from (make_plain(f"{noun}: {value}") for noun, value in say_identity(report))
    yield from (make_plain(f"note: {note}") for note in notes_of(report))
    yield from (make_plain(f"source: {say_source(line, report.timezone)}") for line in report.sources)
    yield from (make_plain(f"problem: {problem}") for problem in report.problems)
    yield from section("lenses", ("lens", *_SHARES), (_describe_lens(tally, report) for tally in report.lenses))
    yield from section(
        "headline",
        ("bucket", *(tally.lens.value for tally in report.lenses), "list the items"),
        (
            (
                bucket.value,
                *(amount_in(tally, tally.counts[bucket]) for tally in report.lenses),
                list_command(report.filters, (bucket,)),
            )
            for bucket in Bucket
        ),
    )


def _describe_lens(tally: Tally, report: AlignmentReport) -> tuple[str, ...]:
    return (
        tally.lens.value,
        "yes" if tally.lens is report.headline.lens else "",
        percent_or_withheld(tally.coverage),
        share_in(tally, tally.exempt_share),
        share_in(tally, tally.budget),
        amount_in(tally, tally.over),
        share_in(tally, tally.unknown_share),
        share_in(tally, tally.imputed_share),
        tally.withheld,
    )


def _describe(item: ReportItem) -> tuple[str, ...]:
    exempted, waiting = item.exempted, item.waiting
    return (
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
        exempted.category if exempted else "",
        exempted.reason if exempted else "",
        exempted.expires_on.isoformat() if exempted and exempted.expires_on else "",
        f"{waiting.day} of {waiting.days}" if waiting else "",
        waiting.ends_on.isoformat() if waiting and waiting.ends_on else "",
        f"{item.dispute.author}: {item.dispute.reason}" if item.dispute else "",
        item.decided_by.value if item.decided_by else "",
        quantity(item.imputed_points),
        quantity(item.days),
        stamp(item.linked_at) or "",
        ", ".join(item.components),
    )


def _list_teams(report: AlignmentReport) -> Iterator[str]:
    return section(
        "teams",
        (
            *("team", "source", *(bucket.value for bucket in Bucket), "coverage", "standing", "list the work"),
            *("exempt", "budget", "by items", "by points", "by days", "withheld"),
        ),
        (
            (
                team_name(line.team),
                line.source,
                *(amount_in(line.tally, number) for number in line.tally.counts.values()),
                percent_or_withheld(line.tally.coverage),
                line.standing.value,
                list_command(report.filters, ACTIONABLE, team=line.team),
                share_in(line.tally, line.tally.exempt_share),
                share_in(line.tally, line.tally.budget),
                *(percent_or_withheld(tally.coverage) for tally in line.lenses),
                line.tally.withheld,
            )
            for line in report.teams
        ),
    )
