"""Who gets in: credentials of both flavours, the ways they fail, gateways and rate limits."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from align_sync.demo.fake_jira import AuthMode, Flavour, JiraSite, OAuthApp, RateLimit, Visitor, credentials_of
from align_sync.demo.http_messages import Response

NOW = datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)


def make_site(flavour: Flavour = Flavour.CLOUD, *, scoped: bool = False) -> JiraSite:
    site = JiraSite(flavour, clock=lambda: NOW, scoped=scoped, token="secret")
    site.add_board(1, "Board", project_key="TIS")
    site.add_issue("TIS-1")
    return site


def with_header(site: JiraSite, value: str | None) -> Response:
    visitor = Visitor(site)
    visitor.headers = {} if value is None else {"authorization": value}
    return visitor.get("/rest/api/2/myself")


CREDENTIALS = [
    (Flavour.CLOUD, None, 401),
    (Flavour.CLOUD, "Bearer secret", 401),
    (Flavour.CLOUD, "Basic c29tZTpib2R5", 401),
    (Flavour.CLOUD, "Basic ZGVtb0BleGFtcGxlLmNvbTpzZWNyZXQ=", 200),
    (Flavour.DATACENTER, None, 401),
    (Flavour.DATACENTER, "Bearer wrong", 401),
    (Flavour.DATACENTER, "Basic ZGVtb0BleGFtcGxlLmNvbTpzZWNyZXQ=", 401),
    (Flavour.DATACENTER, "Bearer secret", 200),
]


@pytest.mark.parametrize(("flavour", "header", "status"), CREDENTIALS)
def test_each_flavour_takes_its_own_credentials(flavour: Flavour, header: str | None, status: int) -> None:
    response = with_header(make_site(flavour), header)
    assert response.status == status
    if status == 401:
        assert response.headers["WWW-Authenticate"].startswith("OAuth realm=")
        assert not response.headers["Content-Type"].startswith("application/json")


def test_a_site_without_a_token_lets_everybody_in() -> None:
    site = make_site()
    site.token = None
    assert credentials_of(site) == {}
    assert with_header(site, None).status == 200


def test_server_info_needs_no_credentials() -> None:
    visitor = Visitor(make_site())
    visitor.headers = {}
    assert visitor.get("/rest/api/3/serverInfo").status == 200
    assert visitor.get("/_edge/tenant_info").status == 200


MODES = [
    (AuthMode.EXPIRED, 401, b"Client must be authenticated"),
    (AuthMode.MISSING_SCOPE, 401, b"scope does not match"),
    (AuthMode.FORBIDDEN, 403, b"You do not have permission"),
    (AuthMode.LOGIN_PAGE, 200, b"<!DOCTYPE html>"),
    (AuthMode.ANONYMOUS, 401, b"Client must be authenticated"),
]


@pytest.mark.parametrize(("mode", "status", "words"), MODES)
@pytest.mark.parametrize("flavour", list(Flavour))
def test_a_mode_answers_the_account_in_its_way(flavour: Flavour, mode: AuthMode, status: int, words: bytes) -> None:
    site = make_site(flavour)
    site.auth_mode = mode
    response = Visitor(site).get("/rest/api/2/myself")
    assert response.status == status
    assert words in response.body


def test_a_stranger_gets_successes_without_content() -> None:
    site = make_site()
    site.auth_mode = AuthMode.ANONYMOUS
    visitor = Visitor(site)
    found = visitor.post("/rest/api/3/search/jql", {"jql": "project = TIS"})
    assert (found.status, orjson.loads(found.body)) == (200, {"issues": [], "isLast": True})
    boards = visitor.get("/rest/agile/1.0/board")
    assert orjson.loads(boards.body)["values"] == []
    assert visitor.get("/rest/api/3/issue/TIS-1").status == 404
    assert visitor.get("/rest/api/3/field").status == 200
    assert "X-AACCOUNTID" not in found.headers

    server = make_site(Flavour.DATACENTER)
    server.auth_mode = AuthMode.ANONYMOUS
    found = Visitor(server).get("/rest/api/2/search", {"jql": "project = TIS"})
    assert (orjson.loads(found.body)["total"], found.headers["X-AUSERNAME"]) == (0, "anonymous")


def test_a_scoped_token_works_at_the_gateway_only() -> None:
    site = make_site(scoped=True)
    visitor = Visitor(site)
    refused = visitor.get("/rest/api/3/myself")
    assert (refused.status, orjson.loads(refused.body)["message"]) == (401, "Unauthorized; scope does not match")
    assert visitor.get(f"/ex/jira/{site.cloud_id}/rest/api/3/myself").status == 200
    assert visitor.get("/ex/jira/another/rest/api/3/myself").status == 404
    assert visitor.get("/_edge/tenant_info").status == 200
    assert Visitor(make_site()).get(f"/ex/jira/{site.cloud_id}/rest/api/3/myself").status == 404


def test_an_oauth_app_exchanges_each_refresh_token_once_and_its_access_tokens_end() -> None:
    times = [NOW]
    site = make_site()
    site.clock = lambda: times[-1]
    site.oauth = OAuthApp(client_id="app", client_secret="hush", refresh_token="r")
    visitor = Visitor(site)

    def exchange(refresh_token: str, **other: str) -> Response:
        body = {"client_id": "app", "client_secret": "hush", "refresh_token": refresh_token, **other}
        return visitor.post("/oauth/token", {"grant_type": "refresh_token", **body})

    told = orjson.loads(exchange("r").body)
    assert told["expires_in"] == 3600
    assert exchange("r").status == 403
    assert exchange(told["refresh_token"], client_secret="wrong").status == 401
    assert visitor.post("/oauth/token", {"grant_type": "password"}).status == 400
    visitor.headers = {"authorization": f"Bearer {told['access_token']}"}
    (resource,) = orjson.loads(visitor.get("/oauth/token/accessible-resources").body)
    address = f"/ex/jira/{resource['id']}/rest/api/3/myself"
    assert visitor.get(address).status == 200
    assert visitor.get("/rest/api/3/myself").status == 401
    times.append(NOW + timedelta(hours=1))
    assert visitor.get(address).status == 401
    assert visitor.get("/oauth/token/accessible-resources").status == 401
    assert exchange(told["refresh_token"]).status == 200


def test_beyond_the_limit_cloud_says_when_and_why() -> None:
    site = make_site()
    visitor = Visitor(site)
    assert "X-RateLimit-Remaining" not in visitor.get("/rest/api/3/myself").headers
    site.rate_limit = RateLimit(burst=2, per_second=0.01)
    good = [visitor.get("/rest/api/3/myself").headers for _ in range(2)]
    assert [headers["X-RateLimit-Remaining"] for headers in good] == ["1", "0"]
    assert ["X-RateLimit-NearLimit" in headers for headers in good] == [False, True]
    refused = visitor.get("/rest/api/3/myself")
    assert refused.status == 429
    assert 90 <= int(refused.headers["Retry-After"]) <= 100
    assert refused.headers["X-RateLimit-Reset"] == "2026-11-23T10:17Z"
    assert refused.headers["RateLimit-Reason"] == "jira-burst-based"


@pytest.mark.parametrize("retry_after", ["0", "1.5", "Mon, 23 Nov 2026 10:16:00 GMT", ""])
def test_retry_after_takes_every_form(retry_after: str) -> None:
    site = make_site()
    site.rate_limit = RateLimit(burst=1, per_second=0.01, retry_after=retry_after)
    visitor = Visitor(site)
    visitor.get("/rest/api/3/myself")
    assert visitor.get("/rest/api/3/myself").headers.get("Retry-After", "") == retry_after


def test_a_bucket_fills_again() -> None:
    site = make_site(Flavour.DATACENTER)
    site.rate_limit = RateLimit(burst=2, per_second=1)
    visitor = Visitor(site)
    times = [0.0]
    visitor.fake.limiter._timer = lambda: times[-1]
    answers = []
    for moment in (0.0, 0.0, 0.0, 0.5, 1.1, 1.2):
        times.append(moment)
        answers.append(visitor.get("/rest/api/2/myself"))
    assert [answer.status for answer in answers] == [200, 200, 429, 429, 200, 429]
    assert answers[-1].headers["X-RateLimit-FillRate"] == "1"
    assert answers[-1].headers["X-RateLimit-Interval-Seconds"] == "1"


def test_every_answer_carries_the_clock_of_the_server() -> None:
    assert Visitor(make_site()).get("/rest/api/3/nonsense").headers["Date"] == "Mon, 23 Nov 2026 10:15:30 GMT"
