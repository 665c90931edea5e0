"""What a report is about, and which of its items it lists.

Filters for teams and sources narrow the figures, all others only the list: a list of unlinked items still stands under
the true coverage.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from align_sync.linking.evidence import RuleKind
from align_sync.reports.lenses import is_imputed
from align_sync.reports.model import Filters, ReportItem, Signal
from align_sync.reports.words import team_name


@dataclass(frozen=True, slots=True)
class Scope:
    """The sources and teams that were asked for; None where nobody asked for any."""

    sources: frozenset[str] | None
    teams: frozenset[str] | None

    def has_source(self, source: str) -> bool:
        return self.sources is None or source in self.sources

    def has_team(self, team: str) -> bool:
        return self.teams is None or team in self.teams

    def holds(self, item: ReportItem) -> bool:
        return self.has_source(item.source) and self.has_team(item.team)


def find_scope(filters: Filters, teams: Iterable[str]) -> Scope:
    """`teams` are all that there are: a name that is none of them exactly stands for those it differs from in case."""
    known = frozenset(teams)
    wanted: set[str] = set()
    for name in filters.teams:
        exact = {team for team in known if team_name(team) == name}
        wanted |= exact or {team for team in known if team_name(team).casefold() == name.casefold()}
    return Scope(
        sources=frozenset(filters.sources) if filters.sources else None,
        teams=frozenset(wanted) if filters.teams else None,
    )


def pick_items(items: Iterable[ReportItem], filters: Filters, signals: Iterable[Signal]) -> tuple[ReportItem, ...]:
    """Those that meet every filter which narrows the list; of each filter one of its values is enough."""
    behind = {ref for signal in signals if signal.kind in filters.signals for ref in signal.items}
    key_results = {key.casefold() for key in filters.key_results}
    categories = {name.casefold() for name in filters.categories}
    rules = {name.casefold() for name in filters.rules}
    return tuple(
        item
        for item in items
        if (not filters.buckets or item.bucket in filters.buckets)
        and (not key_results or any(link.key_result.casefold() in key_results for link in item.links))
        and (not categories or ((name := category_of(item)) is not None and name.casefold() in categories))
        and (not rules or ((name := policy_rule_of(item)) is not None and name.casefold() in rules))
        and (not filters.signals or (item.source, item.external_id) in behind)
        and (not filters.only_disputed or item.dispute is not None)
        and (not filters.only_imputed or is_imputed(item))
    )


def category_of(item: ReportItem) -> str | None:
    return item.exempted.category if item.exempted else None


def policy_rule_of(item: ReportItem) -> str | None:
    """The rule of the settings because of which the item is in its bucket, by name."""
    if item.decided_by is RuleKind.MAPPING:
        return next(iter(item.found), None)
    return (item.exempted.rule or None) if item.exempted else None
