"""Pretended Jira, Linear and Slack on ports of this machine, filled with the sample story or with recorded issues."""

import errno
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from align_sync.demo.fake_jira import FakeJira, Flavour, JiraSite, Loaded, SprintState, load_recorded
from align_sync.demo.fake_linear import PERSONAL_KEY, FakeLinear, LinearSite
from align_sync.demo.fake_slack import BOT_TOKEN, FakeSlack, SlackWorkspace
from align_sync.demo.http_messages import Fake
from align_sync.demo.http_server import FakeServer
from align_sync.demo.story import fill_jira, fill_linear
from align_sync.errors import UserError

JIRA_PORT = 8801
LINEAR_PORT = 8802
SLACK_PORT = 8803
SLACK_CHANNEL = "C0OKRS"
EMAIL = "demo@example.com"
TOKEN = "demo-token"
SITE_URL = "https://acme-pay.example"
"""How the sample site calls itself where it stands behind a gateway; the ending is reserved, nobody can own it."""

LAID_OVER = 1
"""The number of the sprint that is laid over a recording that names none."""

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """0 is any free one."""

    jira: int = 0
    linear: int = 0
    slack: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Issues of a real site, one JSON object a line, and the sprints that they name as a JSON array."""

    issues: Path
    sprints: Path | None = None
    active_sprint: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """The running servers. `loaded` says what a recording brought; None where the story is told."""

    jira: FakeServer
    linear: FakeServer
    slack: FakeServer
    jira_site: JiraSite
    linear_site: LinearSite
    workspace: SlackWorkspace
    loaded: Loaded | None = None

    @property
    def linear_url(self) -> str:
        return f"{self.linear.url}/graphql"

    def has_active_sprint(self) -> bool:
        return any(sprint.state is SprintState.ACTIVE for sprint in self.jira_site.sprints.values())

    def variables(self) -> Mapping[str, str]:
        """The environment of a client that uses these servers."""
        signing_in = {"ALIGN_SYNC_JIRA__EMAIL": EMAIL} if self.jira_site.is_cloud else {}
        return {
            "ALIGN_SYNC_JIRA__URL": self.jira.url,
            **signing_in,
            "ALIGN_SYNC_JIRA__TOKEN": TOKEN,
            "ALIGN_SYNC_LINEAR__URL": self.linear_url,
            "ALIGN_SYNC_LINEAR__TOKEN": PERSONAL_KEY,
            "ALIGN_SYNC_CHANNELS__SANDBOX__KIND": "slack",
            "ALIGN_SYNC_CHANNELS__SANDBOX__API_URL": f"{self.slack.url}/api",
            "ALIGN_SYNC_CHANNELS__SANDBOX__TOKEN": BOT_TOKEN,
            "ALIGN_SYNC_CHANNELS__SANDBOX__TO": f'["{SLACK_CHANNEL}"]',
            "ALIGN_SYNC_CHANNELS__SANDBOX__TEAMS": '["*"]',
            "ALIGN_SYNC_CHANNELS__SANDBOX__LEADERSHIP": "true",
        }

    def overrides(self) -> Mapping[str, Mapping[str, Any]]:
        """The same as settings. Behind a gateway the site keeps its name, so that reports show stable addresses."""
        jira: dict[str, Any] = {"url": self.jira.url, "token": TOKEN}
        if self.jira_site.is_cloud:
            jira["email"] = EMAIL
        if self.jira_site.scoped:
            site = self.jira_site
            jira |= {"url": site.base_url, "cloud_id": site.cloud_id, "scoped": True, "gateway_url": self.jira.url}
        return {"jira": jira, "linear": {"url": self.linear_url, "token": PERSONAL_KEY}}


@contextmanager
def open_sandbox(
    *,
    clock: Clock,
    flavour: Flavour = Flavour.CLOUD,
    ports: Ports | None = None,
    recording: Recording | None = None,
    latency: timedelta = timedelta(0),
    behind_gateway: bool = False,
) -> Iterator[Sandbox]:
    """Serve until left. With a recording Linear is empty. Raises `UserError` for a port or a file of no use."""
    ports = ports or Ports()
    jira_site, loaded = _make_jira_site(clock, flavour, recording, behind_gateway=behind_gateway)
    linear_site = LinearSite(clock, name="Acme Pay")
    if recording is None:
        fill_linear(linear_site)
    workspace = SlackWorkspace(clock, name="Acme Pay")
    workspace.add_channel(SLACK_CHANNEL, "okr-digest")
    with ExitStack() as stack:

        def serve(fake: Fake, port: int, option: str) -> FakeServer:
            return stack.enter_context(_serve(fake, port, option, latency))

        jira = serve(FakeJira(jira_site), ports.jira, "--jira-port")
        if not behind_gateway:
            jira_site.base_url = jira.url
        yield Sandbox(
            jira=jira,
            linear=serve(FakeLinear(linear_site), ports.linear, "--linear-port"),
            slack=serve(FakeSlack(workspace), ports.slack, "--slack-port"),
            jira_site=jira_site,
            linear_site=linear_site,
            workspace=workspace,
            loaded=loaded,
        )


def _make_jira_site(
    clock: Clock, flavour: Flavour, recording: Recording | None, *, behind_gateway: bool
) -> tuple[JiraSite, Loaded | None]:
    def make() -> JiraSite:
        base_url = SITE_URL if behind_gateway else None
        return JiraSite(flavour, clock=clock, token=TOKEN, email=EMAIL, base_url=base_url, scoped=behind_gateway)

    site = make()
    if recording is None:
        fill_jira(site)
        return site, None
    loaded = _load(site, recording, recording.active_sprint)
    if not loaded.sprint_ids:
        # Only now it is known that the recording names no sprint at all; without one it could never be seen.
        site = make()
        loaded = _load(site, recording, LAID_OVER)
    return site, loaded


def _load(site: JiraSite, recording: Recording, active_sprint: int | None) -> Loaded:
    try:
        return load_recorded(site, recording.issues, recording.sprints, active_sprint=active_sprint)
    except (OSError, EOFError, zlib.error) as error:
        path = getattr(error, "filename", None) or recording.issues
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"the recording cannot be read: {reason}", where=str(path)) from None
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise UserError(
            f"the recording cannot be used: {_reason(error)}",
            where=", ".join(str(path) for path in (recording.issues, recording.sprints) if path),
            advice="issues come one JSON object a line (.jsonl or .jsonl.gz), sprints as one JSON array, both as the"
            " REST API of Jira answers them",
        ) from None


def _reason(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


@contextmanager
def _serve(fake: Fake, port: int, option: str, latency: timedelta) -> Iterator[FakeServer]:
    try:
        server = FakeServer(fake, port=port, latency=latency)
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        raise UserError(
            f"port {port} {reason}", where=option, advice=f"name another one with {option}, or 0 for any free one"
        ) from None
    with server:
        yield server
