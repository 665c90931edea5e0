"""What a deployment sets: policy in `align-sync.toml`, secrets in the environment, `.env` or a secrets folder.

Frozen after reading. A value comes from, in this order: the caller, the environment, `.env`, the secrets folder, the
file, the default. How the file is found is in `settings_sources.py`.
"""

import re
from collections import Counter
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from align_sync.linking.policy import DEFAULT_BUDGET
from align_sync.okr.metrics import MetricDefinition
from align_sync.okr.standing import HealthPolicy
from align_sync.reports.model import Lens
from align_sync.settings_channels import Channels
from align_sync.settings_metrics import (
    LOOPBACK_HOSTS,
    ConnectionName,
    ConnectionSettings,
    Duration,
    LintSettings,
    MetricSettings,
    ReadingsSettings,
    Span,
)
from align_sync.settings_policy import (
    HUNDRED,
    Budget,
    CalendarSettings,
    ExemptSettings,
    MapSettings,
    Name,
    Part,
    TeamSettings,
    Zone,
)
from align_sync.settings_service import (
    DigestSettings,
    Engine,
    RetentionSettings,
    ScheduleSettings,
    ServeSettings,
)

LINEAR_API = "https://api.linear.app/graphql"
ATLASSIAN_GATEWAY = "https://api.atlassian.com"
ATLASSIAN_LOGIN = "https://auth.atlassian.com"
LONGEST_PATTERN = 300


def _check_url(url: str) -> str:
    parts = urlsplit(url.strip())
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("an address such as https://example.atlassian.net is needed")
    if parts.username or parts.password or parts.fragment or parts.query:
        raise ValueError("the address holds no user, password, query or fragment; credentials have their own settings")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
        raise ValueError("only https is accepted, except for this machine itself, since a token would go in the clear")
    return url.strip().rstrip("/")


Url = Annotated[str, AfterValidator(_check_url)]


class JiraAuth(StrEnum):
    """How to sign in to Jira; `AUTO` is basic where an e-mail address is set, a bearer token where it is not."""

    AUTO = "auto"
    BASIC = "basic"
    BEARER = "bearer"
    OAUTH = "oauth"


class JiraSettings(Part):
    """One Jira site. `url` is the site as people open it, also where requests go through Atlassian's gateway."""

    url: Url | None = None
    email: str | None = None
    token: SecretStr | None = None
    auth: JiraAuth = JiraAuth.AUTO
    flavour: Literal["auto", "cloud", "datacenter"] = "auto"
    scoped: bool = Field(default=False, description="the token is a scoped one, which answers only on the gateway")
    cloud_id: str | None = Field(default=None, description="found by itself for scoped tokens and OAuth")
    gateway_url: Url = ATLASSIAN_GATEWAY
    login_url: Url = ATLASSIAN_LOGIN
    client_id: str | None = None
    client_secret: SecretStr | None = None
    oauth_file: Path | None = Field(default=None, description="where the rotating refresh token is kept, mode 0600")
    boards: tuple[int, ...] = Field(default=(), description="only these boards; all boards where empty")
    kr_fields: tuple[str, ...] = Field(default=(), description="custom fields that hold a key result's key, by id")
    points_fields: tuple[str, ...] = Field(default=(), description="estimation fields beside the board's own, by id")
    remote_links: bool = Field(default=False, description="read remote links too: one request for each changed item")
    concurrency: int = Field(default=16, ge=1, le=64)
    ca_file: Path | None = None

    @property
    def is_set(self) -> bool:
        return self.url is not None

    @model_validator(mode="after")
    def _check_credentials(self) -> Self:
        if self.url is None:
            return self
        if self.auth is JiraAuth.OAUTH:
            if not (self.client_id and self.client_secret and self.oauth_file):
                raise ValueError("OAuth needs client_id, client_secret and oauth_file")
        elif self.token is None:
            raise ValueError("a token is missing: set ALIGN_SYNC_JIRA__TOKEN")
        if self.auth is JiraAuth.BASIC and not self.email:
            raise ValueError("basic sign-in needs an e-mail address: set ALIGN_SYNC_JIRA__EMAIL")
        return self


class LinearSettings(Part):
    """One Linear workspace. A personal key goes as it is, an OAuth token (`oauth = true`) as a bearer token."""

    token: SecretStr | None = None
    url: Url = LINEAR_API
    oauth: bool = False
    teams: tuple[str, ...] = Field(default=(), description="only these teams, by key; all teams where empty")
    concurrency: int = Field(default=4, ge=1, le=16)
    ca_file: Path | None = None

    @property
    def is_set(self) -> bool:
        return self.token is not None


class DatabaseSettings(Part):
    url: SecretStr = SecretStr("sqlite:///align-sync.db")
    journal_mode: Literal["auto", "wal", "delete"] = "auto"


class SyncSettings(Part):
    """When to pull, and how far back to look again: the search index of Jira lags behind its database."""

    every: Span = timedelta(minutes=15)
    full_every: Duration = timedelta(days=1)
    overlap: Duration = timedelta(minutes=10)
    wide_overlap: Duration = timedelta(hours=12)
    wide_every: Duration = timedelta(hours=1)


def _check_category(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise ValueError(f"{name!r} is no category; it is written in small letters, digits and dashes, as in on-call")
    return name


PerCent = Annotated[float, Field(ge=0, le=HUNDRED)]


class PolicySettings(Part):
    goal: PerCent = Field(default=80, description="per cent of the work that should serve a key result")
    warn: PerCent = 70
    unknown_limit: PerCent = Field(default=5, description="above this per cent the headline is withheld")
    count_by: Lens = Field(default=Lens.ITEMS, description="what the headline counts")
    grace_days: int = Field(default=3, ge=0, le=60, description="working days before an unlinked item counts")
    exempt_budget: Budget = Field(
        default=DEFAULT_BUDGET * HUNDRED, description="per cent of a team's work that may be exempt"
    )
    recent_days: int = Field(default=14, ge=1, le=366, description="how far back links count as new")
    imputed_limit: PerCent = Field(default=20, description="above this per cent the points are withheld")
    categories: tuple[Annotated[Name, AfterValidator(_check_category)], ...] = Field(
        default=(), description="reasons for exemptions beside the built-in ones"
    )
    health: HealthPolicy = Field(default=HealthPolicy.DAYS_BEHIND, description="by what key results are judged")
    cadence_days: int = Field(default=14, ge=1, le=366, description="days between two check-ins")
    stale_days: int = Field(default=14, ge=1, le=366, description="how old a value may be without a refresh of its own")


def _check_teams(teams: tuple[TeamSettings, ...]) -> tuple[TeamSettings, ...]:
    times = Counter(team.name.casefold() for team in teams)
    if twice := dict.fromkeys(team.name for team in teams if times[team.name.casefold()] > 1):
        raise ValueError(f"team named twice: {', '.join(twice)}")
    return teams


def _check_pattern(text: str) -> str:
    if len(text) > LONGEST_PATTERN:
        raise ValueError(f"a pattern has at most {LONGEST_PATTERN} characters")
    try:
        groups = re.compile(text).groupindex
    except re.error as error:
        raise ValueError(f"the pattern does not compile: {error}") from None
    if "kr" not in groups:
        raise ValueError("the pattern needs a group (?P<kr>...) around the key result's key")
    return text


class MatchKind(StrEnum):
    LABEL = "label"
    LINK = "link"
    TEXT = "text"
    PARENT = "parent"


class MatchSettings(Part):
    """One way to find the key result of an item. `link` reads addresses, in descriptions too with `in_text`."""

    kind: MatchKind
    pattern: Annotated[str, AfterValidator(_check_pattern)] | None = None
    in_text: bool = False
    depth: int = Field(default=10, ge=0, le=20)

    @model_validator(mode="after")
    def _check_members(self) -> Self:
        if self.kind is MatchKind.LINK and self.pattern is None:
            raise ValueError("a rule of kind link needs a pattern")
        if self.in_text and self.kind is not MatchKind.LINK:
            raise ValueError("in_text belongs to a rule of kind link")
        return self


class LogSettings(Part):
    level: Literal["debug", "info", "warning", "error"] = "warning"
    format: Literal["auto", "console", "json"] = "auto"


class Settings(BaseSettings):
    """Everything that a deployment sets, frozen."""

    model_config = SettingsConfigDict(
        env_prefix="ALIGN_SYNC_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        nested_model_default_partial_update=True,
    )

    timezone: Zone = "UTC"
    jira: JiraSettings = JiraSettings()
    linear: LinearSettings = LinearSettings()
    database: DatabaseSettings = DatabaseSettings()
    sync: SyncSettings = SyncSettings()
    policy: PolicySettings = PolicySettings()
    calendar: CalendarSettings = CalendarSettings()
    log: LogSettings = LogSettings()
    teams: Annotated[tuple[TeamSettings, ...], AfterValidator(_check_teams)] = ()
    match: tuple[MatchSettings, ...] = ()
    map: tuple[MapSettings, ...] = ()
    exempt: tuple[ExemptSettings, ...] = ()
    okrs: tuple[Path, ...] = Field(default=(), description="files or folders that `okr apply` reads by itself")
    metrics: tuple[MetricSettings, ...] = ()
    connections: dict[ConnectionName, ConnectionSettings] = {}
    readings: ReadingsSettings = ReadingsSettings()
    lint: LintSettings = LintSettings()
    engine: Engine = Engine.INLINE
    schedule: ScheduleSettings = ScheduleSettings()
    serve: ServeSettings = ServeSettings()
    digest: DigestSettings = DigestSettings()
    channels: Channels = {}
    keep: RetentionSettings = RetentionSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Nothing is read by itself: `settings_sources.load_settings` merges the layers."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @property
    def has_source(self) -> bool:
        return self.jira.is_set or self.linear.is_set

    def metric_definitions(self) -> tuple[MetricDefinition, ...]:
        return tuple(metric.definition() for metric in self.metrics)

    def calendar_of(self, team: str) -> CalendarSettings:
        """The calendar of a team, also of one that the settings do not know."""
        own = self._find_team(team)
        return own.fill_in(self.calendar) if own else self.calendar

    def budget_of(self, team: str) -> float:
        """The share of a team's work, from 0 to 1, that may be exempt."""
        own = self._find_team(team)
        budget = self.policy.exempt_budget if own is None or own.exempt_budget is None else own.exempt_budget
        return budget / HUNDRED

    def zone_of(self, team: str) -> str:
        """The time zone of a team, also of one that the settings do not know."""
        own = self._find_team(team)
        return self.timezone if own is None or own.timezone is None else own.timezone

    def kinds_of(self, team: str) -> tuple[str, ...]:
        """The kinds of trackers in which a team is said to work; none where nothing is said."""
        own = self._find_team(team)
        if own is None:
            return ()
        return tuple(kind for kind, place in (("jira", own.jira_board), ("linear", own.linear_team)) if place)

    def _find_team(self, name: str) -> TeamSettings | None:
        return next((team for team in self.teams if team.name.casefold() == name.casefold()), None)
