"""How the fields of the schema are read from the records: by their name, or by one of the few rules here."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Protocol

from align_sync.demo.fake_linear.model import (
    Cycle,
    Entity,
    Initiative,
    InitiativeToProject,
    Issue,
    Label,
    Organization,
    Project,
    Team,
    User,
)

Read = Callable[[object, "World"], object]


class World(Protocol):
    """What the rules read beside the record itself."""

    @property
    def now(self) -> datetime: ...

    issues: dict[str, Issue]
    cycles: dict[str, Cycle]
    teams: dict[str, Team]
    projects: dict[str, Project]
    initiatives: dict[str, Initiative]
    placements: dict[str, InitiativeToProject]
    labels: dict[str, Label]
    viewer: User
    organization: Organization

    def by_root(self, root: str) -> Mapping[str, Entity]: ...

    def issue(self, identifier: str) -> Issue: ...


def _is_active(cycle: Cycle, world: World) -> bool:
    return cycle.completed_at is None and cycle.starts_at <= world.now < cycle.ends_at


def _is_future(cycle: Cycle, world: World) -> bool:
    return cycle.starts_at > world.now


def _is_past(cycle: Cycle, world: World) -> bool:
    return not _is_active(cycle, world) and not _is_future(cycle, world)


def _neighbours(cycle: Cycle, world: World) -> list[Cycle]:
    return sorted((each for each in world.cycles.values() if each.team is cycle.team), key=lambda each: each.starts_at)


def _is_next(cycle: Cycle, world: World) -> bool:
    return cycle is next((each for each in _neighbours(cycle, world) if _is_future(each, world)), None)


def _is_previous(cycle: Cycle, world: World) -> bool:
    return cycle is next((each for each in reversed(_neighbours(cycle, world)) if _is_past(each, world)), None)


def _initiatives_of(project: Project, world: World) -> list[Initiative]:
    return [each.initiative for each in world.placements.values() if each.project is project]


def _projects_of(initiative: Initiative, world: World) -> list[Project]:
    return [each.project for each in world.placements.values() if each.initiative is initiative]


_RULES: dict[tuple[str, str], Callable[..., object]] = {
    ("Cycle", "isActive"): _is_active,
    ("Cycle", "isFuture"): _is_future,
    ("Cycle", "isPast"): _is_past,
    ("Cycle", "isNext"): _is_next,
    ("Cycle", "isPrevious"): _is_previous,
    ("Cycle", "issues"): lambda cycle, world: [each for each in world.issues.values() if each.cycle is cycle],
    ("Team", "issues"): lambda team, world: [each for each in world.issues.values() if each.team is team],
    ("Team", "cycles"): lambda team, world: [each for each in world.cycles.values() if each.team is team],
    ("Project", "issues"): lambda project, world: [each for each in world.issues.values() if each.project is project],
    ("Project", "initiatives"): _initiatives_of,
    ("Initiative", "projects"): _projects_of,
    ("Initiative", "subInitiatives"): lambda above, world: [
        each for each in world.initiatives.values() if each.parent_initiative is above
    ],
    ("Query", "viewer"): lambda _root, world: world.viewer,
    ("Query", "organization"): lambda _root, world: world.organization,
    ("Query", "teams"): lambda _root, world: world.teams.values(),
    ("Query", "cycles"): lambda _root, world: world.cycles.values(),
    ("Query", "issues"): lambda _root, world: world.issues.values(),
    ("Query", "projects"): lambda _root, world: world.projects.values(),
    ("Query", "initiatives"): lambda _root, world: world.initiatives.values(),
    ("Query", "initiativeToProjects"): lambda _root, world: world.placements.values(),
    ("Query", "issueLabels"): lambda _root, world: world.labels.values(),
}


@cache
def reader(type_name: str, field_name: str) -> Read:
    rule = _RULES.get((type_name, field_name))
    if rule is not None:
        return rule
    read = attrgetter(re.sub(r"(?<!^)([A-Z])", r"_\1", field_name).lower())
    return lambda record, _world: read(record)
