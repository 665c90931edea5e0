"""The shipped operations against Linear's own schema and against that of the fake, and what each one costs."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
    parse,
    validate,
)
from graphql.type import GraphQLNamedType

from align_sync.demo.fake_linear.complexity import MOST_COMPLEX, Pricing
from align_sync.demo.fake_linear.server import load_schema
from align_sync.trackers.linear import queries
from align_sync.trackers.linear.connection import LARGEST_PAGE
from align_sync.trackers.linear.fetching import CHUNK
from align_sync.trackers.linear.queries import Operation, text_of

OFFICIAL = Path(__file__).parents[2].parent / "shared" / "specs" / "linear.schema.graphql"
needs_official = pytest.mark.skipif(not OFFICIAL.exists(), reason="Linear's own schema is not at hand")

FETCHES = {Operation.ISSUES, Operation.PROJECTS, Operation.INITIATIVES}
COSTS = {
    Operation.VIEWER: 3,
    Operation.TEAMS: 352,
    Operation.CYCLES: 827,
    Operation.ISSUE_IDS: 277,
    Operation.LABEL_IDS: 277,
    Operation.PROJECT_IDS: 277,
    Operation.INITIATIVE_IDS: 277,
    Operation.PLACEMENTS: 552,
    Operation.ISSUES: 5_642,
    Operation.MEASURED_ISSUES: 352,
    Operation.PROJECTS: 4_222,
    Operation.INITIATIVES: 3_152,
    Operation.ISSUE_LABELS: 553,
    Operation.ISSUE_ATTACHMENTS: 303,
    Operation.ISSUE_RELATIONS: 578,
    Operation.ISSUE_INVERSE_RELATIONS: 578,
    Operation.PROJECT_LABELS: 553,
    Operation.PROJECT_INITIATIVES: 303,
    Operation.PROJECT_EXTERNAL_LINKS: 303,
    Operation.INITIATIVE_LABELS: 553,
    Operation.INITIATIVE_LINKS: 303,
}


@cache
def official() -> GraphQLSchema:
    return build_schema(OFFICIAL.read_text(encoding="utf-8"))


def price(text: str, **variables: Any) -> int:
    document = parse(text)
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    return Pricing(load_schema(), document).price(operation, variables)


def price_at_the_worst(node: FieldNode | OperationDefinitionNode, first: int) -> float:
    """The gloomiest reading of the rule: a connection costs one itself, and all in it counts for each record."""
    if node.selection_set is None:
        return 0.1
    inner = sum(
        price_at_the_worst(each, first) for each in node.selection_set.selections if isinstance(each, FieldNode)
    )
    sizes = [each for each in node.arguments or () if each.name.value == "first"] if isinstance(node, FieldNode) else []
    if not sizes:
        return 1 + inner
    value = sizes[0].value
    return 1 + inner * (int(value.value) if hasattr(value, "value") else first)


class TestOperations:
    def test_every_operation_has_its_file_and_every_file_its_operation(self) -> None:
        shipped = {entry.name for entry in files(queries).iterdir() if entry.name.endswith(".graphql")}
        assert shipped == {f"{operation.value}.graphql" for operation in Operation}

    @needs_official
    @pytest.mark.parametrize("operation", Operation)
    def test_linears_own_schema_accepts_it(self, operation: Operation) -> None:
        assert validate(official(), parse(text_of(operation))) == []

    @pytest.mark.parametrize("operation", Operation)
    def test_the_fake_accepts_it(self, operation: Operation) -> None:
        assert validate(load_schema(), parse(text_of(operation))) == []

    @needs_official
    def test_the_schema_would_see_a_wrong_field(self) -> None:
        assert validate(official(), parse("{ viewer { nickname } }"))

    @pytest.mark.parametrize("operation", Operation)
    def test_every_list_says_how_many_it_wants(self, operation: Operation) -> None:
        lists = text_of(operation).count("pageInfo")
        assert text_of(operation).count("first:") >= lists


class TestComplexity:
    @pytest.mark.parametrize(
        ("text", "cost"),
        [
            ("{ viewer { id name } }", 2),
            ("{ team(id: 1) { issues { nodes { id title number } } } }", 66),
            ("{ team(id: 1) { issues(first: 10) { nodes { id title number } } } }", 14),
        ],
    )
    def test_the_rule_gives_the_figures_that_linear_publishes(self, text: str, cost: int) -> None:
        assert price(text) == cost

    @pytest.mark.parametrize(
        "text",
        [
            "{ issues(first: 10) { ...P } } fragment P on IssueConnection { nodes { ... on Issue { id title } } }",
            "{ issues(first: 10) { ... { edges { __typename ...I } } } } fragment I on IssueEdge { cursor }",
            "query($first: Int = 3) { issues(first: $first) { nodes { id number } } }",
        ],
    )
    def test_fragments_and_variables_cost_what_they_stand_for(self, text: str) -> None:
        document = parse(text)
        operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
        assert Pricing(load_schema(), document).price(operation, {"first": 10}) == 12

    def test_lists_without_first_are_what_makes_queries_dear(self) -> None:
        text = "{ issues(first: 100) { nodes { id labels { nodes { name } } relations { nodes { type } } } } }"
        assert price(text) > MOST_COMPLEX

    @pytest.mark.parametrize("operation", Operation)
    def test_every_operation_stays_below_the_limit(self, operation: Operation) -> None:
        cost = price(text_of(operation), first=CHUNK if operation in FETCHES else LARGEST_PAGE)
        assert cost == COSTS[operation]
        assert cost < MOST_COMPLEX

    @pytest.mark.parametrize("operation", Operation)
    def test_every_operation_stays_below_the_limit_at_the_worst_reading_too(self, operation: Operation) -> None:
        (node,) = parse(text_of(operation)).definitions
        assert isinstance(node, OperationDefinitionNode)
        assert price_at_the_worst(node, CHUNK if operation in FETCHES else LARGEST_PAGE) < MOST_COMPLEX


def differences(ours: GraphQLNamedType, theirs: GraphQLNamedType | None) -> list[str]:
    """Where our type says other than theirs; parts that we leave out are none, unless theirs requires them."""
    if theirs is None or type(theirs) is not type(ours):
        return [ours.name]
    if isinstance(ours, GraphQLEnumType) and isinstance(theirs, GraphQLEnumType):
        return [] if set(ours.values) == set(theirs.values) else [ours.name]
    if isinstance(ours, GraphQLInputObjectType) and isinstance(theirs, GraphQLInputObjectType):
        return differing_types(ours.name, ours.fields, theirs.fields)
    if isinstance(ours, GraphQLObjectType | GraphQLInterfaceType) and isinstance(theirs, type(ours)):
        found = differing_types(ours.name, ours.fields, theirs.fields)
        for name, field in ours.fields.items():
            if name in theirs.fields:
                found += differing_types(f"{ours.name}.{name}", field.args, theirs.fields[name].args)
        interfaces = {each.name for each in ours.interfaces} - {each.name for each in theirs.interfaces}
        return [*found, *(f"{ours.name} implements {name}" for name in interfaces)]
    return []


def differing_types(where: str, ours: Any, theirs: Any) -> list[str]:
    wrong = [
        f"{where}.{name}" for name, part in ours.items() if str(getattr(theirs.get(name), "type", "")) != str(part.type)
    ]
    required = [
        name for name, part in theirs.items() if str(part.type).endswith("!") and hasattr(part, "default_value")
    ]
    return wrong + [f"{where} leaves out {name}" for name in required if name not in ours]


@needs_official
class TestSchemaOfTheFake:
    def test_it_is_a_true_part_of_linears_own(self) -> None:
        own = [
            kind
            for kind in load_schema().type_map.values()
            if not is_introspection_type(kind) and not is_specified_scalar_type(kind)
        ]
        assert len(own) > 60
        assert [each for kind in own for each in differences(kind, official().type_map.get(kind.name))] == []

    @pytest.mark.parametrize(
        ("sdl", "expected"),
        [
            ("type Query { viewer: User! } type User { nick: String }", "User.nick"),
            ("type Query { viewer: User } type User { id: ID! }", "Query.viewer"),
            ("type Query { team: Team! } type Team { id: ID! }", "Query.team leaves out id"),
            ("type Query { team(id: ID!): Team! } type Team { id: ID! }", "Query.team.id"),
            ("type Query { order: PaginationOrderBy } enum PaginationOrderBy { size }", "PaginationOrderBy"),
            ("type Query { a(f: IDComparator): Int } input IDComparator { eq: String }", "IDComparator.eq"),
            ("type Query { viewer: User! } interface Cycle { id: ID! } type User { id: ID! }", "Cycle"),
        ],
    )
    def test_the_comparison_sees_what_is_wrong(self, sdl: str, expected: str) -> None:
        wrong = build_schema(sdl)
        found = [
            each
            for name, kind in wrong.type_map.items()
            if not is_introspection_type(kind) and not is_specified_scalar_type(kind)
            for each in differences(kind, official().type_map.get(name))
        ]
        assert expected in found
