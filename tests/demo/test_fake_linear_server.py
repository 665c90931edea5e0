"""What the fake Linear answers: signing in, refusals, paging, budgets, and how the site changes under a reader."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from align_sync.demo.fake_linear import PERSONAL_KEY, Allowances, FakeLinear, LinearSite
from align_sync.demo.http_messages import Request, Response

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(clock: Clock) -> LinearSite:
    site = LinearSite(clock, oauth_tokens=["oauth-1"])
    team = site.add_team("ENG", "Engineering")
    site.add_cycle(team, 12, starts_at=NOON - timedelta(days=3))
    return site


@pytest.fixture
def fake(site: LinearSite) -> FakeLinear:
    return FakeLinear(site)


def send(fake: FakeLinear, body: object, authorization: str | None = PERSONAL_KEY, **changes: Any) -> Response:
    headers = {} if authorization is None else {"authorization": authorization}
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return fake.answer(
        Request(**{"method": "POST", "path": "/graphql", "headers": headers, "body": content, **changes})
    )


def ask(fake: FakeLinear, query: str, **variables: Any) -> Any:
    response = send(fake, {"query": query, "variables": variables})
    assert response.status == 200, response.body
    return orjson.loads(response.body)["data"]


def refusal(response: Response) -> tuple[int, str, str]:
    (error,) = orjson.loads(response.body)["errors"]
    return response.status, error["extensions"]["code"], error["message"]


class TestSigningIn:
    @pytest.mark.parametrize("authorization", [PERSONAL_KEY, "Bearer oauth-1"])
    def test_right_credentials_are_let_in(self, fake: FakeLinear, authorization: str) -> None:
        assert send(fake, {"query": "{ viewer { id } }"}, authorization).status == 200

    @pytest.mark.parametrize(
        ("authorization", "status"),
        [
            (None, 401),
            ("", 401),
            ("lin_api_other", 401),
            ("oauth-1", 401),
            ("Bearer other", 401),
            (f"Bearer {PERSONAL_KEY}", 400),
        ],
    )
    def test_wrong_credentials_are_not(self, fake: FakeLinear, authorization: str | None, status: int) -> None:
        found = refusal(send(fake, {"query": "{ viewer { id } }"}, authorization))
        assert found[:2] == (status, "AUTHENTICATION_ERROR")


class TestRequests:
    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            (b"{", 400, "BAD_REQUEST"),
            ([], 400, "BAD_REQUEST"),
            ({"variables": {}}, 400, "BAD_REQUEST"),
            ({"query": "{ viewer { id } }", "variables": [1]}, 400, "BAD_REQUEST"),
            ({"query": "{ viewer "}, 400, "GRAPHQL_PARSE_FAILED"),
            ({"query": "{ viewer { nick } }"}, 400, "GRAPHQL_VALIDATION_FAILED"),
            ({"query": "query A { viewer { id } } query B { viewer { id } }"}, 400, "OPERATION_RESOLUTION_FAILURE"),
            ({"query": "query($n: Int!) { issues(first: $n) { nodes { id } } }"}, 400, "BAD_USER_INPUT"),
            ({"query": "{ issues(first: 251) { nodes { id } } }"}, 400, "INVALID_INPUT"),
            ({"query": "{ issues(first: 0) { nodes { id } } }"}, 400, "INVALID_INPUT"),
            ({"query": '{ issues(after: "x") { nodes { id } } }'}, 400, "INVALID_INPUT"),
            ({"query": '{ issues(filter: {updatedAt: {gt: "soon"}}) { nodes { id } } }'}, 400, "INVALID_INPUT"),
            ({"query": '{ issue(id: "ENG-404") { id } }'}, 200, "INPUT_ERROR"),
            ({"query": '{ cycle(id: "x") { id } }'}, 200, "INPUT_ERROR"),
        ],
    )
    def test_bad_requests_are_refused_by_code(self, fake: FakeLinear, body: object, status: int, code: str) -> None:
        assert refusal(send(fake, body))[:2] == (status, code)

    def test_one_of_several_operations_may_be_named(self, fake: FakeLinear) -> None:
        body = {"query": "query A { viewer { id } } query B { organization { name } }", "operationName": "B"}
        assert orjson.loads(send(fake, body).body) == {"data": {"organization": {"name": "Demo"}}}

    def test_other_paths_and_methods_are_refused(self, fake: FakeLinear) -> None:
        assert send(fake, b"", path="/rest").status == 404
        assert send(fake, b"", method="GET").status == 405

    def test_every_answer_has_a_date(self, fake: FakeLinear) -> None:
        assert send(fake, b"").headers["Date"] == "Mon, 23 Nov 2026 12:00:00 GMT"

    def test_many_different_queries_do_not_pile_up(self, fake: FakeLinear) -> None:
        for number in range(510):
            ask(fake, f"{{ a{number}: viewer {{ id }} }}")
        assert len(fake._prepared) <= 500


class TestPaging:
    QUERY = """query($first: Int, $after: String, $all: Boolean, $order: PaginationOrderBy) {
      issues(first: $first, after: $after, includeArchived: $all, orderBy: $order) {
        nodes { identifier } edges { cursor node { identifier } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }"""

    def fill(self, site: LinearSite, clock: Clock, count: int) -> None:
        for number in range(1, count + 1):
            site.add_issue(f"ENG-{number}")
            clock.advance(seconds=1)

    def names(self, page: Any) -> list[int]:
        return [int(node["identifier"].removeprefix("ENG-")) for node in page["issues"]["nodes"]]

    def test_fifty_of_the_newest_where_nothing_is_said(self, fake: FakeLinear, site: LinearSite, clock: Clock) -> None:
        self.fill(site, clock, 60)
        page = ask(fake, self.QUERY)
        assert self.names(page) == list(range(60, 10, -1))
        shown = page["issues"]["pageInfo"]
        assert (shown["hasNextPage"], shown["hasPreviousPage"]) == (True, False)
        edges = page["issues"]["edges"]
        assert (edges[0]["cursor"], edges[-1]["cursor"]) == (shown["startCursor"], shown["endCursor"])

    def test_pages_follow_each_other_to_the_end(self, fake: FakeLinear, site: LinearSite, clock: Clock) -> None:
        self.fill(site, clock, 7)
        found: list[int] = []
        after: dict[str, str] = {}
        while True:
            page = ask(fake, self.QUERY, first=3, **after)
            found += self.names(page)
            if not page["issues"]["pageInfo"]["hasNextPage"]:
                break
            after = {"after": page["issues"]["pageInfo"]["endCursor"]}
        assert found == [7, 6, 5, 4, 3, 2, 1]

    def test_cursor_holds_while_issues_come_and_go(self, fake: FakeLinear, site: LinearSite, clock: Clock) -> None:
        self.fill(site, clock, 6)
        page = ask(fake, self.QUERY, first=3)
        site.delete_issue(site.issue("ENG-4"))
        site.add_issue("ENG-7")
        rest = ask(fake, self.QUERY, first=3, after=page["issues"]["pageInfo"]["endCursor"])
        assert self.names(rest) == [3, 2, 1]

    def test_archived_issues_are_hidden_unless_asked_for(
        self, fake: FakeLinear, site: LinearSite, clock: Clock
    ) -> None:
        self.fill(site, clock, 3)
        site.archive_issue(site.issue("ENG-2"))
        assert self.names(ask(fake, self.QUERY)) == [3, 1]
        assert self.names(ask(fake, self.QUERY, all=True)) == [3, 2, 1]

    def test_last_touched_come_first_in_the_other_order(self, fake: FakeLinear, site: LinearSite, clock: Clock) -> None:
        self.fill(site, clock, 3)
        site.edit_issue(site.issue("ENG-1"), priority=2)
        assert self.names(ask(fake, self.QUERY, order="updatedAt")) == [1, 3, 2]


class TestBudgets:
    def test_price_and_budgets_stand_in_the_headers(self, fake: FakeLinear) -> None:
        headers = send(fake, {"query": "{ viewer { id name } }"}).headers
        assert headers["X-Complexity"] == "2"
        assert headers["X-RateLimit-Requests-Limit"] == "2500"
        assert headers["X-RateLimit-Requests-Remaining"] == "2499"
        assert headers["X-RateLimit-Complexity-Remaining"] == "2999998"
        assert int(headers["X-RateLimit-Requests-Reset"]) == NOON.timestamp() * 1000 + 3_600_000 / 2500

    def test_too_complex_a_query_is_refused_in_words(self, fake: FakeLinear) -> None:
        query = "{ issues(first: 250) { nodes { id labels { nodes { id } } } } }"
        response = send(fake, {"query": query})
        assert refusal(response) == (400, "INPUT_ERROR", "Query too complex")
        assert response.headers["X-RateLimit-Requests-Remaining"] == "2499"

    def test_spent_requests_are_refused_as_400_and_drip_back(self, site: LinearSite, clock: Clock) -> None:
        fake = FakeLinear(site, Allowances(requests=3))
        answers = [send(fake, {"query": "{ viewer { id } }"}) for _ in range(4)]
        assert [answer.status for answer in answers] == [200, 200, 200, 400]
        assert refusal(answers[3])[1] == "RATELIMITED"
        assert answers[3].headers["X-RateLimit-Requests-Remaining"] == "0"
        assert int(answers[3].headers["X-RateLimit-Requests-Reset"]) == (NOON + timedelta(hours=1)).timestamp() * 1000
        clock.advance(minutes=21)
        assert send(fake, {"query": "{ viewer { id } }"}).status == 200
        assert send(fake, {"query": "{ viewer { id } }"}).status == 400

    def test_spent_complexity_is_refused_too(self, site: LinearSite) -> None:
        fake = FakeLinear(site, Allowances(complexity=100))
        query = "{ issues(first: 50) { nodes { id } } }"
        assert [send(fake, {"query": query}).status for _ in range(2)] == [200, 400]
        assert send(fake, {"query": "{ viewer { id } }"}).status == 200

    def test_every_token_has_its_own_budget(self, site: LinearSite) -> None:
        fake = FakeLinear(site, Allowances(requests=1))
        query = {"query": "{ viewer { id } }"}
        assert [send(fake, query, key).status for key in (PERSONAL_KEY, "Bearer oauth-1")] == [200, 200]


class TestSite:
    def test_editing_touches_the_stamp_and_archiving_does_not(self, site: LinearSite, clock: Clock) -> None:
        issue = site.add_issue("ENG-1")
        clock.advance(minutes=1)
        site.archive_issue(issue)
        assert (issue.updated_at, issue.archived_at) == (NOON, clock.at)
        site.edit_issue(issue, touch=False, title="Quietly")
        assert issue.updated_at == NOON
        site.edit_issue(issue, state="Done", labels=[("okr", "nps")])
        assert (issue.updated_at, issue.state.type) == (clock.at, "completed")

    def test_an_issue_tells_when_it_was_begun_and_ended(self, site: LinearSite, clock: Clock) -> None:
        issue = site.add_issue("ENG-1")
        told = []
        for state in ("Todo", "In Progress", "In Review", "Done", "Canceled", "Todo"):
            site.edit_issue(issue, state=state)
            told.append((issue.started_at, issue.completed_at, issue.canceled_at))
            clock.advance(minutes=1)
        begun_at = NOON + timedelta(minutes=1)
        assert told == [
            (None, None, None),
            (begun_at, None, None),
            (begun_at, None, None),
            (begun_at, NOON + timedelta(minutes=3), None),
            (begun_at, None, NOON + timedelta(minutes=4)),
            (None, None, None),
        ]
        assert site.add_issue("ENG-2", state="In Progress", created_at=NOON).started_at == NOON

    def test_an_issue_tells_when_it_was_put_into_its_cycle(self, site: LinearSite, clock: Clock) -> None:
        (cycle,) = site.cycles.values()
        issue = site.add_issue("ENG-1", cycle=cycle)
        told = []
        for where in (cycle, None, cycle):
            clock.advance(minutes=1)
            site.edit_issue(issue, cycle=where)
            told.append(issue.added_to_cycle_at)
        site.move_issue(issue, site.add_team("OPS", "Operations"))
        assert [*told, issue.added_to_cycle_at] == [NOON, None, NOON + timedelta(minutes=3), None]

    def test_moved_issue_has_a_new_identifier_and_is_found_by_both(self, fake: FakeLinear, site: LinearSite) -> None:
        issue = site.add_issue("ENG-1")
        ops = site.add_team("OPS", "Operations")
        site.add_issue("OPS-4")
        assert site.move_issue(issue, ops) == "OPS-5"
        for name in (issue.id, "ENG-1", "OPS-5"):
            found = ask(fake, "query($id: String!) { issue(id: $id) { id identifier previousIdentifiers } }", id=name)
            assert found["issue"] == {"id": issue.id, "identifier": "OPS-5", "previousIdentifiers": ["ENG-1"]}

    def test_deleted_issue_leaves_nothing_behind(self, fake: FakeLinear, site: LinearSite) -> None:
        above, other = site.add_issue("ENG-1"), site.add_issue("ENG-2")
        gone = site.add_issue("ENG-3", parent=above, relations=[("blocks", other)])
        below = site.add_issue("ENG-4", parent=gone, relations=[("related", gone)])
        site.delete_issue(gone)
        query = """{ issues { nodes { identifier parent { id } children { nodes { id } }
            relations { nodes { id } } inverseRelations { nodes { id } } } } }"""
        nodes = ask(fake, query)["issues"]["nodes"]
        assert {node["identifier"] for node in nodes} == {"ENG-1", "ENG-2", "ENG-4"}
        empty: dict[str, list[str]] = {"nodes": []}
        for node in nodes:
            assert node["parent"] is None
            assert node["children"] == node["relations"] == node["inverseRelations"] == empty
        assert below.parent is None

    def test_sub_issues_follow_their_parent(self, site: LinearSite) -> None:
        one, two = site.add_issue("ENG-1"), site.add_issue("ENG-2")
        part = site.add_issue("ENG-3", parent=one)
        site.edit_issue(part, parent=two)
        assert (one.children, two.children) == ([], [part])
        site.edit_issue(part, parent=None)
        assert two.children == []

    def test_identifiers_are_the_same_in_every_run(self, clock: Clock) -> None:
        one, two = (LinearSite(clock) for _ in range(2))
        assert one.add_team("ENG", "E").id == two.add_team("ENG", "E").id
        assert one.add_issue("ENG-1").id == two.add_issue("ENG-1").id != one.add_issue("ENG-2").id

    def test_issue_of_an_unknown_team_is_refused(self, site: LinearSite) -> None:
        with pytest.raises(KeyError, match="add the team OPS first"):
            site.add_issue("OPS-1")
