"""Recorded issues, hand-written in three shapes and real ones where the shared folder is there, and made-up masses."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from align_sync.demo.fake_jira import Flavour, JiraSite, SprintState, Visitor, generate, load_recorded

NOW = datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)
REAL = Path(__file__).parents[2].parent / "shared" / "data" / "jira"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the recorded issues are not at hand")

STATUS = {"id": "5", "name": "Resolved", "statusCategory": {"id": 3, "key": "done", "name": "Done"}, "iconUrl": "x"}
PERSON = {"name": "anna", "key": "JIRAUSER1", "displayName": "Anna", "active": False, "timeZone": "Asia/Dubai"}
FROM_AGILE: dict[str, Any] = {
    "id": "500",
    "key": "AC-5",
    "fields": {
        "summary": "Recorded",
        "project": {"id": "7", "key": "AC", "name": "Inbox", "projectCategory": {"id": "1"}},
        "issuetype": {"id": "1", "name": "Bug", "subtask": False},
        "status": STATUS,
        "labels": ["beta"],
        "created": "2015-02-02T13:44:04.000+0000",
        "updated": "2015-03-24T17:40:26.000+0000",
        "assignee": PERSON,
        "description": "h1. Title\r\n\r\nText",
        "closedSprints": [{"id": 322, "state": "closed", "name": "S 4", "originBoardId": 149}],
        "sprint": {"id": 500, "state": "future", "name": "Triage"},
        "epic": {"id": 9, "key": "AC-1", "name": "Short", "summary": "Epic", "color": {"key": "c"}, "done": False},
        "issuelinks": [
            {
                "id": "1",
                "type": {"id": "2", "name": "Duplicate", "inward": "is duplicated by", "outward": "duplicates"},
                "outwardIssue": {"id": "77", "key": "ZZ-7", "fields": {"summary": "Elsewhere"}},
            }
        ],
        "flagged": False,
        "customfield_777": 4.5,
    },
}
FROM_SERVER: dict[str, Any] = {
    "id": "600",
    "key": "ARROW-6",
    "self": "https://issues.example.org/rest/api/2/issue/600",
    "fields": {
        "issuetype": {"id": "7", "name": "Sub-task", "subtask": True},
        "status": STATUS,
        "project": {"id": "8", "key": "ARROW", "name": "Arrow"},
        "labels": [],
        "created": "2020-09-14T15:48:41.000+0000",
        "parent": {"id": "90", "key": "ARROW-1", "fields": {"summary": "Parent"}},
        "customfield_12310310": "0.0",
        "customfield_10010": None,
        "priority": {"id": "3", "name": "Major"},
    },
}


def recording(folder: Path, *rows: dict[str, Any], zipped: bool = True) -> Path:
    content = b"\n".join(orjson.dumps(row) for row in rows) + b"\n"
    path = folder / ("issues.jsonl.gz" if zipped else "issues.jsonl")
    path.write_bytes(gzip.compress(content) if zipped else content)
    return path


def make_site(flavour: Flavour = Flavour.CLOUD) -> JiraSite:
    return JiraSite(flavour, clock=lambda: NOW)


def fields_of(site: JiraSite, key: str, version: int = 2) -> Any:
    return orjson.loads(Visitor(site).get(f"/rest/api/{version}/issue/{key}").body)["fields"]


@pytest.mark.parametrize("zipped", [True, False])
def test_a_recorded_issue_keeps_its_fields(tmp_path: Path, zipped: bool) -> None:
    site = make_site()
    loaded = load_recorded(site, recording(tmp_path, FROM_AGILE, zipped=zipped))
    assert (loaded.issues, loaded.sprint_ids, loaded.board_ids) == (1, (322, 500), (149, 150))
    fields = fields_of(site, "AC-5")
    for name in ("summary", "labels", "created", "updated", "status", "description", "customfield_777", "project"):
        assert fields[name] == FROM_AGILE["fields"][name]
    assert fields["parent"]["key"] == "AC-1"
    assert fields["parent"]["fields"]["issuetype"]["name"] == "Epic"
    assert fields["assignee"]["accountId"] == "712020:anna"
    assert fields["issuelinks"][0]["outwardIssue"] == FROM_AGILE["fields"]["issuelinks"][0]["outwardIssue"]
    assert [sprint["id"] for sprint in fields["customfield_10020"]] == [322, 500]
    assert Visitor(site).get("/rest/api/3/issue/AC-1").status == 404


def test_a_recording_is_served_by_data_center_too(tmp_path: Path) -> None:
    site = make_site(Flavour.DATACENTER)
    load_recorded(site, recording(tmp_path, FROM_AGILE, FROM_SERVER))
    fields = fields_of(site, "AC-5")
    assert fields["assignee"]["key"] == "JIRAUSER1"
    assert (fields["customfield_10014"], fields["parent"]) == ("AC-1", None)
    assert "name=S 4," in fields["customfield_10020"][0]
    listing = orjson.loads(Visitor(site).get("/rest/agile/1.0/sprint/322/issue").body)
    shown = listing["issues"][0]["fields"]
    assert (shown["sprint"]["id"], shown["closedSprints"][0]["id"]) == (500, 322)
    assert shown["epic"] == FROM_AGILE["fields"]["epic"]
    assert fields_of(site, "ARROW-6")["parent"] == FROM_SERVER["fields"]["parent"]


def test_what_a_record_lacks_is_lacking_and_unknown_custom_fields_are_listed(tmp_path: Path) -> None:
    site = make_site()
    load_recorded(site, recording(tmp_path, FROM_SERVER))
    fields = fields_of(site, "ARROW-6", version=3)
    assert not {"summary", "updated"} & fields.keys()
    assert (fields["customfield_10010"], fields["customfield_12310310"]) == (None, "0.0")
    assert fields["priority"] == {"id": "3", "name": "Major"}
    assert {"customfield_10010", "customfield_12310310"} <= site.directory.fields.keys()


def test_the_date_of_the_category_is_the_recorded_one_until_it_changes(tmp_path: Path) -> None:
    site = make_site()
    told = "2015-02-02T13:44:04.000+0000"
    fields = {**FROM_SERVER["fields"], "statuscategorychangedate": told}
    with_it = {**FROM_SERVER, "id": "601", "key": "ARROW-7", "fields": fields}
    load_recorded(site, recording(tmp_path, FROM_SERVER, with_it))
    assert "statuscategorychangedate" not in fields_of(site, "ARROW-6", version=3)
    assert fields_of(site, "ARROW-7", version=3)["statuscategorychangedate"] == told
    site.edit_issue("ARROW-7", status="Anything", status_category="indeterminate")
    shown = fields_of(site, "ARROW-7", version=3)["statuscategorychangedate"]
    assert datetime.fromisoformat(shown) == NOW


def test_a_sprint_of_the_past_is_served_as_active(tmp_path: Path) -> None:
    site = make_site()
    sprints = tmp_path / "sprints.json"
    past = {
        "id": 322,
        "state": "closed",
        "name": "S 4",
        "originBoardId": 149,
        "startDate": "2015-02-16T19:23:58.693Z",
        "completeDate": "2015-03-17T19:16:14.512Z",
    }
    sprints.write_bytes(orjson.dumps([past, {"id": 1, "state": "closed", "name": "Without a board"}]))
    load_recorded(site, recording(tmp_path, FROM_AGILE), sprints, active_sprint=322)
    board = orjson.loads(Visitor(site).get("/rest/agile/1.0/board/149/sprint", {"state": "active"}).body)
    assert [(sprint["id"], sprint["startDate"]) for sprint in board["values"]] == [(322, "2015-02-16T19:23:58.693Z")]
    assert "completeDate" not in board["values"][0]
    default = orjson.loads(Visitor(site).get("/rest/agile/1.0/board/150/sprint").body)
    assert [sprint["id"] for sprint in default["values"]] == [1, 500]
    assert "originBoardId" not in default["values"][0]
    assert site.search("sprint in openSprints()").ids == (500,)
    assert site.boards[149].project_key == "AC"


def test_issues_without_sprints_get_the_active_one_or_a_share_of_them_does(tmp_path: Path) -> None:
    site = make_site()
    path = recording(tmp_path, FROM_SERVER, {**FROM_SERVER, "id": "601", "key": "ARROW-7"})
    load_recorded(site, path, active_sprint=9, overlay=lambda place, _: place == 1)
    assert site.search("sprint = 9").ids == (601,)
    assert site.search("sprint in openSprints()").ids == (601,)
    (board,) = site.boards.values()
    assert (board.also_shows, board.project_key) == ((9,), "ARROW")
    everything = make_site()
    load_recorded(everything, path, active_sprint=9)
    assert set(everything.search("sprint = 9").ids) == {600, 601}


def test_a_second_recording_joins_the_first(tmp_path: Path) -> None:
    site = make_site()
    path = recording(tmp_path, FROM_AGILE)
    load_recorded(site, path, active_sprint=322)
    other = {**FROM_AGILE, "id": "501", "key": "AC-6"}
    loaded = load_recorded(site, recording(tmp_path, other))
    assert loaded.board_ids == ()
    assert site.sprints[322].state is SprintState.ACTIVE
    assert set(site.search("sprint in openSprints()").ids) == {500, 501}


def test_a_sprint_that_a_recording_with_sprints_does_not_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sprint 9 is named neither by the issues"):
        load_recorded(make_site(), recording(tmp_path, FROM_AGILE), active_sprint=9)


@pytest.mark.parametrize(
    ("line", "words"), [(b'{"id"', "not JSON"), (b'{"id": "1"}', "not an issue"), (b"[]", "not an issue")]
)
def test_a_broken_line_is_named(tmp_path: Path, line: bytes, words: str) -> None:
    path = tmp_path / "issues.jsonl"
    path.write_bytes(orjson.dumps(FROM_AGILE) + b"\n" + line + b"\n")
    with pytest.raises(ValueError, match=rf"issues\.jsonl:2: {words}"):
        load_recorded(make_site(), path)


def test_sprints_that_are_no_array_are_refused(tmp_path: Path) -> None:
    sprints = tmp_path / "sprints.json"
    sprints.write_bytes(b"{}")
    with pytest.raises(TypeError, match="expected a JSON array of sprints"):
        load_recorded(make_site(), recording(tmp_path, FROM_AGILE), sprints)


@needs_real
@pytest.mark.parametrize("flavour", list(Flavour))
@pytest.mark.parametrize(
    ("name", "count"),
    [("real-issues-sprints", 2000), ("real-issues-linked", 1000), ("real-issues-apache-arrow", 800)],
)
def test_real_issues_load_and_show_in_both_flavours(flavour: Flavour, name: str, count: int) -> None:
    site = make_site(flavour)
    loaded = load_recorded(site, REAL / f"{name}.jsonl.gz", REAL / "real-sprints.json", active_sprint=322)
    assert loaded.issues == count
    visitor = Visitor(site)
    for key in [issue.key for issue in site.truth.values()][:: count // 100]:
        answer = visitor.get(f"/rest/api/2/issue/{key}")
        assert answer.status == 200
        raw = orjson.loads(answer.body)
        assert raw["fields"]["updated"] == site.issue(key).updated_text
    assert len(site.search("sprint in openSprints()").ids) > 0


def test_made_up_issues_have_the_size_that_was_asked_for_and_lie_in_sprints() -> None:
    site = make_site()
    site.add_board(1, "Board")
    site.add_sprint(1, "One", "active", 1)
    site.add_sprint(2, "Two", "active", 1)
    made = generate(site, 400, size=6_000, seed=7, sprint_ids=(1, 2), labels_of=lambda place: (f"label-{place % 2}",))
    body = {"issueIdsOrKeys": [issue.key for issue in made[100:200]], "fields": ["*all"]}
    answer = Visitor(site).post("/rest/api/3/issue/bulkfetch", body)
    assert 5_000 * 100 < len(answer.body) < 7_500 * 100
    in_sprints = len(site.search("sprint in (1, 2)").ids)
    assert in_sprints == 390
    assert len(site.search("labels = label-1").ids) == 200
    assert len(site.search("issuetype = Epic").ids) == 10
    assert made[-1].updated_at < NOW
    assert made[0].updated_at == NOW - timedelta(days=180)


def test_the_same_seed_makes_the_same_issues() -> None:
    def shown(seed: int) -> bytes:
        site = make_site()
        generate(site, 5, size=2_000, seed=seed)
        return Visitor(site).get("/rest/api/3/issue/BULK-3").body

    assert shown(1) == shown(1)
    assert shown(1) != shown(2)
