"""Sections of the piped report: the key results with effort and plan, rules, disputes, and signals."""

from collections.abc import Iterable, Iterator, Sequence

from align_sync.reports.commands import list_command
from align_sync.reports.idle import rank_idle
from align_sync.reports.model import AlignmentReport, KeyResultLine, Lens
from align_sync.reports.plain import make_plain
from align_sync.reports.render.key_result_words import (
    say_effort,
    say_last_work,
    say_pace,
    say_planned,
    say_unplanned,
    say_weight,
    say_work,
)
from align_sync.reports.render.lens_words import say_gap
from align_sync.reports.render.policy_words import DISPUTES_TITLE, SIGNALS_TITLE, say_disputes, say_signals
from align_sync.reports.render.progress_words import (
    UNKNOWN,
    say_confidence,
    say_expected,
    say_failure,
    say_health,
    say_last,
    say_progress,
)
from align_sync.reports.words import count, quantity


def section(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield ""
    yield f"# {name}"
    yield "\t".join(header)
    for cells in rows:
        yield "\t".join(make_plain(cell) for cell in cells)


def list_key_results(report: AlignmentReport) -> Iterator[str]:
    places = {line.key: number for number, line in enumerate(rank_idle(report.key_results), start=1)}
    yield from section(
        "key results",
        (
            *("key result", "work", "sum of shares", "team", "period", "objective", "title"),
            *("weight", "share of weight", "effort by items", "effort by points", "effort by days"),
            *("pace", "planned", "last work", "rank among idle", "list the items"),
            *("value", "progress", "plan", "health", "why", "confidence", "newest attempt"),
        ),
        (
            (
                line.key,
                say_work(line),
                quantity(line.share_sum),
                line.team,
                line.period,
                line.objective,
                line.title,
                quantity(line.weight),
                say_weight(line),
                *(say_effort(line, lens) for lens in Lens),
                say_pace(line),
                say_planned(line),
                say_last_work(line, report.timezone) if line.is_idle else "",
                str(places.get(line.key, "")),
                list_command(report.filters, key_result=line.key),
                *_say_standing(line),
            )
            for line in report.key_results
        ),
    )
    yield from section(
        "objectives",
        ("objective", "progress", "health", "why", "parts known", "work", "team", "period", "title"),
        (
            (
                line.key,
                say_progress(line.standing.progress),
                line.standing.verdict.health.value,
                say_health(line.standing.verdict),
                f"{line.standing.known} of {line.standing.counted}",
                count(line.items, "item"),
                line.team,
                line.period,
                line.title,
            )
            for line in report.objectives
        ),
    )
    yield from section(
        "allocation gap", ("lens", "gap"), ((gap.lens.value, say_gap(gap, report)) for gap in report.gaps)
    )
    yield from section("coming sprints", ("says",), [(said,)] if (said := say_unplanned(report)) else [])


def _say_standing(line: KeyResultLine) -> tuple[str, ...]:
    standing = line.standing
    if standing is None:
        return ("", UNKNOWN, "", "", "", "", "")
    return (
        say_last(standing, line.metric),
        say_progress(standing.progress),
        say_expected(standing),
        standing.verdict.health.value,
        say_health(standing.verdict),
        say_confidence(standing),
        say_failure(standing),
    )


def list_policy(report: AlignmentReport) -> Iterator[str]:
    """Nothing where there is nothing of the kind: no empty sections."""
    if report.rules:
        yield from section(
            "rules",
            ("kind", "name", "target", "owner", "expires", "matched", "decided", "warning", "list the items"),
            (
                (
                    line.kind.value,
                    line.name,
                    line.target,
                    line.owner,
                    line.expires_on.isoformat() if line.expires_on else "",
                    str(line.matched),
                    str(line.decided),
                    line.warning,
                    list_command(report.filters, rule=line.name),
                )
                for line in report.rules
            ),
        )
    if report.disputed:
        command = list_command(report.filters, only_disputed=True)
        rows = ((said, command) for said in say_disputes(report))
        yield from section(DISPUTES_TITLE.lower(), ("says", "list the items"), rows)
    if report.signals:
        rows = ((signal.says, signal.command) for signal in say_signals(report))
        yield from section(SIGNALS_TITLE.lower(), ("says", "list the items"), rows)
