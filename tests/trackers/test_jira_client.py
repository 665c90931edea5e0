"""What the Jira tracker asks and how it reads the answers, on both flavours, over real HTTP."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from align_sync.demo.fake_jira import BoardType, FieldDefinition, Flavour, PageLimits, Visitor
from align_sync.demo.faults import Rewrite, Status
from align_sync.demo.http_server import RecordedRequest
from align_sync.errors import FatalError, ForbiddenError, RefusedError, RetriableError
from align_sync.settings import JiraSettings
from align_sync.trackers.base import Page
from align_sync.trackers.jira.client import JiraTracker, open_jira
from align_sync.trackers.jira.discovery import SiteFacts, read_facts
from align_sync.trackers.jira.jql import in_ids, in_keys, in_sprints, quote, to_milliseconds, updated_since
from align_sync.work import ItemRef, SprintState, Url
from tests.flows.jira_world import (
    IMPATIENT,
    LONG_AGO,
    NOON,
    Clock,
    JiraWorld,
    change_answer,
    jira_world,
    make_site,
)

DESCRIPTION = Path(__file__).parents[2].parent / "shared" / "specs" / "jira-cloud-platform-v3.openapi.json"


@pytest.fixture(params=list(Flavour), ids=str)
def world(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[JiraWorld]:
    with jira_world(sqlite_url, request.param) as world:
        yield world


@pytest.fixture
def tracker(world: JiraWorld) -> Iterator[JiraTracker]:
    opened = open_tracker(world)
    yield opened
    opened.close()


def open_tracker(world: JiraWorld, *, facts: Any = None, wants_text: bool = False, **changes: Any) -> JiraTracker:
    return open_jira(
        JiraSettings.model_validate({**world.credentials(), **changes}),
        source="jira",
        board_teams={},
        wants_text=wants_text,
        seams=world.seams(),
        facts=facts or {},
        patience=IMPATIENT,
    )


def refs(*names: str) -> list[ItemRef]:
    return [ItemRef(source="jira", external_id=name if name.isdigit() else "", key=name) for name in names]


def fetch(tracker: JiraTracker, names: Sequence[str]) -> Page:
    """All pages as one."""
    pages = list(tracker.fetch_items(refs(*names)))
    return Page(
        items=tuple(item for page in pages for item in page.items),
        problems=tuple(problem for page in pages for problem in page.problems),
        missing=tuple(sorted(name for page in pages for name in page.missing)),
    )


class TestQueries:
    @pytest.mark.parametrize(
        ("text", "quoted"),
        [
            ("PAY-1", '"PAY-1"'),
            ("AND", '"AND"'),
            ('a" OR key = "B-1', r'"a\" OR key = \"B-1"'),
            ("a\\", r'"a\\"'),
            ('\\"', r'"\\\""'),
            ("", '""'),
        ],
    )
    def test_a_value_stays_a_value(self, text: str, quoted: str) -> None:
        assert quote(text) == quoted

    @given(st.text(max_size=20))
    def test_no_text_ends_its_quotes(self, text: str) -> None:
        inner = quote(text)[1:-1]
        assert '"' not in inner.replace("\\\\", "").replace('\\"', "")

    @pytest.mark.parametrize("wrong", ["1) OR (1=1", "PAY-1", "", "1.5"])
    def test_identifiers_are_numbers_or_nothing(self, wrong: str) -> None:
        for make in (in_sprints, in_ids):
            with pytest.raises(ValueError, match="invalid literal"):
                make(["42", wrong])

    def test_the_queries_themselves(self) -> None:
        assert in_sprints(["42", "43"]) == "sprint in (42, 43) ORDER BY id ASC"
        assert in_ids(["7"]) == "id in (7) ORDER BY id ASC"
        assert in_keys(["TO-1", 'A"-2']) == r'key in ("TO-1", "A\"-2") ORDER BY id ASC'
        assert updated_since(datetime(2026, 11, 23, 12, tzinfo=UTC)) == "updated >= 1795435200000 ORDER BY id ASC"

    def test_an_instant_is_rounded_down(self) -> None:
        assert to_milliseconds(NOON + timedelta(microseconds=1_999)) == to_milliseconds(NOON) + 1
        assert to_milliseconds(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1


class TestListing:
    def test_members_and_changes_come_as_identifiers_page_by_page(self, sqlite_url: str) -> None:
        for flavour in Flavour:
            clock = Clock()
            site = make_site(flavour, clock, limits=PageLimits(identifiers_only=2, datacenter=2))
            with jira_world(sqlite_url, site=site, clock=clock) as world:
                tracker = open_tracker(world)
                pages = list(tracker.list_members(["42", "43"]))
                assert [len(page) for page in pages] == [2, 2]
                assert set(itertools.chain(*pages)) == {world.id_of(f"PAY-{number}") for number in (2, 3, 4, 5)}
                assert [len(page) for page in tracker.list_changed(LONG_AGO)] == [2, 2, 1]
                assert list(tracker.list_changed(NOON)) == [()]
                tracker.close()

    def test_no_sprints_are_no_question(self, world: JiraWorld, tracker: JiraTracker) -> None:
        assert list(tracker.list_members([])) == []
        assert world.server.requests.total == 0

    def test_one_sprint_that_the_search_refuses_is_listed_by_itself(
        self, world: JiraWorld, tracker: JiraTracker
    ) -> None:
        world.fail(Status(400), r"/search(/jql)?$")
        assert {name for page in tracker.list_members(["42"]) for name in page} == {
            world.id_of(f"PAY-{number}") for number in (2, 3, 4)
        }

    def test_several_that_the_search_refuses_are_told(self, world: JiraWorld, tracker: JiraTracker) -> None:
        world.fail(Status(400, b'{"errorMessages":["no such sprint"]}'), r"/search(/jql)?$")
        with pytest.raises(RefusedError, match="no such sprint"):
            list(tracker.list_members(["42", "43"]))

    @pytest.mark.parametrize("total", [None, "3", 0])
    def test_a_total_of_no_sense_ends_no_listing_early(self, sqlite_url: str, total: Any) -> None:
        clock = Clock()
        site = make_site(Flavour.DATACENTER, clock, limits=PageLimits(datacenter=2))
        with jira_world(sqlite_url, site=site, clock=clock) as world:
            tracker = open_tracker(world)
            if total == 0:
                assert sum(map(len, tracker.list_members(["42", "43"]))) == 4
            world.fail(Rewrite(change_answer(lambda told: told.update(total=total))), "/search$", times=None)
            listed = [name for page in tracker.list_members(["42", "43"]) for name in page]
            assert len(listed) == (2 if total == 0 else 4), "a number is believed"
            tracker.close()


class TestFetching:
    def test_what_is_asked_for_and_not_answered_is_missing(self, world: JiraWorld, tracker: JiraTracker) -> None:
        world.site.forbid("PAY-3")
        names = [world.id_of("PAY-2"), world.id_of("PAY-3"), "99999", "PAY-4", "NOPE-1"]
        page = fetch(tracker, names)
        assert sorted(item.key for item in page.items) == ["PAY-2", "PAY-4"]
        assert page.missing == tuple(sorted(["99999", "NOPE-1", world.id_of("PAY-3")]))

    def test_more_than_a_request_takes(self, world: JiraWorld, tracker: JiraTracker) -> None:
        for number in range(10, 260):
            world.site.add_issue(f"PAY-{number}", created_at=LONG_AGO)
        names = [world.id_of(f"PAY-{number}") for number in range(10, 260)]
        assert len(fetch(tracker, names).items) == 250
        sizes = [len(body["issueIdsOrKeys"]) for body in world.asked("/bulkfetch")]
        assert sorted(sizes) == ([50, 100, 100] if world.site.is_cloud else [])

    def test_a_server_with_smaller_pages_than_asked_for_gives_all(self, sqlite_url: str) -> None:
        clock = Clock()
        site = make_site(Flavour.DATACENTER, clock, limits=PageLimits(datacenter=2))
        with jira_world(sqlite_url, site=site, clock=clock) as world:
            tracker = open_tracker(world)
            page = fetch(tracker, [world.id_of(f"PAY-{number}") for number in range(1, 6)])
            assert (len(page.items), page.missing) == (5, ())
            tracker.close()

    def test_one_that_was_deleted_does_not_spoil_the_others_on_a_strict_server(self, sqlite_url: str) -> None:
        """A server that refuses the whole query for one unknown identifier, whatever it is asked for."""
        with jira_world(sqlite_url, Flavour.DATACENTER) as world:
            tracker = open_tracker(world)
            names = [world.id_of(f"PAY-{number}") for number in range(1, 6)]
            world.site.delete_issue("PAY-3")
            world.fail(Status(400), "/search$", when=lambda request: names[2].encode() in request.body, times=None)
            page = fetch(tracker, names)
            assert (len(page.items), page.missing) == (4, (names[2],))
            tracker.close()

    def test_texts_are_asked_for_only_where_they_are_wanted(self, world: JiraWorld) -> None:
        world.site.edit_issue("PAY-2", description="KR: ret90\n\nsee https://goals.example/ret90")
        for wants_text, mentions in ((False, ()), (True, ("ret90",))):
            tracker = open_tracker(world, wants_text=wants_text)
            (item,) = fetch(tracker, [world.id_of("PAY-2")]).items
            assert item.mentions == mentions
            assert bool(item.urls) is wants_text
            tracker.close()

    def test_remote_links_come_one_by_one_where_they_are_wanted(self, world: JiraWorld) -> None:
        world.site.add_remote_link("PAY-2", "https://goals.example/ret90", "Goal")
        tracker = open_tracker(world, remote_links=True)
        items = {item.key: item for item in fetch(tracker, [world.id_of("PAY-2"), world.id_of("PAY-3")]).items}
        assert items["PAY-2"].urls == (Url(address="https://goals.example/ret90", title="Goal", place="remote link"),)
        assert items["PAY-3"].urls == ()
        world.fail(Status(404, b'{"errorMessages":["gone"]}'), "/remotelink$", times=None)
        page = fetch(tracker, [world.id_of("PAY-2")])
        assert ["gone" in str(problem) for problem in page.problems] == [True]
        assert page.items[0].urls == ()
        tracker.close()

    def test_estimates_come_from_the_field_of_the_board(self, world: JiraWorld) -> None:
        world.pull_well()
        assert [world.item(f"PAY-{number}").points for number in (2, 3)] == [2.0, 3.0]
        assert any(entry.path.endswith("/board/7/configuration") for entry in world.server.requests)

    def test_a_field_of_the_settings_is_read(self, world: JiraWorld) -> None:
        kind = "com.atlassian.jira.plugin.system.customfieldtypes:select"
        world.site.directory.fields["customfield_20001"] = FieldDefinition(
            id="customfield_20001", name="Key result", value_type="option", custom_type=kind
        )
        world.site.edit_issue("PAY-2", fields={"customfield_20001": {"value": "ret90"}})
        world.reopen(jira={"kr_fields": ["customfield_20001"]})
        world.pull_well()
        assert world.item("PAY-2").marks == (("customfield_20001", "ret90"),)


class TestSprints:
    def test_only_open_ones_are_listed_in_the_order_of_their_numbers(self, tracker: JiraTracker) -> None:
        listing = tracker.fetch_sprints()
        assert [(one.ref.external_id, one.state, one.team, one.board) for one in listing.sprints] == [
            ("42", SprintState.ACTIVE, "Payments", "7"),
            ("43", SprintState.FUTURE, "Payments", "7"),
        ]
        assert (listing.complete, listing.problems, listing.server_at) == (True, (), NOON)
        assert listing.sprints[0].starts_at == NOON - timedelta(days=5)

    def test_one_that_is_closed_is_told_and_one_that_is_gone_is_none(self, tracker: JiraTracker) -> None:
        closed = tracker.fetch_sprint("41")
        assert closed is not None
        assert (closed.state, closed.completed_at) == (SprintState.CLOSED, LONG_AGO)
        assert tracker.fetch_sprint("999") is None

    def test_many_boards_are_read_at_once_and_in_pages(self, sqlite_url: str) -> None:
        clock = Clock()
        site = make_site(clock=clock, limits=PageLimits(boards=3))
        for number in range(100, 120):
            site.add_board(number, f"Board {number}", BoardType.SIMPLE, "PAY")
            site.add_sprint(number, f"Sprint {number}", "active", number, start=NOON)
        with jira_world(sqlite_url, site=site, clock=clock) as world:
            tracker = open_tracker(world)
            assert len(tracker.fetch_sprints().sprints) == 22
            tracker.close()

    def test_a_sprint_without_a_board_of_origin_belongs_to_the_board_that_shows_it(self, world: JiraWorld) -> None:
        def forget(told: Any) -> None:
            for sprint in told["values"]:
                del sprint["originBoardId"]

        world.fail(Rewrite(change_answer(forget)), "/sprint$", times=None)
        tracker = open_tracker(world)
        assert {one.board for one in tracker.fetch_sprints().sprints} == {"7"}
        tracker.close()

    def test_a_sprint_that_may_not_be_seen_stops_the_source(self, world: JiraWorld, tracker: JiraTracker) -> None:
        world.fail(Status(403), "/sprint/41$")
        with pytest.raises(ForbiddenError):
            tracker.fetch_sprint("41")


class TestFacts:
    def test_what_was_found_out_is_believed_by_the_next_run(self, world: JiraWorld, tracker: JiraTracker) -> None:
        tracker.fetch_sprints()
        facts = orjson.loads(orjson.dumps(tracker.facts()))
        world.server.requests.clear()
        again = open_tracker(world, facts=facts)
        again.fetch_sprints()
        assert [entry.path.rpartition("/")[2] for entry in world.server.requests] == ["sprint"]
        assert again.facts() == facts
        again.close()

    @pytest.mark.parametrize("facts", [{}, {"version": 0, "flavour": "cloud"}, {"flavour": "cloud"}])
    def test_facts_of_another_version_are_not(self, facts: dict[str, object]) -> None:
        assert read_facts(facts) is None

    def test_facts_come_back_as_they_went(self) -> None:
        facts = SiteFacts(flavour="cloud", sprintless=[3], points_of={"7": ""}, boards=[{"board_id": 7}])
        assert read_facts(facts.to_facts()) == facts

    @pytest.mark.parametrize("flavour", list(Flavour))
    def test_the_flavour_may_be_set(self, sqlite_url: str, flavour: Flavour) -> None:
        with jira_world(sqlite_url, flavour) as world:
            tracker = open_tracker(world, flavour=flavour.value)
            identity = tracker.check()
            assert (identity.account, identity.server) == ("Demo Account", flavour.value)
            assert [entry.path.rpartition("/")[2] for entry in world.server.requests] == ["myself"]
            tracker.close()

    @pytest.mark.parametrize("body", [b"[]", b'{"deploymentType":"Server"}', b'{"deploymentType":7}', b"{}"])
    def test_only_cloud_is_cloud(self, sqlite_url: str, body: bytes) -> None:
        with jira_world(sqlite_url, Flavour.DATACENTER) as world:
            world.fail(Status(200, body, {"Content-Type": "application/json"}), "/api/2/serverInfo$")
            tracker = open_tracker(world)
            if body == b"[]":
                with pytest.raises(FatalError, match="does not say what it is"):
                    tracker.check()
            else:
                assert tracker.check().server == "datacenter"
            tracker.close()

    def test_fields_are_found_on_a_site_that_numbers_them_otherwise(self, world: JiraWorld) -> None:
        world.pull_well()
        ((_, sprint_field),) = {
            (entry.path, "customfield_10020") for entry in world.server.requests if b"customfield_10020" in entry.body
        } or {("", "")}
        assert sprint_field == "customfield_10020"


class TestLoadOnTheServer:
    def test_a_rate_limit_is_kept_and_nothing_is_lost(self, world: JiraWorld) -> None:
        limited = Status(429, b"", {"Retry-After": "2"})
        world.fail(limited, r"/(bulkfetch|search)$", times=2)
        for number in range(10, 500):
            world.site.add_issue(f"PAY-{number}", sprint_ids=[42], created_at=LONG_AGO)
        assert world.pull_well().new == 495
        assert sum(world.clock.slept) >= 2

    def test_the_package_is_limited_as_our_own_requests_are(self, world: JiraWorld) -> None:
        world.fail(Status(503, b"", {"Retry-After": "3"}), "/board$")
        assert world.pull_well().new == 5
        assert world.clock.slept == [3.0]

    def test_the_package_takes_no_answer_that_would_fill_the_memory(
        self, world: JiraWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("align_sync.trackers.http.LARGEST_ANSWER_BYTES", 100)
        failure = world.pull().failure
        assert isinstance(failure, FatalError)
        assert "the answer is larger than" in str(failure)

    def test_the_package_reads_text_that_was_cut_in_half(self, world: JiraWorld) -> None:
        def cut(_request: Any, answer: Any) -> Any:
            return type(answer)(200, answer.body.replace(b"Sprint 42", rb"Sprint \ud83d"), answer.headers)

        world.fail(Rewrite(cut), "/sprint$")
        tracker = open_tracker(world)
        assert {one.name for one in tracker.fetch_sprints().sprints} == {"Sprint ?", "Sprint 43"}
        tracker.close()

    def test_a_broken_compression_is_a_failed_connection(self, world: JiraWorld) -> None:
        broken = Status(200, b"no gzip", {"Content-Type": "application/json", "Content-Encoding": "gzip"})
        world.fail(broken, "/board$", times=None)
        tracker = open_tracker(world)
        with pytest.raises(RetriableError, match="the connection failed"):
            tracker.fetch_sprints()
        tracker.close()


class Asked:
    """A recorded request as openapi-core wants to see it; our credentials stand for the described ones."""

    host_url = "https://your-domain.atlassian.net"
    content_type = "application/json"

    def __init__(self, entry: RecordedRequest) -> None:
        self.method = entry.method.lower()
        self.path = entry.path
        self.body = entry.body or None
        pairs = [(name, value) for name, values in entry.query.items() for value in values]
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(pairs), header=Headers([("Authorization", entry.headers["authorization"])])
        )


@pytest.fixture(scope="session")
def description() -> OpenAPI:
    if not DESCRIPTION.is_file():
        pytest.skip("the official description is not at hand")
    unchecked: dict[str, Any] = {"spec_validator_cls": None}  # one default in the description is invalid
    return OpenAPI.from_dict(orjson.loads(DESCRIPTION.read_bytes()), config=Config(**unchecked))


def test_every_request_to_the_platform_fits_the_official_description(sqlite_url: str, description: OpenAPI) -> None:
    """A full pull, and one that looks for what vanished; the Agile API has a description of its own."""
    clock = Clock()
    site = make_site(clock=clock, limits=PageLimits(identifiers_only=2))
    site.add_remote_link("PAY-2", "https://goals.example/ret90", "Goal")
    with jira_world(sqlite_url, site=site, clock=clock) as world:
        world.reopen(jira={"remote_links": True, "kr_fields": ["customfield_20001"]}, match=[{"kind": "text"}])
        entries: list[RecordedRequest] = []
        world.pull_well()
        entries += world.server.requests
        clock.tick()
        site.edit_issue("PAY-2", summary="Other")
        site.delete_issue("PAY-3")
        world.pull_well()
        entries += world.server.requests
    checked = {}
    for entry in entries:
        if entry.path.startswith("/rest/api/3/"):
            description.validate_request(Asked(entry))
            checked[entry.path.replace(world.id_of("PAY-2"), "N")] = True
    assert {f"/rest/api/3/{name}" for name in ("search/jql", "issue/bulkfetch", "field", "myself")} < set(checked)


def test_a_visitor_sees_what_the_tracker_sees(world: JiraWorld, tracker: JiraTracker) -> None:
    """The issue as the site shows it, and the item that we make of it."""
    version = 3 if world.site.is_cloud else 2
    shown = orjson.loads(Visitor(world.site).get(f"/rest/api/{version}/issue/PAY-2").body)
    (item,) = fetch(tracker, [shown["id"]]).items
    assert (item.key, item.title, item.status) == (
        shown["key"],
        shown["fields"]["summary"],
        shown["fields"]["status"]["name"],
    )
