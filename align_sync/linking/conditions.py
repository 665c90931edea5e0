"""Which work a rule of the settings is about: by project, component, team, type, label, or a filter like JQL.

`query/parser.py` has the grammar of the filter, `query/compile.py` says what it makes of empty fields.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from align_sync.linking.query.compile import Predicate, all_of, compile_names, compile_query
from align_sync.linking.query.model import FieldName, Operator, list_comparisons
from align_sync.linking.query.parser import parse_filter
from align_sync.work import WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """All that are given must hold; of each, one of its values is enough. None given hold for all work.

    A filter that cannot be read raises `FilterError` as soon as it is asked; the settings have checked it before.
    """

    projects: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    filter: str = ""

    @property
    def is_empty(self) -> bool:
        return self == _NONE_GIVEN

    @property
    def asks_for_team(self) -> bool:
        """Whether the team decides anything, also in the filter."""
        return bool(self.teams) or FieldName.TEAM in _list_fields(self.filter)

    @property
    def named_teams(self) -> tuple[str, ...]:
        """The teams that are named as a whole, in the order of writing."""
        asked = _list_values(self.filter, FieldName.TEAM) if self.filter else ()
        return tuple(dict.fromkeys((*self.teams, *asked)))

    @property
    def predicate(self) -> Predicate:
        """The compiled form, for those who ask about many items."""
        return _compile(self)

    def are_met(self, item: WorkItem, team: str) -> bool:
        return _compile(self)(item, team)


_NONE_GIVEN = Conditions()


@cache
def _compile(conditions: Conditions) -> Predicate:
    return all_of(tuple(_list_parts(conditions)))


def _list_parts(conditions: Conditions) -> Iterator[Predicate]:
    # The cheapest questions first.
    for field, names in (
        (FieldName.SOURCE, conditions.sources),
        (FieldName.TEAM, conditions.teams),
        (FieldName.PROJECT, conditions.projects),
        (FieldName.TYPE, conditions.kinds),
        (FieldName.COMPONENT, conditions.components),
        (FieldName.LABEL, conditions.labels),
    ):
        if names:
            yield compile_names(field, names)
    if conditions.filter:
        yield compile_query(parse_filter(conditions.filter))


@cache
def _list_fields(text: str) -> frozenset[FieldName]:
    return frozenset(one.field for one in list_comparisons(parse_filter(text))) if text else frozenset()


def _list_values(text: str, field: FieldName) -> tuple[str, ...]:
    asked = (one for one in list_comparisons(parse_filter(text)) if one.field is field)
    return tuple(value for one in asked if one.operator is Operator.IS for value in one.values)
