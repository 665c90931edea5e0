"""Builds everything once and closes everything once; the only reader of the clock and of randomness."""

import os
import random
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx

from align_sync.delivery.base import Channel
from align_sync.delivery.opening import open_channel
from align_sync.linking.policy import ExemptionRule, MappingRule, Policy
from align_sync.linking.ruleset import DEFAULT_DEPTH, DEFAULT_LABEL_PATTERNS, RuleSet, build_ruleset
from align_sync.seams import Seams, pass_failpoint
from align_sync.settings import MatchKind, Settings
from align_sync.settings_channels import ChannelSettings
from align_sync.store.engine import Store, open_store
from align_sync.store.migrate import prepare_schema
from align_sync.trackers.base import Facts, Tracker
from align_sync.trackers.jira.client import open_jira
from align_sync.trackers.linear.client import open_linear
from align_sync.trackers.persistence import Patience

JIRA = "jira"
LINEAR = "linear"
LATEST_ZONE = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOpener:
    """One configured source: its name, its kind, and how to open it with what an earlier run found out."""

    source: str
    kind: str
    open: Callable[[Facts], Tracker]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What every flow works with. `owner` names this process where several share a database."""

    settings: Settings
    store: Store
    seams: Seams
    rules: RuleSet
    policy: Policy
    sources: tuple[SourceOpener, ...]
    owner: str
    open_channel: Callable[[ChannelSettings], Channel]
    is_sample: bool = False
    stop: threading.Event = field(default_factory=threading.Event)

    def now(self) -> datetime:
        return self.seams.now()


def read_clock() -> datetime:
    return datetime.now(UTC)


def read_today() -> date:
    """The day that it still is somewhere on Earth: no rule has ended while its last day runs anywhere."""
    return (read_clock() - LATEST_ZONE).date()


def draw_secret(size: int) -> bytes:
    """So many bytes that nobody can guess."""
    return secrets.token_bytes(size)


def real_seams(
    stop: threading.Event,
    failpoint: Callable[[str], None] = pass_failpoint,
    now: Callable[[], datetime] = read_clock,
) -> Seams:
    """The world as it is. A sleep ends at once when the process is asked to stop."""
    return Seams(
        now=now,
        sleep=lambda seconds: void(stop.wait(seconds)),
        uniform=random.uniform,
        failpoint=failpoint,
        stopping=stop.is_set,
    )


def void(_result: object) -> None:
    """Take a result that nobody needs."""


@contextmanager
def open_app(
    settings: Settings,
    *,
    seams: Seams | None = None,
    transports: Mapping[str, httpx.BaseTransport] | None = None,
    patience: Patience | None = None,
    is_sample: bool = False,
    stop: threading.Event | None = None,
) -> Iterator[App]:
    """Open the store, bring its schema up to date, and prepare the sources; close all of it at the end."""
    stop = stop or threading.Event()
    is_real = seams is None
    seams = seams or real_seams(stop, arm_failpoint(os.environ), choose_clock(os.environ))
    store = open_store(
        settings.database.url.get_secret_value(),
        failpoint=seams.failpoint,
        journal_mode=settings.database.journal_mode,
        server_clock=is_real,
    )
    try:
        prepare_schema(store)
        rules = build_rules(settings)
        yield App(
            settings=settings,
            store=store,
            seams=seams,
            rules=rules,
            policy=build_policy(settings),
            sources=tuple(_sources(settings, rules, seams, transports or {}, patience)),
            owner=name_process(),
            open_channel=lambda channel: open_channel(channel, seams=seams),
            is_sample=is_sample,
            stop=stop,
        )
    finally:
        store.close()


def _sources(
    settings: Settings,
    rules: RuleSet,
    seams: Seams,
    transports: Mapping[str, httpx.BaseTransport],
    patience: Patience | None,
) -> Iterator[SourceOpener]:
    if settings.jira.is_set:
        boards = {team.jira_board: team.name for team in settings.teams if team.jira_board is not None}
        yield SourceOpener(
            source=JIRA,
            kind=JIRA,
            open=lambda facts: open_jira(
                settings.jira,
                source=JIRA,
                board_teams=boards,
                wants_text=rules.wants_text,
                seams=seams,
                facts=facts,
                transport=transports.get(JIRA),
                patience=patience,
            ),
        )
    if settings.linear.is_set:
        teams = {team.linear_team: team.name for team in settings.teams if team.linear_team is not None}
        linear = settings.linear
        if teams and not linear.teams:
            linear = linear.model_copy(update={"teams": tuple(teams)})
        yield SourceOpener(
            source=LINEAR,
            kind=LINEAR,
            open=lambda facts: open_linear(
                linear,
                source=LINEAR,
                team_names=teams,
                want_text=rules.wants_text,
                seams=seams,
                facts=facts,
                transport=transports.get(LINEAR),
                patience=patience,
            ),
        )


def build_rules(settings: Settings) -> RuleSet:
    """The rules of the settings; labels and parents count by default, texts only where they are asked for."""
    by_kind = {kind: [rule for rule in settings.match if rule.kind is kind] for kind in MatchKind}
    labels = tuple(rule.pattern for rule in by_kind[MatchKind.LABEL] if rule.pattern) or DEFAULT_LABEL_PATTERNS
    links = by_kind[MatchKind.LINK]
    return build_ruleset(
        label_patterns=labels,
        url_patterns=tuple(rule.pattern for rule in links if rule.pattern),
        with_mentions=bool(by_kind[MatchKind.TEXT]),
        with_text_urls=any(rule.in_text for rule in links),
        depth=max((rule.depth for rule in by_kind[MatchKind.PARENT]), default=DEFAULT_DEPTH),
    )


def build_policy(settings: Settings) -> Policy:
    """The rules `map` and `exempt` of the settings in their order, also those that have ended."""
    return Policy(
        mappings=tuple(
            MappingRule(
                name=rule.name,
                key_result=rule.kr,
                conditions=rule.conditions,
                owner=rule.owner,
                expires_on=rule.expires_on,
            )
            for rule in settings.map
        ),
        exemptions=tuple(
            ExemptionRule(
                name=rule.name,
                category=rule.category,
                conditions=rule.conditions,
                reason=rule.reason,
                expires_on=rule.expires_on,
            )
            for rule in settings.exempt
        ),
    )


def name_process() -> str:
    """Host, process id and the start of the process, so that a number that was given again is not taken for it."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start_of(os.getpid())}"


def is_dead(owner: str) -> bool:
    """Whether a process of this host that called itself so is certainly gone. Of other hosts nothing is known."""
    host, _, rest = owner.partition(":")
    number, _, start = rest.partition(":")
    if host != socket.gethostname() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _start_of(int(number)) != start


def _start_of(process_id: int) -> str:
    """When the process began, in clock ticks since boot; "0" where the system does not tell."""
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8")
    except OSError:
        return "0"
    return stat.rpartition(")")[2].split()[19]


def arm_failpoint(environ: Mapping[str, str]) -> Callable[[str], None]:
    """For kill tests: `ALIGN_SYNC_FAILPOINT=commit.before:3` ends the process, as kill -9 does, at the third time."""
    name, _, times = environ.get("ALIGN_SYNC_FAILPOINT", "").partition(":")
    if not name:
        return pass_failpoint
    lock, left = threading.Lock(), [int(times or 1)]

    def fail(reached: str) -> None:
        with lock:
            if reached != name:
                return
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), 9)

    return fail


def choose_clock(environ: Mapping[str, str]) -> Callable[[], datetime]:
    """For chaos tests: `ALIGN_SYNC_CLOCK_OFFSET_FILE` names a file with the seconds by which this clock is wrong."""
    name = environ.get("ALIGN_SYNC_CLOCK_OFFSET_FILE", "")
    if not name:
        return read_clock
    path = Path(name)

    def read_wrong_clock() -> datetime:
        return read_clock() + timedelta(seconds=float(path.read_text(encoding="ascii")))

    return read_wrong_clock
