"""Raw records of Linear, written by hand, and the work items and sprints that they become."""

from datetime import UTC, datetime
from typing import Any

import pytest

from align_sync.errors import SkippableError
from align_sync.trackers.linear.parse import parse_cycle, parse_issue
from align_sync.trackers.linear.parse_containers import parse_initiative, parse_project
from align_sync.work import (
    ItemKind,
    ItemRef,
    Parent,
    ParentKind,
    Relation,
    SprintRef,
    SprintState,
    StatusCategory,
    Url,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAYS = {"started": 2, "completed": 3, "canceled": 4}


def listed(*nodes: dict[str, Any]) -> dict[str, Any]:
    return {"nodes": list(nodes), "pageInfo": {"hasNextPage": False, "endCursor": None}}


def issue(**changes: Any) -> dict[str, Any]:
    return {
        "id": "i-1",
        "identifier": "ENG-12",
        "title": "Retry card payments",
        "url": "https://linear.app/x/issue/ENG-12",
        "priority": 0,
        "priorityLabel": "No priority",
        "estimate": None,
        "createdAt": "2026-11-01T08:00:00.000Z",
        "updatedAt": "2026-11-20T08:30:00.123Z",
        "archivedAt": None,
        "trashed": None,
        "state": {"name": "Todo", "type": "unstarted"},
        "assignee": None,
        "cycle": None,
        "parent": None,
        "project": None,
        "labels": listed(),
        "attachments": listed(),
        "relations": listed(),
        "inverseRelations": listed(),
        **changes,
    }


def project(**changes: Any) -> dict[str, Any]:
    return {
        "id": "p-1",
        "name": "Checkout",
        "url": "https://linear.app/x/project/checkout",
        "createdAt": "2026-11-01T08:00:00.000Z",
        "updatedAt": "2026-11-20T08:30:00.123Z",
        "status": {"name": "Building", "type": "started"},
        "labels": listed(),
        "initiatives": listed(),
        "externalLinks": listed(),
        **changes,
    }


def initiative(**changes: Any) -> dict[str, Any]:
    return {
        "id": "n-1",
        "name": "Retention",
        "url": "https://linear.app/x/initiative/retention",
        "status": "Active",
        "createdAt": "2026-11-01T08:00:00.000Z",
        "updatedAt": "2026-11-20T08:30:00.123Z",
        "labels": listed(),
        "links": listed(),
        **changes,
    }


def cycle(**changes: Any) -> dict[str, Any]:
    return {
        "id": "c-1",
        "number": 12,
        "name": None,
        "description": None,
        "startsAt": "2026-11-16T00:00:00.000Z",
        "endsAt": "2026-11-30T00:00:00.000Z",
        "completedAt": None,
        "isActive": True,
        "isFuture": False,
        "isPast": False,
        "team": {"id": "t-1", "key": "ENG", "name": "Engineering"},
        **changes,
    }


def item_ref(external_id: str, key: str) -> ItemRef:
    return ItemRef(source="linear", external_id=external_id, key=key)


def other(external_id: str, key: str) -> dict[str, str]:
    return {"id": external_id, "identifier": key}


class TestIssue:
    def test_plain_issue_is_read_field_by_field(self) -> None:
        item = parse_issue(issue(assignee={"name": "Ada"}, cycle={"id": "c-1"}), "linear").item
        assert (item.ref, item.ref.key) == (item_ref("i-1", "ENG-12"), "ENG-12")
        assert (item.title, item.status, item.assignee) == ("Retry card payments", "Todo", "Ada")
        assert (item.kind, item.kind_name, item.container) == (ItemKind.TASK, "Issue", "")
        assert item.sprint_ids == ("c-1",)
        assert item.created_at == datetime(2026, 11, 1, 8, tzinfo=UTC)
        assert item.updated_at == datetime(2026, 11, 20, 8, 30, 0, 123000, tzinfo=UTC)
        assert item.archived_at is None
        assert item.address == "https://linear.app/x/issue/ENG-12"

    @pytest.mark.parametrize(
        ("named", "category"),
        [
            ("triage", StatusCategory.TODO),
            ("backlog", StatusCategory.TODO),
            ("unstarted", StatusCategory.TODO),
            ("started", StatusCategory.IN_PROGRESS),
            ("completed", StatusCategory.DONE),
            ("canceled", StatusCategory.CANCELLED),
            ("duplicate", StatusCategory.CANCELLED),
        ],
    )
    def test_every_status_type_has_a_category(self, named: str, category: StatusCategory) -> None:
        parsed = parse_issue(issue(state={"name": "X", "type": named}), "linear")
        assert (parsed.item.status_category, parsed.problems) == (category, ())

    @pytest.mark.parametrize(
        ("named", "since"),
        [
            ("unstarted", None),
            ("started", datetime(2026, 11, 2, tzinfo=UTC)),
            ("completed", datetime(2026, 11, 3, tzinfo=UTC)),
            ("canceled", datetime(2026, 11, 4, tzinfo=UTC)),
            ("duplicate", datetime(2026, 11, 4, tzinfo=UTC)),
            ("paused", None),
        ],
    )
    def test_since_when_the_category_holds_is_told_of_work_that_was_begun(
        self, named: str, since: datetime | None
    ) -> None:
        told = {f"{name}At": f"2026-11-0{day}T00:00:00.000Z" for name, day in DAYS.items()}
        state = {"name": "X", "type": named}
        assert parse_issue(issue(state=state, **told), "linear").item.category_since == since
        assert parse_issue(issue(state=state), "linear").item.category_since is None

    @pytest.mark.parametrize(
        ("changes", "entered"),
        [
            ({"cycle": {"id": "c-1"}, "addedToCycleAt": "2026-11-20T08:30:00.000Z"}, True),
            ({"cycle": {"id": "c-1"}, "addedToCycleAt": None}, False),
            ({"cycle": None, "addedToCycleAt": "2026-11-20T08:30:00.000Z"}, False),
        ],
    )
    def test_when_an_issue_entered_its_cycle(self, changes: dict[str, Any], *, entered: bool) -> None:
        expected = (("c-1", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),) if entered else ()
        assert parse_issue(issue(**changes), "linear").item.sprint_entered == expected

    def test_unknown_status_type_is_kept_as_unknown_and_told(self) -> None:
        parsed = parse_issue(issue(state={"name": "Parked", "type": "paused"}), "linear")
        assert parsed.item.status_category is StatusCategory.UNKNOWN
        (problem,) = parsed.problems
        assert "'paused'" in problem.message
        assert problem.where == "linear: ENG-12"

    @pytest.mark.parametrize(
        ("number", "label", "expected"),
        [(0, "No priority", None), (1, "Urgent", "Urgent"), (4, "Low", "Low"), (2.0, "High", "High")],
    )
    def test_priority_none_is_no_priority(self, number: float, label: str, expected: str | None) -> None:
        assert parse_issue(issue(priority=number, priorityLabel=label), "linear").item.priority == expected

    @pytest.mark.parametrize(("estimate", "points"), [(None, None), (0, 0.0), (3, 3.0), (0.5, 0.5)])
    def test_no_estimate_is_not_zero_points(self, estimate: float | None, points: float | None) -> None:
        assert parse_issue(issue(estimate=estimate), "linear").item.points == points

    def test_labels_of_a_group_carry_its_name(self) -> None:
        labels = listed(
            {"name": "ret90", "parent": {"name": "okr"}}, {"name": "Bug", "parent": None}, {"name": "okr/nps"}
        )
        item = parse_issue(issue(labels=labels), "linear").item
        assert item.labels == ("Bug", "okr/nps", "okr/ret90")
        assert item.kind is ItemKind.TASK  # the label "Bug" decides nothing

    def test_order_of_labels_makes_no_difference(self) -> None:
        names = [{"name": "b", "parent": None}, {"name": "a", "parent": None}]
        one, two = (parse_issue(issue(labels=listed(*order)), "linear").item for order in (names, names[::-1]))
        assert one == two

    def test_parent_issue_and_project_are_parents_of_two_kinds(self) -> None:
        item = parse_issue(issue(parent=other("i-9", "ENG-9"), project={"id": "p-1", "name": "Pay"}), "linear").item
        assert item.parents == (
            Parent(item_ref("i-9", "ENG-9"), ParentKind.ITEM),
            Parent(item_ref("project/p-1", "Pay"), ParentKind.CONTAINER),
        )
        assert (item.kind, item.kind_name, item.container) == (ItemKind.SUBTASK, "Issue", "Pay")

    def test_relations_are_told_from_the_side_of_the_issue(self) -> None:
        ours = listed(
            {"type": "blocks", "relatedIssue": other("i-2", "ENG-2")},
            {"type": "duplicate", "relatedIssue": other("i-3", "ENG-3")},
            {"type": "related", "relatedIssue": other("i-4", "ENG-4")},
            {"type": "brand-new", "relatedIssue": other("i-5", "ENG-5")},
        )
        theirs = listed(
            {"type": "blocks", "issue": other("i-6", "ENG-6")},
            {"type": "duplicate", "issue": other("i-7", "ENG-7")},
            {"type": "similar", "issue": other("i-8", "ENG-8")},
        )
        item = parse_issue(issue(relations=ours, inverseRelations=theirs), "linear").item
        assert item.relations == (
            Relation("blocks", item_ref("i-2", "")),
            Relation("duplicates", item_ref("i-3", "")),
            Relation("related to", item_ref("i-4", "")),
            Relation("brand-new", item_ref("i-5", "")),
            Relation("blocked by", item_ref("i-6", "")),
            Relation("duplicated by", item_ref("i-7", "")),
            Relation("similar to", item_ref("i-8", "")),
        )

    def test_attachments_and_asked_text_give_addresses_and_mentions(self) -> None:
        raw = issue(
            attachments=listed({"url": "https://kr.example/1", "title": "KR page"}),
            description="See https://kr.example/2.\nKR: ret90, nps",
        )
        item = parse_issue(raw, "linear").item
        assert item.urls == (
            Url(address="https://kr.example/1", title="KR page", place="attachment"),
            Url(address="https://kr.example/2", place="text"),
        )
        assert item.mentions == ("ret90", "nps")

    @pytest.mark.parametrize(
        ("archived_at", "trashed", "expected"),
        [
            (None, None, None),
            (None, False, None),
            ("2026-11-22T00:00:00Z", None, datetime(2026, 11, 22, tzinfo=UTC)),
            ("2026-11-22T00:00:00Z", True, datetime(2026, 11, 22, tzinfo=UTC)),
            (None, True, datetime(2026, 11, 20, 8, 30, 0, 123000, tzinfo=UTC)),
        ],
    )
    def test_archived_and_thrown_away_have_a_time(
        self, archived_at: str | None, trashed: bool | None, expected: datetime | None
    ) -> None:
        assert parse_issue(issue(archivedAt=archived_at, trashed=trashed), "linear").item.archived_at == expected

    def test_nul_characters_do_not_get_through(self) -> None:
        assert parse_issue(issue(title="a\x00b"), "linear").item.title == "ab"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"id": None}, "id"),
            ({"id": 7}, "id"),
            ({"title": ["x"]}, "title"),
            ({"priority": "high"}, "priority"),
            ({"priority": True}, "priority"),
            ({"estimate": "3"}, "estimate"),
            ({"state": None}, "state"),
            ({"state": "Todo"}, "state"),
            ({"state": {"name": "Todo"}}, "type"),
            ({"cycle": "c-1"}, "cycle"),
            ({"cycle": {}}, "id"),
            ({"parent": {"id": "i-2"}}, "identifier"),
            ({"createdAt": "yesterday"}, "createdAt"),
            ({"updatedAt": 17}, "updatedAt"),
            ({"trashed": "no"}, "trashed"),
            ({"labels": None}, "labels"),
            ({"labels": {"nodes": []}}, "pageInfo"),
            ({"labels": {"nodes": {}, "pageInfo": {}}}, "nodes"),
            ({"labels": {"nodes": [], "pageInfo": {}}}, "hasNextPage"),
            ({"labels": listed({"name": None})}, "name"),
            ({"labels": {"nodes": ["x"], "pageInfo": {"hasNextPage": False}}}, "labels"),
            ({"attachments": listed({"title": "no url"})}, "url"),
            ({"relations": listed({"type": "blocks"})}, "relatedIssue"),
        ],
    )
    def test_broken_field_names_the_issue_and_the_field(self, changes: dict[str, Any], field: str) -> None:
        with pytest.raises(SkippableError, match=rf"linear: ENG-12: the field {field} holds"):
            parse_issue(issue(**changes), "linear")

    @pytest.mark.parametrize("raw", [None, "x", 3, []])
    def test_what_is_no_record_is_skippable(self, raw: object) -> None:
        with pytest.raises(SkippableError, match="a record is missing"):
            parse_issue(raw, "linear")


class TestContainers:
    def test_project_is_a_container_below_its_initiatives(self) -> None:
        raw = project(
            initiatives=listed({"id": "n-1", "name": "Retention"}, {"id": "n-2", "name": "Growth"}),
            labels=listed({"name": "ret90", "parent": {"name": "okr"}}),
            externalLinks=listed({"url": "https://kr.example/1", "label": "KR"}),
            lead={"name": "Ada"},
            description="KR: nps",
            content="https://kr.example/2",
        )
        item = parse_project(raw, "linear").item
        assert (item.ref.external_id, item.key, item.title) == ("project/p-1", "Checkout", "Checkout")
        assert (item.kind, item.kind_name) == (ItemKind.CONTAINER, "Project")
        assert (item.status, item.status_category) == ("Building", StatusCategory.IN_PROGRESS)
        assert (item.labels, item.assignee, item.mentions) == (("okr/ret90",), "Ada", ("nps",))
        assert item.parents == (
            Parent(item_ref("initiative/n-1", ""), ParentKind.CONTAINER),
            Parent(item_ref("initiative/n-2", ""), ParentKind.CONTAINER),
        )
        assert [url.address for url in item.urls] == ["https://kr.example/1", "https://kr.example/2"]
        assert item.address == "https://linear.app/x/project/checkout"

    @pytest.mark.parametrize(
        ("named", "category"),
        [
            ("backlog", StatusCategory.TODO),
            ("planned", StatusCategory.TODO),
            ("started", StatusCategory.IN_PROGRESS),
            ("paused", StatusCategory.IN_PROGRESS),
            ("completed", StatusCategory.DONE),
            ("canceled", StatusCategory.CANCELLED),
            ("dreamt", StatusCategory.UNKNOWN),
        ],
    )
    def test_status_of_a_project_has_a_category(self, named: str, category: StatusCategory) -> None:
        parsed = parse_project(project(status={"name": "X", "type": named}), "linear")
        assert parsed.item.status_category is category
        assert bool(parsed.problems) is (category is StatusCategory.UNKNOWN)

    def test_initiative_is_a_container_below_its_parent(self) -> None:
        raw = initiative(parentInitiative={"id": "n-0", "name": "Company"}, links=listed({"url": "https://a.example"}))
        item = parse_initiative(raw, "linear").item
        assert (item.ref.external_id, item.key, item.kind_name) == ("initiative/n-1", "Retention", "Initiative")
        assert item.parents == (Parent(item_ref("initiative/n-0", ""), ParentKind.CONTAINER),)
        assert (item.kind, item.status_category) == (ItemKind.CONTAINER, StatusCategory.IN_PROGRESS)
        assert [url.address for url in item.urls] == ["https://a.example"]

    @pytest.mark.parametrize(
        ("status", "category"),
        [
            ("Proposed", StatusCategory.TODO),
            ("Planned", StatusCategory.TODO),
            ("Completed", StatusCategory.DONE),
            ("Canceled", StatusCategory.CANCELLED),
            ("Dreamt", StatusCategory.UNKNOWN),
        ],
    )
    def test_status_of_an_initiative_has_a_category(self, status: str, category: StatusCategory) -> None:
        assert parse_initiative(initiative(status=status), "linear").item.status_category is category

    def test_broken_container_is_named(self) -> None:
        with pytest.raises(SkippableError, match="linear: Checkout: the field status holds nothing"):
            parse_project({key: value for key, value in project().items() if key != "status"}, "linear")


class TestCycle:
    def parse(self, raw: dict[str, Any], **names: str) -> Any:
        return parse_cycle(raw, "linear", team_names=names, now=NOON)

    def test_cycle_is_a_sprint_of_its_team(self) -> None:
        sprint = self.parse(cycle(description="Ship it"))
        assert sprint.ref == SprintRef(source="linear", external_id="c-1")
        assert (sprint.name, sprint.state, sprint.goal) == ("Cycle 12", SprintState.ACTIVE, "Ship it")
        assert (sprint.team, sprint.board) == ("Engineering", "ENG")
        assert sprint.starts_at == datetime(2026, 11, 16, tzinfo=UTC)

    def test_own_name_and_configured_team_win(self) -> None:
        sprint = self.parse(cycle(name="Hardening"), eng="Platform")
        assert (sprint.name, sprint.team, sprint.board) == ("Hardening", "Platform", "ENG")

    @pytest.mark.parametrize(
        ("changes", "state"),
        [
            ({"isActive": True}, SprintState.ACTIVE),
            ({"isActive": False, "isFuture": True}, SprintState.FUTURE),
            ({"isActive": False, "isPast": True}, SprintState.CLOSED),
            ({"isActive": False, "completedAt": "2026-11-20T00:00:00Z"}, SprintState.CLOSED),
            ({"isActive": False, "endsAt": "2026-11-22T00:00:00Z"}, SprintState.CLOSED),
            ({"isActive": False, "startsAt": "2026-11-24T00:00:00Z"}, SprintState.FUTURE),
            ({"isActive": False}, SprintState.ACTIVE),
        ],
    )
    def test_state_comes_from_the_flags_and_then_from_the_dates(
        self, changes: dict[str, Any], state: SprintState
    ) -> None:
        assert self.parse(cycle(**changes)).state is state

    def test_broken_cycle_is_skippable(self) -> None:
        with pytest.raises(SkippableError, match="the field team"):
            self.parse(cycle(team=None))
