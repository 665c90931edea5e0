"""The report as GitHub-flavoured Markdown, for wikis, pull requests and mails."""

from collections.abc import Iterator

from align_sync.linking.evidence import Bucket
from align_sync.reports.commands import ACTIONABLE, list_command
from align_sync.reports.model import AlignmentReport, Tally
from align_sync.reports.render.lens_words import LENS_WORDS, NONE_KNOWN, THREE_LENSES, amount_in, say_beside, share_in
from align_sync.reports.render.markdown_items import list_actionable, list_others, list_set_aside
from align_sync.reports.render.markdown_policy import list_key_results, list_objectives, list_policy
from align_sync.reports.render.markdown_text import bullets, code, escape, table
from align_sync.reports.render.view import HEADINGS, View, asks_for_actionable
from align_sync.reports.render.wording import (
    BUCKET_MEANINGS,
    BUCKET_WORDS,
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
from align_sync.reports.words import count, percent_or_withheld, team_name


def render_markdown(report: AlignmentReport, view: View = View.ALIGNMENT) -> str:
    """A document with one heading of the first level."""
    lines = [*_open(report, view)]
    if view is View.ALIGNMENT:
        lines += _list_teams(report)
    if view is not View.KEY_RESULTS and (asks_for_actionable(report) or report.items):
        lines += list_actionable(report, view)
    if view is View.ALIGNMENT:
        lines += list_set_aside(report)
    if view is not View.UNLINKED:
        lines += list_objectives(report)
        lines += list_key_results(report)
    if view is View.ALIGNMENT:
        lines += list_policy(report)
        lines += list_others(report)
        lines += _list_sources(report)
    lines += _close(report)
    return "\n".join(lines).rstrip() + "\n"


def _open(report: AlignmentReport, view: View) -> Iterator[str]:
    yield f"# {HEADINGS[view]}"
    yield ""
    for warning in (SAMPLE_SENTENCE if report.is_sample else "", say_as_of(report), say_partial(report)):
        if warning:
            yield f"> **{escape(warning)}**"
            yield ""
    yield f"**{escape(say_headline(report))}**"
    yield ""
    if beside := say_beside(report.headline):
        yield escape(beside)
        yield ""
    yield f"{escape(say_scope(report))}; {escape(say_freshness(report))}"
    yield ""
    yield from _list_lenses(report)
    if view is not View.KEY_RESULTS:
        yield from _list_buckets(report)
    yield from bullets(notes_of(report))


def _list_lenses(report: AlignmentReport) -> Iterator[str]:
    return table(
        (f"Coverage ({THREE_LENSES})", "Linked", "Exempt", "Budget", "Over budget", "Unknown", "Imputed", "Withheld"),
        (
            (
                f"by {LENS_WORDS[tally.lens]}" + (" (the headline)" if tally.lens is report.headline.lens else ""),
                percent_or_withheld(tally.coverage),
                share_in(tally, tally.exempt_share),
                share_in(tally, tally.budget),
                amount_in(tally, tally.over),
                share_in(tally, tally.unknown_share),
                share_in(tally, tally.imputed_share),
                escape(tally.withheld),
            )
            for tally in report.lenses
        ),
        numbers=(1, 2, 3, 4, 5, 6),
    )


def _list_buckets(report: AlignmentReport) -> Iterator[str]:
    return table(
        ("Work", *(LENS_WORDS[tally.lens].capitalize() for tally in report.lenses), "What it means", "List the items"),
        (
            (
                BUCKET_WORDS[bucket],
                *(amount_in(tally, tally.counts[bucket]) for tally in report.lenses),
                BUCKET_MEANINGS[bucket],
                code(list_command(report.filters, (bucket,))),
            )
            for bucket in Bucket
        ),
        numbers=(1, 2, 3),
    )


def _list_teams(report: AlignmentReport) -> Iterator[str]:
    yield f"## Teams ({len(report.teams)})"
    yield ""
    if report.teams:
        yield from table(
            (
                *("Team", "Source", *(BUCKET_WORDS[bucket].capitalize() for bucket in Bucket)),
                *("Coverage", "Standing", "Exempt of budget", *(f"By {LENS_WORDS[t.lens]}" for t in report.lenses)),
                "List the work",
            ),
            (
                (
                    escape(team_name(line.team)),
                    escape(line.source),
                    *(amount_in(line.tally, number) for number in line.tally.counts.values()),
                    percent_or_withheld(line.tally.coverage),
                    line.standing.value,
                    _say_budget(line.tally),
                    *(percent_or_withheld(tally.coverage) for tally in line.lenses),
                    code(list_command(report.filters, ACTIONABLE, team=line.team)),
                )
                for line in report.teams
            ),
            numbers=(*range(2, 11), *range(13, 16)),
        )


def _say_budget(tally: Tally) -> str:
    if tally.withheld:
        return NONE_KNOWN
    said = f"{share_in(tally, tally.exempt_share)} of {share_in(tally, tally.budget)}"
    return f"{said}, {amount_in(tally, tally.over)} over" if tally.over else said


def _list_sources(report: AlignmentReport) -> Iterator[str]:
    if report.sources:
        yield "## Sources"
        yield ""
        yield from bullets([say_source(line, report.timezone) for line in report.sources])
    if report.problems:
        yield f"## {count(len(report.problems), 'problem')} in the data"
        yield ""
        yield from bullets([str(problem) for problem in report.problems])


def _close(report: AlignmentReport) -> Iterator[str]:
    identity = [code(value) if noun == "again" else f"{noun} {escape(value)}" for noun, value in say_identity(report)]
    if identity:
        yield "; ".join(identity)
