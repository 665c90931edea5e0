"""What the service is told: when to do what, how to run, what a digest is like, and how long to keep things."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from align_sync.settings_metrics import LOOPBACK_HOSTS, Duration, Span
from align_sync.settings_policy import Cron, Part

LAST_PORT = 65_535
_ROLL_UP_AFTER = timedelta(days=6)
_SHORTEST_LEASE = timedelta(seconds=5)


class Engine(StrEnum):
    """Who hands the work to the workers: this process itself, or a queue in PostgreSQL for any number of hosts."""

    INLINE = "inline"
    PROCRASTINATE = "procrastinate"


class Language(StrEnum):
    EN = "en"
    IT = "it"


class ScheduleSettings(Part):
    """Cron expressions with names of weekdays, on the wall clock of the team, or of the organisation. Empty is never.

    How often to pull stands in `[sync]`.
    """

    read: Cron = Field(default="0 6 * * *", description="when metrics are read")
    snapshot: Cron = Field(default="30 23 * * *", description="when the report of each team is kept")
    digest: Cron = Field(default="0 9 * * mon", description="when the digest of each team is built")
    roll_up_after: Duration = Field(
        default=timedelta(hours=24), le=_ROLL_UP_AFTER, description="how long after it the one of leadership"
    )
    prune: Cron = Field(default="15 3 * * *", description="when what is too old is removed")


def _check_probes(text: str) -> str:
    """`HOST:PORT`, also for a port alone; empty is none."""
    if not text.strip():
        return ""
    # The shape decides, not a resolver: settings are read where there is no network.
    match = re.fullmatch(r"(?:(?P<host>\[[0-9a-f:.]+\]|[a-z0-9][a-z0-9.-]*):)?(?P<port>\d{1,5})", text.strip().lower())
    if match is None or not 0 < int(match["port"]) <= LAST_PORT:
        raise ValueError(
            "an address is written HOST:PORT, as in 0.0.0.0:9464, or as a port alone for this machine only"
        )
    return f"{match['host'] or '127.0.0.1'}:{match['port']}"


class ServeSettings(Part):
    """`probes` is the address of `/livez`, `/readyz`, `/statusz` and `/metrics`; empty opens none."""

    workers: int = Field(default=2, ge=1, le=64, description="jobs that this process does side by side")
    grace: Duration = Field(default=timedelta(seconds=25), description="from SIGTERM until work is abandoned")
    reconcile_every: Span = timedelta(seconds=30)
    lease: Duration = Field(
        default=timedelta(seconds=60), ge=_SHORTEST_LEASE, description="after which a silent worker is taken for dead"
    )
    probes: Annotated[str, AfterValidator(_check_probes)] = Field(
        default="", description="HOST:PORT; a port alone listens on this machine only"
    )
    probes_token: SecretStr | None = Field(default=None, description="needed where probes listen beyond this machine")

    @property
    def probes_address(self) -> tuple[str, int] | None:
        """Host, without brackets, and port."""
        host, _, port = self.probes.rpartition(":")
        return (host.strip("[]"), int(port)) if port else None

    @model_validator(mode="after")
    def _check_token(self) -> Self:
        address = self.probes_address
        if address and address[0] not in LOOPBACK_HOSTS and self.probes_token is None:
            raise ValueError(
                "probes beyond this machine need a token: set ALIGN_SYNC_SERVE__PROBES_TOKEN, or write the port alone"
            )
        return self


class DigestSettings(Part):
    """What holds for all digests; a channel may say otherwise of its language."""

    language: Language = Language.EN
    quiet_if_unchanged: bool = True
    quiet_points: Annotated[float, Field(ge=0, le=100)] = Field(
        default=1, description="by how many points the coverage may differ and still be the same"
    )
    remind_after_weeks: int = Field(default=4, ge=1, le=52, description="weeks of silence until one line is posted")
    fresh: Duration = Field(default=timedelta(hours=6), description="data that is older gets a banner, and no names")
    unusable: Duration = Field(default=timedelta(days=7), description="a source that is older is left out and named")
    preview_first: bool = Field(default=True, description="the first digest of a team goes to the admin channel alone")


class RetentionSettings(Part):
    """How long what is over is kept. The OKR book, decisions and good readings are kept for ever."""

    runs: Span = timedelta(days=90)
    digests: Span = timedelta(days=730)
    snapshots: Span = timedelta(days=730)
    history: Span = Field(default=timedelta(days=730), description="earlier versions of items and sprints")
    tombstones: Span = Field(default=timedelta(days=180), description="items that are gone from their tracker")
    failed_readings: Span = timedelta(days=90)
