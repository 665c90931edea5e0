"""What a query costs: 0.1 a scalar, 1 an object, and what a connection holds times its `first`, rounded up.

The rule is Linear's (https://linear.app/developers/rate-limiting); that the connection itself costs nothing, and its
`pageInfo` is not multiplied, is the reading that gives the figures of its examples.
"""

import math
from collections.abc import Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
)
from graphql.type import GraphQLInterfaceType, GraphQLObjectType

MOST_COMPLEX = 10_000
PAGE_WHERE_LEFT_OUT = 50
_SCALAR = 0.1


class Pricing:
    """The price of one document, computed with the variables that it is sent with."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def price(self, operation: OperationDefinitionNode, variables: Mapping[str, object]) -> int:
        root = self._schema.query_type
        if root is None:
            raise ValueError("the schema has no queries")
        # Tenths add up to 4201.999..., which must not round up to one more.
        return math.ceil(round(self._selection(operation.selection_set, root, variables), 6))

    def _selection(
        self,
        selection: SelectionSetNode,
        parent: GraphQLObjectType | GraphQLInterfaceType,
        variables: Mapping[str, object],
    ) -> float:
        total = 0.0
        for node in selection.selections:
            if isinstance(node, FieldNode):
                total += self._field(node, parent, variables)
            elif isinstance(node, InlineFragmentNode):
                total += self._selection(node.selection_set, parent, variables)
            elif isinstance(node, FragmentSpreadNode):
                total += self._selection(self._fragments[node.name.value].selection_set, parent, variables)
        return total

    def _field(
        self, node: FieldNode, parent: GraphQLObjectType | GraphQLInterfaceType, variables: Mapping[str, object]
    ) -> float:
        definition = parent.fields.get(node.name.value)
        if definition is None:  # __typename
            return _SCALAR
        kind = get_named_type(definition.type)
        if is_leaf_type(kind) or node.selection_set is None:
            return _SCALAR
        if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            return 1.0
        if not kind.name.endswith("Connection"):
            return 1.0 + self._selection(node.selection_set, kind, variables)
        return self._connection(node.selection_set, kind, variables, _first(node, variables))

    def _connection(
        self,
        selection: SelectionSetNode,
        kind: GraphQLObjectType | GraphQLInterfaceType,
        variables: Mapping[str, object],
        first: int,
    ) -> float:
        total = 0.0
        for node in selection.selections:
            if isinstance(node, FieldNode):
                times = first if node.name.value in {"nodes", "edges"} else 1
                total += times * self._field(node, kind, variables)
            elif isinstance(node, InlineFragmentNode):
                total += self._connection(node.selection_set, kind, variables, first)
            elif isinstance(node, FragmentSpreadNode):
                total += self._connection(self._fragments[node.name.value].selection_set, kind, variables, first)
        return total


def _first(node: FieldNode, variables: Mapping[str, object]) -> int:
    for argument in node.arguments or ():
        if argument.name.value != "first":
            continue
        if isinstance(argument.value, IntValueNode):
            return int(argument.value.value)
        if isinstance(argument.value, VariableNode):
            value = variables.get(argument.value.name.value)
            return value if isinstance(value, int) else PAGE_WHERE_LEFT_OUT
    return PAGE_WHERE_LEFT_OUT
