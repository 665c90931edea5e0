"""Where digests go: one entry a channel, with secrets from the environment only."""

import hashlib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator

from align_sync.settings_metrics import ConnectionName
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
    custom_hosts: tuple[str, ...] = Field(default=(), description="hosts inside the own network that may be reached")
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
        variable = f"ALIGN_SYNC_CHANNELS__{self.name.upper()}__"
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


def name_channels(tables: Any) -> Any:  # noqa: ANN401 -- not yet validated
    """Each channel knows the name of its table."""
    if not isinstance(tables, dict):
        return tables
    return {name: {**table, "name": name} if isinstance(table, dict) else table for name, table in tables.items()}


Channels = Annotated[dict[ConnectionName, ChannelSettings], BeforeValidator(name_channels)]
