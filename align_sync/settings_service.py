"""What the service is told: when to do what, how to run, what a digest is like, and how long to keep things."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field, SecretStr

from align_sync.settings_metrics import Duration
from align_sync.settings_policy import Part


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

    read: str = Field(default="0 6 * * *", description="when metrics are read")
    snapshot: str = Field(default="30 23 * * *", description="when the report of each team is kept")
    digest: str = Field(default="0 9 * * mon", description="when the digest of each team is built")
    roll_up_after: Duration = Field(default=timedelta(hours=24), description="how long after it the one of leadership")
    prune: str = Field(default="15 3 * * *", description="when what is too old is removed")


class ServeSettings(Part):
    """`probes` is the address of `/livez`, `/readyz`, `/statusz` and `/metrics`; empty opens none."""

    workers: int = Field(default=2, ge=1, le=64, description="jobs that this process does side by side")
    grace: Duration = Field(default=timedelta(seconds=25), description="from SIGTERM until work is abandoned")
    reconcile_every: Duration = timedelta(seconds=30)
    lease: Duration = Field(default=timedelta(seconds=60), description="after which a silent worker is taken for dead")
    probes: str = Field(default="", description="HOST:PORT; a port alone listens on this machine only")
    probes_token: SecretStr | None = Field(default=None, description="needed where probes listen beyond this machine")


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

    runs: Duration = timedelta(days=90)
    digests: Duration = timedelta(days=730)
    snapshots: Duration = timedelta(days=730)
    history: Duration = Field(default=timedelta(days=730), description="earlier versions of items and sprints")
    tombstones: Duration = Field(default=timedelta(days=180), description="items that are gone from their tracker")
    failed_readings: Duration = timedelta(days=90)
