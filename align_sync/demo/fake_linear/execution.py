"""Runs a checked query over the site: a small executor of its own, since a page of issues has thousands of fields.

graphql-core parses, validates and coerces; what it would answer, this answers (a test compares the two).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values
from graphql.type import GraphQLIncludeDirective, GraphQLSkipDirective

from align_sync.demo.fake_linear.filters import build_test
from align_sync.demo.fake_linear.lists import RememberedLists
from align_sync.demo.fake_linear.model import Entity
from align_sync.demo.fake_linear.paging import Window, arrange, cut
from align_sync.demo.fake_linear.reading import Read, World, reader

Shown = Callable[[VariableValues], bool]


class NotFoundError(LookupError):
    """The record that a field asks for by its identifier does not exist."""


@dataclass(slots=True)
class _Step:
    """One field of a selection: how it is read, and what is taken from what is found."""

    key: str
    definition: GraphQLField
    node: FieldNode
    read: Read
    shown: Shown | None
    plan: "tuple[_Step, ...] | None" = None
    is_list: bool = False
    is_connection: bool = False
    filter_kind: GraphQLInputObjectType | None = None


@dataclass(slots=True)
class Run:
    """One execution: its variables, the site, and what needs to be worked out only once for all records."""

    world: World
    variables: VariableValues
    lists: RememberedLists
    arguments: dict[int, dict[str, object]] = field(default_factory=dict)

    def arguments_of(self, step: _Step) -> dict[str, object]:
        found = self.arguments.get(id(step))
        if found is None:
            found = get_argument_values(step.definition, step.node, self.variables)
            self.arguments[id(step)] = found
        return found


class Plan:
    """A query, made ready to be run many times."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> None:
        if schema.query_type is None:
            raise ValueError("the schema has no queries")
        self._fragments = fragments
        self._steps = self._compile(schema.query_type, [operation.selection_set])

    def run(self, run: Run) -> dict[str, object]:
        return _select(self._steps, None, run)

    def _compile(
        self, kind: GraphQLObjectType | GraphQLInterfaceType, selections: Iterable[SelectionSetNode]
    ) -> tuple[_Step, ...]:
        grouped: dict[str, list[tuple[FieldNode, Shown | None]]] = {}
        for selection in selections:
            for node, shown in self._flatten(selection.selections, None):
                grouped.setdefault(node.alias.value if node.alias else node.name.value, []).append((node, shown))
        return tuple(self._step(kind, key, found) for key, found in grouped.items())

    def _flatten(self, nodes: Iterable[SelectionNode], above: Shown | None) -> Iterator[tuple[FieldNode, Shown | None]]:
        for node in nodes:
            shown = _both(above, _condition(node))
            if isinstance(node, FieldNode):
                yield node, shown
            elif isinstance(node, InlineFragmentNode):
                yield from self._flatten(node.selection_set.selections, shown)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                yield from self._flatten(fragment.selection_set.selections, shown)

    def _step(
        self,
        kind: GraphQLObjectType | GraphQLInterfaceType,
        key: str,
        found: list[tuple[FieldNode, Shown | None]],
    ) -> _Step:
        node = found[0][0]
        name = node.name.value
        if name == "__typename":
            typename = kind.name
            return _Step(key, kind.fields["id"], node, lambda _record, _world: typename, None)
        definition = kind.fields[name]
        inner = get_named_type(definition.type)
        step = _Step(key, definition, node, _read_of(kind, name), _either([shown for _, shown in found]))
        if is_leaf_type(inner) or not isinstance(inner, GraphQLObjectType | GraphQLInterfaceType):
            return step
        step.plan = self._compile(inner, [each.selection_set for each, _ in found if each.selection_set])
        step.is_connection = inner.name.endswith("Connection")
        step.is_list = isinstance(_nullable(definition.type), GraphQLList)
        argument = definition.args.get("filter")
        filter_kind = get_named_type(argument.type) if argument else None
        step.filter_kind = filter_kind if isinstance(filter_kind, GraphQLInputObjectType) else None
        return step


def _nullable(kind: object) -> object:
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind


def _read_of(kind: GraphQLObjectType | GraphQLInterfaceType, name: str) -> Read:
    return reader(kind.name, name)


def _condition(node: SelectionNode) -> Shown | None:
    if not node.directives:
        return None

    def shown(variables: VariableValues) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, node, variables)
        include = get_directive_values(GraphQLIncludeDirective, node, variables)
        return not (skip and skip["if"]) and not (include and not include["if"])

    return shown


def _both(one: Shown | None, other: Shown | None) -> Shown | None:
    if one is None or other is None:
        return one or other
    return lambda variables: one(variables) and other(variables)


def _either(conditions: list[Shown | None]) -> Shown | None:
    given = [each for each in conditions if each is not None]
    if len(given) < len(conditions):
        return None
    return lambda variables: any(each(variables) for each in given)


def _select(steps: tuple[_Step, ...], record: object, run: Run) -> dict[str, object]:
    return {step.key: _value(step, record, run) for step in steps if step.shown is None or step.shown(run.variables)}


def _value(step: _Step, record: object, run: Run) -> object:
    if step.is_connection:
        return _select(step.plan or (), _window(step, record, run), run)
    if "id" in step.definition.args:
        value: object = _found(step, run)
    else:
        value = step.read(record, run.world)
    if step.plan is None:
        return iso(value) if isinstance(value, datetime) else value
    if value is None:
        return None
    if step.is_list and isinstance(value, Iterable):
        return [_select(step.plan, each, run) for each in value]
    return _select(step.plan, value, run)


def iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _found(step: _Step, run: Run) -> Entity:
    name = step.node.name.value
    wanted = str(run.arguments_of(step)["id"])
    found = run.world.by_root(f"{name}s").get(wanted)
    if found is not None:
        return found
    try:
        if name == "issue":  # which is also known by what people call it
            return run.world.issue(wanted)
    except KeyError:
        pass
    raise NotFoundError(name.capitalize())


def _window(step: _Step, record: object, run: Run) -> Window:
    arguments = run.arguments_of(step)
    order = str(arguments.get("orderBy") or "createdAt")

    def search() -> list[Entity]:
        return _search(step, record, run, order)

    if record is None:
        question = {**arguments, "list": step.node.name.value, "first": None, "after": None}
        arranged = run.lists.find(question, run.world.now, search)
    else:
        arranged = search()
    return cut(arranged, order, arguments.get("first"), arguments.get("after"))


def _search(step: _Step, record: object, run: Run, order: str) -> list[Entity]:
    arguments = run.arguments_of(step)
    wanted = arguments.get("filter")
    candidates = _candidates(step, record, run, wanted)
    if isinstance(wanted, Mapping) and wanted and step.filter_kind is not None:
        test = build_test(step.filter_kind, wanted, run.world.now)
        candidates = [each for each in candidates if test(each, run.world)]
    return arrange(candidates, order, include_archived=bool(arguments.get("includeArchived")))


def _candidates(step: _Step, record: object, run: Run, wanted: object) -> Iterable[Entity]:
    """All records of the list; where a root list is filtered by identifier, only those."""
    named = wanted.get("id") if record is None and isinstance(wanted, Mapping) else None
    if isinstance(named, Mapping):
        names = named.get("in") or ([named["eq"]] if named.get("eq") else None)
        if isinstance(names, list):
            by_name = run.world.by_root(step.node.name.value)
            return [by_name[name] for name in dict.fromkeys(names) if name in by_name]
    found = step.read(record, run.world)
    return [each for each in found if isinstance(each, Entity)] if isinstance(found, Iterable) else []
