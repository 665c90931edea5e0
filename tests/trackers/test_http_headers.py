"""What goes out with a request, seen at the transport: nothing reaches a network, so that any address will do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx

from align_sync.errors import AuthError, FatalError
from align_sync.seams import Seams
from align_sync.settings import JiraSettings
from align_sync.trackers.base import Facts
from align_sync.trackers.jira.client import JiraTracker, open_jira
from align_sync.trackers.persistence import Patience

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SITE = "https://acme.atlassian.net"
CANARY = "canary-7f3a9c"


@pytest.fixture
def router() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


def open_tracker(settings: JiraSettings, facts: Facts | None = None) -> JiraTracker:
    seams = Seams(now=lambda: NOW, sleep=lambda _seconds: None, uniform=lambda low, _high: low)
    patience = Patience(attempts=1, total=timedelta(seconds=5))
    return open_jira(
        settings, source="jira", board_teams={}, wants_text=False, seams=seams, facts=facts or {}, patience=patience
    )


def cloud(**settings: object) -> JiraSettings:
    return JiraSettings.model_validate({"url": SITE, "email": "me@acme.example", "token": CANARY, **settings})


def test_a_classic_token_goes_to_the_site_as_basic_and_names_no_proxy(
    router: respx.MockRouter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:1")
    router.get(f"{SITE}/rest/api/2/serverInfo").respond(json={"deploymentType": "Cloud"})
    myself = router.get(f"{SITE}/rest/api/3/myself").respond(json={"displayName": "Me"})
    tracker = open_tracker(cloud())
    assert tracker.check().account == "Me"
    assert myself.calls.last.request.headers["authorization"].startswith("Basic ")
    tracker.close()


def test_a_scoped_token_goes_to_the_gateway_under_the_id_that_the_site_tells(router: respx.MockRouter) -> None:
    router.get(f"{SITE}/_edge/tenant_info").respond(json={"cloudId": "c-1"})
    router.get("https://api.atlassian.com/ex/jira/c-1/rest/api/2/serverInfo").respond(json={"deploymentType": "Cloud"})
    myself = router.get("https://api.atlassian.com/ex/jira/c-1/rest/api/3/myself").respond(json={"accountId": "1"})
    tracker = open_tracker(cloud(scoped=True))
    tracker.check()
    assert myself.called
    tracker.close()


def test_a_redirect_takes_no_credentials_along(router: respx.MockRouter) -> None:
    router.get(f"{SITE}/rest/api/2/serverInfo").respond(302, headers={"Location": "https://evil.example/login"})
    evil = router.get("https://evil.example/login")
    tracker = open_tracker(cloud())
    with pytest.raises(FatalError, match=r"sends us on to evil\.example, which is not followed") as caught:
        tracker.check()
    assert not evil.called
    assert CANARY not in str(caught.value)
    tracker.close()


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({"deploymentType": "Cloud"}, "cloud"),
        ({"deploymentType": "Server"}, "datacenter"),
        ({"deploymentType": "Data Center"}, "datacenter"),
        ({"versionNumbers": [1001, 0, 0]}, "cloud"),
        ({"versionNumbers": [10, 3, 1]}, "datacenter"),
        ({}, "datacenter"),
    ],
)
def test_the_server_says_which_flavour_it_is(router: respx.MockRouter, info: object, expected: str) -> None:
    router.get(f"{SITE}/rest/api/2/serverInfo").respond(json=info)
    router.get(url__regex=r".*/myself").respond(json={"displayName": "Me"})
    tracker = open_tracker(cloud())
    assert tracker.check().server == expected
    tracker.close()


def test_a_server_that_is_no_jira_is_named_with_the_setting(router: respx.MockRouter) -> None:
    router.get(url__regex=r".*/serverInfo").respond(404, json={})
    tracker = open_tracker(cloud())
    with pytest.raises(FatalError, match=r"not the address of a Jira site.*ALIGN_SYNC_JIRA__URL"):
        tracker.check()
    tracker.close()


def test_a_forbidden_account_is_told_without_its_token(router: respx.MockRouter) -> None:
    router.get(url__regex=r".*").mock(return_value=httpx.Response(403, json={"message": "captcha"}))
    tracker = open_tracker(cloud())
    with pytest.raises(AuthError, match=r"access is forbidden \(403\): captcha") as caught:
        tracker.check()
    assert CANARY not in str(caught.value)
    tracker.close()


def test_milliseconds_that_are_refused_become_minutes_of_the_account_an_hour_early(router: respx.MockRouter) -> None:
    asked: list[str] = []

    def search(request: httpx.Request) -> httpx.Response:
        asked.append(request.content.decode())
        return httpx.Response(400, json={}) if len(asked) == 1 else httpx.Response(200, json={"issues": [{"id": "7"}]})

    router.post(f"{SITE}/rest/api/3/search/jql").mock(side_effect=search)
    router.get(f"{SITE}/rest/api/3/myself").respond(json={"timeZone": "America/New_York"})
    tracker = open_tracker(cloud(flavour="cloud"))
    assert list(tracker.list_changed(NOW)) == [("7",)]
    assert "updated >= 1795424400000 " in asked[0]
    assert 'updated >= \\"2026-11-23 03:00\\"' in asked[1]
    tracker.close()
