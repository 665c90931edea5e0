"""What a Linear that refuses, stumbles or talks nonsense does to a reader: told in words, and nothing half read."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from align_sync.demo.fake_linear import Allowances
from align_sync.demo.faults import Action, Fault, LoginPage, Malformed, Reset, Rewrite, Slow, Status, epoch_ms
from align_sync.demo.http_messages import Request, Response, json_response
from align_sync.errors import (
    AuthError,
    FatalError,
    ForbiddenError,
    InterruptedPullError,
    RefusedError,
    RetriableError,
)
from align_sync.seams import Seams
from align_sync.trackers.linear import connection
from align_sync.work import ItemRef
from tests.trackers.linear_world import IMPATIENT, NOON, LinearWorld, change_data, linear_world, names_operation

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def world() -> Iterator[LinearWorld]:
    with linear_world() as world:
        yield world


def told(*codes: str, message: str = "Sorry", status: int = 400, **more: Any) -> Status:
    """An answer of errors with these codes; `more` stands beside them."""
    errors = [{"message": message, "extensions": {"code": code}} for code in codes]
    return Status(status, orjson.dumps({"errors": errors, **more}), JSON)


def limited(status: int, headers: dict[str, str], body: bytes | None = None) -> Status:
    error = {"message": "Rate limit exceeded", "extensions": {"code": "RATELIMITED", "type": "ratelimited"}}
    return Status(status, orjson.dumps({"errors": [error]}) if body is None else body, {**JSON, **headers})


class TestRateLimit:
    @pytest.mark.parametrize("status", [200, 400, 429])
    def test_throttled_request_is_asked_again_at_the_reset(self, world: LinearWorld, status: int) -> None:
        reset = {
            "X-RateLimit-Requests-Remaining": "0",
            "X-RateLimit-Requests-Reset": epoch_ms(NOON + timedelta(seconds=40)),
        }
        world.server.faults.add(Fault(action=limited(status, reset)))
        assert world.tracker.check().account
        assert 40 <= (world.clock.at - NOON).total_seconds() <= 42
        assert (world.tracker.traffic.throttled, world.tracker.traffic.retries) == (1, 1)

    def test_html_page_with_429_is_throttling_too(self, world: LinearWorld) -> None:
        page = b"<!DOCTYPE html><html><body>Too many</body></html>"
        fault = Fault(action=limited(429, {"Content-Type": "text/html", "Retry-After": "7"}, page))
        world.server.faults.add(fault)
        assert world.tracker.check().account
        assert 7 <= (world.clock.at - NOON).total_seconds() <= 8

    @pytest.mark.parametrize(
        ("bucket", "seconds", "waited"),
        [
            ("Requests", 3000, 90),  # refilled drop by drop, so an hour need not be waited out
            ("Complexity", 3000, 90),
            ("Requests", 0.01, 0.5),
            ("Endpoint-Requests", 20, 20),
        ],
    )
    def test_the_pause_has_a_floor_and_a_ceiling(
        self, world: LinearWorld, bucket: str, seconds: float, waited: float
    ) -> None:
        headers = {
            f"X-RateLimit-{bucket}-Remaining": "0",
            f"X-RateLimit-{bucket}-Reset": epoch_ms(NOON + timedelta(seconds=seconds)),
        }
        world.server.faults.add(Fault(action=limited(400, headers)))
        assert world.tracker.check().account
        assert waited <= (world.clock.at - NOON).total_seconds() <= waited + 1

    def test_the_spent_bucket_counts_and_not_the_one_that_is_full_sooner(self, world: LinearWorld) -> None:
        headers = {
            "X-RateLimit-Requests-Remaining": "2400",
            "X-RateLimit-Requests-Reset": epoch_ms(NOON + timedelta(seconds=5)),
            "X-RateLimit-Complexity-Remaining": "0",
            "X-RateLimit-Complexity-Reset": epoch_ms(NOON + timedelta(seconds=60)),
        }
        world.server.faults.add(Fault(action=limited(400, headers)))
        world.tracker.check()
        assert (world.clock.at - NOON).total_seconds() >= 60

    def test_limit_that_lasts_ends_in_words_and_not_in_team_not_found(self, world: LinearWorld) -> None:
        world.server.faults.add(Fault(action=limited(400, {}), times=None))
        with pytest.raises(
            RetriableError, match=r"hourly limit is used up \(400\): Rate limit exceeded; it refills"
        ) as caught:
            world.reopen(teams=("ENG",)).fetch_sprints()
        assert caught.value.throttled
        assert len(world.server.requests) == IMPATIENT.attempts

    def test_a_spent_budget_of_the_server_is_waited_out(self) -> None:
        with linear_world(Allowances(requests=60)) as world:
            cycle = next(iter(world.site.cycles.values()))
            for _ in range(80):
                list(world.tracker.list_members([cycle.id]))
            assert world.tracker.traffic.throttled > 0
            assert world.clock.at - NOON < timedelta(minutes=40)


class TestComplexity:
    def test_too_complex_a_page_is_halved_and_learned(self, world: LinearWorld) -> None:
        issues = [world.site.add_issue(f"ENG-{n}") for n in range(1, 101)]

        def is_large(request: Any) -> bool:
            return bool(names_operation("Issues")(request)) and orjson.loads(request.body)["variables"]["first"] in {
                50,
                100,
            }

        fault = Fault(when=is_large, times=None, action=told("INPUT_ERROR", message="Query too complex"))
        world.server.faults.add(fault)
        assert len(world.fetch(*(issue.id for issue in issues)).items) == 100
        assert [sent["first"] for sent in world.asked("Issues")] == [100, 50, 25, 25, 25, 25]
        world.fetch(issues[0].id)
        assert world.asked("Issues")[-1]["first"] == 25
        assert world.clock.slept == []  # nothing to wait for

    def test_too_complex_for_one_record_is_fatal(self, world: LinearWorld) -> None:
        world.server.faults.add(Fault(times=None, action=told("INPUT_ERROR", message="the complexity is 10,001")))
        with pytest.raises(FatalError, match="even for a single record"):
            world.fetch("x")
        assert [sent["first"] for sent in world.asked("Issues")] == [100, 50, 25, 12, 6, 3, 1]


class TestRefusals:
    def test_wrong_token_is_told_with_the_way_on(self, world: LinearWorld) -> None:
        with pytest.raises(AuthError) as caught:
            world.reopen(token="lin_api_wrong").check()
        text = str(caught.value)
        assert text.startswith("linear: /graphql: Linear refuses the credentials (401): Authentication required")
        assert "ALIGN_SYNC_LINEAR__TOKEN" in text
        assert "lin_api_wrong" not in text

    def test_personal_key_as_bearer_is_told_in_linears_words(self, world: LinearWorld) -> None:
        with pytest.raises(AuthError, match=r"\(400\): A personal key was sent with the word Bearer.*linear.oauth"):
            world.reopen(oauth=True).check()

    @pytest.mark.parametrize("token", ["Bearer lin_api_x", "lin_api_\u201dx", "lin\x07api", "  "])
    def test_token_that_can_be_none_is_refused_before_it_is_sent(self, world: LinearWorld, token: str) -> None:
        with pytest.raises(AuthError, match="ALIGN_SYNC_LINEAR__TOKEN") as caught:
            world.reopen(token=token)
        assert token not in str(caught.value)
        assert len(world.server.requests) == 0

    @pytest.mark.parametrize(
        ("action", "kind", "words"),
        [
            (Status(401, b"", {}), AuthError, "the credentials are refused"),
            (told("OTHER", status=401), AuthError, "Linear refuses the credentials"),
            (told("AUTHENTICATION_ERROR", status=200), AuthError, "Linear refuses the credentials"),
            (told("FORBIDDEN", status=403), ForbiddenError, "forbids this to the owner of the token"),
            (told("FORBIDDEN", status=200, data={"viewer": None}), ForbiddenError, "forbids"),
            (
                told("GRAPHQL_VALIDATION_FAILED", message="Unknown field"),
                FatalError,
                "Unknown field; update align-sync",
            ),
            (told("FEATURE_NOT_ACCESSIBLE", status=200), FatalError, "lacks a feature"),
            (LoginPage(), AuthError, "a web page came back"),
            (Status(200, b"[]", JSON), FatalError, "holds no data"),
            (Status(200, b'{"data": null}', JSON), FatalError, "holds no data"),
            (Status(404, b"", {}), RefusedError, "refused the request"),
            (Status(200, b'{"errors": "x", "data": {}}', JSON), RefusedError, "Linear refused the request"),
            (Status(200, b'{"errors": ["x"], "data": {}}', JSON), RefusedError, "Linear refused the request"),
            (Status(302, b"", {"Location": "https://login.example"}), FatalError, "login.example"),
        ],
    )
    def test_refusals_are_sorted_by_what_to_do(
        self, world: LinearWorld, action: Action, kind: type[Exception], words: str
    ) -> None:
        world.server.faults.add(Fault(action=action, times=None))
        with pytest.raises(kind, match=words):
            world.tracker.check()
        assert len(world.server.requests) == 1

    @pytest.mark.parametrize(
        "type_words", ["feature not accessible", "authentication error", "forbidden", "graphql error"]
    )
    def test_linears_words_do_where_the_code_is_missing(self, world: LinearWorld, type_words: str) -> None:
        body = orjson.dumps({"errors": [{"message": "No", "extensions": {"type": type_words}}]})
        world.server.faults.add(Fault(action=Status(400, body, JSON), times=None))
        with pytest.raises(FatalError):
            world.tracker.check()

    def test_partial_data_is_never_used(self, world: LinearWorld) -> None:
        issue = world.site.add_issue("ENG-1")

        def spoil(answer: Any) -> None:
            answer["errors"] = [{"message": "Could not read all", "extensions": {"code": "SOME_ERROR"}}]

        world.server.faults.add(Fault(when=names_operation("Issues"), action=Rewrite(change_data(spoil)), times=None))
        with pytest.raises(RefusedError, match="Could not read all"):
            world.fetch(issue.id)

    def test_an_empty_list_of_errors_is_none(self, world: LinearWorld) -> None:
        def add_nothing(answer: Any) -> None:
            answer["errors"] = []

        world.server.faults.add(Fault(action=Rewrite(change_data(add_nothing))))
        assert world.tracker.check().account

    def test_presentable_message_is_told_beside_the_technical_one(self, world: LinearWorld) -> None:
        error = {"message": "Bad.", "extensions": {"code": "X", "userPresentableMessage": "Ask your admin."}}
        world.server.faults.add(Fault(action=Status(400, orjson.dumps({"errors": [error]}), JSON)))
        with pytest.raises(RefusedError, match=r"\(400\): Bad: Ask your admin"):
            world.tracker.check()

    def test_endless_words_are_cut(self, world: LinearWorld) -> None:
        world.server.faults.add(Fault(action=told("X", message="y" * 5000)))
        with pytest.raises(RefusedError) as caught:
            world.tracker.check()
        assert len(str(caught.value)) < 400


class TestStumbling:
    @pytest.mark.parametrize(
        "action",
        [
            Slow(timedelta(seconds=0.4)),
            Malformed(),
            Status(200, b'{"errors": [{', JSON),
            Reset(),
            Status(502, b"bad gateway", {}),
            told("INTERNAL_SERVER_ERROR", status=200, data={"viewer": None}),
            told("LOCK_TIMEOUT"),
            told("WHATEVER", status=503),
        ],
    )
    def test_passing_failure_is_asked_again(self, world: LinearWorld, action: Action) -> None:
        world.server.faults.add(Fault(action=action))
        assert world.tracker.check().account
        assert world.tracker.traffic.retries == 1

    def test_lasting_time_out_is_told(self, world: LinearWorld) -> None:
        world.server.faults.add(Fault(action=Slow(timedelta(seconds=0.4)), times=None))
        with pytest.raises(RetriableError, match=r"no answer in time \(ReadTimeout\)"):
            world.reopen(patience=replace(IMPATIENT, attempts=2)).check()

    def test_interrupted_reading_stops(self, world: LinearWorld) -> None:
        seams = Seams(now=world.clock, sleep=world.clock.sleep, uniform=lambda low, _high: low, stopping=lambda: True)
        world.reopen(seams=seams)
        with pytest.raises(InterruptedPullError):
            world.fetch("x")

    def test_one_failing_chunk_ends_the_fetching(self, world: LinearWorld) -> None:
        issues = [world.site.add_issue(f"ENG-{n}") for n in range(1, 900)]
        world.server.faults.add(Fault(nth=3, action=told("FORBIDDEN", status=403)))
        with pytest.raises(ForbiddenError):
            world.fetch(*(issue.id for issue in issues))


class TestEndlessLists:
    @pytest.mark.parametrize(
        ("page", "words"),
        [
            (
                {"nodes": [{"id": "x"}], "pageInfo": {"hasNextPage": True, "endCursor": "c"}},
                "the same cursor came twice",
            ),
            (
                {"nodes": [{"id": "x"}], "pageInfo": {"hasNextPage": True, "endCursor": None}},
                "a next page has no cursor",
            ),
            ({"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": None}}, "a next page has no cursor"),
            ({"nodes": "x", "pageInfo": {"hasNextPage": False}}, "the field nodes holds str"),
            ({"nodes": [{"id": None}], "pageInfo": {"hasNextPage": False}}, "the field id holds"),
            ({"nodes": [None], "pageInfo": {"hasNextPage": False}}, "a record is missing"),
        ],
    )
    def test_list_that_makes_no_sense_is_fatal(self, world: LinearWorld, page: dict[str, Any], words: str) -> None:
        body = orjson.dumps({"data": {"issues": page}})
        world.server.faults.add(Fault(action=Status(200, body, JSON), times=None))
        with pytest.raises(FatalError, match=words):
            list(world.tracker.list_members(["c"]))

    def _serve(self, world: LinearWorld, nodes: Callable[[int], list[dict[str, str]]]) -> None:
        count = iter(range(10_000))

        def ever_on(_request: Request, _good: Response) -> Response:
            number = next(count)
            page_info = {"hasNextPage": True, "endCursor": f"c{number}"}
            return json_response({"data": {"issues": {"nodes": nodes(number), "pageInfo": page_info}}})

        world.server.faults.add(Fault(action=Rewrite(ever_on), times=None))

    def test_a_few_empty_pages_in_a_row_are_the_most(self, world: LinearWorld) -> None:
        self._serve(world, lambda number: [{"id": f"i{number}"}] if number == 1 else [])
        with pytest.raises(FatalError, match="3 pages in a row were empty"):
            list(world.tracker.list_members(["c"]))
        assert len(world.server.requests) == 5

    def test_ever_new_cursors_come_to_an_end(self, world: LinearWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection, "MOST_PAGES", 7)
        self._serve(world, lambda number: [{"id": f"i{number}"}])
        with pytest.raises(FatalError, match="more than 7 pages"):
            list(world.tracker.list_members(["c"]))


class TestBrokenRecords:
    def _break(self, world: LinearWorld, change: Callable[[list[Any]], None]) -> None:
        def spoil(answer: Any) -> None:
            change(answer["data"]["issues"]["nodes"])

        world.server.faults.add(Fault(when=names_operation("Issues"), action=Rewrite(change_data(spoil))))

    def test_one_broken_record_hides_no_other_and_is_not_missing(self, world: LinearWorld) -> None:
        issues = {f"ENG-{n}": world.site.add_issue(f"ENG-{n}") for n in range(1, 6)}

        def spoil(nodes: list[Any]) -> None:
            next(node for node in nodes if node["identifier"] == "ENG-3")["state"] = None

        self._break(world, spoil)
        page = world.fetch(*(issue.id for issue in issues.values()), "gone")
        assert {item.key for item in page.items} == {"ENG-1", "ENG-2", "ENG-4", "ENG-5"}
        assert (page.unread, page.missing) == ((issues["ENG-3"].id,), ("gone",))
        assert str(page.problems[0]) == "linear: ENG-3: the field state holds NoneType where a record was expected"

    def test_broken_record_asked_for_by_its_key_is_unread_by_its_key(self, world: LinearWorld) -> None:
        world.site.add_issue("ENG-3")

        def spoil(nodes: list[Any]) -> None:
            nodes[0]["labels"] = None

        self._break(world, spoil)
        (page,) = world.tracker.fetch_items([ItemRef(source="linear", external_id="", key="ENG-3")])
        assert (page.unread, page.missing) == (("ENG-3",), ())

    def test_record_without_a_name_lets_none_of_its_chunk_pass_for_deleted(self, world: LinearWorld) -> None:
        one, two = world.site.add_issue("ENG-1"), world.site.add_issue("ENG-2")

        def spoil(nodes: list[Any]) -> None:
            nodes[[node["identifier"] for node in nodes].index("ENG-2")] = None

        self._break(world, spoil)
        page = world.fetch(one.id, two.id)
        assert [item.key for item in page.items] == ["ENG-1"]
        assert (page.unread, page.missing) == ((two.id,), ())

    def test_odd_status_is_told_and_the_item_kept(self, world: LinearWorld) -> None:
        issue = world.site.add_issue("ENG-1")

        def spoil(nodes: list[Any]) -> None:
            nodes[0]["state"]["type"] = "paused"

        self._break(world, spoil)
        page = world.fetch(issue.id)
        assert (len(page.items), len(page.problems)) == (1, 1)
