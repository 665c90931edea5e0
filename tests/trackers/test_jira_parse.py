"""From Jira's JSON to our words, both flavours: what is there, what is odd, and what nobody foresaw."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.trackers.jira.adf import DEEPEST, read_rich_text
from align_sync.trackers.jira.fields import (
    AGILE_SHAPE,
    ALWAYS,
    EPIC_LINK,
    PARENT_LINK,
    SPRINT,
    STORY_POINTS,
    FieldLayout,
    find_fields,
)
from align_sync.trackers.jira.parse import Parsed, Site, parse_issue, read_instant
from align_sync.trackers.jira.sprint_text import read_sprint_text
from align_sync.work import (
    ItemKind,
    ItemRef,
    Parent,
    Relation,
    StatusCategory,
    Url,
    WorkItem,
    read_document,
    to_document,
)

LAYOUT = FieldLayout(
    sprint=("cf_sprint",),
    epic_link=("cf_epic",),
    parent_link=("cf_above",),
    points=("cf_points", "cf_other_points"),
    kr_fields=("cf_kr",),
    wants_text=True,
)
SITE = Site(source="jira", browse_url="https://acme.example", layout=LAYOUT)


def parse(fields: Any = None, site: Site = SITE, **more: Any) -> Parsed:
    raw = {"id": "10001", "key": "PAY-1", "fields": {"cf_sprint": None, **(fields or {})}, **more}
    return parse_issue(raw, site)


def read(**fields: Any) -> WorkItem:
    item = parse(fields).item
    assert item is not None
    return item


def ref(external_id: str = "", key: str = "") -> ItemRef:
    return ItemRef(source="jira", external_id=external_id, key=key)


def test_a_whole_issue_of_cloud() -> None:
    item = read(
        summary="Retry failed card payments",
        issuetype={"name": "Story", "subtask": False, "hierarchyLevel": 0},
        status={"name": "In Review", "statusCategory": {"key": "indeterminate"}},
        statuscategorychangedate="2026-11-18T10:00:00.000+0100",
        project={"key": "PAY", "name": "Payments"},
        components=[{"id": "3", "name": "Ledger"}, {"id": "4", "name": "Cards"}, {"id": "5", "name": "Ledger"}],
        labels=["kr/ret90", "backend", "kr/ret90"],
        parent={"id": "10000", "key": "PAY-100"},
        issuelinks=[
            {"type": {"outward": "blocks", "inward": "is blocked by"}, "outwardIssue": {"id": "7", "key": "PAY-7"}},
            {"type": {"outward": "blocks", "inward": "is blocked by"}, "inwardIssue": {"id": "8", "key": "OPS-8"}},
        ],
        assignee={"displayName": "Ana", "accountId": "1"},
        priority={"name": "High"},
        created="2026-11-01T09:30:00.000+0100",
        updated="2026-11-20T09:30:00.123+0000",
        cf_sprint=[{"id": 41, "state": "closed"}, {"id": 42, "state": "active"}],
        cf_points=3,
        cf_kr={"value": "ret90", "child": {"value": "sub"}},
        description={
            "type": "doc",
            "content": [{"type": "paragraph", "content": [{"type": "text", "text": "KR: ret90 https://x.example/a"}]}],
        },
    )
    assert item == WorkItem(
        ref=ref("10001", "PAY-1"),
        title="Retry failed card payments",
        kind=ItemKind.STORY,
        kind_name="Story",
        status="In Review",
        status_category=StatusCategory.IN_PROGRESS,
        category_since=datetime(2026, 11, 18, 9, tzinfo=UTC),
        container="PAY",
        components=("Ledger", "Cards"),
        assignee="Ana",
        priority="High",
        points=3.0,
        labels=("kr/ret90", "backend"),
        parents=(Parent(ref("10000", "PAY-100")),),
        relations=(Relation("blocks", ref("7", "PAY-7")), Relation("is blocked by", ref("8", "OPS-8"))),
        urls=(Url(address="https://x.example/a", place="text"),),
        marks=(("cf_kr", "ret90"), ("cf_kr", "sub")),
        mentions=("ret90",),
        sprint_ids=("41", "42"),
        address="https://acme.example/browse/PAY-1",
        created_at=datetime(2026, 11, 1, 8, 30, tzinfo=UTC),
        updated_at=datetime(2026, 11, 20, 9, 30, 0, 123_000, tzinfo=UTC),
    )


JAVA = (
    "com.atlassian.greenhopper.service.sprint.Sprint@1f2e[id={id},rapidViewId=7,state=ACTIVE,name={name},"
    "startDate=2026-11-18T09:00:00.000Z,endDate=<null>,completeDate=<null>,sequence={id},goal=<null>]"
)


def test_a_whole_issue_of_data_center() -> None:
    item = read(
        summary="Retry",
        issuetype={"name": "Defect", "subtask": False},
        status={"name": "Closed", "statusCategory": {"key": "done"}},
        resolution={"name": "Won't Do"},
        project={"key": "PAY"},
        assignee={"name": "ana", "key": "JIRAUSER10001"},
        cf_sprint=[JAVA.format(id=41, name="Old"), JAVA.format(id=42, name="Odd, [id=9]=x")],
        cf_epic="PAY-100",
        cf_other_points=0.5,
        description="h1. KR: ret90",
    )
    assert (item.kind, item.status_category, item.assignee) == (ItemKind.BUG, StatusCategory.CANCELLED, "ana")
    assert item.sprint_ids == ("41", "42")
    assert item.parents == (Parent(ref(key="PAY-100")),)
    assert item.points == 0.5


NO_ITEM: list[tuple[object, str]] = [
    (None, "jira: a record without an id was skipped"),
    ([], "jira: a record without an id was skipped"),
    ({"key": "PAY-1"}, "jira: a record without an id was skipped"),
    ({"id": " "}, "jira: a record without an id was skipped"),
    (
        {"id": "1", "key": "PAY-1"},
        (
            "jira: PAY-1: the record has no fields, so that nothing is known of it;"
            " check that the account may browse the item's project"
        ),
    ),
    (
        {"id": 1, "key": 5, "fields": []},
        (
            "jira: 1: the record has no fields, so that nothing is known of it;"
            " check that the account may browse the item's project"
        ),
    ),
]


@pytest.mark.parametrize(("raw", "words"), NO_ITEM)
def test_a_record_that_says_nothing_is_told(raw: object, words: str) -> None:
    parsed = parse_issue(raw, SITE)
    assert parsed.item is None
    assert [str(problem) for problem in parsed.problems] == [words]


def test_an_issue_with_no_fields_at_all_is_known_to_exist_and_no_more() -> None:
    item = read()
    assert item == WorkItem(ref=ref("10001", "PAY-1"), title="", address="https://acme.example/browse/PAY-1")
    assert read_document(to_document(item)) == item


ODD: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"summary": 5, "issuetype": [], "status": 7, "project": "PAY", "assignee": "ana", "priority": 1}, ()),
    ({"labels": "kr/ret90"}, ("the labels are not a list but str",)),
    ({"labels": [None, 5, "", {"a": 1}]}, ()),
    ({"components": "Ledger"}, ()),
    ({"components": [None, 5, {}, {"name": None}, {"name": ""}]}, ()),
    ({"statuscategorychangedate": "last week"}, ("the field statuscategorychangedate is not an instant",)),
    ({"issuelinks": {"a": 1}}, ()),
    ({"issuelinks": [None, 5, {}, {"type": None, "outwardIssue": None}, {"type": [], "inwardIssue": "x y"}]}, ()),
    ({"parent": 7, "epic": [], "cf_epic": {"a": 1}}, ()),
    ({"parent": {"id": None, "key": None}, "cf_above": {"data": {}}}, ()),
    ({"updated": "yesterday"}, ("the field updated is not an instant",)),
    ({"created": "2026-11-01T09:30:00"}, ("the field created is not an instant",)),
    ({"updated": 1732877091000}, ("the field updated is not an instant",)),
    ({"cf_points": "3", "cf_other_points": True}, ()),
    ({"cf_points": None, "cf_other_points": []}, ()),
    ({"description": 5}, ()),
    ({"cf_kr": [None, True, [], {"nothing": 1}]}, ()),
    ({"unknown_1": {"deep": [1, {"x": None}]}}, ()),
    ({"cf_sprint": "no sprint"}, ("the sprint field cannot be read; the sprints are taken from the listings",)),
]


@pytest.mark.parametrize(("fields", "messages"), ODD)
def test_what_nobody_foresaw_stops_nothing(fields: dict[str, Any], messages: tuple[str, ...]) -> None:
    parsed = parse(fields)
    assert parsed.item is not None
    assert tuple(problem.message for problem in parsed.problems) == messages
    assert all(problem.where == "jira: PAY-1" for problem in parsed.problems)
    assert parsed.item.points is None
    assert read_document(to_document(parsed.item)).ref == parsed.item.ref


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [*ALWAYS, "cf_sprint", "cf_epic", "cf_above", "cf_points", "cf_kr", "description", "resolution", "epic"]


@given(st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=6))
def test_no_answer_breaks_the_parser(fields: dict[str, Any]) -> None:
    parsed = parse(fields)
    assert parsed.item is not None
    assert read_document(to_document(parsed.item), updated_at=parsed.item.updated_at) == parsed.item


KINDS = [
    ({"name": "Epic"}, ItemKind.EPIC),
    ({"name": "Feature", "hierarchyLevel": 1}, ItemKind.EPIC),
    ({"name": "Initiative", "hierarchyLevel": 2}, ItemKind.OTHER),
    ({"name": "User Story"}, ItemKind.STORY),
    ({"name": " Technical task "}, ItemKind.TASK),
    ({"name": "Story", "subtask": True}, ItemKind.SUBTASK),
    ({"name": "Vorgang"}, ItemKind.OTHER),
    (None, ItemKind.OTHER),
]


@pytest.mark.parametrize(("told", "kind"), KINDS)
def test_kinds(told: object, kind: ItemKind) -> None:
    assert read(issuetype=told).kind is kind


CATEGORIES: list[tuple[object, object, StatusCategory]] = [
    ({"name": "Offen", "statusCategory": {"key": "new"}}, None, StatusCategory.TODO),
    ({"name": "X", "statusCategory": {"key": "indeterminate"}}, None, StatusCategory.IN_PROGRESS),
    ({"name": "X", "statusCategory": {"key": "done"}}, {"name": "Fixed"}, StatusCategory.DONE),
    ({"name": "X", "statusCategory": {"key": "done"}}, {"name": "Declined"}, StatusCategory.CANCELLED),
    ({"name": "X", "statusCategory": {"key": "new"}}, {"name": "Declined"}, StatusCategory.TODO),
    ({"name": "Done"}, None, StatusCategory.UNKNOWN),
    ({"name": "X", "statusCategory": {"key": "undefined"}}, None, StatusCategory.UNKNOWN),
    ({"name": "X", "statusCategory": {"key": ["new"]}}, None, StatusCategory.UNKNOWN),
    (None, None, StatusCategory.UNKNOWN),
]


@pytest.mark.parametrize(("status", "resolution", "category"), CATEGORIES)
def test_what_a_status_means_is_never_guessed(status: object, resolution: object, category: StatusCategory) -> None:
    assert read(status=status, resolution=resolution).status_category is category


PARENTS: list[tuple[dict[str, Any], ItemRef | None]] = [
    ({"parent": {"id": "1", "key": "PAY-9"}, "cf_epic": "PAY-8"}, ref("1", "PAY-9")),
    ({"epic": {"id": 5, "key": "PAY-8"}}, ref("5", "PAY-8")),
    ({"cf_epic": " PAY-8 "}, ref(key="PAY-8")),
    ({"cf_epic": None, "cf_above": "INI-1"}, ref(key="INI-1")),
    ({"cf_above": {"hasEpicLinkFieldDependency": False, "data": {"id": 3, "key": "INI-1"}}}, ref("3", "INI-1")),
    ({"cf_epic": "  "}, None),
    ({}, None),
]


@pytest.mark.parametrize(("fields", "parent"), PARENTS)
def test_the_nearest_thing_above_is_the_parent(fields: dict[str, Any], parent: ItemRef | None) -> None:
    found = read(**fields).parents
    assert found == ((Parent(parent),) if parent else ())
    assert [one.ref.key for one in found] == ([parent.key] if parent else [])


MARKS: list[tuple[object, tuple[str, ...]]] = [
    ("ret90", ("ret90",)),
    (["ret90", "act5"], ("ret90", "act5")),
    ({"value": "ret90"}, ("ret90",)),
    ({"name": "ret90"}, ("ret90",)),
    ([{"value": "a", "child": {"value": "b"}}], ("a", "b")),
    ({"type": "doc", "content": [{"type": "text", "text": "ret90"}]}, ("ret90",)),
    (90, ("90",)),
    (True, ()),
    ("  ", ()),
    (None, ()),
]


@pytest.mark.parametrize(("value", "texts"), MARKS)
def test_the_field_of_a_key_result_is_read_whatever_its_kind(value: object, texts: tuple[str, ...]) -> None:
    assert read(cf_kr=value).marks == tuple(("cf_kr", text) for text in texts)


POINTS: list[tuple[dict[str, Any], float | None]] = [
    ({"cf_points": 0}, 0.0),
    ({"cf_points": None, "cf_other_points": 5}, 5.0),
    ({"cf_points": 2, "cf_other_points": 5}, 2.0),
    ({"cf_points": None}, None),
    ({}, None),
]


@pytest.mark.parametrize(("fields", "points"), POINTS)
def test_the_first_estimate_that_is_there_counts_and_nought_is_one(
    fields: dict[str, Any], points: float | None
) -> None:
    assert read(**fields).points == points


class TestSprints:
    @pytest.mark.parametrize(
        ("value", "ids"),
        [
            ([], ()),
            (None, ()),
            ([{"id": 1}, {"id": "2"}], ("1", "2")),
            ({"id": 1}, ("1",)),
            ([5, "6"], ("5", "6")),
            ([JAVA.format(id=7, name="x")], ("7",)),
            (JAVA.format(id=7, name="x"), ("7",)),
        ],
    )
    def test_every_known_form(self, value: object, ids: tuple[str, ...]) -> None:
        parsed = parse({"cf_sprint": value})
        assert parsed.item is not None
        assert (parsed.item.sprint_ids, parsed.is_placed, parsed.problems) == (ids, True, ())

    @pytest.mark.parametrize("value", ["x[y]", [{"name": "no id"}], [True], [1.5], ["Sprint@1[name=x]"], [[]], [-4]])
    def test_every_other_form_is_told_and_leaves_the_item_unplaced(self, value: object) -> None:
        parsed = parse({"cf_sprint": value})
        assert not parsed.is_placed
        assert [str(problem) for problem in parsed.problems] == [
            (
                "jira: PAY-1: the sprint field cannot be read; the sprints are taken from the listings;"
                " report the field's value as `GET issue/<key>` shows it"
            )
        ]

    def test_one_that_can_be_read_beside_one_that_cannot_is_kept(self) -> None:
        parsed = parse({"cf_sprint": [{"id": 42}, {"name": "?"}]})
        assert parsed.item is not None
        assert (parsed.item.sprint_ids, parsed.is_placed) == (("42",), False)

    def test_a_field_that_is_not_there_says_nothing(self) -> None:
        parsed = parse_issue({"id": "1", "fields": {"summary": "x"}}, SITE)
        assert not parsed.is_placed
        assert parsed.problems == ()

    def test_the_agile_shape_is_read_where_the_site_shows_no_field(self) -> None:
        site = Site(source="jira", browse_url="", layout=FieldLayout())
        parsed = parse({"sprint": {"id": 42}, "closedSprints": [{"id": 41}, {"id": 40}]}, site)
        assert parsed.item is not None
        assert parsed.item.sprint_ids == ("42", "41", "40")
        assert parsed.is_placed


TEXTS: list[tuple[str, dict[str, str | None]]] = [
    ("a.Sprint@1[id=1,name=A]", {"id": "1", "name": "A"}),
    ("[name=A,id=1]", {"name": "A", "id": "1"}),
    ("[id=1,name=A, b,goal=c=d, [e],f]", {"id": "1", "name": "A, b", "goal": "c=d, [e],f"}),
    ("[id=1,name=state=ACTIVE,state=CLOSED]", {"id": "1", "name": "state=ACTIVE", "state": "CLOSED"}),
    ("[id=1,name=A,goal=id=7]", {"id": "1", "name": "A", "goal": "id=7"}),
    ("[id=1,name=A,goal=we want id=7,or so]", {"id": "1", "name": "A", "goal": "we want id=7,or so"}),
    ("[id=1,state=ACTIVE,name=A,goal=x,id=9,state=CLOSED]", {"id": "1", "state": "ACTIVE", "name": "A"}),
    ("[id=1,name=<null>,goal=<null>]", {"id": "1", "name": None, "goal": None}),
    ("[id=1,name=,goal=]", {"id": "1", "name": "", "goal": ""}),
    ("[id=1,newMember=x,name=A]", {"id": "1,newMember=x", "name": "A"}),
    ("[name=line\nbreak,id=1]\n", {"name": "line\nbreak", "id": "1"}),
]


@pytest.mark.parametrize(("text", "members"), TEXTS)
def test_the_text_of_a_java_object_is_read_by_its_known_names(text: str, members: dict[str, str | None]) -> None:
    if not str(members["id"]).isdigit():
        with pytest.raises(ValueError, match="has no id"):
            read_sprint_text(text)
        return
    assert members.items() <= read_sprint_text(text).items()


@pytest.mark.parametrize("text", ["", "id=1", "[id=1", "[name=A]", "[id=<null>]", "[id=x]", "]["])
def test_what_is_no_text_of_a_sprint_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="sprint"):
        read_sprint_text(text)


@given(
    name=st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=20),
    goal=st.text(max_size=20),
)
def test_the_id_of_a_sprint_survives_every_name_and_goal_after_it(name: str, goal: str) -> None:
    """Data Center puts the id first; what follows cannot change it."""
    text = f"greenhopper.service.sprint.Sprint@1f2e[id=37,rapidViewId=7,state=ACTIVE,name={name},goal={goal}]"
    assert read_sprint_text(text)["id"] == "37"


class TestRichText:
    def test_words_addresses_and_line_ends(self) -> None:
        link = {"type": "link", "attrs": {"href": "https://a.example"}}
        node = {
            "type": "doc",
            "content": [
                {"type": "paragraph", "content": [{"type": "text", "text": "one"}, {"type": "hardBreak"}]},
                {"type": "paragraph", "content": [{"type": "text", "text": "two", "marks": [link]}]},
                {"type": "blockCard", "attrs": {"url": "https://b.example"}},
                {"type": "fromTheFuture", "content": [{"type": "text", "text": "three"}]},
            ],
        }
        assert read_rich_text(node).split() == ["one", "two", "https://a.example", "https://b.example", "three"]
        assert read_rich_text(node).startswith("one\n")

    @pytest.mark.parametrize(
        "node",
        [
            None,
            5,
            [],
            {},
            {"content": "x"},
            {"content": [None, 5, "x"]},
            {"marks": 5, "attrs": 7},
            {"marks": [None, {"attrs": None}, {"attrs": {"href": 5}}], "attrs": {"url": 5}},
        ],
    )
    def test_what_is_no_document_is_no_text(self, node: object) -> None:
        assert read_rich_text(node) == ""

    def test_wiki_text_stays_as_it_is(self) -> None:
        assert read_rich_text("h1. *KR*") == "h1. *KR*"

    def test_no_depth_breaks_it(self) -> None:
        node: dict[str, Any] = {"type": "text", "text": "deep"}
        for _ in range(DEEPEST * 5):
            node = {"type": "panel", "content": [node]}
        assert read_rich_text(node) == ""


class TestFields:
    def test_fields_are_known_by_what_they_are_and_never_by_their_name(self) -> None:
        listed: list[dict[str, object]] = [
            {"id": "cf_1", "name": "Sprint", "schema": {"custom": "com.example:fake"}},
            {"id": "cf_2", "name": "Iteration", "schema": {"custom": SPRINT}},
            {"id": "cf_3", "schema": {"custom": EPIC_LINK}},
            {"id": "cf_4", "schema": {"custom": STORY_POINTS}},
            {"id": "cf_5", "schema": {"custom": PARENT_LINK}},
            {"id": "cf_2", "schema": {"custom": SPRINT}},
            {"id": 7, "schema": {"custom": SPRINT}},
            {"id": "summary", "schema": {"type": "string"}},
            {"id": "thumbnail", "schema": None},
        ]
        assert find_fields(listed) == {
            SPRINT: ["cf_2"],
            EPIC_LINK: ["cf_3"],
            STORY_POINTS: ["cf_4"],
            PARENT_LINK: ["cf_5"],
        }

    def test_only_what_is_needed_is_asked_for(self) -> None:
        assert LAYOUT.asked() == [
            *ALWAYS, "cf_sprint", "cf_epic", "cf_above", "cf_points", "cf_other_points", "cf_kr", "description",
        ]  # fmt: skip
        assert FieldLayout().asked() == [*ALWAYS, *AGILE_SHAPE]


@pytest.mark.parametrize(
    "text", ["2026-11-20T09:30:00.123+0000", "2026-11-20T10:30:00.123+01:00", "2026-11-20T09:30:00.123Z"]
)
def test_an_instant_is_read_in_every_form_of_jira(text: str) -> None:
    assert read_instant(text) == datetime(2026, 11, 20, 9, 30, 0, 123_000, tzinfo=UTC)
