"""Where digests go: one entry a channel, with secrets from the environment only."""

import hashlib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from align_sync.settings_metrics import LOOPBACK_HOSTS, check_connection_name
from align_sync.settings_policy import Name, Part
from align_sync.settings_service import Language


class ChannelKind(StrEnum):
    SLACK = "slack"
    SLACK_WEBHOOK = "slack_webhook"
    EMAIL = "email"
    WEBHOOK = "webhook"
    APPRISE = "apprise"
    FILE = "file"


SLACK_API = "https://slack.com/api"
SLACK_DOMAINS = ("slack.com", "slack-gov.com")
WEBHOOK_DOMAINS = ("hooks.slack.com", "hooks.slack-gov.com")
_PLAIN_SCHEMES = frozenset({"http", "json", "xml", "form"})
"""Those of Apprise that go over http."""


def _check_name(name: str) -> str:
    try:
        return check_connection_name(name)
    except ValueError as error:
        raise ValueError(str(error).replace("connection", "channel").replace("warehouse", "slack_pay")) from None


def _check_host(host: str) -> str:
    if not host or set(host) & set("/:@ ?#"):
        raise ValueError("a host is a name alone, as in hooks.example.com, without https:// and without a port")
    return host.casefold()


ChannelName = Annotated[str, AfterValidator(_check_name)]
Host = Annotated[str, AfterValidator(_check_host)]


class ChannelSettings(Part):
    """One channel, and which digests it gets.

    Those of `teams` (`["*"]` is all of them), the roll-up with `leadership`, and with `admin` previews and notices of
    what is wrong.

    Secrets are `ALIGN_SYNC_CHANNELS__NAME__TOKEN` (Slack), `…__URL` (incoming webhook, generic webhook, Apprise),
    `…__SECRET` (signature of the generic webhook), `…__PASSWORD` (SMTP).
    """

    name: str = Field(default="", description="that of its table, [channels.NAME]")
    kind: ChannelKind
    teams: tuple[Name, ...] = ()
    leadership: bool = False
    admin: bool = False
    language: Language | None = None
    to: tuple[Name, ...] = Field(default=(), description="Slack: the channel's id; e-mail: the addresses")
    token: SecretStr | None = None
    url: SecretStr | None = None
    secret: SecretStr | None = None
    api_url: str = Field(default=SLACK_API, description="Slack's Web API; another only for tests and proxies")
    host: str = Field(default="", description="SMTP server")
    port: int = Field(default=587, ge=1, le=65535)
    tls: str = Field(default="starttls", pattern="^(starttls|tls|none)$", description="none for this machine only")
    user: str = ""
    password: SecretStr | None = None
    sender: str = Field(default="", description="the address that e-mails come from")
    folder: Path | None = Field(default=None, description="where a channel of kind file writes")
    custom_hosts: tuple[Host, ...] = Field(default=(), description="hosts inside the own network that may be reached")
    ca_file: Path | None = None

    @property
    def fingerprint(self) -> str:
        """Changes with anything that could make a refused channel work again; holds no secret that can be read."""
        parts = [self.model_dump_json(exclude={"name", "teams", "leadership", "admin", "language"})]
        parts += [one.get_secret_value() if one else "" for one in (self.token, self.url, self.secret, self.password)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    @property
    def address(self) -> str:
        """Where it leads, without a secret: part of what a message in the outbox remembers."""
        if self.kind is ChannelKind.FILE:
            return str(self.folder)
        if self.kind in {ChannelKind.SLACK, ChannelKind.EMAIL}:
            return ",".join(self.to)
        return hashlib.sha256((self.url.get_secret_value() if self.url else "").encode()).hexdigest()[:16]

    def serves(self, team: str) -> bool:
        return "*" in self.teams or team.casefold() in {one.casefold() for one in self.teams}

    @model_validator(mode="after")
    def _check_members(self) -> Self:
        variable = self._name_variable("")
        needs = {
            ChannelKind.SLACK: (("to", bool(self.to)), (f"token ({variable}TOKEN)", self.token is not None)),
            ChannelKind.SLACK_WEBHOOK: ((f"url ({variable}URL)", self.url is not None),),
            ChannelKind.EMAIL: (("to", bool(self.to)), ("host", bool(self.host)), ("sender", bool(self.sender))),
            ChannelKind.WEBHOOK: (
                (f"url ({variable}URL)", self.url is not None),
                (f"secret ({variable}SECRET)", self.secret is not None),
            ),
            ChannelKind.APPRISE: ((f"url ({variable}URL)", self.url is not None),),
            ChannelKind.FILE: (("folder", self.folder is not None),),
        }
        if missing := [name for name, is_there in needs[self.kind] if not is_there]:
            raise ValueError(f"a channel of kind {self.kind} needs {', '.join(missing)}")
        if self.kind is ChannelKind.SLACK and len(self.to) != 1:
            raise ValueError("a channel of kind slack leads to one channel: name one id in `to`")
        return self

    @model_validator(mode="after")
    def _check_addresses(self) -> Self:
        secret = self.url.get_secret_value() if self.url else ""
        if self.kind is ChannelKind.SLACK:
            self._check_slack(self.api_url, "api_url", SLACK_DOMAINS)
            if self.to[0][0] in "#@":
                raise ValueError("`to` is the id of a channel, as in C0123ABCD, which Slack shows among its details")
        elif self.kind is ChannelKind.SLACK_WEBHOOK:
            self._check_slack(secret, self._name_variable("URL"), WEBHOOK_DOMAINS)
        elif self.kind is ChannelKind.WEBHOOK:
            _check_web(secret, self._name_variable("URL"))
        elif self.kind is ChannelKind.APPRISE:
            parts = _split(secret, self._name_variable("URL"))
            if parts.scheme in _PLAIN_SCHEMES and parts.hostname not in LOOPBACK_HOSTS:
                raise ValueError(f"{self._name_variable('URL')} goes over http; take its form with https, as jsons://")
        elif self.kind is ChannelKind.EMAIL and self.tls == "none" and self.host not in LOOPBACK_HOSTS:
            raise ValueError("e-mails leave this machine encrypted only: set tls to starttls or tls")
        return self

    def _check_slack(self, url: str, name: str, domains: tuple[str, ...]) -> None:
        host = _check_web(url, name)
        is_slack = any(f".{host}".endswith(f".{domain}") for domain in domains)
        if not is_slack and host not in LOOPBACK_HOSTS and host not in self.custom_hosts:
            raise ValueError(
                f"{name} leads to another host than {domains[0]}; if that is meant, list the host in custom_hosts"
            )

    def _name_variable(self, member: str) -> str:
        return f"ALIGN_SYNC_CHANNELS__{self.name.upper()}__{member}"


def _split(url: str, name: str) -> SplitResult:
    """Without the address in what it raises, which may be as good as a password."""
    says = f"{name} holds no address such as https://hooks.example.com/digests"
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        raise ValueError(says) from None
    if not (parts.scheme and parts.netloc):
        raise ValueError(says)
    return parts


def _check_web(url: str, name: str) -> str:
    """The host of an address of the web."""
    parts = _split(url, name)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError(f"{name} holds no address such as https://hooks.example.com/digests")
    if parts.username or parts.password or parts.fragment:
        raise ValueError(f"{name} holds a user, a password or a fragment, which are not sent")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
        raise ValueError(f"{name} is not https, so that what is sent could be read on its way")
    return parts.hostname


def name_channels(tables: Any) -> Any:  # noqa: ANN401 -- not yet validated
    """Each channel knows the name of its table."""
    if not isinstance(tables, dict):
        return tables
    return {name: {**table, "name": name} if isinstance(table, dict) else table for name, table in tables.items()}


Channels = Annotated[dict[ChannelName, ChannelSettings], BeforeValidator(name_channels)]
