"""How we sign in to Jira and where requests go, for every kind of credential; and OAuth's rotating refresh token."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from stat import S_IMODE
from typing import Any

import orjson
import pytest

from align_sync.demo.fake_jira import AuthMode, FakeJira, Flavour, JiraSite, OAuthApp
from align_sync.demo.faults import Fault, Malformed, Reset, Status
from align_sync.demo.http_messages import Request, Response, json_response
from align_sync.demo.http_server import FakeServer
from align_sync.errors import AuthError, FatalError, RetriableError, SourceError
from align_sync.settings import JiraAuth, JiraSettings
from align_sync.trackers.jira.auth import advice_for, find_base_url, open_credentials
from align_sync.trackers.jira.client import JiraTracker, open_jira
from align_sync.trackers.jira.oauth import EARLY, OAuthTokens
from tests.flows.jira_world import IMPATIENT, NOON, Clock, JiraWorld, jira_world, make_site
from tests.trackers.test_http_limits import make_seams

SITE = "https://acme.example"
GATEWAY = "https://gateway.example"


def settings(**changes: Any) -> JiraSettings:
    return JiraSettings.model_validate({"url": SITE, "token": "tok", "gateway_url": GATEWAY, **changes})


def basic(email: str, token: str) -> str:
    return "Basic " + base64.b64encode(f"{email}:{token}".encode()).decode()


KINDS: list[tuple[dict[str, Any], str, str]] = [
    ({}, "Bearer tok", SITE),
    ({"email": "a@b.c"}, basic("a@b.c", "tok"), SITE),
    ({"email": "a@b.c", "auth": "bearer"}, "Bearer tok", SITE),
    ({"email": "a@b.c", "auth": "basic", "token": " tok\n"}, basic("a@b.c", "tok"), SITE),
    ({"email": "a@b.c", "scoped": True, "cloud_id": "c1"}, basic("a@b.c", "tok"), f"{GATEWAY}/ex/jira/c1"),
    ({"scoped": True, "cloud_id": "c1"}, "Bearer tok", f"{GATEWAY}/ex/jira/c1"),
    ({"cloud_id": "c1"}, "Bearer tok", f"{GATEWAY}/ex/jira/c1"),
    ({"url": f"{SITE}/jira/"}, "Bearer tok", f"{SITE}/jira"),
]


@pytest.mark.parametrize(("changes", "header", "base_url"), KINDS)
def test_each_kind_of_credential(changes: dict[str, Any], header: str, base_url: str) -> None:
    chosen = settings(**changes)
    assert open_credentials(chosen, make_seams(Clock()), None).headers() == {"Authorization": header}
    assert find_base_url(chosen, None) == base_url


@pytest.mark.parametrize("token", ["", "  "])
def test_an_empty_token_is_told_before_anything_is_asked(token: str) -> None:
    with pytest.raises(AuthError, match="jira: no token is set; set ALIGN_SYNC_JIRA__TOKEN"):
        open_credentials(settings(token=token), make_seams(Clock()), None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "a@b.c"}, "id.atlassian.com"),
        ({"scoped": True}, "read:board-scope:jira-software"),
        ({}, "personal access token"),
    ],
)
def test_the_advice_fits_the_kind(changes: dict[str, Any], words: str) -> None:
    assert words in advice_for(settings(**changes)).token


@pytest.mark.parametrize(
    ("flavour", "context_path"), [(Flavour.CLOUD, ""), (Flavour.DATACENTER, ""), (Flavour.DATACENTER, "/jira")]
)
def test_a_site_answers_with_its_context_path(sqlite_url: str, flavour: Flavour, context_path: str) -> None:
    clock = Clock()
    site = make_site(flavour, clock, context_path=context_path)
    with jira_world(sqlite_url, site=site, clock=clock) as world:
        assert world.pull_well().new == 5
        assert all(entry.path.startswith(context_path + "/") for entry in world.server.requests)
        assert world.item("PAY-2").address == f"{world.server.url}{context_path}/browse/PAY-2"


class TestScopedToken:
    @pytest.fixture
    def world(self, sqlite_url: str) -> Iterator[JiraWorld]:
        clock = Clock()
        with jira_world(sqlite_url, site=make_site(clock=clock, scoped=True), clock=clock) as world:
            yield world

    def test_goes_to_the_gateway_under_the_id_that_the_site_tells(self, world: JiraWorld) -> None:
        world.reopen(jira={"scoped": True, "gateway_url": world.server.url})
        assert world.pull_well().new == 5
        paths = [entry.path for entry in world.server.requests]
        assert paths[0] == "/_edge/tenant_info"
        assert all(path.startswith(f"/ex/jira/{world.site.cloud_id}/") for path in paths[1:])
        assert "authorization" not in world.server.requests[0].headers, "the id is told to everybody"
        assert world.item("PAY-2").address == f"{world.server.url}/browse/PAY-2", "people open the site"

    def test_used_on_the_site_itself_is_refused_with_the_setting_that_mends_it(self, world: JiraWorld) -> None:
        failure = world.pull().failure
        assert isinstance(failure, AuthError)
        assert "the credentials are refused (401): Unauthorized; scope does not match" in str(failure)
        assert "for a token with scopes set ALIGN_SYNC_JIRA__SCOPED=true and give it read:jira-work" in str(failure)

    @pytest.mark.parametrize("action", [Status(404), Malformed(), Status(200, b"[]"), Reset()])
    def test_a_site_that_does_not_tell_its_id(self, world: JiraWorld, action: Any) -> None:
        world.reopen(jira={"scoped": True, "gateway_url": world.server.url})
        world.fail(action, "tenant_info", times=None)
        failure = world.pull().failure
        assert isinstance(failure, FatalError)
        assert str(failure) == (
            "jira: /_edge/tenant_info: the site does not tell its cloud id;"
            " set ALIGN_SYNC_JIRA__CLOUD_ID, or check ALIGN_SYNC_JIRA__URL"
        )


@dataclass
class OAuthWorld:
    clock: Clock
    site: JiraSite
    server: FakeServer
    file: Path

    def settings(self) -> JiraSettings:
        return JiraSettings.model_validate(
            {
                "url": self.server.url,
                "gateway_url": self.server.url,
                "login_url": self.server.url,
                "auth": JiraAuth.OAUTH,
                "client_id": "app",
                "client_secret": "hush-hush",
                "oauth_file": self.file,
            }
        )

    def tokens(self) -> OAuthTokens:
        return OAuthTokens(self.settings(), make_seams(self.clock), None)

    def tracker(self) -> JiraTracker:
        return open_jira(
            self.settings(),
            source="jira",
            board_teams={},
            wants_text=False,
            seams=make_seams(self.clock),
            facts={},
            patience=IMPATIENT,
        )

    def exchanges(self) -> list[str]:
        """The refresh tokens that the sign-in server was given."""
        asked = [entry for entry in self.server.requests if entry.path == "/oauth/token"]
        return [orjson.loads(entry.body)["refresh_token"] for entry in asked]

    def kept(self) -> dict[str, str]:
        kept: dict[str, str] = orjson.loads(self.file.read_bytes())
        return kept


@pytest.fixture
def oauth(tmp_path: Path) -> Iterator[OAuthWorld]:
    clock = Clock()
    site = make_site(clock=clock)
    site.oauth = OAuthApp(client_id="app", client_secret="hush-hush", refresh_token="first", life=timedelta(hours=1))
    file = tmp_path / "oauth.json"
    file.write_text('{"refresh_token": "first"}')
    with FakeServer(FakeJira(site)) as server:
        yield OAuthWorld(clock, site, server, file)


class TestOAuth:
    def test_a_tracker_signs_in_with_it(self, oauth: OAuthWorld) -> None:
        tracker = oauth.tracker()
        assert tracker.check().account == "Demo Account"
        assert len(tracker.fetch_sprints().sprints) == 2
        tracker.close()
        assert oauth.exchanges() == ["first"]

    def test_the_refresh_token_changes_with_each_use_and_the_newest_is_kept(self, oauth: OAuthWorld) -> None:
        tokens = oauth.tokens()
        for number in (1, 2, 3):
            assert tokens.headers() == {"Authorization": f"Bearer access-{number}"}
            assert oauth.kept()["refresh_token"] == f"first-{number}"
            oauth.clock.tick(timedelta(hours=1))
        assert oauth.exchanges() == ["first", "first-1", "first-2"]

    def test_the_file_is_private_and_nothing_else_is_left_beside_it(self, oauth: OAuthWorld) -> None:
        oauth.file.chmod(0o644)
        oauth.tokens().headers()
        assert S_IMODE(oauth.file.stat().st_mode) == 0o600
        assert sorted(path.name for path in oauth.file.parent.glob("oauth*")) == ["oauth.json", "oauth.json.lock"]

    def test_an_access_token_serves_until_shortly_before_its_end(self, oauth: OAuthWorld) -> None:
        tokens = oauth.tokens()
        tokens.headers()
        oauth.clock.tick(timedelta(hours=1) - EARLY - timedelta(seconds=1))
        tokens.headers()
        oauth.tokens().headers()
        assert len(oauth.exchanges()) == 1, "also by another process, from the file"
        oauth.clock.tick(timedelta(seconds=1))
        tokens.headers()
        assert len(oauth.exchanges()) == 2

    def test_many_that_need_it_at_once_refresh_once(self, oauth: OAuthWorld) -> None:
        oauth.server.latency = timedelta(milliseconds=10)
        several = [oauth.tokens() for _ in range(4)]
        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(lambda number: several[number % 4].headers()["Authorization"], range(16)))
        assert set(told) == {"Bearer access-1"}
        assert oauth.exchanges() == ["first"]

    def test_a_crash_before_the_new_token_is_written_leaves_the_old_one(
        self, oauth: OAuthWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The one case that costs a new authorisation: what was used up is told, with the way on."""
        with monkeypatch.context() as patched:
            patched.setattr(OAuthTokens, "_write", lambda _self, _kept: 1 // 0)
            with pytest.raises(ZeroDivisionError):
                oauth.tokens().headers()
        assert oauth.kept() == {"refresh_token": "first"}
        with pytest.raises(AuthError) as caught:
            oauth.tokens().headers()
        assert str(caught.value) == (
            "jira: oauth: the refresh token is refused (403); authorise the app again and write"
            f' {{"refresh_token": "…"}} to {oauth.file} (set in ALIGN_SYNC_JIRA__OAUTH_FILE)'
        )

    def test_a_crash_in_the_middle_of_writing_leaves_the_old_file_whole(
        self, oauth: OAuthWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def crash(_descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", crash)
        with pytest.raises(OSError, match="No space"):
            oauth.tokens().headers()
        assert oauth.kept() == {"refresh_token": "first"}

    @pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"refresh_token": null', "nonsense"])
    def test_a_file_that_cannot_be_used_is_told(self, oauth: OAuthWorld, text: str | None) -> None:
        oauth.file.unlink()
        if text is not None:
            oauth.file.write_text(text)
        with pytest.raises(AuthError, match="the file with the refresh token cannot be used") as caught:
            oauth.tokens().headers()
        assert "authorise the app again and write" in str(caught.value)
        assert oauth.exchanges() == []

    def test_a_folder_that_is_not_there_is_told(self, oauth: OAuthWorld) -> None:
        oauth.file = oauth.file.parent / "missing" / "oauth.json"
        with pytest.raises(AuthError, match="cannot be used"):
            oauth.tokens().headers()

    FAILURES: tuple[tuple[Any, type[SourceError], str], ...] = (
        (Status(500), RetriableError, "the sign-in server failed (500)"),
        (Reset(), RetriableError, "the sign-in server does not answer"),
        (Status(401), AuthError, "the refresh token is refused (401)"),
        (Status(200, b"not json"), AuthError, "the refresh token is refused (200)"),
        (Status(200, b'{"expires_in": "x"}'), AuthError, "the refresh token is refused (200)"),
    )

    @pytest.mark.parametrize(("action", "kind", "words"), FAILURES)
    def test_failures_of_the_sign_in_server(
        self, oauth: OAuthWorld, action: Any, kind: type[SourceError], words: str
    ) -> None:
        oauth.server.faults.add(Fault(path="/oauth/token", action=action))
        with pytest.raises(SourceError) as caught:
            oauth.tokens().headers()
        assert type(caught.value) is kind
        assert words in str(caught.value)
        assert "hush" not in str(caught.value)
        assert oauth.kept() == {"refresh_token": "first"}

    def test_a_server_that_does_not_rotate_is_fine_too(self, oauth: OAuthWorld) -> None:
        body = {"access_token": "a", "expires_in": 3600}
        answer = json_response(body)
        oauth.server.faults.add(
            Fault(path="/oauth/token", action=Status(200, answer.body, {"Content-Type": "application/json"}))
        )
        oauth.tokens().headers()
        assert oauth.kept()["refresh_token"] == "first"

    def test_credentials_are_needed_only_when_a_request_is_made(self, oauth: OAuthWorld) -> None:
        oauth.file.unlink()
        open_credentials(oauth.settings(), make_seams(oauth.clock), None)
        assert oauth.exchanges() == []


REFUSALS = [
    (AuthMode.EXPIRED, "the credentials are refused (401)"),
    (AuthMode.MISSING_SCOPE, "the credentials are refused (401): Unauthorized; scope does not match"),
    (AuthMode.FORBIDDEN, "access is forbidden (403): You do not have permission to use this resource."),
    (AuthMode.LOGIN_PAGE, "a web page came back where data was asked for, mostly a login page"),
    (AuthMode.ANONYMOUS, "the credentials are refused (401)"),
]


@pytest.mark.parametrize("flavour", list(Flavour))
@pytest.mark.parametrize(("mode", "words"), REFUSALS)
def test_credentials_that_go_bad_stop_the_source_and_keep_the_data(
    sqlite_url: str, flavour: Flavour, mode: AuthMode, words: str
) -> None:
    """The first time, and later when what was found out about the site is still believed."""
    with jira_world(sqlite_url, flavour) as world:
        world.pull_well()
        for force_full in (True, False):
            before = world.status().progress
            world.site.auth_mode = mode
            world.clock.tick()
            result = world.pull(force_full=force_full)
            assert isinstance(result.failure, AuthError)
            assert words in str(result.failure)
            advice = "make a new API token at https://" if flavour is Flavour.CLOUD else "make a new personal access"
            assert advice in str(result.failure)
            assert world.members(42) == {"PAY-2", "PAY-3", "PAY-4"}
            assert world.status().failure == str(result.failure)
            assert world.status().progress == before
            world.site.auth_mode = AuthMode.NORMAL
            assert world.pull_well().gone == 0


def test_a_token_is_sent_with_every_request_but_never_in_an_address(sqlite_url: str) -> None:
    with jira_world(sqlite_url) as world:
        world.pull_well()
        expected = basic(world.site.email, "demo-token")
        assert {entry.headers.get("authorization") for entry in world.server.requests} == {expected}
        assert not any("demo-token" in str(entry.query) + entry.path for entry in world.server.requests)


def test_credentials_never_follow_a_redirect_of_the_package(sqlite_url: str) -> None:
    class Thief:
        name = "thief"

        def answer(self, request: Request) -> Response:
            return json_response({"taken": request.headers.get("authorization")})

    with FakeServer(Thief()) as thief, jira_world(sqlite_url) as world:
        for path in ("/board$", "/field$", "/myself$", "/sprint$", "/search/jql$"):
            world.server.faults.clear()
            world.fail(Status(302, b"", {"Location": f"{thief.url}/x"}), path, times=None)
            failure = world.pull(force_full=True).failure
            assert isinstance(failure, FatalError)
            assert f"the server sends us on to 127.0.0.1:{thief.port}, which is not followed" in str(failure)
            assert "check ALIGN_SYNC_JIRA__URL" in str(failure)
        assert thief.requests.total == 0


def test_what_expires_is_told_by_its_instant(oauth: OAuthWorld) -> None:
    oauth.tokens().headers()
    assert datetime.fromisoformat(oauth.kept()["until"]) == NOON + timedelta(hours=1)
