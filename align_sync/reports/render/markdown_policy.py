"""Key results, rules, disputes and signals of a report as Markdown."""

from collections.abc import Iterator

from align_sync.reports.commands import list_command
from align_sync.reports.idle import rank_idle
from align_sync.reports.model import AlignmentReport, KeyResultLine, Lens
from align_sync.reports.render.item_words import say_until
from align_sync.reports.render.key_result_words import (
    say_effort,
    say_idle,
    say_planned,
    say_unplanned,
    say_weight,
    say_work,
)
from align_sync.reports.render.lens_words import GAP_MEANING, LENS_WORDS, say_gap
from align_sync.reports.render.markdown_text import bullets, code, escape, table
from align_sync.reports.render.policy_words import (
    DISPUTES_TITLE,
    POLICY_KIND_WORDS,
    SIGNALS_LEAD,
    SIGNALS_TITLE,
    say_disputes,
    say_signals,
)
from align_sync.reports.render.progress_words import UNKNOWN, say_failure, say_health, say_last, say_progress
from align_sync.reports.words import count, quantity


def list_key_results(report: AlignmentReport) -> Iterator[str]:
    idle = rank_idle(report.key_results)
    yield f"## Key results ({len(report.key_results)}, {len(idle)} without work)"
    yield ""
    if not report.key_results:
        return
    yield from table(
        (
            *("Key result", "Title", "Objective", "Team", "Period", "Value", "Progress", "Health"),
            *("Work", "Sum of shares", "Weight"),
            *(f"Effort by {LENS_WORDS[lens]}" for lens in Lens),
            *("Coming sprints", "List the items"),
        ),
        (
            (
                escape(line.key),
                escape(line.title),
                escape(line.objective),
                escape(line.team),
                escape(line.period),
                *_say_standing(line),
                say_work(line),
                quantity(line.share_sum),
                say_weight(line),
                *(say_effort(line, lens) for lens in Lens),
                say_planned(line),
                code(list_command(report.filters, key_result=line.key)),
            )
            for line in report.key_results
        ),
        numbers=(6, 9, 10, 11, 12, 13),
    )
    gaps = "; ".join(f"by {LENS_WORDS[gap.lens]}: {say_gap(gap, report)}" for gap in report.gaps)
    yield f"**Allocation gap** {gaps} ({GAP_MEANING})"
    yield ""
    if idle:
        yield "### Without work, the most pressing first"
        yield ""
        for number, line in enumerate(idle, start=1):
            yield f"{number}. {escape(line.key)}: {escape(say_idle(line, report.timezone))}"
        yield ""
    yield escape(say_unplanned(report))
    yield ""


def list_objectives(report: AlignmentReport) -> Iterator[str]:
    if not report.objectives:
        return
    yield f"## Objectives ({len(report.objectives)})"
    yield ""
    yield from table(
        ("Objective", "Title", "Team", "Period", "Progress", "Health", "Work"),
        (
            (
                escape(line.key),
                escape(line.title),
                escape(line.team),
                escape(line.period),
                say_progress(line.standing.progress),
                escape(say_health(line.standing.verdict)),
                count(line.items, "item"),
            )
            for line in report.objectives
        ),
        numbers=(4,),
    )


def _say_standing(line: KeyResultLine) -> tuple[str, str, str]:
    standing = line.standing
    if standing is None:
        return ("", UNKNOWN, UNKNOWN)
    value = "; ".join(said for said in (say_last(standing, line.metric), say_failure(standing)) if said)
    return (
        escape(value),
        say_progress(standing.progress),
        escape(say_health(standing.verdict)),
    )


def list_policy(report: AlignmentReport) -> Iterator[str]:
    """Signals, rules and disputes; nothing where there is nothing of the kind."""
    if report.signals:
        yield f"## {SIGNALS_TITLE} ({len(report.signals)})"
        yield ""
        yield SIGNALS_LEAD
        yield ""
        for signal in say_signals(report):
            yield f"- {escape(signal.says)}: {code(signal.command)}"
        yield ""
    if report.rules:
        yield f"## Rules of the settings ({len(report.rules)})"
        yield ""
        yield from table(
            ("Rule", "What it does", "Owner", "In force", "Matched", "Decided", "Warning", "List the items"),
            (
                (
                    escape(line.name),
                    f"{POLICY_KIND_WORDS[line.kind]} {escape(line.target)}",
                    escape(line.owner),
                    say_until(line.expires_on),
                    str(line.matched),
                    str(line.decided),
                    escape(line.warning),
                    code(list_command(report.filters, rule=line.name)),
                )
                for line in report.rules
            ),
            numbers=(4, 5),
        )
    if report.disputed:
        yield f"## {DISPUTES_TITLE}"
        yield ""
        yield f"Verdicts that somebody disputes: {code(list_command(report.filters, only_disputed=True))}"
        yield ""
        yield from bullets(say_disputes(report))
