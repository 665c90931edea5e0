"""The trackers: whether they answer to our credentials, whose clock they go by, and how reading them fares."""

from collections.abc import Iterator
from datetime import datetime

from align_sync.app import App, SourceOpener
from align_sync.errors import AuthError, SourceError
from align_sync.flows.diagnose.model import Check, Room
from align_sync.flows.diagnose.standing import Standing
from align_sync.flows.diagnose.times import compare_clocks, say_span
from align_sync.store.watching import SourceStanding
from align_sync.trackers.base import Tracker

ROOM = Room("sources")
LATE_AFTER = 3
"""So many intervals without a complete pass are no hiccup any more."""


def check_sources(app: App, standing: Standing | None, *, is_offline: bool) -> Iterator[Check]:
    if not app.sources:
        advice = "set ALIGN_SYNC_JIRA__URL and …__TOKEN, or ALIGN_SYNC_LINEAR__TOKEN"
        yield ROOM.fault("any", "no source is set", why="there is nothing to read", advice=advice)
    known = {one.source: one for one in standing.sources} if standing else {}
    for opener in app.sources:
        if standing is not None:
            yield from _check_health(app, known.get(opener.source), opener.source, standing.at)
        if is_offline:
            yield ROOM.fine(f"{opener.source} sign-in", "not asked: --offline")
        else:
            yield from _ask(app, opener)


def _check_health(app: App, health: SourceStanding | None, source: str, now: datetime) -> Iterator[Check]:
    name, again = f"{source} reading", f"align-sync sync --source {source}"
    if health is None or health.complete_at is None:
        yield ROOM.doubt(name, "never read completely", why="reports are empty until then", advice=again)
        return
    age = now - health.complete_at
    says = f"read completely {say_span(age)} ago"
    if health.blocked_until_at is not None and health.blocked_until_at > now:
        until = f"{health.blocked_until_at:%H:%M} UTC"
        told = f"{says}; left alone until {until} after {health.failures} failures: {health.error or health.failure}"
        yield ROOM.doubt(name, told, why="a source that refuses is not asked again and again", advice=again)
    elif age > app.settings.digest.unusable:
        why = "digests leave it out"
        yield ROOM.fault(name, f"{says}: {health.failure or 'nothing says why'}", why=why, advice=again)
    elif age > LATE_AFTER * app.settings.sync.every or health.failure:
        why = "reports say that they are old"
        yield ROOM.doubt(name, f"{says}; {health.failure or 'no pass since'}", why=why, advice=again)
    else:
        yield ROOM.fine(name, says)


def _ask(app: App, opener: SourceOpener) -> Iterator[Check]:
    name, why = f"{opener.source} sign-in", "nothing new is read from it"
    try:
        tracker = opener.open({})
    except SourceError as error:
        yield ROOM.error(name, error, why=why)
        return
    try:
        identity = tracker.check()
        yield ROOM.fine(name, f"{identity.account}{f' at {identity.server}' if identity.server else ''}")
        yield from _check_reach(app, opener.source, tracker)
    except AuthError as error:
        yield ROOM.error(name, error, why=why, advice="make a new token, then set it again")
    except SourceError as error:
        yield ROOM.error(f"{opener.source} answers", error, why=why)
    finally:
        tracker.close()


def _check_reach(app: App, source: str, tracker: Tracker) -> Iterator[Check]:
    asked_at = app.now()
    listing = tracker.fetch_sprints(thorough=False)
    if listing.sprints:
        yield ROOM.fine(f"{source} sprints", f"{len(listing.sprints)} open sprints are within reach")
    else:
        why, advice = "without a sprint there is nothing to report", "check the boards or teams in the settings"
        yield ROOM.doubt(f"{source} sprints", "no open sprint is within reach", why=why, advice=advice)
    for problem in listing.problems:
        yield ROOM.doubt(
            f"{source} sprints",
            f"{problem.where}: {problem.message}" if problem.where else problem.message,
            why="it is not read",
            advice=problem.advice or "align-sync sync says more",
        )
    if listing.server_at is not None:
        yield compare_clocks(ROOM, f"{source} clock", listing.server_at, asked_at, app.now())
