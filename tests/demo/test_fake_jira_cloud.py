"""What the fake Jira Cloud answers: paging, limits, validation, and the shapes of its values."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from align_sync.demo.fake_jira import IssueChanges, JiraSite, PageLimits, Visitor
from align_sync.demo.http_messages import Request, Response

NOW = datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)
SEARCH = "/rest/api/3/search/jql"
FETCH = "/rest/api/3/issue/bulkfetch"


def content(response: Response) -> Any:
    assert response.status == 200, response.body
    return orjson.loads(response.body)


def refusal(response: Response) -> tuple[int, str]:
    return response.status, " ".join(orjson.loads(response.body)["errorMessages"])


def make_site(**settings: Any) -> JiraSite:
    site = JiraSite(clock=lambda: NOW, account_timezone="Europe/Rome", **settings)
    site.add_board(1, "TIS board", project_key="TIS")
    site.add_board(2, "Flow", "kanban", "TIS", estimation_field=None)
    site.add_board(3, "Other", project_key="OPS", estimation_field="customfield_10026")
    site.add_sprint(10, "Sprint 10", "closed", 1, start=NOW - timedelta(days=20), end=NOW - timedelta(days=6))
    site.close_sprint(10)
    site.add_sprint(11, "Sprint 11", "active", 1, start=NOW - timedelta(days=6), goal="Pay, faster")
    site.add_issue("TIS-1", issue_type="Epic", summary="Epic")
    site.add_issue("TIS-2", parent_key="TIS-1", sprint_ids=(10, 11), points=3, labels=("KR-1",))
    for number in range(3, 8):
        site.add_issue(f"TIS-{number}", sprint_ids=(11,))
    return site


def read_all(visitor: Visitor, **ask: Any) -> list[list[str]]:
    """The identifiers, page by page."""
    pages: list[list[str]] = []
    token: dict[str, str] = {}
    while True:
        page = content(visitor.post(SEARCH, {**ask, **token}))
        pages.append([issue["id"] for issue in page["issues"]])
        assert page["isLast"] is ("nextPageToken" not in page)
        assert not {"total", "startAt", "maxResults"} & page.keys()
        if page["isLast"]:
            return pages
        token = {"nextPageToken": page["nextPageToken"]}


def test_without_fields_a_search_gives_identifiers_only() -> None:
    page = content(Visitor(make_site()).post(SEARCH, {"jql": "sprint = 11 ORDER BY id"}))
    assert page["issues"][0] == {"id": "10001"}
    assert page["isLast"] is True


def test_pages_follow_each_other_to_the_last() -> None:
    visitor = Visitor(make_site())
    assert read_all(visitor, jql="project = TIS ORDER BY id", maxResults=3) == [
        ["10000", "10001", "10002"],
        ["10003", "10004", "10005"],
        ["10006"],
    ]


@pytest.mark.parametrize(
    ("fields", "first_page"),
    [((), 5), (("id",), 5), (("key",), 5), (("id", "key"), 5), (("summary",), 2), (("*all",), 2)],
)
def test_the_server_decides_how_many_issues_make_a_page(fields: tuple[str, ...], first_page: int) -> None:
    visitor = Visitor(make_site(limits=PageLimits(with_fields=2, identifiers_only=5)))
    ask = {"jql": "project = TIS", "maxResults": 5000} | ({"fields": list(fields)} if fields else {})
    assert len(read_all(visitor, **ask)[0]) == first_page


def test_the_default_page_holds_fifty_and_the_most_with_fields_is_a_hundred() -> None:
    site = make_site()
    for _ in range(120):
        site.add_issue(project="TIS")
    visitor = Visitor(site)
    assert [len(page) for page in read_all(visitor, jql="project = TIS")] == [50, 50, 27]
    assert [len(page) for page in read_all(visitor, jql="project = TIS", maxResults=500, fields=["key", "labels"])] == [
        100,
        27,
    ]


def test_a_get_answers_as_a_post_does() -> None:
    visitor = Visitor(make_site())
    query = {"jql": "project = TIS ORDER BY id", "fields": "summary,labels", "maxResults": "2", "expand": "names"}
    body = {"jql": query["jql"], "fields": ["summary", "labels"], "maxResults": 2, "expand": "names"}
    page = content(visitor.get(SEARCH, query))
    assert page == content(visitor.post(SEARCH, body)) | {"nextPageToken": page["nextPageToken"]}
    assert page["names"] == {"summary": "Summary", "labels": "Labels"}


def test_a_token_serves_its_own_query_for_seven_days() -> None:
    times = [NOW]
    site = make_site()
    site.clock = lambda: times[-1]
    visitor = Visitor(site)
    ask = {"jql": "project = TIS", "maxResults": 2}
    token = content(visitor.post(SEARCH, ask))["nextPageToken"]
    bad = (400, "The provided next page token is invalid or expired.")
    assert refusal(visitor.post(SEARCH, {"jql": "sprint = 11", "nextPageToken": token})) == bad
    assert refusal(visitor.post(SEARCH, {**ask, "nextPageToken": token, "reconcileIssues": [10000]})) == bad
    assert refusal(visitor.post(SEARCH, {**ask, "nextPageToken": "garbage"})) == bad
    times.append(NOW + timedelta(days=6))
    content(visitor.post(SEARCH, {**ask, "nextPageToken": token}))
    times.append(NOW + timedelta(days=8))
    assert refusal(visitor.post(SEARCH, {**ask, "nextPageToken": token})) == bad


@pytest.mark.parametrize(("shifting", "second_page"), [(False, ["10002", "10003"]), (True, ["10003", "10004"])])
def test_a_change_between_pages_shifts_them_only_where_told(shifting: bool, second_page: list[str]) -> None:
    site = make_site()
    site.shifting_pages = shifting
    visitor = Visitor(site)
    ask = {"jql": "project = TIS ORDER BY id", "maxResults": 2}
    token = content(visitor.post(SEARCH, ask))["nextPageToken"]
    site.delete_issue("TIS-1")
    page = content(visitor.post(SEARCH, {**ask, "nextPageToken": token}))
    assert [issue["id"] for issue in page["issues"]] == second_page


PAYLOAD = "Invalid request payload. Refer to the REST API documentation and try again."
WRONG_SEARCHES = [
    ({"jql": ""}, "Unbounded JQL queries are not allowed here"),
    ({}, "Unbounded JQL queries are not allowed here"),
    ({"jql": "ORDER BY id"}, "Unbounded JQL queries are not allowed here"),
    ({"jql": "project = TIS", "startAt": 0}, PAYLOAD),
    ({"jql": "project = TIS", "expand": None}, PAYLOAD),
    ({"jql": "project = TIS", "expand": ["names"]}, PAYLOAD),
    ({"jql": "project = TIS", "properties": None}, PAYLOAD),
    ({"jql": "project = TIS", "fields": "summary"}, PAYLOAD),
    ({"jql": "project = TIS", "maxResults": "50"}, PAYLOAD),
    ({"jql": "project = TIS", "maxResults": True}, PAYLOAD),
    ({"jql": "project = TIS", "maxResults": 0}, "maxResults"),
    ({"jql": "project = TIS", "reconcileIssues": ["10000"]}, PAYLOAD),
    ({"jql": "project = TIS", "reconcileIssues": list(range(51))}, "more than 50"),
    ({"jql": "project = TIS", "properties": list("abcdef")}, "No more than 5"),
    ({"jql": "project = TIS", "failFast": True}, PAYLOAD),
    ({"jql": "nonsense = 1"}, "Field 'nonsense' does not exist"),
    ([], PAYLOAD),
]


@pytest.mark.parametrize(("body", "words"), WRONG_SEARCHES)
def test_a_wrong_search_is_refused(body: object, words: str) -> None:
    status, said = refusal(Visitor(make_site()).post(SEARCH, body))
    assert status == 400
    assert words in said


WRONG_FETCHES = [
    ({"issueIdsOrKeys": []}, PAYLOAD),
    ({}, PAYLOAD),
    ({"issueIdsOrKeys": [10000]}, PAYLOAD),
    ({"issueIdsOrKeys": ["TIS-1"], "expand": "names"}, PAYLOAD),
    ({"issueIdsOrKeys": [str(number) for number in range(101)]}, "must not exceed 100"),
]


@pytest.mark.parametrize(("body", "words"), WRONG_FETCHES)
def test_a_wrong_bulk_fetch_is_refused(body: object, words: str) -> None:
    status, said = refusal(Visitor(make_site()).post(FETCH, body))
    assert status == 400
    assert words in said


def test_bulk_fetch_gives_the_order_of_identifiers_and_lists_or_leaves_out_the_rest() -> None:
    site = make_site()
    site.forbid("TIS-3")
    wanted = ["TIS-5", "10001", "TIS-3", "TIS-99", "TIS-2"]
    answer = content(Visitor(site).post(FETCH, {"issueIdsOrKeys": wanted, "fields": ["summary"]}))
    assert [issue["key"] for issue in answer["issues"]] == ["TIS-2", "TIS-5"]
    assert [error["id"] for error in answer["issueErrors"]] == ["TIS-99"]
    assert answer["issues"][0]["fields"] == {"summary": "Summary of TIS-2"}


@pytest.mark.parametrize("path", ["/rest/api/3/search", "/rest/api/2/search"])
def test_the_old_search_is_gone(path: str) -> None:
    visitor = Visitor(make_site())
    for response in (visitor.get(path, {"jql": "project = TIS"}), visitor.post(path, {"jql": "project = TIS"})):
        status, said = refusal(response)
        assert status == 410
        assert "Please migrate to the /rest/api/3/search/jql API" in said


def test_issue_listings_of_the_agile_api_are_gone_and_the_rest_of_it_is_not() -> None:
    visitor = Visitor(make_site())
    for path in ("sprint/11/issue", "board/1/issue", "board/1/backlog", "board/1/sprint/11/issue", "epic/TIS-1/issue"):
        assert visitor.get(f"/rest/agile/1.0/{path}").status == 410
    assert content(visitor.get("/rest/agile/1.0/sprint/11"))["state"] == "active"
    assert visitor.get("/rest/agile/1.0/sprint/99").status == 404


def test_unknown_paths_and_wrong_methods_are_told_apart() -> None:
    visitor = Visitor(make_site())
    assert orjson.loads(visitor.get("/rest/api/3/nonsense").body)["status-code"] == 404
    assert visitor.get("/rest/api/3/issue/TIS-99").status == 404
    wrong = visitor.get(FETCH.replace("bulkfetch", "bulkfetch/x"))
    assert wrong.status == 404
    refused = visitor.post("/rest/api/3/myself", {})
    assert (refused.status, refused.headers["Allow"]) == (405, "GET")
    unsaid = visitor.fake.answer(Request(method="POST", path=SEARCH, headers=visitor.headers, body=b"{}"))
    assert unsaid.status == 415


def fields_of(site: JiraSite, key: str, fields: str = "*all", version: int = 3) -> Any:
    return content(Visitor(site).get(f"/rest/api/{version}/issue/{key}", {"fields": fields}))["fields"]


def test_sprints_are_objects_and_closed_ones_stay() -> None:
    closed, active = fields_of(make_site(), "TIS-2")["customfield_10020"]
    assert (closed["state"], closed["completeDate"]) == ("closed", "2026-11-23T10:15:30.000Z")
    assert active == {
        "id": 11,
        "name": "Sprint 11",
        "state": "active",
        "boardId": 1,
        "goal": "Pay, faster",
        "startDate": "2026-11-17T10:15:30.000Z",
    }
    assert fields_of(make_site(), "TIS-1")["customfield_10020"] is None


def test_every_level_has_its_parent_in_parent() -> None:
    site = make_site()
    site.add_issue("TIS-20", issue_type="Sub-task", parent_key="TIS-2")
    site.add_issue("TIS-21", epic_key="TIS-1")
    site.add_issue("TIS-22", parent_key="XX-404")
    parents = {key: fields_of(site, key)["parent"] for key in ("TIS-2", "TIS-20", "TIS-21", "TIS-1")}
    assert {key: parent and parent["key"] for key, parent in parents.items()} == {
        "TIS-2": "TIS-1",
        "TIS-20": "TIS-2",
        "TIS-21": "TIS-1",
        "TIS-1": None,
    }
    assert parents["TIS-2"]["fields"]["issuetype"]["hierarchyLevel"] == 1
    assert fields_of(site, "TIS-22")["parent"] == {"key": "XX-404"}
    assert [child["key"] for child in fields_of(site, "TIS-2")["subtasks"]] == ["TIS-20"]


def test_rich_text_is_a_document_in_version_3_and_wiki_text_in_version_2() -> None:
    site = make_site()
    first = "Serves [the goal|https://okr.example.com/KR-1]\nand https://x.example.com"
    wiki = first + "\n\nh2. Why\n* one\n* two\n{code}\na=1\n{code}"
    site.edit_issue("TIS-3", description=wiki)
    document = fields_of(site, "TIS-3")["description"]
    assert [block["type"] for block in document["content"]] == ["paragraph", "heading", "bulletList", "codeBlock"]
    linked = document["content"][0]["content"][1]
    assert linked == {
        "type": "text",
        "text": "the goal",
        "marks": [{"type": "link", "attrs": {"href": "https://okr.example.com/KR-1"}}],
    }
    assert fields_of(site, "TIS-3", version=2)["description"] == wiki
    assert fields_of(site, "TIS-4")["description"] is None
    site.edit_issue("TIS-4", description=document)
    assert fields_of(site, "TIS-4")["description"] == document
    assert fields_of(site, "TIS-4", version=2)["description"].splitlines()[0] == "Serves the goal"


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("summary,labels", {"summary", "labels"}),
        ("customfield_10016,nonsense", {"customfield_10016"}),
        ("*navigable,-description", None),
    ],
)
def test_fields_are_chosen_by_name(asked: str, shown: set[str] | None) -> None:
    fields = fields_of(make_site(), "TIS-2", asked)
    assert "description" not in fields
    assert shown is None or fields.keys() == shown


def test_points_keep_nothing_and_zero_apart() -> None:
    site = make_site()
    site.edit_issue("TIS-3", points=0)
    site.edit_issue("TIS-4", fields={"customfield_10026": 8})
    points = [fields_of(site, key)["customfield_10016"] for key in ("TIS-2", "TIS-3", "TIS-4")]
    assert points == [3, 0, None]
    assert fields_of(site, "TIS-4")["customfield_10026"] == 8


def test_times_are_said_in_the_zone_of_the_account_without_a_colon() -> None:
    assert fields_of(make_site(), "TIS-2")["updated"] == "2026-11-23T11:15:30.000+0100"


def test_links_show_both_ends_and_hide_what_may_not_be_seen() -> None:
    site = make_site()
    site.edit_issue("TIS-2", links=[("blocks", "TIS-3"), ("relates to", "TIS-90")])
    site.add_issue("TIS-90")
    outward, related = fields_of(site, "TIS-2")["issuelinks"]
    assert (outward["type"]["outward"], outward["outwardIssue"]["key"]) == ("blocks", "TIS-3")
    assert related["outwardIssue"]["key"] == "TIS-90"
    (inward,) = fields_of(site, "TIS-3")["issuelinks"]
    assert (inward["type"]["inward"], inward["inwardIssue"]["key"]) == ("is blocked by", "TIS-2")
    assert fields_of(site, "TIS-90")["issuelinks"][0]["inwardIssue"]["key"] == "TIS-2"
    site.forbid("TIS-3")
    assert [link["id"] for link in fields_of(site, "TIS-2")["issuelinks"]] == [related["id"]]


def test_entity_properties_come_with_a_search() -> None:
    site = make_site()
    site.edit_issue("TIS-2", properties={"align": {"kr": "KR-1"}})
    ask = {"jql": "key = TIS-2", "fields": ["summary"], "properties": ["align", "other"]}
    assert content(Visitor(site).post(SEARCH, ask))["issues"][0]["properties"] == {"align": {"kr": "KR-1"}}


def test_remote_links_are_read_issue_by_issue() -> None:
    site = make_site()
    site.add_remote_link("TIS-2", "https://okr.example.com/KR-1", "KR-1", global_id="g=1")
    site.add_remote_link("TIS-2", "https://docs.example.com", "Docs")
    visitor = Visitor(site)
    links = content(visitor.get("/rest/api/3/issue/TIS-2/remotelink"))
    assert [link["object"]["url"] for link in links] == ["https://okr.example.com/KR-1", "https://docs.example.com"]
    assert len(content(visitor.get("/rest/api/3/issue/TIS-2/remotelink", {"globalId": "g=1"}))) == 1
    assert content(visitor.get("/rest/api/3/issue/TIS-3/remotelink")) == []


def test_custom_fields_are_known_by_their_type() -> None:
    visitor = Visitor(make_site())
    custom = {
        field["id"]: field["schema"]["custom"] for field in content(visitor.get("/rest/api/3/field")) if field["custom"]
    }
    assert custom == {
        "customfield_10020": "com.pyxis.greenhopper.jira:gh-sprint",
        "customfield_10016": "com.pyxis.greenhopper.jira:jsw-story-points",
        "customfield_10026": "com.atlassian.jira.plugin.system.customfieldtypes:float",
    }
    page = content(visitor.get("/rest/api/3/field/search", {"type": "custom", "maxResults": "2"}))
    assert ([field["id"] for field in page["values"]], page["isLast"], page["total"]) == (
        ["customfield_10020", "customfield_10016"],
        False,
        3,
    )


def test_the_server_says_what_it_is() -> None:
    site = make_site()
    visitor = Visitor(site)
    assert content(visitor.get("/rest/api/3/serverInfo"))["deploymentType"] == "Cloud"
    assert content(visitor.get("/rest/api/3/myself"))["timeZone"] == "Europe/Rome"
    assert content(visitor.get("/_edge/tenant_info")) == {"cloudId": site.cloud_id}
    assert content(visitor.post("/rest/api/3/search/approximate-count", {"jql": "sprint = 11"})) == {"count": 6}


BOARD_QUERIES = [
    ({}, [1, 2, 3]),
    ({"type": "scrum"}, [1, 3]),
    ({"name": "tis"}, [1]),
    ({"projectKeyOrId": "OPS"}, [3]),
    ({"startAt": "1", "maxResults": "1"}, [2]),
]


@pytest.mark.parametrize(("query", "ids"), BOARD_QUERIES)
def test_boards_are_listed_and_filtered(query: dict[str, str], ids: list[int]) -> None:
    page = content(Visitor(make_site()).get("/rest/agile/1.0/board", query))
    assert [board["id"] for board in page["values"]] == ids


def test_a_private_board_is_not_there() -> None:
    site = make_site()
    site.add_board(4, "Secret", private=True)
    visitor = Visitor(site)
    assert visitor.get("/rest/agile/1.0/board/4").status == 404
    assert visitor.get("/rest/agile/1.0/board/4/sprint").status == 404
    assert len(content(visitor.get("/rest/agile/1.0/board"))["values"]) == 3


def test_the_sprints_of_a_board_are_filtered_by_state_and_shared_ones_keep_their_origin() -> None:
    site = make_site()
    site.show_sprint(3, 11)
    visitor = Visitor(site)

    def sprints(board: int, state: str = "") -> list[tuple[int, int]]:
        page = content(visitor.get(f"/rest/agile/1.0/board/{board}/sprint", {"state": state} if state else {}))
        return [(sprint["id"], sprint["originBoardId"]) for sprint in page["values"]]

    assert sprints(1) == [(10, 1), (11, 1)]
    assert sprints(1, "active,future") == [(11, 1)]
    assert sprints(3) == [(11, 1)]
    assert refusal(visitor.get("/rest/agile/1.0/board/2/sprint")) == (400, "The board does not support sprints")
    assert visitor.get("/rest/agile/1.0/board/1/sprint", {"state": "open"}).status == 400


@pytest.mark.parametrize(
    ("board", "estimation"),
    [
        (1, {"type": "field", "field": {"fieldId": "customfield_10016", "displayName": "Story point estimate"}}),
        (2, None),
        (3, {"type": "field", "field": {"fieldId": "customfield_10026", "displayName": "Story Points"}}),
        (5, {"type": "none"}),
    ],
)
def test_a_board_says_by_which_field_it_estimates(board: int, estimation: object) -> None:
    site = make_site()
    site.add_board(5, "Counts issues", estimation_field=None)
    answer = content(Visitor(site).get(f"/rest/agile/1.0/board/{board}/configuration"))
    assert answer.get("estimation") == estimation


def test_recorded_oddities_can_be_made() -> None:
    site = make_site()
    changes: IssueChanges = {"hidden_fields": ("updated", "summary")}
    site.edit_issue("TIS-2", **changes)
    assert not {"updated", "summary"} & fields_of(site, "TIS-2").keys()
