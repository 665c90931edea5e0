"""How the world of the fake Jira changes: edits, moves, deletions, permissions, sprints, and a lagging index."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from align_sync.demo.fake_jira import Flavour, JiraSite, Visitor, generate
from align_sync.demo.fake_jira.rendering import Renderer
from align_sync.demo.fake_jira.shapes import Dialect, select_fields

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span)


def make_site(clock: Clock, **settings: Any) -> JiraSite:
    site = JiraSite(clock=clock, account_timezone="UTC", **settings)
    site.add_board(1, "Board", project_key="TIS")
    site.add_sprint(11, "Sprint 11", "active", 1)
    site.add_sprint(12, "Sprint 12", "future", 1)
    site.add_issue("TIS-1", sprint_ids=(11,), labels=("a",), updated_at=START - timedelta(days=1))
    site.add_issue("TIS-2", sprint_ids=(11,), status="Done", parent_key="TIS-1")
    return site


def found(site: JiraSite, jql: str, **more: object) -> list[str]:
    body = {"jql": f"{jql} ORDER BY id", "fields": ["labels"], **more}
    answer = orjson.loads(Visitor(site).post("/rest/api/3/search/jql", body).body)
    return [f"{issue['key']}{issue['fields']['labels']}" for issue in answer["issues"]]


def fetched(site: JiraSite, *wanted: str) -> list[str]:
    body = {"issueIdsOrKeys": list(wanted), "fields": ["labels"]}
    answer = orjson.loads(Visitor(site).post("/rest/api/3/issue/bulkfetch", body).body)
    return [f"{issue['key']}{issue['fields']['labels']}" for issue in answer["issues"]]


def shown(site: JiraSite, key: str) -> Any:
    return orjson.loads(Visitor(site).get(f"/rest/api/3/issue/{key}").body)


def test_an_edit_bumps_updated_unless_told_not_to() -> None:
    clock = Clock()
    site = make_site(clock)
    clock.advance(minutes=5)
    assert site.edit_issue("TIS-1", touch=False, summary="New").updated_at == START - timedelta(days=1)
    edited = site.edit_issue("TIS-1", labels=("b",), status="In Progress", fields={"customfield_10026": 5})
    assert edited.updated_at == START + timedelta(minutes=5)
    fields = shown(site, "TIS-1")["fields"]
    assert (fields["summary"], fields["labels"], fields["customfield_10026"]) == ("New", ["b"], 5)
    assert fields["status"]["statusCategory"]["key"] == "indeterminate"


def test_the_date_of_the_category_is_that_of_its_last_change() -> None:
    clock = Clock()
    site = make_site(clock)

    def told() -> datetime:
        return datetime.fromisoformat(shown(site, "TIS-1")["fields"]["statuscategorychangedate"])

    assert told() == site.issue("TIS-1").created_at
    clock.advance(minutes=5)
    site.edit_issue("TIS-1", status="In Progress", touch=False)
    begun_at = clock()
    assert told() == begun_at
    clock.advance(minutes=5)
    site.edit_issue("TIS-1", status="In Review", summary="New")
    assert told() == begun_at, "another status of the same category"
    site.edit_issue("TIS-1", status="Done", updated_at=START + timedelta(minutes=7))
    assert told() == START + timedelta(minutes=7)
    site.edit_issue("TIS-1", status="To Do", category_changed_at=START)
    assert told() == START


def test_data_center_has_no_date_of_the_category() -> None:
    site = make_site(Clock(), flavour=Flavour.DATACENTER)
    assert "statuscategorychangedate" not in site.directory.fields
    assert select_fields(site, ["summary", "statuscategorychangedate"], Dialect.V2).fields == ("summary",)


def test_components_are_named_and_keep_their_number() -> None:
    site = make_site(Clock())
    site.edit_issue("TIS-1", components=["Ledger", "Cards"], fields={"customfield_1": 1})
    site.edit_issue("TIS-2", components=["Cards"])
    one, two = (shown(site, key)["fields"]["components"] for key in ("TIS-1", "TIS-2"))
    assert [each["name"] for each in one] == ["Ledger", "Cards"]
    assert one[1] == two[0]
    assert site.edit_issue("TIS-1", summary="New").extra["components"]
    site.edit_issue("TIS-1", components=[])
    assert shown(site, "TIS-1")["fields"]["components"] == []


def test_a_sprint_change_leaves_updated_alone_and_shows_at_once() -> None:
    clock = Clock()
    site = make_site(clock)
    before = shown(site, "TIS-1")["fields"]["updated"]
    clock.advance(hours=1)
    site.rename_sprint(11, "Renamed")
    site.close_sprint(11, move_open_to=12)
    site.start_sprint(12)
    fields = shown(site, "TIS-1")["fields"]
    closed, active = fields["customfield_10020"]
    assert (closed["name"], closed["state"], closed["completeDate"]) == (
        "Renamed",
        "closed",
        "2026-11-23T11:00:00.000Z",
    )
    assert (active["id"], active["state"], active["startDate"]) == (12, "active", "2026-11-23T11:00:00.000Z")
    assert [sprint["id"] for sprint in shown(site, "TIS-2")["fields"]["customfield_10020"]] == [11]
    assert fields["updated"] == before
    site.delete_sprint(12)
    assert [sprint["id"] for sprint in shown(site, "TIS-1")["fields"]["customfield_10020"]] == [11]


def test_a_moved_issue_keeps_its_identifier_and_is_found_by_both_keys() -> None:
    site = make_site(Clock())
    site.edit_issue("TIS-2", links=[("relates to", "TIS-1")])
    moved = site.move_issue("TIS-1", "OPS")
    assert (moved.key, moved.id, moved.updated_at) == ("OPS-1", 10000, START)
    assert shown(site, "TIS-1")["key"] == "OPS-1"
    assert fetched(site, "TIS-1", "OPS-1", "10000") == ["OPS-1['a']"]
    assert found(site, "key = TIS-1") == ["OPS-1['a']"]
    fields = shown(site, "TIS-2")["fields"]
    assert fields["parent"]["key"] == "OPS-1"
    assert fields["issuelinks"][0]["outwardIssue"]["key"] == "OPS-1"
    assert site.add_issue(project="OPS").key == "OPS-2"


def test_a_deleted_issue_is_gone_from_everywhere() -> None:
    site = make_site(Clock())
    site.delete_issue("TIS-1")
    assert found(site, "sprint = 11") == ["TIS-2[]"]
    assert fetched(site, "10000", "TIS-2") == ["TIS-2[]"]
    assert Visitor(site).get("/rest/api/3/issue/TIS-1").status == 404


def test_a_forbidden_issue_vanishes_and_comes_back() -> None:
    site = make_site(Clock())
    site.forbid("TIS-1")
    assert found(site, "sprint = 11") == ["TIS-2[]"]
    assert fetched(site, "TIS-1") == []
    assert Visitor(site).get("/rest/api/3/issue/10000").status == 404
    assert Visitor(site).get("/rest/api/3/issue/10000/remotelink").status == 404
    site.allow("TIS-1")
    assert len(found(site, "sprint = 11")) == 2


def test_a_lagging_index_serves_old_values_where_bulk_fetch_tells_the_truth() -> None:
    clock = Clock()
    site = make_site(clock)
    site.index_lag = timedelta(minutes=2)
    site.edit_issue("TIS-1", labels=("new",))
    site.add_issue("TIS-3", sprint_ids=(11,))
    site.delete_issue("TIS-2")
    assert found(site, "sprint = 11") == ["TIS-1['a']", "TIS-2[]"]
    assert found(site, "labels = new") == []
    assert fetched(site, "TIS-1", "TIS-2", "TIS-3") == ["TIS-1['new']", "TIS-3[]"]
    clock.advance(minutes=2)
    assert found(site, "sprint = 11") == ["TIS-1['new']", "TIS-3[]"]


def test_reconciled_issues_are_seen_as_they_are() -> None:
    site = make_site(Clock())
    site.index_lag = timedelta(hours=1)
    site.edit_issue("TIS-1", labels=("new",))
    site.edit_issue("TIS-2", labels=("new",))
    assert found(site, "labels = new", reconcileIssues=[10000]) == ["TIS-1['new']"]


def test_an_answer_follows_the_issues_that_it_mentions() -> None:
    site = make_site(Clock())
    assert shown(site, "TIS-2")["fields"]["parent"]["fields"]["status"]["name"] == "To Do"
    site.edit_issue("TIS-1", status="Done")
    assert shown(site, "TIS-2")["fields"]["parent"]["fields"]["status"]["name"] == "Done"
    assert shown(site, "TIS-1")["fields"]["subtasks"] == []
    site.add_issue("TIS-9", issue_type="Sub-task", parent_key="TIS-1")
    assert [child["key"] for child in shown(site, "TIS-1")["fields"]["subtasks"]] == ["TIS-9"]
    site.delete_issue("TIS-1")
    assert shown(site, "TIS-2")["fields"]["parent"] == {"key": "TIS-1"}


def test_an_unknown_link_type_is_named() -> None:
    with pytest.raises(ValueError, match="no link type reads 'hates'"):
        make_site(Clock()).add_issue("TIS-5", links=[("hates", "TIS-1")])


def test_people_are_known_by_what_the_flavour_calls_them() -> None:
    for flavour, member, value in ((Flavour.CLOUD, "accountId", "712020:anna"), (Flavour.DATACENTER, "name", "anna")):
        site = JiraSite(flavour, clock=Clock())
        site.add_user("anna", "Anna Blum", active=False)
        site.add_issue("TIS-1", assignee="anna")
        fields = orjson.loads(Visitor(site).get("/rest/api/2/issue/TIS-1").body)["fields"]
        assert (fields["assignee"][member], fields["assignee"]["active"]) == (value, False)
        assert site.search('assignee = "Anna Blum"').ids == (10000,)


def test_remembered_issues_make_room_for_newer_ones() -> None:
    site = make_site(Clock())
    renderer = Renderer(site, budget=1500)
    selection = select_fields(site, ("*all",), Dialect.V3)
    first, second = site.issue("TIS-1"), site.issue("TIS-2")
    body = renderer.render(first, selection, Dialect.V3)
    assert renderer.render(first, selection, Dialect.V3) == body
    renderer.render(second, selection, Dialect.V3)
    assert renderer.render(first, selection, Dialect.V3) == body
    assert len(renderer._entries) <= 1
    assert renderer._size == sum(len(entry.body) for entry in renderer._entries.values())


def test_readers_and_writers_do_not_trip_over_each_other() -> None:
    site = make_site(Clock())
    made = generate(site, 400, size=1_000, sprint_ids=(11,))

    def write(turn: int) -> None:
        issue = made[turn % 400]
        site.edit_issue(issue.key, labels=(f"turn-{turn}",))
        site.rename_sprint(11, f"Sprint {turn}")
        site.forbid(issue.key)
        site.allow(issue.key)
        site.add_issue(project="NEW", sprint_ids=(11,))

    with ThreadPoolExecutor(4) as pool:
        written = [pool.submit(write, turn) for turn in range(200)]
        read = [pool.submit(found, site, "sprint = 11", maxResults=100) for _ in range(40)]
    assert [task.result() for task in written] == [None] * 200
    assert all(len(task.result()) == 100 for task in read)
