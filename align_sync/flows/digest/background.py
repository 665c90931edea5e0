"""What is known before a digest is built: whose week it is, what was said before, which channels are closed."""

import json
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from align_sync.app import App
from align_sync.digests.model import Digest, DigestKind
from align_sync.digests.policy import DigestPolicy
from align_sync.errors import UserError
from align_sync.flows.digest.made import is_withheld
from align_sync.store.channels import load_channels
from align_sync.store.digests import StoredDigest, find_digest, load_before
from align_sync.store.sprints import load_team_names

WEEKS = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What is known before a digest is built: the one of this week, those before, channels that are closed."""

    present: StoredDigest | None
    past: tuple[Digest, ...]
    closed_channels: tuple[str, ...]

    @property
    def was_shown(self) -> bool:
        """Whether anybody saw the digest of this week, if only as a preview."""
        return self.present is not None and not is_withheld(self.present)


def week_of(at: datetime, zone: str) -> str:
    """The ISO week, whose year is not always that of the day: 1 Jan 2027 lies in 2026-W53."""
    year, week, _ = at.astimezone(ZoneInfo(zone)).isocalendar()
    return f"{year}-W{week:02d}"


def known_teams(app: App) -> tuple[str, ...]:
    """Those of the settings, and those of the sprints that were read."""
    with app.store.read() as connection:
        names = {team.casefold(): team for team in load_team_names(connection)}
    names |= {one.name.casefold(): one.name for one in app.settings.teams}
    return tuple(sorted(names.values(), key=str.casefold))


def find_team(app: App, name: str) -> str:
    """As it is written where it is known. Raises `UserError` where it is not."""
    known = known_teams(app)
    found = next((team for team in known if team.casefold() == name.casefold()), None)
    if found is None:
        advice = f"known are: {', '.join(known)}" if known else "run align-sync sync first"
        raise UserError(f"no team is called {name!r}", where="--team", advice=advice)
    return found


def is_served(app: App, kind: DigestKind, team: str) -> bool:
    """Whether some channel gets it each week; the channel for administrators alone does not."""
    channels = app.settings.channels.values()
    if kind is DigestKind.LEADERSHIP:
        return any(channel.leadership for channel in channels)
    return any(channel.serves(team) for channel in channels)


def check_served(app: App, kind: DigestKind, team: str) -> None:
    """Raises `UserError` where no channel gets it."""
    if is_served(app, kind, team):
        return
    whose, setting = (
        ("the roll-up for leadership", "leadership = true")
        if kind is DigestKind.LEADERSHIP
        else (f"the digest of {team}", f'{json.dumps(team, ensure_ascii=False)} to teams, or teams = ["*"],')
    )
    advice = f"add {setting} to one of the tables [channels.NAME]; what it says is shown by align-sync digest preview"
    raise UserError(f"no channel gets {whose}", where="channels", advice=advice)


def policy_of(app: App) -> DigestPolicy:
    """A preview needs somebody who sees it."""
    own = app.settings.digest
    has_admin = any(channel.admin for channel in app.settings.channels.values())
    return DigestPolicy(
        fresh=own.fresh,
        unusable=own.unusable,
        quiet_if_unchanged=own.quiet_if_unchanged,
        quiet_points=own.quiet_points,
        remind_after_weeks=own.remind_after_weeks,
        preview_first=own.preview_first and has_admin,
    )


def load_background(app: App, kind: DigestKind, team: str, week: str) -> Background:
    with app.store.read() as connection:
        states = load_channels(connection)
        closed = (
            name
            for name, settings in app.settings.channels.items()
            if name in states and states[name].is_closed_to(settings.fingerprint)
        )
        return Background(
            present=find_digest(connection, kind, team, week),
            past=tuple(one.digest for one in load_before(connection, kind, team, week, weeks=WEEKS)),
            closed_channels=tuple(closed),
        )
