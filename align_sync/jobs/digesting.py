"""A digest from what is known now: gathered, compared with the one before, built, and kept with its messages."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from align_sync.app import App
from align_sync.digests.build import build_digest
from align_sync.digests.model import Digest, DigestKind, DigestState
from align_sync.digests.past import find_before
from align_sync.digests.policy import DigestPolicy
from align_sync.digests.trust import choose_sources, find_unusable, narrow_sources
from align_sync.errors import NotYetError, UserError
from align_sync.flows.digest import (
    Background,
    MadeDigest,
    check_served,
    find_team,
    keep_digest,
    load_background,
    policy_of,
    say_present,
    say_taken,
    week_of,
)
from align_sync.flows.history import load_decided
from align_sync.flows.report import report
from align_sync.flows.snapshots import find, keep
from align_sync.reports.changes import Changes, compare
from align_sync.reports.model import AlignmentReport, Filters, SourceLine
from align_sync.schedules import DIGEST_CATCH_UP
from align_sync.scheduling.run import Run

TEAM, LEADERSHIP = "team:", "leadership"
LOOK_AGAIN_AFTER = timedelta(minutes=15)


def run_digest(app: App, run: Run) -> str:
    """One run of the ledger, whose slot tells the week: `team:Payments`, or `leadership`.

    Raises `NotYetError` where the data allows no digest, until the slot is too old to be made up for. A run that was
    left lying for longer is of the present week: it may cover that one's own.
    """
    kind, team, delay = _read_subject(app, run)
    is_in_time = app.now() < run.fire_at + delay + DIGEST_CATCH_UP
    made = make_digest(app, kind, team, at=run.fire_at if is_in_time else app.now())
    if made.digest.state is not DigestState.WITHHELD:
        return made.says
    if is_in_time:
        advice = "the run looks again until two days after its slot; align-sync doctor says what is wrong"
        raise NotYetError(made.says, wait=LOOK_AGAIN_AFTER, advice=advice)
    return f"{made.says}; withheld to the end"


def _read_subject(app: App, run: Run) -> tuple[DigestKind, str, timedelta]:
    """Whose digest, and how long after its slot it is due."""
    if run.subject == LEADERSHIP:
        return DigestKind.LEADERSHIP, "", app.settings.schedule.roll_up_after
    if not run.subject.startswith(TEAM):
        raise UserError(f"{run.subject!r} is no team", where=run.kind, advice="name it as team:NAME")
    return DigestKind.TEAM, run.subject.removeprefix(TEAM), timedelta()


def make_digest(app: App, kind: DigestKind, team: str, *, at: datetime, force: bool = False) -> MadeDigest:
    """The digest of the week of `at`, once; with `force` one more, which takes the place of the first.

    A week is not used up by what was withheld: it is built anew, and kept as soon as it can be told.
    Raises `UserError` where no team is called so, and where no channel serves it: the week is not used up by what
    nobody gets.
    """
    team = find_team(app, team) if kind is DigestKind.TEAM else ""
    check_served(app, kind, team)
    maker = _Maker(app=app, kind=kind, team=team, at=at, force=force)
    background = maker.load()
    present = None if force else background.present
    if present is not None and background.was_shown:
        return say_present(present)
    gathered = _gather(app, team)
    digest = maker.build(background, gathered)
    # What is withheld again and again leaves no copy of its report each time.
    if present is not None and (still := say_taken(present, digest)) is not None:
        return still
    return keep_digest(app, replace(digest, snapshot=keep(app, gathered.report).snapshot), force=force)


def preview_digest(app: App, kind: DigestKind, team: str, *, at: datetime) -> Digest:
    """What would be sent, were it made now, also where the week has its digest; nothing is written down."""
    team = find_team(app, team) if kind is DigestKind.TEAM else ""
    maker = _Maker(app=app, kind=kind, team=team, at=at, force=False)
    return maker.build(maker.load(), _gather(app, team))


@dataclass(frozen=True, slots=True)
class _Gathered:
    """The report, the sources it is judged by, and those that it leaves out since they are too old to say anything."""

    report: AlignmentReport
    sources: tuple[SourceLine, ...]
    left_out: tuple[SourceLine, ...] = ()


def _gather(app: App, team: str) -> _Gathered:
    teams = (team,) if team else ()
    whole = report(app, Filters(teams=teams))
    own = choose_sources(whole, app.settings.kinds_of(team)) if team else whole.sources
    dead = find_unusable(own, policy_of(app), app.now())
    alive = tuple(line for line in own if line.source not in dead)
    if not dead or not alive:
        return _Gathered(whole, own)
    left_out = tuple(line for line in own if line.source in dead)
    names = tuple(line.source for line in alive)
    return _Gathered(report(app, Filters(teams=teams, sources=names)), alive, left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    """For whom, of which week, and whether a person says that the figures are right."""

    app: App
    kind: DigestKind
    team: str
    at: datetime
    force: bool

    @property
    def week(self) -> str:
        return week_of(self.at, self._zone)

    @property
    def _zone(self) -> str:
        """That of the organisation for leadership."""
        return self.app.settings.zone_of(self.team)

    def load(self) -> Background:
        return load_background(self.app, self.kind, self.team, self.week)

    def _choose_policy(self, background: Background) -> DigestPolicy:
        """What administrators were shown this week goes to its readers once a person says so."""
        policy = policy_of(self.app)
        return replace(policy, preview_first=False) if self.force and background.was_shown else policy

    def build(self, background: Background, gathered: _Gathered) -> Digest:
        before = find_before(self.week, background.past)
        return build_digest(
            kind=self.kind,
            team=self.team,
            week=self.week,
            report=replace(narrow_sources(gathered.report, gathered.sources), timezone=self._zone),
            before=before,
            changes=None if gathered.left_out else _compare(self.app, before, gathered.report),
            history=background.past,
            policy=self._choose_policy(background),
            now=self.app.now(),
            closed_channels=background.closed_channels,
            left_out=gathered.left_out,
            force=self.force,
        )


def _compare(app: App, before: Digest | None, later: AlignmentReport) -> Changes | None:
    """None where the report of then is not kept any more, or was of other sources."""
    if before is None:
        return None
    try:
        earlier = find(app, before.snapshot)
    except UserError:
        return None
    if earlier.filters.sources != later.filters.sources:
        return None
    decided, book = load_decided(app, earlier.generated_at, later.generated_at)
    return compare(earlier, later, decided=decided, book=book)
