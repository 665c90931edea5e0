"""What was in force at a moment: book, rules, policy and decisions, and the judge who goes by them.

The present is a moment like any other. `report --as-of` judges by the book and the policy of that day, and by what is
known today of the decisions that held then.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from align_sync.app import App
from align_sync.linking.index import BookIndex, build_index
from align_sync.linking.matcher import Judge
from align_sync.linking.policy import Policy
from align_sync.linking.ruleset import RuleSet
from align_sync.okr.model import Book
from align_sync.store.books import AppliedBook, load_book, load_closed_on
from align_sync.store.decisions import DecisionBook, load_decisions
from align_sync.store.policies import load_policy
from align_sync.work import Sprint, SprintState


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`at` is the instant and `today` the day in the organisation's zone; `applied` is None before the first book."""

    at: datetime
    today: date
    applied: AppliedBook | None
    index: BookIndex
    rules: RuleSet
    policy: Policy
    decisions: DecisionBook
    judge: Judge

    zone: ZoneInfo

    @property
    def book(self) -> Book:
        return self.applied.book if self.applied else Book()

    @property
    def fingerprint(self) -> str:
        """Changes where anything does that every verdict depends on."""
        return f"{self.index.fingerprint}:{self.rules.fingerprint}:{self.policy.fingerprint}"


def load_moment(app: App, connection: Connection, at: datetime | None = None) -> Moment:
    """What is in force now, or was at an instant of the past."""
    instant = at or app.now()
    zone = ZoneInfo(app.settings.timezone)
    today = instant.astimezone(zone).date()
    applied = load_book(connection, at)
    book = applied.book if applied else Book()
    index = build_index(book, today=today, closed_on=load_closed_on(connection, book, at))
    rules, policy = app.rules, app.policy
    if at is not None and (earlier := load_policy(connection, at)) is not None:
        rules, policy = earlier
    policy = policy.on(today)
    decisions = load_decisions(connection, at=instant, day=today)
    return Moment(
        at=instant,
        today=today,
        applied=applied,
        index=index,
        rules=rules,
        policy=policy,
        decisions=decisions,
        judge=Judge(index, rules, policy=policy, decisions=decisions),
        zone=zone,
    )


_RANK = {SprintState.ACTIVE: 0, SprintState.FUTURE: 1, SprintState.CLOSED: 2}


class Teams:
    """Whose sprint an item is in: of an active one before one to come, of that before one that is over."""

    def __init__(self, sprints: Iterable[Sprint]) -> None:
        ranked = sorted(enumerate(sprints), key=lambda one: (_RANK[one[1].state], one[0]))
        self._ranks = {(s.ref.source, s.ref.external_id): (rank, s.team) for rank, (_, s) in enumerate(ranked)}

    def find(self, source: str, sprint_ids: Iterable[str]) -> str:
        """The team, empty where the item is in no sprint that is known."""
        known = [self._ranks[source, sprint_id] for sprint_id in sprint_ids if (source, sprint_id) in self._ranks]
        return min(known)[1] if known else ""

    @property
    def fingerprint(self) -> str:
        """Changes also where a sprint begins or ends: of several that an item is in another one may then come first."""
        return repr(sorted((rank, *identity, team) for identity, (rank, team) in self._ranks.items()))
