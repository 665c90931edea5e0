"""Made-up work for the benchmark of linking: sub-tasks with two labels each, below stories, epics and initiatives."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from align_sync.work import (
    ItemKind,
    ItemRef,
    Parent,
    Relation,
    Sprint,
    SprintRef,
    SprintState,
    StatusCategory,
    Url,
    WorkItem,
)
from benchmarks.link_book import MadeKeyResult

SOURCE = "jira"
SITE = "https://example.atlassian.net"
BELOW = 8
"""How many sub-tasks a story has, stories an epic, epics an initiative."""

ITEMS_A_SPRINT = 100
SPRINTS_A_BLOCK = 10
TEAMS_A_BLOCK = 3
"""Of ten sprints three teams have one active and two coming ones each; the first has the closed one, its history."""

_FIRST_ID = 10_000_000
_AREAS = ("api", "app", "billing", "checkout", "cards", "ledger", "login", "search", "mail", "onboarding")
_ASPECTS = (
    "backend", "frontend", "design", "quality", "release", "flaky", "customer", "debt", "security", "latency",
    "audit", "mobile", "import", "export", "alerts", "docs", "pilot", "partner", "rollout", "experiment",
)  # fmt: skip
ORDINARY_LABELS = tuple(
    f"team/{area}-{aspect}" if place == 4 else f"{area}-{aspect}"
    for place, aspect in enumerate(_ASPECTS)
    for area in _AREAS
)
RARE_LABELS = ORDINARY_LABELS[-10:]
_VERBS = ("Show", "Retry", "Move", "Check", "Translate", "Log", "Cache", "Rename", "Split", "Limit")
_THINGS = ("failed payments", "the invoice list", "stored cards", "refunds of partners", "the weekly summary mail")
_PLACES = ("before the deadline passes", "on the settings page", "for accounts with two owners", "without a reload")
_PEOPLE = tuple(f"{first} {last}" for first in ("Ada", "Bea", "Carlo", "Dana", "Elio") for last in ("Rossi", "Weiss"))
"""Of each team: what somebody has in progress lies in the sprints of one team."""

_PRIORITIES = ("High", "Medium", "Medium", "Low")
_POINTS = (1.0, 2.0, 3.0, 5.0, 8.0, None)
_STATUSES = {
    SprintState.FUTURE: (("To do", StatusCategory.TODO),),
    SprintState.ACTIVE: (
        ("To do", StatusCategory.TODO),
        ("In progress", StatusCategory.IN_PROGRESS),
        ("In review", StatusCategory.IN_PROGRESS),
        ("Done", StatusCategory.DONE),
    ),
    SprintState.CLOSED: (("Done", StatusCategory.DONE),),
}


@dataclass(frozen=True, slots=True)
class Level:
    """One storey of the hierarchy. `share` is how many of its items carry a label that names a key result."""

    kind: ItemKind
    name: str
    share: float


LEVELS = (
    Level(ItemKind.SUBTASK, "Sub-task", 0.35),
    Level(ItemKind.STORY, "Story", 0.05),
    Level(ItemKind.EPIC, "Epic", 0.30),
    Level(ItemKind.OTHER, "Initiative", 0.0),
)
_WITH_TWO = 0.01
_MISTYPED = 0.02
_CLOSED = 0.02


def team_of(sprint: int) -> str:
    """Whose sprint it is."""
    block, within = divmod(sprint, SPRINTS_A_BLOCK)
    return f"Team {block * TEAMS_A_BLOCK + within % (SPRINTS_A_BLOCK - 1) // TEAMS_A_BLOCK:05d}"


def count_sprints(items: int) -> int:
    return -(-items // ITEMS_A_SPRINT)


def make_sprint(number: int, now: datetime) -> Sprint:
    state = _state_of(number)
    started = {SprintState.ACTIVE: -8, SprintState.CLOSED: -30}.get(state, 6 + 14 * (number % 2))
    starts_at = now + timedelta(days=started)
    ends_at = starts_at + timedelta(days=14)
    return Sprint(
        ref=SprintRef(source=SOURCE, external_id=str(number + 1)),
        name=f"{team_of(number)} sprint {number + 1}",
        state=state,
        team=team_of(number),
        board=f"{team_of(number)} board",
        goal="Refunds work without the help of a person",
        starts_at=starts_at,
        ends_at=ends_at,
        completed_at=ends_at if state is SprintState.CLOSED else None,
    )


def _state_of(sprint: int) -> SprintState:
    within = sprint % SPRINTS_A_BLOCK
    if within == SPRINTS_A_BLOCK - 1:
        return SprintState.CLOSED
    return SprintState.FUTURE if within % TEAMS_A_BLOCK else SprintState.ACTIVE


class Maker:
    """Makes all items, the same for the same seed: first what is in sprints, then what a pull fetches for it."""

    def __init__(self, items: int, book: Sequence[MadeKeyResult], now: datetime, seed: int) -> None:
        self.items, self.now = items, now
        self._random = Random(seed)
        self._active = [kr.key for kr in book if kr.is_active]
        self._closed = [kr.key for kr in book if not kr.is_active]

    def __iter__(self) -> Iterator[WorkItem]:
        for place in range(self.items):
            if place % BELOW == 0:
                yield self._make(1, place // BELOW)
            yield self._make(0, place)
        for level in (2, 3):
            for place in range(-(-self.items // BELOW**level)):
                yield self._make(level, place)

    def _make(self, level: int, place: int) -> WorkItem:
        random = self._random
        sprint = place * BELOW**level // ITEMS_A_SPRINT
        is_planned = level < 2
        state = _state_of(sprint) if is_planned else SprintState.ACTIVE
        status, category = random.choice(_STATUSES[state])
        ref = _ref(level, place)
        created_at = self.now - timedelta(minutes=random.randrange(60_000, 400_000))
        since = self.now - timedelta(minutes=random.randrange(3_000, 40_000))
        return WorkItem(
            ref=ref,
            title=f"{random.choice(_VERBS)} {random.choice(_THINGS)} {random.choice(_PLACES)} ({place})",
            kind=LEVELS[level].kind,
            kind_name=LEVELS[level].name,
            status=status,
            status_category=category,
            category_since=since,
            container=ref.key.partition("-")[0],
            components=(random.choice(_AREAS),),
            assignee=f"{random.choice(_PEOPLE)} of {team_of(sprint)}" if is_planned else None,
            priority=random.choice(_PRIORITIES),
            points=random.choice(_POINTS) if is_planned else None,
            labels=self._label(LEVELS[level].share),
            parents=(Parent(_ref(level + 1, place // BELOW)),) if level + 1 < len(LEVELS) else (),
            relations=self._relate(place) if random.random() < 0.1 else (),
            urls=(Url(address=f"{SITE}/wiki/spaces/P/pages/{place}", title="Notes", place="remote link"),)
            if random.random() < 0.03
            else (),
            sprint_ids=(str(sprint + 1),) if is_planned else (),
            address=f"{SITE}/browse/{ref.key}",
            created_at=created_at,
            updated_at=since,
        )

    def _relate(self, place: int) -> tuple[Relation, ...]:
        return (Relation("blocks", _ref(0, self._random.randrange(max(0, place - 400), place + 1))),)

    def _label(self, share: float) -> tuple[str, ...]:
        random = self._random
        drawn = random.random()
        if drawn >= share:
            first, second = self._ordinary(), self._ordinary()
            return (first, second) if first != second else (first, f"{second}-2")
        if drawn < _WITH_TWO:
            first, second = random.sample(self._active, 2)
            part = random.randrange(1, 10)
            return (f"okr/{first}=0.{part}", f"okr/{second}=0.{10 - part}")
        return (self._naming(), self._ordinary())

    def _ordinary(self) -> str:
        # Squared, so that some labels are everywhere and others rare, as in real trackers.
        return ORDINARY_LABELS[int(len(ORDINARY_LABELS) * self._random.random() ** 2)]

    def _naming(self) -> str:
        drawn = self._random.random()
        if drawn < _MISTYPED:
            return f"okr/{self._mistype(self._random.choice(self._active))}"
        if drawn < _MISTYPED + _CLOSED:
            return f"okr/{self._random.choice(self._closed)}"
        key = self._random.choice(self._active)
        if drawn < 0.85:
            return f"okr/{key}"
        return f"okr/{key.lower()}" if drawn < 0.92 else f"okr:{key}" if drawn < 0.96 else key

    def _mistype(self, key: str) -> str:
        match self._random.randrange(4):
            case 0:
                return key.replace(".", "")
            case 1:
                return f"{key}{key[-1]}"
            case 2:
                return key.replace("KR", "K")
            case _:
                return key.replace(".", ",")


def _ref(level: int, place: int) -> ItemRef:
    sprint = place * BELOW**level // ITEMS_A_SPRINT
    project = f"T{team_of(sprint).removeprefix('Team ')}"
    number = (level + 1) * _FIRST_ID + place
    return ItemRef(source=SOURCE, external_id=str(number), key=f"{project}-{number}")
