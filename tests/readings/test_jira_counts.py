"""Counts, sums and shares of what JQL finds, on both flavours: every page, every issue, and no number in doubt."""

import itertools
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest

from align_sync.demo.fake_jira import FakeJira, Flavour, JiraSite, PageLimits
from align_sync.demo.faults import Action, Fault, LoginPage, Rewrite, Status
from align_sync.demo.http_server import FakeServer
from align_sync.errors import ReadingError
from align_sync.trackers.jira.measuring import date_query, order
from tests.flows.jira_world import Clock, change_answer
from tests.readings.reading_world import NOON, ReadingWorld, Source, read, why

SEARCH = r"/search(/jql)?$"
MANY = 450
FIELD = "customfield_10016"


@pytest.fixture(params=list(Flavour), ids=str)
def site(request: pytest.FixtureRequest) -> JiraSite:
    """450 stories; every third is a bug, and the first half was made before November."""
    site = JiraSite(
        request.param, clock=Clock(), limits=PageLimits(with_fields=100, identifiers_only=200, datacenter=100)
    )
    for number in range(1, MANY + 1):
        site.add_issue(
            f"PAY-{number}",
            issue_type="Bug" if number % 3 == 0 else "Story",
            points=number % 5,
            created_at=NOON - timedelta(days=40 if number <= MANY // 2 else 4),
        )
    return site


@pytest.fixture
def jira(site: JiraSite) -> Iterator[ReadingWorld]:
    with FakeServer(FakeJira(site)) as server:
        yield ReadingWorld(server, Source(), Clock())


def probe(world: ReadingWorld, site: JiraSite, **metric: Any) -> Any:
    who = {"email": site.email} if site.is_cloud else {}
    jira = {"url": world.server.url + site.context_path, "token": site.token, **who}
    return world.probe({"kind": "jira", "jql": "project = PAY", **metric}, jira=jira)


def fail(world: ReadingWorld, action: Action, path: str = SEARCH, **named: Any) -> None:
    world.server.faults.add(Fault(action=action, path=path, **named))


def queries(world: ReadingWorld) -> list[Mapping[str, Any]]:
    return [orjson.loads(entry.body) for entry in world.server.requests if entry.path.endswith(("/search", "/jql"))]


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ({}, 450),
        ({"jql": "project = PAY AND issuetype = Bug ORDER BY created DESC"}, 150),
        ({"jql": "key = PAY-1 AND issuetype = Bug"}, 0),
        ({"measure": "sum", "field": FIELD}, 900),
        ({"jql": "key = PAY-5", "measure": "sum", "field": FIELD}, 0),
        ({"jql": "issuetype = Bug", "measure": "ratio", "of_jql": "project = PAY"}, 1 / 3),
        ({"jql": "issuetype = Bug", "measure": "ratio", "of_jql": "project = PAY", "unit": "%"}, 100 / 3),
        ({"jql": "key = PAY-1 AND issuetype = Bug", "measure": "ratio", "of_jql": "project = PAY"}, 0),
    ],
)
def test_every_page_counts(jira: ReadingWorld, site: JiraSite, metric: dict[str, Any], value: float) -> None:
    answer = read(probe(jira, site, **metric))
    assert answer.value == pytest.approx(value)
    assert answer.as_of_at is None


def test_pages_come_in_an_order_that_does_not_shift(jira: ReadingWorld, site: JiraSite) -> None:
    read(probe(jira, site, jql="project = PAY ORDER BY updated DESC"))
    asked = queries(jira)
    assert {one["jql"] for one in asked} == {"project = PAY ORDER BY id ASC"}
    assert len(asked) == (3 if site.is_cloud else 5)


def test_a_sum_with_a_hole_is_none(jira: ReadingWorld, site: JiraSite) -> None:
    for number in (7, 250, 400, 450):
        site.edit_issue(f"PAY-{number}", points=None)
    reason = why(probe(jira, site, measure="sum", field=FIELD))
    assert f"4 of 450 issues have no number in {FIELD}: PAY-7, PAY-250, PAY-400, …" in reason


def test_a_field_that_is_no_number_or_does_not_exist_is_told(jira: ReadingWorld, site: JiraSite) -> None:
    assert "450 of 450 issues have no number in summary" in why(probe(jira, site, measure="sum", field="summary"))
    name = site.directory.fields[FIELD].name
    reason = why(probe(jira, site, measure="sum", field=name))
    assert f"the site has no field with the id {name!r}; did you mean {FIELD} ({name})?" in reason


def test_a_share_of_nothing_is_no_share(jira: ReadingWorld, site: JiraSite) -> None:
    site.add_issue("OPS-1")
    site.delete_issue("OPS-1")
    reason = why(probe(jira, site, measure="ratio", of_jql="project = OPS"))
    assert "the share has no value: the whole that it is of is nothing (0 issues)" in reason


def test_an_earlier_day_is_put_into_the_query(jira: ReadingWorld, site: JiraSite) -> None:
    dated = {"jql": "project = PAY AND created < {as_of}"}
    november = datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert read(probe(jira, site, **dated), at=november).value == 225
    assert read(probe(jira, site, **dated)).value == 450
    assert "for the value of today only" in why(probe(jira, site), at=november)
    half = probe(jira, site, **dated, measure="ratio", of_jql="project = PAY")
    assert "for the value of today only" in why(half, at=november)


class TestFailures:
    @pytest.mark.parametrize(
        ("action", "said"),
        [
            (Status(500), "the server failed (500)"),
            (Status(429), "too many requests (429)"),
            (Status(400, b'{"errorMessages": ["no such project"]}'), "refused the request (400): no such project"),
            (LoginPage(), "a web page came back"),
            (Rewrite(change_answer(lambda told: told.pop("issues"))), "the answer has no list of issues"),
            (Rewrite(change_answer(lambda told: told["issues"][0].pop("id"))), "an issue of the answer has no id"),
            (Rewrite(change_answer(lambda told: told["issues"].append(None))), "an issue of the answer has no id"),
            (
                Rewrite(change_answer(lambda told: told.update(warningMessages=["PAY is unknown"]))),
                "Jira doubts the query: PAY is unknown",
            ),
        ],
    )
    def test_a_later_page_that_fails_fails_all(
        self, jira: ReadingWorld, site: JiraSite, action: Action, said: str
    ) -> None:
        asked = itertools.count(1)
        fail(jira, action, when=lambda _: next(asked) > 1, times=None)
        assert said in why(probe(jira, site))

    def test_credentials_that_are_not_known_are_no_empty_site(self, jira: ReadingWorld, site: JiraSite) -> None:
        """Jira shows such visitors what is public: often nothing, with status 200."""
        fail(jira, Status(401), path=r"/myself$", times=None)
        assert "the credentials are refused" in why(probe(jira, site))
        assert queries(jira) == []

    def test_pages_that_go_round_in_a_circle_end(self, jira: ReadingWorld, site: JiraSite) -> None:
        if site.is_cloud:
            again = b'{"issues": [{"id": "1"}], "nextPageToken": "again"}'
            fail(jira, Status(200, again, {"Content-Type": "application/json"}), times=None)
            assert "the search gives the same pages again" in why(probe(jira, site))
            return
        fail(jira, Rewrite(change_answer(lambda told: told.update(issues=[]))), nth=3)
        assert "the search tells of 450 issues and shows 200; it changed while it was read" in why(probe(jira, site))

    def test_an_issue_that_slips_through_between_pages_is_noticed(self, jira: ReadingWorld, site: JiraSite) -> None:
        """On Data Center a page shifts where an issue of an earlier page goes away."""
        if site.is_cloud:
            fail(jira, Rewrite(change_answer(lambda told: told.update(nextPageToken=None, isLast=False))))
            assert "says that there is more, and not where" in why(probe(jira, site))
            return
        fail(jira, Rewrite(change_answer(lambda told: told.update(issues=told["issues"][1:]))), nth=2)
        assert "tells of 450 issues and shows 449" in why(probe(jira, site))

    def test_an_issue_that_comes_twice_counts_once(self, jira: ReadingWorld, site: JiraSite) -> None:
        twice = {"id": str(site.issue("PAY-1").id)}
        fail(jira, Rewrite(change_answer(lambda told: told["issues"].append(twice))), nth=3 if site.is_cloud else 5)
        assert read(probe(jira, site)).value == MANY

    def test_without_a_site_nothing_is_asked(self, jira: ReadingWorld) -> None:
        reason = why(jira.probe({"kind": "jira", "jql": "project = PAY"}))
        assert "no Jira is set up; set ALIGN_SYNC_JIRA__URL" in reason


@pytest.mark.parametrize(
    ("jql", "ordered"),
    [
        ("project = PAY", "project = PAY ORDER BY id ASC"),
        ("project = PAY order  by rank", "project = PAY ORDER BY id ASC"),
        ('summary ~ "order by" AND x = 1 ORDER BY y', 'summary ~ "order by" AND x = 1 ORDER BY id ASC'),
        (r'summary ~ "a\" order by"', r'summary ~ "a\" order by" ORDER BY id ASC'),
        ("summary ~ 'order by'", "summary ~ 'order by' ORDER BY id ASC"),
        ("reorder = 1", "reorder = 1 ORDER BY id ASC"),
    ],
)
def test_an_order_is_replaced_and_text_is_not(jql: str, ordered: str) -> None:
    assert order(jql) == ordered


def test_a_query_that_finds_everything_is_refused() -> None:
    with pytest.raises(ReadingError, match="the query restricts nothing"):
        order(" ORDER BY created DESC")


@pytest.mark.parametrize("mark", ["{as_of}", '"{as_of}"', "'{as_of}'"])
def test_a_day_is_quoted_once(mark: str) -> None:
    assert date_query(f"created < {mark}", date(2026, 10, 1)) == 'created < "2026-10-01"'
