"""Counts, sums and shares of what a filter of Linear finds: every page, every issue, and no number in doubt."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from align_sync.demo.fake_linear import PERSONAL_KEY, FakeLinear, LinearSite
from align_sync.demo.faults import Action, Fault, LoginPage, Rewrite, Status
from align_sync.demo.http_server import FakeServer
from tests.flows.jira_world import Clock, change_answer
from tests.readings.reading_world import NOON, ReadingWorld, Source, read, why

MANY = 450
ENG = {"team": {"key": {"eq": "ENG"}}}
BUGS = {**ENG, "title": {"startsWith": "Bug"}}


@pytest.fixture
def site() -> LinearSite:
    """450 issues, every third a bug; the first half was made before November, and ten of those were archived."""
    clock = Clock()
    site = LinearSite(clock)
    site.add_team("ENG", "Engineering")
    site.add_team("OPS", "Operations")
    for number in range(MANY):
        issue = site.add_issue(
            f"ENG-{number + 1}", f"{'Bug' if number % 3 == 0 else 'Story'} {number}", estimate=number % 5
        )
        issue.created_at = NOON - timedelta(days=40 if number < MANY // 2 else 4)
        if number < 10:
            site.archive_issue(issue)
    return site


@pytest.fixture
def linear(site: LinearSite) -> Iterator[ReadingWorld]:
    with FakeServer(FakeLinear(site)) as server:
        yield ReadingWorld(server, Source(), Clock())


def probe(world: ReadingWorld, **metric: Any) -> Any:
    settings = {"token": PERSONAL_KEY, "url": world.server.url}
    return world.probe({"kind": "linear", "filter": ENG, **metric}, linear=settings)


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ({}, 450),
        ({"filter": BUGS}, 150),
        ({"filter": {"team": {"key": {"eq": "OPS"}}}}, 0),
        ({"filter": {**ENG, "archivedAt": {"null": True}}}, 440),
        ({"measure": "sum"}, 900),
        ({"filter": BUGS, "measure": "ratio", "of_filter": ENG}, 1 / 3),
        ({"filter": BUGS, "measure": "ratio", "of_filter": ENG, "unit": "%"}, 100 / 3),
    ],
)
def test_every_page_counts(linear: ReadingWorld, metric: dict[str, Any], value: float) -> None:
    answer = read(probe(linear, **metric))
    assert answer.value == pytest.approx(value)
    assert answer.as_of_at is None
    assert len(linear.server.requests) >= (2 if value == 450 else 1)


def test_the_filter_goes_out_as_a_variable_and_the_trash_does_not_count(linear: ReadingWorld, site: LinearSite) -> None:
    site.archive_issue(site.issue("ENG-20"), trash=True)
    assert read(probe(linear)).value == 449
    body = orjson.loads(linear.server.requests[0].body)
    assert body["variables"]["filter"] == ENG
    assert "ENG" not in body["query"]


def test_a_sum_with_a_hole_is_none(linear: ReadingWorld, site: LinearSite) -> None:
    for number in (7, 400):
        site.edit_issue(site.issue(f"ENG-{number}"), estimate=None)
    reason = why(probe(linear, measure="sum"))
    assert "2 of 450 issues have no estimate: ENG-" in reason


def test_a_share_of_nothing_is_no_share(linear: ReadingWorld) -> None:
    nothing = {"team": {"key": {"eq": "OPS"}}}
    assert "the share has no value" in why(probe(linear, measure="ratio", of_filter=nothing))


def test_an_earlier_day_is_put_into_the_filter(linear: ReadingWorld) -> None:
    dated = {"and": [ENG, {"createdAt": {"lt": "{as_of}"}}]}
    november = datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert read(probe(linear, filter=dated), at=november).value == 225
    assert read(probe(linear, filter=dated)).value == 450
    assert "for the value of today only" in why(probe(linear), at=november)
    half = probe(linear, filter=dated, measure="ratio", of_filter=ENG)
    assert "for the value of today only" in why(half, at=november)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({}, "the filter is empty, and would find every issue"),
        ({"team": None}, "the filter holds a null; what is empty is found by {null: true}"),
        ({"or": [{"assignee": None}]}, "the filter holds a null"),
        ({"teem": {"key": {"eq": "ENG"}}}, "Linear does not take the filter"),
        ({"team": {"key": {"eq": 4}}}, "Linear does not take the filter"),
    ],
)
def test_a_filter_that_says_nothing_or_nonsense_is_refused(
    linear: ReadingWorld, wanted: dict[str, Any], said: str
) -> None:
    reason = why(probe(linear, filter=wanted))
    assert said in reason
    assert "update align-sync" not in reason


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (Status(500), "the server failed (500)"),
        (Status(429), "hourly limit is used up"),
        (Status(401), "the credentials are refused"),
        (LoginPage(), "a web page came back"),
        (Rewrite(change_answer(lambda told: told["data"]["issues"]["nodes"].append(None))), "a record is missing"),
        (
            Rewrite(change_answer(lambda told: told["data"]["issues"]["nodes"][0].pop("id"))),
            "the field id holds nothing where a text was expected",
        ),
        (
            Rewrite(change_answer(lambda told: told["data"]["issues"]["pageInfo"].update(endCursor=None))),
            "a next page has no cursor",
        ),
        (
            Rewrite(change_answer(lambda told: told["data"]["issues"]["nodes"][0].update(estimate="three"))),
            "the field estimate holds str where a number was expected",
        ),
    ],
)
def test_a_page_that_fails_fails_all(linear: ReadingWorld, action: Action, said: str) -> None:
    linear.server.faults.add(Fault(action=action, times=None))
    assert said in why(probe(linear, measure="sum"))


def test_without_a_workspace_nothing_is_asked(linear: ReadingWorld) -> None:
    assert "no Linear is set up" in why(linear.probe({"kind": "linear", "filter": ENG}))
