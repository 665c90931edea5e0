"""When a figure is better withheld, and why, in words."""

from dataclasses import dataclass

from align_sync.reports.lenses import say_amount
from align_sync.reports.model import Lens
from align_sync.reports.words import percent, quantity, team_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Masses:
    """What a tally rests on, in one lens. `missed` is unlinked or invalid, `over` exempt beyond the budgets.

    `silent_teams` are those of which nobody estimated anything.
    """

    lens: Lens
    items: int
    total: float
    linked: float
    missed: float
    exempt: float
    over: float
    unknown: float
    imputed: float
    silent_teams: tuple[str, ...] = ()

    @property
    def counted(self) -> float:
        """What coverage is a share of."""
        return self.linked + self.missed + self.over

    @property
    def judged(self) -> float:
        return self.linked + self.missed + self.exempt


def reason_to_withhold(masses: Masses, *, unknown_limit: float, imputed_limit: float) -> str:
    """Empty where the figure stands."""
    return (
        _say_nothing_there(masses)
        or _say_nothing_judged(masses)
        or _say_unknown(masses, unknown_limit)
        or _say_imputed(masses, imputed_limit)
    )


def _say_nothing_there(masses: Masses) -> str:
    if not masses.items:
        return "no item is in scope"
    if masses.silent_teams:
        return f"nobody estimated any item of {', '.join(team_name(team) for team in masses.silent_teams)}"
    if not masses.total:
        return (
            "no work was in progress" if masses.lens is Lens.DAYS else "all that is in scope is estimated at 0 points"
        )
    return ""


def _say_nothing_judged(masses: Masses) -> str:
    if masses.counted:
        return ""
    if masses.judged:
        return "all that could be judged is exempt"
    if not masses.unknown:
        return "all that is in scope is in grace"
    if masses.lens is Lens.ITEMS and masses.unknown == 1:
        return "the one item could not be judged"
    return f"all of {say_amount(masses.unknown, masses.lens)} could not be judged"


def _say_unknown(masses: Masses, limit: float) -> str:
    whole = masses.judged + masses.unknown
    share = masses.unknown / whole
    if share <= limit:
        return ""
    return (
        f"{quantity(masses.unknown)} of {say_amount(whole, masses.lens)} ({_percent_above(share, limit)}) "
        f"could not be judged, more than the limit of {percent(limit)}"
    )


def _say_imputed(masses: Masses, limit: float) -> str:
    share = masses.imputed / masses.total
    if share <= limit:
        return ""
    return (
        f"{quantity(masses.imputed)} of {say_amount(masses.total, masses.lens)} ({_percent_above(share, limit)}) are "
        f"imputed to items that nobody estimated, more than the limit of {percent(limit)}"
    )


def _percent_above(share: float, limit: float) -> str:
    """A share over a limit, with a decimal where it would else read the same as the limit."""
    return percent(share) if percent(share) != percent(limit) else f"{share * 100:.1f}\u00a0%"
