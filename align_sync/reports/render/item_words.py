"""What is said of single items: points, grace, disputes, exemptions; and which of them ask somebody to act."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from align_sync.linking.evidence import Bucket, RuleKind, Waiting
from align_sync.reports.lenses import estimate_of
from align_sync.reports.model import DisputeLine, ReportItem
from align_sync.reports.render.wording import BUCKET_WORDS
from align_sync.reports.words import day, day_and_time, quantity

RULE_KIND_WORDS = {
    RuleKind.MANUAL: "a link made here",
    RuleKind.FIELD: "a field",
    RuleKind.NAMED: "the OKR book",
    RuleKind.RELATION: "a relation",
    RuleKind.LABEL: "a label",
    RuleKind.URL: "an address",
    RuleKind.MENTION: "a mention",
    RuleKind.MAPPING: "a mapping rule",
}


@dataclass(frozen=True, slots=True)
class Queue:
    """Items by what they ask for: action, a look at the verdict, some days of patience, or nothing."""

    asking: tuple[ReportItem, ...]
    disputed: tuple[ReportItem, ...]
    waiting: tuple[ReportItem, ...]
    exempt: tuple[ReportItem, ...]
    others: tuple[ReportItem, ...]


def line_up(items: Iterable[ReportItem]) -> Queue:
    """Each item once; a dispute keeps an item that asks for action out of those that do, whatever its bucket."""
    places: dict[str, list[ReportItem]] = {"asking": [], "disputed": [], "waiting": [], "exempt": [], "others": []}
    for item in items:
        places[_place(item)].append(item)
    return Queue(*(tuple(held) for held in places.values()))


def _place(item: ReportItem) -> str:
    if item.bucket.is_actionable:
        return "disputed" if item.dispute else "asking"
    return {Bucket.GRACE: "waiting", Bucket.EXEMPT: "exempt"}.get(item.bucket, "others")


def group_exempt(items: Iterable[ReportItem]) -> dict[str, list[ReportItem]]:
    """Exempt items by category, in the order of the alphabet."""
    groups: dict[str, list[ReportItem]] = {}
    for item in items:
        groups.setdefault(item.exempted.category if item.exempted else "", []).append(item)
    return dict(sorted(groups.items()))


def say_points(points: float | None) -> str:
    return "" if points is None else f"{quantity(points)} pt{'' if points == 1 else 's'}"


def say_own_points(item: ReportItem) -> str:
    """`8 pts`; `~3 pts` where nobody estimated it and the median of its team stands in."""
    estimate = estimate_of(item)
    if estimate is not None or item.imputed_points is None:
        return say_points(estimate)
    return f"~{say_points(item.imputed_points)}"


def say_verdict_on(item: ReportItem) -> str:
    """`in grace, day 2 of 3: no field, label, ...; disputed by Ana: the epic names it`."""
    running = f", day {item.waiting.day} of {item.waiting.days}" if item.waiting and item.waiting.day else ""
    return "; ".join((f"{BUCKET_WORDS[item.bucket]}{running}: {item.because}", *say_doubts(item)))


def say_doubts(item: ReportItem) -> tuple[str, ...]:
    """What somebody says against the verdict, if anybody does."""
    return (say_dispute(item.dispute),) if item.dispute else ()


def say_waiting(waiting: Waiting) -> str:
    """`day 2 of 3, until Wed 25 Nov`."""
    if waiting.ends_on is None:
        return "its sprint has not begun"
    return f"day {waiting.day} of {waiting.days}, until {say_day_of_week(waiting.ends_on)}"


def say_dispute(dispute: DisputeLine) -> str:
    return f"disputed by {dispute.author}: {dispute.reason}"


def say_until(on: date | None) -> str:
    """`until 31 Dec 2026`; an exemption may have no end."""
    return "no end" if on is None else f"until {say_date(on)}"


def say_day_of_week(on: date) -> str:
    """`Wed 25 Nov`."""
    at = _midnight(on)
    return f"{day_and_time(at, 'UTC').split()[0]} {day(at, 'UTC').rsplit(' ', 1)[0]}"


def say_date(on: date) -> str:
    """`31 Dec 2026`."""
    return day(_midnight(on), "UTC")


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), UTC)
