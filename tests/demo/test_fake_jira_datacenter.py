"""What the fake Jira Data Center answers: paging by number, strictness by choice, its own shapes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from align_sync.demo.fake_jira import Flavour, JiraSite, PageLimits, Visitor
from align_sync.demo.http_messages import Response

NOW = datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)
SEARCH = "/rest/api/2/search"


def content(response: Response) -> Any:
    assert response.status == 200, response.body
    return orjson.loads(response.body)


def make_site(**settings: Any) -> JiraSite:
    site = JiraSite(Flavour.DATACENTER, clock=lambda: NOW, account_timezone="UTC", **settings)
    site.add_board(1, "Board", project_key="TIS")
    site.add_sprint(10, "Old", "closed", 1, start=NOW - timedelta(days=20), completed=NOW - timedelta(days=6))
    site.add_sprint(11, "Odd, [name]=x]", "active", 1, start=NOW - timedelta(days=6), goal="a=b, c]")
    site.add_sprint(12, "Next", "future", 1)
    site.add_issue("INI-1", issue_type="Initiative")
    site.add_issue("TIS-1", issue_type="Epic", parent_key="INI-1")
    site.add_issue("TIS-2", parent_key="TIS-1", sprint_ids=(10, 11), points=3, description="wiki *text*")
    site.add_issue("TIS-3", epic_key="TIS-1", sprint_ids=(11,), status="Done")
    site.add_issue("TIS-4", issue_type="Sub-task", parent_key="TIS-2", sprint_ids=(12,))
    return site


def fields_of(site: JiraSite, key: str) -> Any:
    return content(Visitor(site).get(f"/rest/api/2/issue/{key}"))["fields"]


def test_pages_are_counted_and_know_their_total() -> None:
    site = make_site(limits=PageLimits(datacenter=3))
    visitor = Visitor(site)
    ask = {"jql": "ORDER BY id", "startAt": 0, "maxResults": 1000, "fields": ["summary"]}
    page = content(visitor.post(SEARCH, ask))
    assert (page["startAt"], page["maxResults"], page["total"], len(page["issues"])) == (0, 3, 5, 3)
    rest = content(visitor.post(SEARCH, {**ask, "startAt": 3}))
    assert [issue["key"] for issue in rest["issues"]] == ["TIS-3", "TIS-4"]
    same = content(visitor.get(SEARCH, {"jql": "ORDER BY id", "startAt": "3", "fields": "summary"}))
    assert same["issues"] == rest["issues"]
    assert content(visitor.get(SEARCH, {"jql": "", "maxResults": "0"}))["issues"] == []


STRICTNESS = [
    ({}, 400),
    ({"validateQuery": "true"}, 400),
    ({"validateQuery": "strict"}, 400),
    ({"validateQuery": "warn"}, 200),
    ({"validateQuery": "false"}, 200),
]


@pytest.mark.parametrize(("query", "status"), STRICTNESS)
@pytest.mark.parametrize("jql", ["id in (10001, 99)", "key in (TIS-1, TIS-99)", "nonsense = 1 OR key = TIS-1"])
def test_unknown_names_are_refused_or_passed_over(jql: str, query: dict[str, str], status: int) -> None:
    response = Visitor(make_site()).get(SEARCH, {"jql": jql, **query})
    assert response.status == status
    if status == 200:
        page = orjson.loads(response.body)
        assert ([issue["key"] for issue in page["issues"]], len(page["warningMessages"])) == (["TIS-1"], 1)


WRONG_BODIES: list[dict[str, object]] = [
    {"jql": "", "nextPageToken": "x"},
    {"jql": "", "reconcileIssues": []},
    {"jql": "", "expand": "names"},
    {"jql": "", "validateQuery": "warn"},
    {"jql": "", "startAt": -1},
]


@pytest.mark.parametrize("body", WRONG_BODIES)
def test_a_wrong_body_is_refused(body: dict[str, object]) -> None:
    assert Visitor(make_site()).post(SEARCH, body).status == 400


def test_what_only_cloud_has_is_not_there() -> None:
    visitor = Visitor(make_site())
    for path in ("/rest/api/3/myself", "/rest/api/2/search/jql", "/_edge/tenant_info", "/rest/api/2/field/search"):
        assert visitor.get(path).status == 404, path
    assert visitor.post("/rest/api/2/issue/bulkfetch", {"issueIdsOrKeys": ["TIS-1"]}).status in (404, 405)


def test_the_hierarchy_is_spread_over_three_fields() -> None:
    site = make_site()
    rows = {
        key: (fields["parent"] and fields["parent"]["key"], fields["customfield_10014"], fields["customfield_10018"])
        for key in ("INI-1", "TIS-1", "TIS-2", "TIS-3", "TIS-4")
        for fields in [fields_of(site, key)]
    }
    assert rows == {
        "INI-1": (None, None, None),
        "TIS-1": (None, None, "INI-1"),
        "TIS-2": (None, "TIS-1", None),
        "TIS-3": (None, "TIS-1", None),
        "TIS-4": ("TIS-2", None, None),
    }
    custom = {
        field["id"]: field["schema"]["custom"]
        for field in content(Visitor(site).get("/rest/api/2/field"))
        if field["custom"]
    }
    assert custom["customfield_10014"] == "com.pyxis.greenhopper.jira:gh-epic-link"
    assert custom["customfield_10018"] == "com.atlassian.jpo:jpo-custom-field-parent"
    assert custom["customfield_10016"] == "com.atlassian.jira.plugin.system.customfieldtypes:float"


def test_sprints_are_texts_of_java_objects() -> None:
    old, active = fields_of(make_site(), "TIS-2")["customfield_10020"]
    assert old.startswith("com.atlassian.greenhopper.service.sprint.Sprint@")
    assert "state=CLOSED,name=Old," in old
    assert "completeDate=2026-11-17T10:15:30.000Z," in old
    assert "[id=11,rapidViewId=1,state=ACTIVE,name=Odd, [name]=x],startDate=2026-11-17T10:15:30.000Z," in active
    assert "endDate=<null>,completeDate=<null>," in active
    assert "goal=a=b, c],autoStartStop=false,synced=false]" in active


def test_descriptions_are_wiki_text_and_issue_types_have_no_level() -> None:
    fields = fields_of(make_site(), "TIS-2")
    assert fields["description"] == "wiki *text*"
    assert "hierarchyLevel" not in fields["issuetype"]
    assert "statusCategory" not in fields


def listed(site: JiraSite, path: str, **query: str) -> list[str]:
    page = content(Visitor(site).get(f"/rest/agile/1.0/{path}", {"fields": "summary", **query}))
    assert page["total"] >= len(page["issues"])
    return [issue["key"] for issue in page["issues"]]


LISTINGS = [
    ("sprint/11/issue", {}, ["TIS-2", "TIS-3"]),
    ("sprint/10/issue", {}, ["TIS-2"]),
    ("sprint/11/issue", {"jql": "status != Done"}, ["TIS-2"]),
    ("sprint/11/issue", {"jql": "ORDER BY key DESC"}, ["TIS-3", "TIS-2"]),
    ("sprint/11/issue", {"startAt": "1"}, ["TIS-3"]),
    ("board/1/issue", {}, ["TIS-1", "TIS-2", "TIS-3", "TIS-4"]),
    ("board/1/backlog", {}, ["TIS-1", "TIS-4"]),
    ("board/1/sprint/11/issue", {"maxResults": "1"}, ["TIS-2"]),
    ("epic/TIS-1/issue", {"jql": "sprint = 11"}, ["TIS-2", "TIS-3"]),
]


@pytest.mark.parametrize(("path", "query", "keys"), LISTINGS)
def test_listings_give_what_their_address_names(path: str, query: dict[str, str], keys: list[str]) -> None:
    assert listed(make_site(), path, **query) == keys


def test_a_listing_shows_the_fields_of_the_agile_api() -> None:
    page = content(Visitor(make_site()).get("/rest/agile/1.0/sprint/10/issue"))
    fields = page["issues"][0]["fields"]
    assert (fields["sprint"]["id"], [one["id"] for one in fields["closedSprints"]]) == (11, [10])
    assert (fields["epic"]["key"], fields["flagged"]) == ("TIS-1", False)
    assert "sprint" not in fields_of(make_site(), "TIS-2")


def test_a_listing_of_nothing_known_is_404_and_a_wrong_query_400() -> None:
    visitor = Visitor(make_site())
    assert visitor.get("/rest/agile/1.0/sprint/99/issue").status == 404
    assert visitor.get("/rest/agile/1.0/sprint/x/issue").status == 404
    assert visitor.get("/rest/agile/1.0/board/99/issue").status == 404
    assert visitor.get("/rest/agile/1.0/sprint/11/issue", {"jql": "nonsense = 1"}).status == 400


def test_the_server_says_what_it_is_and_may_live_below_a_path() -> None:
    site = make_site(context_path="/jira")
    visitor = Visitor(site)
    server = content(visitor.get("/jira/rest/api/2/serverInfo"))
    assert (server["deploymentType"], server["baseUrl"]) == ("Server", "https://jira.example.com/jira")
    account = visitor.get("/jira/rest/api/2/myself")
    assert content(account)["name"] == "demo"
    assert account.headers["X-AUSERNAME"] == "demo"
    assert visitor.get("/rest/api/2/serverInfo").status == 404
