"""Key results at a terminal: work, weight and effort of each, the idle ones by rank; then signals and disputes."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from align_sync.reports.commands import list_command
from align_sync.reports.idle import rank_idle
from align_sync.reports.model import AlignmentReport, KeyResultLine, Lens
from align_sync.reports.render.ink import bullet, cell, indented, section_title
from align_sync.reports.render.key_result_words import (
    say_effort,
    say_idle,
    say_planned,
    say_unplanned,
    say_weight,
    say_work,
)
from align_sync.reports.render.lens_words import GAP_MEANING, LENS_WORDS, say_gap
from align_sync.reports.render.policy_words import (
    DISPUTES_TITLE,
    SIGNALS_LEAD,
    SIGNALS_TITLE,
    say_disputes,
    say_signals,
)
from align_sync.reports.render.progress_words import (
    HEALTH_STYLES,
    UNKNOWN,
    draw_meter,
    say_briefly,
    say_failure,
    say_progress,
)
from align_sync.reports.render.wording import say_key_results_command

FIRST_FEW = 5


def list_key_results(report: AlignmentReport) -> Iterator[RenderableType]:
    if not report.key_results:
        return
    idle = sum(line.is_idle for line in report.key_results)
    yield from section_title(f"Key results ({len(report.key_results)}, {idle} without work)")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Key result", ratio=1, overflow="fold")
    table.add_column("Progress", justify="right", no_wrap=True)
    table.add_column("Health", no_wrap=True)
    table.add_column("Work", no_wrap=True)
    for name in ("Weight", "Items", "Points", "Days"):
        table.add_column(name, justify="right", no_wrap=True)
    for line in report.key_results:
        table.add_row(
            _name(line),
            *_standing_cells(line),
            Text(f"! {say_work(line)}" if line.is_idle else say_work(line), style="yellow" if line.is_idle else ""),
            say_weight(line),
            *(say_effort(line, lens) for lens in Lens),
        )
    yield table
    yield cell("weight and effort are shares: of all weights, and of the linked work in each lens", "dim")
    for line in report.key_results:
        if line.standing and (failed := say_failure(line.standing)):
            yield bullet(f"{line.key} {failed}", "!", "yellow")
    judged = next((line.standing for line in report.key_results if line.standing), None)
    if judged is not None:
        policy = judged.verdict.policy.value
        yield cell(f"health by {policy}; why, and all that is known of one: align-sync okr show KEY", "dim")
    yield from section_title("Allocation gap")
    yield cell("; ".join(f"{LENS_WORDS[gap.lens]}: {say_gap(gap, report)}" for gap in report.gaps))
    yield cell(GAP_MEANING, "dim")


def _standing_cells(line: KeyResultLine) -> tuple[Text, Text]:
    standing = line.standing
    if standing is None:
        return Text(UNKNOWN, style="dim"), Text(UNKNOWN, style="dim")
    health = standing.verdict.health
    return Text(say_progress(standing.progress)), Text(health.value, style=HEALTH_STYLES[health])


def list_objectives(report: AlignmentReport) -> Iterator[RenderableType]:
    """Each objective with what its parts add up to, and the reason of its health."""
    if not report.objectives:
        return
    yield from section_title(f"Objectives ({len(report.objectives)})")
    for line in report.objectives:
        standing = line.standing
        head = Text("  ").join(
            (
                cell(draw_meter(standing.progress, None)),
                cell(say_progress(standing.progress).rjust(7)),
                cell(line.key, "bold"),
                cell(line.title),
                cell(line.team, "dim"),
            )
        )
        health, policy = standing.verdict.health, standing.verdict.policy.value
        said = f"{health.value}: {say_briefly(standing.verdict)} (by {policy})"
        yield Group(head, indented(said, HEALTH_STYLES[health]))


def _name(line: KeyResultLine) -> Text:
    return Text("  ").join((cell(line.key, "bold"), cell(line.title), cell(line.team, "dim")))


def list_idle(report: AlignmentReport, *, is_short: bool) -> Iterator[RenderableType]:
    """Those without work, the most pressing first, and what the coming sprints hold for all."""
    if not report.key_results:
        return
    idle = rank_idle(report.key_results)
    yield from section_title(f"Key results without work ({len(idle)} of {len(report.key_results)})")
    for number, line in enumerate(idle[:FIRST_FEW] if is_short else idle, start=1):
        said = f"{say_idle(line, report.timezone)}; {say_planned(line)}"
        head = Text.assemble(f"{number}. ", _name(line))
        yield Group(head, indented(said, "yellow"))
    if not idle:
        yield Text("none")
    yield cell(say_unplanned(report))
    if is_short:
        hidden = f"{len(idle) - FIRST_FEW} more, and " if len(idle) > FIRST_FEW else ""
        yield cell(f"{hidden}effort and weight of each: {say_key_results_command(report.filters)}", "dim")


def list_policy(report: AlignmentReport) -> Iterator[RenderableType]:
    """Signals, disputes by rule, and rules of the settings that look mistaken; nothing where there is none."""
    if report.signals:
        yield from section_title(f"{SIGNALS_TITLE} ({len(report.signals)})")
        yield cell(SIGNALS_LEAD, "dim")
        for signal in say_signals(report):
            yield Group(bullet(signal.says), indented(signal.command))
    warned = [line for line in report.rules if line.warning]
    if report.disputed or warned:
        yield from section_title(DISPUTES_TITLE)
    yield from (bullet(said) for said in say_disputes(report))
    if report.disputed:
        yield indented(list_command(report.filters, only_disputed=True))
    yield from (bullet(f"{line.kind.value} rule {line.name} {line.warning}") for line in warned)
