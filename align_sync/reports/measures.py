"""How figures come about: coverage in each lens, its standing against the goal, and the shares of a bar."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate
from math import fsum

from align_sync.linking.evidence import Bucket
from align_sync.linking.policy import DEFAULT_BUDGET
from align_sync.reports.lenses import is_imputed, mass_of
from align_sync.reports.model import Lens, ReportItem, Standing, Tally
from align_sync.reports.withholding import Masses, reason_to_withhold

IMPUTED_LIMIT = 0.2
_ROUNDING_NOISE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the policy allows, as shares: how much may be unknown or imputed, and how much exempt in each team."""

    unknown: float
    imputed: float = IMPUTED_LIMIT
    budget: float = DEFAULT_BUDGET
    budgets: Mapping[str, float] = field(default_factory=dict)

    def budget_of(self, team: str) -> float:
        return self.budgets.get(team, self.budget)

    def for_team(self, team: str) -> "Limits":
        """With the team's own budget as the one of nothing: it has a budget with an empty sprint too."""
        return replace(self, budget=self.budget_of(team))


def tally(items: Iterable[ReportItem], limits: Limits, lens: Lens = Lens.ITEMS) -> Tally:
    """Add up the buckets in one lens; what a team has exempt beyond its own budget counts against coverage."""
    items = tuple(items)
    held: dict[Bucket, list[float]] = {bucket: [] for bucket in Bucket}
    for item in items:
        held[item.bucket].append(mass_of(item, lens) or 0)
    counts = {bucket: _add(masses) for bucket, masses in held.items()}
    allowed, over = _spend_budgets(items, limits, lens)
    imputed = [item.imputed_points or 0 for item in items if lens is Lens.POINTS and is_imputed(item)]
    masses = Masses(
        lens=lens,
        items=len(items),
        total=_add(counts.values()),
        linked=_add(mass for bucket, mass in counts.items() if bucket.is_linked),
        missed=_add(mass for bucket, mass in counts.items() if bucket.is_actionable),
        exempt=counts[Bucket.EXEMPT],
        over=over,
        unknown=counts[Bucket.UNKNOWN],
        imputed=_add(imputed),
        silent_teams=tuple(sorted({item.team for item in items if mass_of(item, lens) is None})),
    )
    withheld = reason_to_withhold(masses, unknown_limit=limits.unknown, imputed_limit=limits.imputed)
    return Tally(
        counts=counts,
        coverage=None if withheld else masses.linked / masses.counted,
        unknown_share=_share(masses.unknown, masses.judged + masses.unknown),
        withheld=withheld,
        lens=lens,
        exempt_share=_share(masses.exempt, masses.judged),
        budget=_share(allowed, masses.judged) if masses.judged else limits.budget,
        over=over,
        imputed_share=_share(masses.imputed, masses.total),
        imputed=len(imputed),
    )


def _add(masses: Iterable[float]) -> float:
    """Items as whole numbers; fractions exactly, so that the order of the items makes no difference."""
    held = tuple(masses)
    return sum(held) if all(isinstance(mass, int) for mass in held) else fsum(held)


def _spend_budgets(items: tuple[ReportItem, ...], limits: Limits, lens: Lens) -> tuple[float, float]:
    """How much may be exempt in all teams together, and how much is so beyond that, each team by its own budget."""
    judged: dict[str, list[float]] = {}
    exempt: dict[str, list[float]] = {}
    for item in items:
        if item.bucket is Bucket.EXEMPT or item.bucket.is_linked or item.bucket.is_actionable:
            mass = mass_of(item, lens) or 0
            judged.setdefault(item.team, []).append(mass)
            exempt.setdefault(item.team, []).append(mass if item.bucket is Bucket.EXEMPT else 0)
    allowed = {team: limits.budget_of(team) * fsum(masses) for team, masses in judged.items()}
    overs = (fsum(masses) - allowed[team] for team, masses in exempt.items())
    return fsum(allowed.values()), fsum(over for over in overs if over > _ROUNDING_NOISE)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def standing(coverage: float | None, goal: float, warn: float) -> Standing:
    """On track from the goal on, at risk from the warning level on, off track below; unknown where withheld."""
    if coverage is None:
        return Standing.UNKNOWN
    if coverage >= goal:
        return Standing.ON_TRACK
    return Standing.AT_RISK if coverage >= warn else Standing.OFF_TRACK


def whole_percents(counts: Mapping[Bucket, float]) -> dict[Bucket, int]:
    """Per cent as whole numbers that sum to exactly 100, by rounding the running sum; all zero where nothing is."""
    total = sum(counts.values())
    if not total:
        return dict.fromkeys(counts, 0)
    edges = [0, *(round(100 * running / total) for running in accumulate(counts.values()))]
    return {bucket: after - before for bucket, before, after in zip(counts, edges, edges[1:], strict=False)}
