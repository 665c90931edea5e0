"""The query engine of the fake Linear: its answers are those of graphql-core, and its filters pick what they should."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from graphql import (
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    build_schema,
    execute_sync,
    get_named_type,
    parse,
    print_schema,
)

from align_sync.demo.fake_linear import PERSONAL_KEY, FakeLinear, LinearSite
from align_sync.demo.fake_linear.execution import iso
from align_sync.demo.fake_linear.paging import arrange, cut
from align_sync.demo.fake_linear.reading import reader
from align_sync.demo.fake_linear.server import load_schema
from align_sync.demo.http_messages import Request
from align_sync.trackers.linear.queries import Operation, text_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def site() -> LinearSite:
    """Two teams, three cycles and ten issues that differ in all that filters look at."""
    site = LinearSite(lambda: NOON)
    engineering, ops = site.add_team("ENG", "Engineering"), site.add_team("OPS", "Operations")
    past, active, future = (
        site.add_cycle(engineering, number, starts_at=NOON + timedelta(days=days))
        for number, days in ((1, -17), (2, -3), (3, 11))
    )
    above = site.add_initiative("Retention", parent=site.add_initiative("Company"), labels=[("okr", "ret90")])
    project = site.add_project("Checkout", initiatives=[above], labels=[(None, "pay")], links=[("https://x", "X")])
    site.add_project("Loose")

    def add(identifier: str, days_ago: int, **more: Any) -> Any:
        return site.add_issue(identifier, created_at=NOON - timedelta(days=days_ago), **more)

    epic = add("ENG-1", 9, title="Epic", project=project, priority=1)
    add("ENG-2", 8, parent=epic, cycle=active, labels=[("okr", "ret90"), (None, "bug")], estimate=3, assignee="Ada")
    add("ENG-3", 7, cycle=active, state="Done", attachments=[("https://kr.example/1", "KR")], estimate=0)
    add("ENG-4", 6, cycle=past, state="Canceled", labels=[(None, "bug")], relations=[("blocks", epic)])
    add("ENG-5", 5, cycle=future, state="In Progress", description="KR: ret90", priority=3)
    add("ENG-6", 4, archived=True, project=project)
    add("OPS-1", 3, title="Pager", priority=4)
    site.archive_issue(site.issue("OPS-1"), trash=True)
    add("OPS-2", 2, title="pager again")
    site.edit(ops, name="Ops")
    return site


@pytest.fixture(scope="module")
def fake(site: LinearSite) -> FakeLinear:
    return FakeLinear(site)


def ask(fake: FakeLinear, query: str, **variables: Any) -> Any:
    body = orjson.dumps({"query": query, "variables": variables})
    request = Request(method="POST", path="/graphql", headers={"authorization": PERSONAL_KEY}, body=body)
    response = fake.answer(request)
    assert response.status == 200, response.body
    return orjson.loads(response.body)["data"]


FIND = """query($filter: IssueFilter) {
  issues(filter: $filter, includeArchived: true) { nodes { identifier } }
}"""
ALL = {f"ENG-{n}" for n in range(1, 7)} | {"OPS-1", "OPS-2"}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ALL),
        ({"team": {"key": {"eq": "OPS"}}}, {"OPS-1", "OPS-2"}),
        ({"number": {"in": [1, 3]}}, {"ENG-1", "ENG-3", "OPS-1"}),
        ({"number": {"gt": 4}}, {"ENG-5", "ENG-6"}),
        ({"number": {"lte": 2}, "team": {"key": {"neq": "OPS"}}}, {"ENG-1", "ENG-2"}),
        ({"cycle": {"isActive": {"eq": True}}}, {"ENG-2", "ENG-3"}),
        ({"cycle": {"isNext": {"eq": True}}}, {"ENG-5"}),
        ({"cycle": {"isPrevious": {"eq": True}}}, {"ENG-4"}),
        ({"cycle": {"isPast": {"eq": True}}}, {"ENG-4"}),
        ({"cycle": {"isFuture": {"eq": False}}}, {"ENG-2", "ENG-3", "ENG-4"}),
        ({"cycle": {"null": True}}, {"ENG-1", "ENG-6", "OPS-1", "OPS-2"}),
        ({"cycle": {"null": False}}, {"ENG-2", "ENG-3", "ENG-4", "ENG-5"}),
        ({"labels": {"some": {"name": {"eq": "bug"}}}}, {"ENG-2", "ENG-4"}),
        ({"labels": {"name": {"eq": "bug"}}}, {"ENG-2", "ENG-4"}),
        ({"labels": {"some": {"parent": {"name": {"eq": "okr"}}}}}, {"ENG-2"}),
        ({"labels": {"every": {"name": {"eq": "bug"}}, "null": False}}, {"ENG-4"}),
        ({"labels": {"null": True}}, ALL - {"ENG-2", "ENG-4"}),
        ({"labels": {"length": {"gte": 2}}}, {"ENG-2"}),
        ({"attachments": {"url": {"contains": "kr.example"}}}, {"ENG-3"}),
        ({"state": {"type": {"in": ["completed", "canceled"]}}}, {"ENG-3", "ENG-4"}),
        ({"state": {"type": {"nin": ["unstarted"]}}}, {"ENG-3", "ENG-4", "ENG-5"}),
        ({"priority": {"eq": 0}}, ALL - {"ENG-1", "ENG-5", "OPS-1"}),
        ({"estimate": {"null": False}}, {"ENG-2", "ENG-3"}),
        ({"estimate": {"or": [{"gt": 2}, {"null": True}]}}, ALL - {"ENG-3"}),
        ({"estimate": {"and": [{"gte": 0}, {"lt": 3}]}}, {"ENG-3"}),
        ({"assignee": {"name": {"eqIgnoreCase": "ada"}}}, {"ENG-2"}),
        ({"assignee": {"null": True}}, ALL - {"ENG-2"}),
        ({"parent": {"number": {"eq": 1}}}, {"ENG-2"}),
        ({"project": {"initiatives": {"some": {"name": {"eq": "Retention"}}}}}, {"ENG-1", "ENG-6"}),
        ({"project": {"labels": {"name": {"startsWith": "pa"}}}}, {"ENG-1", "ENG-6"}),
        ({"children": {"some": {"number": {"eq": 2}}}}, {"ENG-1"}),
        ({"title": {"containsIgnoreCase": "PAGER"}}, {"OPS-1", "OPS-2"}),
        ({"title": {"endsWith": "again"}}, {"OPS-2"}),
        ({"title": {"notContains": "Issue"}}, {"ENG-1", "OPS-1", "OPS-2"}),
        ({"description": {"null": False}}, {"ENG-5"}),
        ({"updatedAt": {"gte": "-P5D"}}, {"ENG-5", "ENG-6", "OPS-1", "OPS-2"}),
        ({"createdAt": {"lt": (NOON - timedelta(days=8)).isoformat()}}, {"ENG-1"}),
        ({"createdAt": {"gt": "-P1W"}, "updatedAt": {"lte": "-P2DT1H"}}, {"ENG-4", "ENG-5", "ENG-6", "OPS-1"}),
        ({"archivedAt": {"gte": NOON.isoformat()}}, {"ENG-6", "OPS-1"}),
        ({"archivedAt": {"null": True}, "team": {"key": {"eq": "OPS"}}}, {"OPS-2"}),
        (
            {"or": [{"number": {"eq": 6}}, {"and": [{"team": {"key": {"eq": "OPS"}}}, {"number": {"eq": 2}}]}]},
            {"ENG-6", "OPS-2"},
        ),
    ],
)
def test_filter_picks(fake: FakeLinear, wanted: dict[str, Any], expected: set[str]) -> None:
    found = ask(fake, FIND, filter=wanted)["issues"]["nodes"]
    assert {node["identifier"] for node in found} == expected


def test_filter_by_id_takes_the_short_way_and_finds_the_same(fake: FakeLinear, site: LinearSite) -> None:
    one, two = site.issue("ENG-1").id, site.issue("OPS-2").id
    found = ask(fake, FIND, filter={"id": {"in": [one, two, "x"]}, "team": {"key": {"eq": "ENG"}}})
    assert found["issues"]["nodes"] == [{"identifier": "ENG-1"}]
    assert ask(fake, FIND, filter={"id": {"eq": two}})["issues"]["nodes"] == [{"identifier": "OPS-2"}]
    assert ask(fake, FIND, filter={"id": {"in": []}})["issues"]["nodes"] == []
    left = ask(fake, FIND, filter={"id": {"nin": [one]}})["issues"]["nodes"]
    assert {node["identifier"] for node in left} == ALL - {"ENG-1"}


def resolve(site: LinearSite) -> Any:
    """The same fields, resolved one by one by graphql-core itself."""

    def one(record: Any, info: Any, **arguments: Any) -> Any:
        named = get_named_type(info.return_type).name
        if info.parent_type.name == "Query" and "id" in arguments:
            return site.by_root(f"{info.field_name}s")[arguments["id"]]
        found: Any = reader(info.parent_type.name, info.field_name)(record, site)
        if named.endswith("Connection"):
            order = arguments.get("orderBy") or "createdAt"
            arranged = arrange(found, order, include_archived=bool(arguments.get("includeArchived")))
            return cut(arranged, order, arguments.get("first"), arguments.get("after"))
        return iso(found) if isinstance(found, datetime) else found

    return one


def in_order(value: Any) -> Any:
    """The same, so that the order of fields counts and 1 is 1.0, as it is in JSON."""
    if isinstance(value, dict):
        return tuple((name, in_order(part)) for name, part in value.items())
    return [in_order(part) for part in value] if isinstance(value, list) else value


ODD_QUERIES = [
    "{ viewer { __typename id } again: viewer { ...U } } fragment U on User { name: displayName email }",
    "{ issues(first: 3, includeArchived: true) { edges { cursor node { ... on Issue { id state { name } } } } } }",
    "{ issues { nodes { state { name } state { type } cycle { team { key } isActive number } } } }",
    "{ issues { nodes { id ... @include(if: false) { title } ... @skip(if: true) { url } labelIds } } }",
    "{ issues { nodes { id @include(if: false) id title @skip(if: false) title @skip(if: true) } } }",
    "{ initiatives { nodes { name projects { nodes { name } } subInitiatives { nodes { name } } labelIds } } }",
    "{ cycles(orderBy: updatedAt) { nodes { isNext isPrevious isPast issues { nodes { identifier } } } } }",
    "{ teams { nodes { displayName cycles { nodes { number } } issues(first: 1) { pageInfo { endCursor } } } } }",
    "{ issueLabels { nodes { isGroup parent { name isGroup } team { key } } pageInfo { hasPreviousPage } } }",
    "query($t: Boolean! = true) { issues { nodes { number estimate priorityLabel description @include(if: $t) } } }",
]


@pytest.fixture(scope="module")
def plain_schema() -> GraphQLSchema:
    return build_schema(print_schema(load_schema()))


@pytest.mark.parametrize("query", ODD_QUERIES)
def test_answers_are_those_of_graphql_core(
    fake: FakeLinear, site: LinearSite, plain_schema: GraphQLSchema, query: str
) -> None:
    expected = execute_sync(plain_schema, parse(query), field_resolver=resolve(site), root_value=None)
    assert expected.errors is None
    assert in_order(ask(fake, query)) == in_order(expected.data)


@pytest.mark.parametrize("operation", [Operation.ISSUES, Operation.PROJECTS, Operation.INITIATIVES, Operation.CYCLES])
def test_shipped_queries_are_answered_as_by_graphql_core(
    fake: FakeLinear, site: LinearSite, plain_schema: GraphQLSchema, operation: Operation
) -> None:
    variables = {"filter": {}, "text": True, "first": 50}
    expected = execute_sync(
        plain_schema, parse(text_of(operation)), field_resolver=resolve(site), variable_values=variables
    )
    assert expected.errors is None
    assert in_order(ask(fake, text_of(operation), **variables)) == in_order(expected.data)


def test_every_field_of_the_schema_can_be_read(site: LinearSite) -> None:
    """Each field of each object type has something behind it, so that no query breaks the fake."""
    unread = []
    samples: dict[str, Any] = {
        "Issue": site.issue("ENG-2"),
        "Cycle": next(iter(site.cycles.values())),
        "Team": next(iter(site.teams.values())),
        "Project": next(iter(site.projects.values())),
        "Initiative": next(iter(site.initiatives.values())),
        "InitiativeToProject": next(iter(site.placements.values())),
        "IssueLabel": site.add_label(("okr", "ret90")),
        "User": site.viewer,
        "Organization": site.organization,
        "WorkflowState": site.issue("ENG-2").state,
        "Attachment": site.issue("ENG-3").attachments[0],
        "IssueRelation": site.issue("ENG-4").relations[0],
        "ProjectStatus": next(iter(site.projects.values())).status,
        "EntityExternalLink": next(iter(site.projects.values())).external_links[0],
        "ProjectLabel": next(iter(site.projects.values())).labels[0],
        "InitiativeLabel": next(label for each in site.initiatives.values() for label in each.labels),
    }
    for name, record in samples.items():
        kind: Any = load_schema().type_map[name]
        for field, definition in kind.fields.items():
            value = reader(name, field)(record, site)
            is_list = isinstance(getattr(definition.type, "of_type", definition.type), GraphQLList)
            if value is None and isinstance(definition.type, GraphQLNonNull) and not is_list:
                unread.append(f"{name}.{field}")
    assert unread == []


def test_renamed_label_frees_its_name_and_keeps_its_id() -> None:
    site = LinearSite(lambda: NOON)
    one, two = site.add_label(("okr", "a")), site.add_label(("okr", "b"))
    group = one.parent
    assert group is not None
    site.rename_label(one, "c")
    site.rename_label(group, "goals")
    assert (site.add_label(("goals", "c")), site.add_label(("goals", "b"))) == (one, two)
    again = site.add_label(("okr", "a"))
    assert len(site.labels) == len({one.id, two.id, again.id, group.id, again.parent.id if again.parent else ""}) == 5
