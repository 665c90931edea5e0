"""The figures of the three lenses in words; what nobody knows is a dash with its reason, and never a zero."""

from align_sync.reports.lenses import say_amount
from align_sync.reports.model import AlignmentReport, Gap, Lens, Tally
from align_sync.reports.words import count, percent, quantity

NONE_KNOWN = "\N{EN DASH}"
LENS_WORDS = {Lens.ITEMS: "items", Lens.POINTS: "points", Lens.DAYS: "person-days"}
LENS_MEANINGS = {
    Lens.ITEMS: "each item counts as one",
    Lens.POINTS: "each item counts by its points",
    Lens.DAYS: "each item counts by the days that people had it in progress",
}
THREE_LENSES = "three ways to weigh the same work, never blended"
GAP_MEANING = (
    "the share of the linked work that would have to move so that it lies as the weights of the key results do"
)


def say_lens(tally: Tally) -> str:
    """`62 %; exempt 30 % against a budget of 20 %, 4 items over budget count as unlinked; unknown 0 %`."""
    if tally.coverage is None:
        return f"withheld: {tally.withheld}"
    parts = [percent(tally.coverage), say_beside(tally)]
    return "; ".join([*parts, say_imputed(tally)] if tally.imputed else parts)


def say_exempt(tally: Tally) -> str:
    said = f"exempt {percent(tally.exempt_share)} against a budget of {percent(tally.budget)}"
    return f"{said}, {say_over(tally)}" if tally.over else said


def say_beside(tally: Tally) -> str:
    """What stands beside coverage; empty where it is withheld, since the lens then says nothing."""
    return "" if tally.coverage is None else f"{say_exempt(tally)}; unknown {percent(tally.unknown_share)}"


def say_over(tally: Tally) -> str:
    """`3 items over budget count as unlinked`: over the budget of their team, whatever all teams together have."""
    amount = say_amount(tally.over, tally.lens)
    return f"{amount} over budget {'counts' if amount.startswith('1 ') else 'count'} as unlinked"


def say_imputed(tally: Tally) -> str:
    return f"{percent(tally.imputed_share)} imputed to {count(tally.imputed, 'item')} without an estimate"


def share_in(tally: Tally, share: float | None) -> str:
    """A share of this lens, a dash where the lens is withheld: it then says nothing of anything."""
    return NONE_KNOWN if share is None or tally.coverage is None else percent(share)


def amount_in(tally: Tally, number: float) -> str:
    """What a bucket holds in this lens; items are counted even where their coverage is withheld."""
    return quantity(number) if tally.lens is Lens.ITEMS or tally.coverage is not None else NONE_KNOWN


def tally_by(report: AlignmentReport, lens: Lens) -> Tally:
    return next(tally for tally in report.lenses if tally.lens is lens)


def say_gap(gap: Gap, report: AlignmentReport) -> str:
    """`23 %`, or why nobody can say."""
    if gap.gap is not None:
        return percent(gap.gap)
    if tally_by(report, gap.lens).withheld:
        return "unknown, since this lens is withheld"
    return "unknown, since there is no linked work to compare with a weight"
