"""From a query to a predicate: everything that does not depend on the item is done here, once.

What a tracker did not say is not compared. An empty field meets neither `=` nor `!=`, neither `~` nor `!~`, neither
`in` nor `not in`, and `not` does not change that; only `is empty` asks for it. So it is in JQL and SQL, so that a
filter that somebody tried out in Jira picks the same work here; and a rule never takes work for what is not known
of it. Of a field with several values (labels, components) `=` asks whether one of them is the value, and `!=` whether
none of them is.

`not` is carried down to the comparisons, so that double negation and de Morgan's laws hold for empty fields too.
"""

from collections.abc import Callable
from operator import ge, gt, le, lt

from align_sync.linking.query.fields import FIELD_OF, Reader, ValueKind, fold
from align_sync.linking.query.model import AllOf, Comparison, Contrary, FieldName, Operator, Query
from align_sync.work import WorkItem

Predicate = Callable[[WorkItem, str], bool]
"""Whether an item in the sprint of this team is meant; the team is empty where nobody knows it."""

_ORDERS: dict[Operator, Callable[[float, float], bool]] = {
    Operator.BELOW: lt,
    Operator.AT_MOST: le,
    Operator.ABOVE: gt,
    Operator.AT_LEAST: ge,
}


def compile_query(query: Query, *, negated: bool = False) -> Predicate:
    if isinstance(query, Comparison):
        return _compile_comparison(query, negated=negated != query.negated)
    if isinstance(query, Contrary):
        return compile_query(query.part, negated=not negated)
    parts = tuple(compile_query(part, negated=negated) for part in query.parts)
    return all_of(parts) if isinstance(query, AllOf) is not negated else _any_of(parts)


def compile_names(field: FieldName, names: tuple[str, ...]) -> Predicate:
    """Whether one of the field's values is one of these names."""
    return _compile_names(FIELD_OF[field].read, frozenset(map(fold, names)), negated=False)


def all_of(parts: tuple[Predicate, ...]) -> Predicate:
    if len(parts) == 1:
        return parts[0]

    def are_all_met(item: WorkItem, team: str) -> bool:
        return all(part(item, team) for part in parts)

    return are_all_met


def _any_of(parts: tuple[Predicate, ...]) -> Predicate:
    return lambda item, team: any(part(item, team) for part in parts)


def _compile_comparison(comparison: Comparison, *, negated: bool) -> Predicate:
    field = FIELD_OF[comparison.field]
    if comparison.operator is Operator.EMPTY:
        read = field.read
        return lambda item, team: bool(read(item, team)) is negated
    if field.kind is ValueKind.NUMBER:
        return _compile_number(comparison.operator, frozenset(map(float, comparison.values)), negated=negated)
    folded = frozenset(map(fold, comparison.values))
    if comparison.operator is Operator.CONTAINS:
        return _compile_contains(field.read, min(folded), negated=negated)
    return _compile_names(field.read, folded, negated=negated)


def _compile_names(read: Reader, wanted: frozenset[str], *, negated: bool) -> Predicate:
    if not negated:
        return lambda item, team: not wanted.isdisjoint(read(item, team))

    def is_other(item: WorkItem, team: str) -> bool:
        values = read(item, team)
        return bool(values) and wanted.isdisjoint(values)

    return is_other


def _compile_contains(read: Reader, piece: str, *, negated: bool) -> Predicate:
    if not negated:
        return lambda item, team: any(piece in value for value in read(item, team))

    def lacks(item: WorkItem, team: str) -> bool:
        values = read(item, team)
        return bool(values) and all(piece not in value for value in values)

    return lacks


def _compile_number(operator: Operator, wanted: frozenset[float], *, negated: bool) -> Predicate:
    if operator is Operator.IS:
        return lambda item, _: item.points is not None and (item.points in wanted) is not negated
    compare, limit = _ORDERS[operator], min(wanted)
    return lambda item, _: item.points is not None and compare(item.points, limit) is not negated
