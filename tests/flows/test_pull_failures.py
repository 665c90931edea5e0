"""What goes wrong in a pull: said in words that mend it, kept apart from other sources, and gone on with next time."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from align_sync.demo.fake_jira import Flavour, PageLimits
from align_sync.demo.fake_linear import PERSONAL_KEY, FakeLinear, LinearSite
from align_sync.demo.faults import (
    Action,
    Drip,
    Empty,
    Fault,
    LoginPage,
    Malformed,
    Reset,
    Rewrite,
    Slow,
    Status,
    Truncate,
)
from align_sync.demo.http_server import FakeServer
from align_sync.errors import (
    AuthError,
    FatalError,
    RefusedError,
    RetriableError,
    UserError,
)
from align_sync.jobs import sync
from tests.flows.jira_world import (
    IMPATIENT,
    NOON,
    Clock,
    JiraWorld,
    change_answer,
    jira_world,
    make_site,
)

NO_FIELDS = (
    "the record has no fields, so that nothing is known of it; check that the account may browse the item's project"
)


@pytest.fixture
def world(sqlite_url: str) -> Iterator[JiraWorld]:
    """Pulled once, a quarter of an hour ago."""
    with jira_world(sqlite_url) as world:
        world.pull_well()
        world.clock.tick()
        yield world


ENDINGS = {
    "serverInfo": "/serverInfo$",
    "myself": "/myself$",
    "boards": "/board$",
    "fields": "/field$",
    "sprints": "/board/7/sprint$",
    "estimation": "/configuration$",
    "listing": "/search/jql$",
    "items": "/bulkfetch$",
}
PASSING: list[tuple[Action, str]] = [
    (Status(500), "the server failed (500)"),
    (Status(429, b"", {"Retry-After": "1"}), "too many requests (429)"),
    (Malformed(), "the answer is not JSON"),
    (Empty(), "the answer is not JSON"),
    (Truncate(missing=3), "the connection failed"),
    (Reset(), "the connection failed"),
]


@pytest.mark.parametrize(("action", "words"), PASSING, ids=[type(action).__name__ + words for action, words in PASSING])
@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_every_request_survives_a_passing_failure_and_tells_a_lasting_one(
    sqlite_url: str, ending: str, action: Action, words: str
) -> None:
    with jira_world(sqlite_url) as world:
        once = world.fail(action, ending)
        assert world.pull_well().new == 5
        assert world.server.faults.hits(once) == 1
        world.server.faults.clear()
        world.fail(action, ending, times=None)
        result = world.pull(force_full=True)
        assert isinstance(result.failure, RetriableError)
        assert words in str(result.failure)
        assert str(result.failure).startswith("jira: ")
        assert world.status().failure == str(result.failure)
        world.server.faults.clear()
        assert world.pull_well().gone == 0


@pytest.mark.parametrize("ending", [ENDINGS["boards"], ENDINGS["items"]])
@pytest.mark.parametrize("action", [Slow(timedelta(seconds=0.6)), Drip(chunk=1, pause=timedelta(seconds=0.1))])
def test_a_server_that_stalls_does_not_hold_us(sqlite_url: str, ending: str, action: Action) -> None:
    with jira_world(sqlite_url) as world:
        world.reopen(patience=IMPATIENT)
        once = world.fail(action, ending)
        assert world.pull_well().new == 5
        assert world.server.faults.hits(once) == 1


LASTING: list[tuple[str, Action, type[Exception], str]] = [
    ("myself", Status(401), AuthError, "jira: /rest/api/3/myself: the credentials are refused (401); make a new API"),
    ("myself", Status(403), AuthError, "jira: /rest/api/3/myself: access is forbidden (403); make a new API token"),
    ("myself", LoginPage(), AuthError, "jira: /rest/api/3/myself: a web page came back where data was asked for"),
    ("fields", LoginPage(), AuthError, "jira: /rest/api/3/field: a web page came back where data was asked for"),
    ("boards", Status(401), AuthError, "jira: /rest/agile/1.0/board: the credentials are refused (401)"),
    (
        "boards",
        Status(403, b'{"message":"scope does not match"}'),
        AuthError,
        "jira: /rest/agile/1.0/board: access is forbidden (403): scope does not match; make a new API token",
    ),
    (
        "listing",
        Status(410, b'{"errorMessages":["The requested API has been removed."]}'),
        FatalError,
        "search/jql: the address was removed by the server (410): The requested API has been removed.; if th",
    ),
    (
        "items",
        Status(410),
        FatalError,
        "/rest/api/3/issue/bulkfetch: the address was removed by the server (410)",
    ),
    ("boards", Status(404, b"<h1>nothing</h1>"), RefusedError, "the server refused the request (404)"),
    ("serverInfo", Status(404), FatalError, "this is not the address of a Jira site: it does not say what it is"),
]


@pytest.mark.parametrize(("ending", "action", "kind", "words"), LASTING)
def test_what_a_person_must_mend_is_told_at_once_and_nothing_is_lost(
    world: JiraWorld, ending: str, action: Action, kind: type[Exception], words: str
) -> None:
    before = world.status().progress
    world.fail(action, ENDINGS[ending], times=None)
    result = world.pull(force_full=True)
    assert isinstance(result.failure, kind)
    assert words in str(result.failure)
    assert world.clock.slept == [], "nothing is repeated"
    assert world.status().progress == before
    assert world.status().failure_kind == ("auth" if kind is AuthError else "source")
    assert world.members(42) == {"PAY-2", "PAY-3", "PAY-4"}
    world.server.faults.clear()
    assert world.pull_well().gone == 0
    assert world.status().failure == ""


def rewritten(change: Callable[[Any], None]) -> Rewrite:
    return Rewrite(change_answer(change))


ODD: list[tuple[str, Action, str]] = [
    ("listing", rewritten(lambda told: told.pop("issues")), "the answer has no list of issues"),
    ("items", rewritten(lambda told: told.update(issues=None)), "the answer has no list of issues"),
    (
        "listing",
        Status(200, b"[]", {"Content-Type": "application/json"}),
        "the answer of search/jql is list, not an",
    ),
    ("myself", Status(200, b"[]", {"Content-Type": "application/json"}), "Jira does not say who we are"),
    ("boards", Status(200, b"[]", {"Content-Type": "application/json"}), "the answer has another form than expected"),
    ("fields", Status(200, b'"x"', {"Content-Type": "application/json"}), "the answer has another form than expected"),
    ("listing", rewritten(lambda told: told.update(isLast=False)), "the search says that there is more, and not where"),
    (
        "listing",
        Status(200, b'{"issues":[],"isLast":false,"nextPageToken":"x"}', {"Content-Type": "application/json"}),
        "the search gives only empty pages",
    ),
]


@pytest.mark.parametrize(("ending", "action", "words"), ODD)
def test_an_answer_of_no_sense_is_told_and_nothing_is_lost(
    world: JiraWorld, ending: str, action: Action, words: str
) -> None:
    world.fail(action, ENDINGS[ending], times=None)
    result = world.pull(force_full=True)
    assert result.failure is not None
    assert words in str(result.failure)
    assert "; " in str(result.failure), "there is a way on"
    world.server.faults.clear()
    assert world.pull_well(force_full=True).gone == 0


def test_a_page_token_that_repeats_ends_the_search(sqlite_url: str) -> None:
    clock = Clock()
    site = make_site(clock=clock, limits=PageLimits(identifiers_only=1))
    with jira_world(sqlite_url, site=site, clock=clock) as world:
        tokens: list[str] = []

        def repeat(told: Any) -> None:
            tokens.append(told.get("nextPageToken", ""))
            told["nextPageToken"] = tokens[0]
            told["isLast"] = False

        world.fail(rewritten(repeat), "/search/jql$", times=None)
        failure = world.pull().failure
    assert str(failure) == "jira: the search gives the same page token again; try again later; nothing was lost"
    assert len(tokens) == 2


def test_empty_pages_in_between_are_passed(sqlite_url: str) -> None:
    clock = Clock()
    site = make_site(clock=clock, limits=PageLimits(identifiers_only=1))
    with jira_world(sqlite_url, site=site, clock=clock) as world:
        world.fail(rewritten(lambda told: told.update(issues=[])), "/search/jql$", nth=2)
        assert world.pull_well().new == 4, "one was on the page that came empty"
        assert world.pull_well().new == 1


class TestRecords:
    def test_one_without_fields_is_told_and_the_others_are_stored(self, world: JiraWorld) -> None:
        for number in (2, 3):
            world.site.edit_issue(f"PAY-{number}", summary="Other")
        world.fail(rewritten(lambda told: told["issues"][0].pop("fields")), "/bulkfetch$")
        result = world.pull_well()
        assert [str(problem) for problem in result.problems] == [f"jira: PAY-2: {NO_FIELDS}"]
        assert world.item("PAY-3").title == "Other"
        assert world.status().problem_count == 1
        assert world.state("PAY-2") == ("present", 0), "it is known to exist"

    def test_unknown_and_missing_fields_are_no_problem(self, world: JiraWorld) -> None:
        def change(told: Any) -> None:
            for issue in told["issues"]:
                issue["fields"]["customfield_99999"] = {"deep": [1]}
                del issue["fields"]["summary"], issue["fields"]["updated"]

        world.site.edit_issue("PAY-2", labels=["x"])
        world.fail(rewritten(change), "/bulkfetch$")
        assert world.pull_well().problems == ()
        assert (world.item("PAY-2").title, world.item("PAY-2").labels) == ("", ("x",))
        assert sync(world.app).linked.judged == 5, "an item without a title is linked like any other"

    def test_records_that_are_none_are_told(self, world: JiraWorld) -> None:
        world.fail(rewritten(lambda told: told["issues"].extend([None, 5, {"key": "X-1"}])), "/bulkfetch$")
        messages = [problem.message for problem in world.pull_well(force_full=True).problems]
        assert messages == ["a record without an id was skipped"] * 3

    def test_a_nul_in_a_title_spoils_no_database(self, database_url: str) -> None:
        clock = Clock()
        site = make_site(clock=clock)
        site.edit_issue("PAY-2", summary="cut\0here", touch=False)
        site.rename_sprint(42, "Sprint\0 42")
        with jira_world(database_url, site=site, clock=clock) as world:
            world.pull_well()
            assert world.item("PAY-2").title == "cuthere"


class TestBoards:
    @pytest.mark.parametrize("flavour", list(Flavour))
    def test_an_unknown_board_of_the_settings_is_told_with_the_setting(self, sqlite_url: str, flavour: Flavour) -> None:
        with jira_world(sqlite_url, flavour) as world:
            world.reopen(jira={"boards": [7, 999]})
            result = world.pull()
            assert world.members(42) == {"PAY-2", "PAY-3", "PAY-4"}, "the other board is read"
        assert isinstance(result.failure, FatalError)
        assert str(result.failure) == (
            "jira: board 999: the server refused the request (404): The requested board cannot be viewed because it"
            " either does not exist or you do not have permission to view it.; check the board's number in the"
            " settings (jira.boards, teams.jira_board): it is in its address"
        )

    def test_an_unknown_board_of_a_team_is_told_with_its_name(self, world: JiraWorld) -> None:
        world.reopen(teams=[{"name": "Payments", "jira_board": 7}, {"name": "Growth", "jira_board": 999}])
        assert "jira: board 999 Growth: the server refused" in str(world.pull().failure)

    def test_a_board_that_may_not_be_seen_any_more_keeps_its_sprints(self, world: JiraWorld) -> None:
        world.reopen(jira={"boards": [7]})
        world.pull_well(force_full=True)
        world.fail(Status(403, b'{"errorMessages":["no"]}'), "/board/7/sprint$", times=None)
        world.clock.tick()
        result = world.pull()
        assert str(result.failure) == (
            "jira: board 7: access is forbidden (403): no; give the account the right to see the board,"
            " or leave the board out"
        )
        assert world.members(42) == {"PAY-2", "PAY-3", "PAY-4"}

    @pytest.mark.parametrize("status", [400, 422])
    def test_a_board_without_sprints_is_left_alone(self, sqlite_url: str, status: int) -> None:
        with jira_world(sqlite_url) as world:
            world.site.add_board(8, "Half made", project_key="PAY")
            fault = world.fail(Status(status), "/board/8/sprint$", times=None)
            assert world.pull_well().problems == ()
            world.clock.tick()
            world.pull_well()
            assert world.server.faults.hits(fault) == 1, "it is remembered"

    def test_a_sprint_of_no_sense_is_told(self, world: JiraWorld) -> None:
        def spoil(told: Any) -> None:
            told["values"][0]["state"] = "paused"
            told["values"][1].update(startDate="soon", name=None)

        world.fail(rewritten(spoil), "/board/7/sprint$")
        result = world.pull()
        assert "jira: board 7: a sprint without id or with an unknown state was left out" in str(result.failure)


@dataclass
class TwoSources:
    jira: JiraWorld
    linear: FakeServer


@pytest.fixture
def both(sqlite_url: str) -> Iterator[TwoSources]:
    with jira_world(sqlite_url) as world:
        site = LinearSite(world.clock)
        site.add_team("ENG", "Engineering")
        with FakeServer(FakeLinear(site)) as linear:
            world.reopen(linear={"token": PERSONAL_KEY, "url": linear.url})
            yield TwoSources(world, linear)
            world.close()


class TestSeveralSources:
    def test_each_has_its_own_outcome(self, both: TwoSources) -> None:
        result = both.jira.pull_all()
        assert [(one.source, one.is_complete) for one in result.sources] == [("jira", True), ("linear", True)]
        assert not result.is_partial

    @pytest.mark.parametrize("broken", ["jira", "linear"])
    def test_one_that_fails_stops_no_other(self, both: TwoSources, broken: str) -> None:
        server = both.jira.server if broken == "jira" else both.linear
        server.faults.add(Fault(action=Status(401), times=None))
        result = both.jira.pull_all()
        assert result.is_partial
        assert {one.source for one in result.sources if not one.is_complete} == {broken}

    def test_one_can_be_pulled_alone(self, both: TwoSources) -> None:
        assert [one.source for one in both.jira.pull_all(only=["linear"]).sources] == ["linear"]
        assert both.jira.server.requests.total == 0

    def test_an_unknown_one_is_told_with_those_that_are_known(self, both: TwoSources) -> None:
        with pytest.raises(UserError) as caught:
            both.jira.pull_all(only=["gitlab"])
        assert str(caught.value) == "--source: no source is called gitlab; configured are: jira, linear"


def test_a_whole_sync_pulls_links_and_tells_both(world: JiraWorld) -> None:
    result = sync(world.app)
    assert (result.pulled.is_partial, result.linked.judged, result.applied) == (False, 5, None)
    with closing(httpx.Client(trust_env=False)) as client:
        assert client.get(world.server.url + "/nothing").status_code in (401, 404)
    assert world.status().progress.cursor_at == world.clock.at != NOON
