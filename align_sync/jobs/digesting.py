"""A digest from what is known now: gathered, compared with the one before, built, and kept with its messages."""

from dataclasses import dataclass, replace
from datetime import datetime

from align_sync.app import App
from align_sync.digests.build import build_digest
from align_sync.digests.model import Digest, DigestKind, DigestState
from align_sync.digests.past import last_said, sort_past
from align_sync.digests.policy import DigestPolicy
from align_sync.digests.trust import find_unusable
from align_sync.errors import UserError
from align_sync.flows.digest import (
    Background,
    MadeDigest,
    check_served,
    find_team,
    keep_digest,
    load_background,
    policy_of,
    say_present,
    week_of,
    zone_of,
)
from align_sync.flows.history import load_decided
from align_sync.flows.report import report
from align_sync.flows.snapshots import find, keep
from align_sync.reports.changes import Changes, compare
from align_sync.reports.model import AlignmentReport, Filters, SourceLine
from align_sync.scheduling.run import Run

TEAM, LEADERSHIP = "team:", "leadership"


def run_digest(app: App, run: Run) -> str:
    """One run of the ledger, whose slot tells the week: `team:Payments`, or `leadership`."""
    if run.subject == LEADERSHIP:
        return make_digest(app, DigestKind.LEADERSHIP, "", at=run.fire_at).says
    if not run.subject.startswith(TEAM):
        raise UserError(f"{run.subject!r} is no team", where=run.kind, advice="name it as team:NAME")
    return make_digest(app, DigestKind.TEAM, run.subject.removeprefix(TEAM), at=run.fire_at).says


def make_digest(app: App, kind: DigestKind, team: str, *, at: datetime, force: bool = False) -> MadeDigest:
    """The digest of the week of `at`, once; with `force` one more, which takes the place of the first.

    Raises `UserError` where no team is called so, and where no channel serves it: the week is not used up by what
    nobody gets.
    """
    team = find_team(app, team) if kind is DigestKind.TEAM else ""
    check_served(app, kind, team)
    maker = _Maker(app=app, kind=kind, team=team, at=at, force=force)
    background = maker.load()
    if background.present is not None and not force:
        return say_present(background.present)
    gathered = _gather(app, team)
    kept = _Gathered(keep(app, gathered.report), gathered.left_out)
    return keep_digest(app, maker.build(background, kept), force=force)


def preview_digest(app: App, kind: DigestKind, team: str, *, at: datetime) -> Digest:
    """What would be sent, were it made now, also where the week has its digest; nothing is written down."""
    team = find_team(app, team) if kind is DigestKind.TEAM else ""
    maker = _Maker(app=app, kind=kind, team=team, at=at, force=False)
    return maker.build(maker.load(), _gather(app, team))


@dataclass(frozen=True, slots=True)
class _Gathered:
    """The report, and the sources that it leaves out since they are too old to say anything."""

    report: AlignmentReport
    left_out: tuple[SourceLine, ...] = ()


def _gather(app: App, team: str) -> _Gathered:
    teams = (team,) if team else ()
    whole = report(app, Filters(teams=teams))
    dead = find_unusable(whole.sources, policy_of(app), app.now())
    alive = tuple(line.source for line in whole.sources if line.source not in dead)
    if not dead or not alive:
        return _Gathered(whole)
    left_out = tuple(line for line in whole.sources if line.source in dead)
    return _Gathered(report(app, Filters(teams=teams, sources=alive)), left_out)


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
        return week_of(self.at, zone_of(self.app, self.team))

    def load(self) -> Background:
        return load_background(self.app, self.kind, self.team, self.week)

    def _choose_policy(self, background: Background) -> DigestPolicy:
        """What administrators were shown this week goes to its readers once a person says so."""
        policy = policy_of(self.app)
        return replace(policy, preview_first=False) if self.force and background.was_shown else policy

    def build(self, background: Background, gathered: _Gathered) -> Digest:
        past = sort_past(self.week, background.past, None)
        previewed = (one for one in past if one.state is DigestState.PREVIEW)
        before = last_said(past) or next(previewed, None)
        return build_digest(
            kind=self.kind,
            team=self.team,
            week=self.week,
            report=replace(gathered.report, timezone=zone_of(self.app, self.team)),
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
