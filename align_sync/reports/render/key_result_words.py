"""What is said of key results: the work on them, how late they are, and what the coming sprints hold for them."""

from align_sync.reports.idle import unplanned
from align_sync.reports.model import AlignmentReport, KeyResultLine, KeyResultWork, Lens
from align_sync.reports.render.lens_words import NONE_KNOWN
from align_sync.reports.words import count, day, percent, quantity


def say_work(line: KeyResultLine) -> str:
    """`12 items`, or in words that there is none."""
    if line.is_idle:
        return "no work"
    return count(line.items, "item") if line.items else "none in this selection"


def say_weight(line: KeyResultLine) -> str:
    """Its share of all weights; a dash where it is not among the key results that are compared."""
    return percent(line.weight_share) if line.weight_share or not line.weight else NONE_KNOWN


def say_effort(line: KeyResultLine, lens: Lens) -> str:
    return percent(line.effort[lens]) if lens in line.effort else NONE_KNOWN


def say_pace(line: KeyResultLine) -> str:
    """`12 days behind`; in words where nobody knows a value of its metric."""
    if line.days_behind is None:
        return "no value known"
    days = round(line.days_behind)
    return f"{count(abs(days), 'day')} {'behind' if days > 0 else 'ahead'}" if days else "on plan"


def say_planned(line: KeyResultLine) -> str:
    if line.planned is None:
        return "no coming sprint is known"
    return f"{count(line.planned, 'item')} planned" if line.planned else "nothing planned"


def say_planned_work(work: KeyResultWork, zone: str) -> str:
    """What the whole store says of the work on one key result: `some is open; 3 items in coming sprints`."""
    if work.has_open:
        said = "some is open"
    elif work.has_recent:
        said = "none is open, some was just finished"
    else:
        said = f"none; the last was touched on {day(work.last_work_at, zone)}" if work.last_work_at else "none"
    planned = count(work.planned, "item") if work.planned else "nothing"
    return f"{said}; {planned} in coming sprints"


def say_last_work(line: KeyResultLine, zone: str) -> str:
    return f"last worked on {day(line.last_work_at, zone)}" if line.last_work_at else "no work was ever seen"


def say_idle(line: KeyResultLine, zone: str) -> str:
    """`12 days behind; weight 2; last worked on 3 Nov 2026`: why it ranks where it does."""
    return "; ".join((say_pace(line), f"weight {quantity(line.weight)}", say_last_work(line, zone)))


def say_unplanned(report: AlignmentReport) -> str:
    """Which key results the coming sprints have no work for; empty where there is no key result."""
    if not report.key_results:
        return ""
    if all(line.planned is None for line in report.key_results):
        return "no coming sprint is known, so that nobody can say which key results have no work planned"
    missing = unplanned(report.key_results)
    if not missing:
        return "every key result has work planned in the coming sprints"
    return f"no work planned in the coming sprints: {', '.join(line.key for line in missing)}"
