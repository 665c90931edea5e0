"""What an item weighs in each lens: one item, its points, or the person-days that it was in progress."""

from collections.abc import Iterable
from dataclasses import replace
from math import inf
from statistics import median

from align_sync.reports.model import Lens, ReportItem
from align_sync.reports.words import quantity

_UNITS = {Lens.ITEMS: "item", Lens.POINTS: "point", Lens.DAYS: "person-day"}


def mass_of(item: ReportItem, lens: Lens) -> float | None:
    """None in points where nobody estimated it, nor anything of its team that could stand in for it."""
    if lens is Lens.ITEMS:
        return 1
    if lens is Lens.DAYS:
        return item.days
    estimate = estimate_of(item)
    return item.imputed_points if estimate is None else estimate


def estimate_of(item: ReportItem) -> float | None:
    """The points that somebody gave it: a field for numbers takes a negative one too, which estimates nothing."""
    return item.points if item.points is not None and 0 <= item.points < inf else None


def is_imputed(item: ReportItem) -> bool:
    """Whether its points stand in for an estimate that nobody made."""
    return item.imputed_points is not None and estimate_of(item) is None


def impute_points(items: Iterable[ReportItem]) -> tuple[ReportItem, ...]:
    """Items without an estimate get the median of their team's estimated items of the same kind, else of all kinds."""
    items = tuple(items)
    of_kind: dict[tuple[str, str], list[float]] = {}
    of_team: dict[str, list[float]] = {}
    for item in items:
        estimate = estimate_of(item)
        if estimate is not None:
            of_kind.setdefault((item.team, item.kind), []).append(estimate)
            of_team.setdefault(item.team, []).append(estimate)
    by_kind = {key: median(estimates) for key, estimates in of_kind.items()}
    by_team = {team: median(estimates) for team, estimates in of_team.items()}
    return tuple(
        item
        if estimate_of(item) is not None
        else replace(item, imputed_points=by_kind.get((item.team, item.kind), by_team.get(item.team)))
        for item in items
    )


def say_amount(number: float, lens: Lens) -> str:
    """`1 item`, `2.5 person-days`."""
    said = quantity(number)
    return f"{said} {_UNITS[lens]}" if said == "1" else f"{said} {_UNITS[lens]}s"
