"""Objectives from their parts: progress as the weighted mean, and the verdict of the weakest part.

Nothing here recurses, so that no cascade is too deep. A loop is cut at its first objective in the book, as in the tree.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum

from align_sync.okr.model import Book, Driver, KeyResultState, Objective
from align_sync.okr.progress import clamp_progress
from align_sync.okr.standing import Health, HealthPolicy, KeyResultStanding, ObjectiveStanding, Standings, Verdict

_RANKS = {health: rank for rank, health in enumerate(Health)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A key result or an objective as a part of an objective or of a team.

    `health` is None where it has none any more, as after it was closed. `because` names the key result it is about.
    """

    key: str
    weight: float
    progress: float | None
    health: Health | None
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUp:
    """What the parts come to: `known` of the `counted` have a progress. `weakest` is the one that gives the verdict."""

    progress: float | None
    known: int
    counted: int
    weakest: Part | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamStanding:
    """All objectives of a team, each with its weight for this team; the fields as those of an objective."""

    team: str
    progress: float | None
    known: int
    counted: int
    verdict: Verdict
    weakest: str = ""


def roll_up(parts: Iterable[Part]) -> RollUp:
    """The mean of the progress of all parts that have one, from 0 to 1 each, by their weights.

    Parts of weight 0 count for nothing. Progress is None, not 0, where no part has any: nobody knows, and nothing done
    is something else.
    """
    counted = [part for part in parts if part.weight > 0]
    known = [(part.weight, clamp_progress(part.progress)) for part in counted if part.progress is not None]
    judged = [(_RANKS[part.health], number) for number, part in enumerate(counted) if part.health is not None]
    return RollUp(
        progress=_mean(known) if known else None,
        known=len(known),
        counted=len(counted),
        weakest=counted[min(judged)[1]] if judged else None,
    )


def roll_up_objectives(
    book: Book, standings: Mapping[str, KeyResultStanding], policy: HealthPolicy
) -> dict[str, ObjectiveStanding]:
    """Every objective of the book, in its order, from its key results as they stand and the objectives below it."""
    cascade = _draw_cascade(book)
    built: dict[str, ObjectiveStanding] = {}
    for objective in cascade.children_first:
        parts: list[Part] = []
        if objective.driver is not Driver.ALIGNED:
            parts += _key_result_parts(objective, standings)
        if objective.driver is not Driver.KEY_RESULTS:
            parts += [_objective_part(built[child.key], child.weight) for child in cascade.below[objective.key]]
        rolled = roll_up(parts)
        built[objective.key] = ObjectiveStanding(
            key=objective.key,
            progress=rolled.progress,
            known=rolled.known,
            counted=rolled.counted,
            verdict=_judge(parts, rolled, policy),
            weakest=rolled.weakest.key if rolled.weakest else "",
        )
    return {objective.key: built[objective.key] for objective in book}


def roll_up_team(book: Book, standings: Standings, team: str, policy: HealthPolicy) -> TeamStanding:
    """A team's objectives, those that it shares with others included, by the weight that each has for this team."""
    weights = {objective.key: _weight_for(objective, team.casefold()) for objective in book}
    parts = [
        _objective_part(standings.objectives[key], weight) for key, weight in weights.items() if weight is not None
    ]
    rolled = roll_up(parts)
    return TeamStanding(
        team=team,
        progress=rolled.progress,
        known=rolled.known,
        counted=rolled.counted,
        verdict=_judge(parts, rolled, policy),
        weakest=rolled.weakest.key if rolled.weakest else "",
    )


def _mean(known: list[tuple[float, float]]) -> float:
    heaviest = max(weight for weight, _ in known)  # weights are scaled by it, so that no sum is beyond all numbers
    scaled = [(weight / heaviest, progress) for weight, progress in known]
    # fsum does not depend on the order. What the last bit of a quotient adds must not lead out of the parts' own range.
    mean = fsum(weight * progress for weight, progress in scaled) / fsum(weight for weight, _ in scaled)
    return min(max(mean, min(progress for _, progress in known)), max(progress for _, progress in known))


def _key_result_parts(objective: Objective, standings: Mapping[str, KeyResultStanding]) -> list[Part]:
    """Archived key results were given up and do not count; closed ones count with what they came to."""
    parts = []
    for key_result in objective.key_results:
        if key_result.state is KeyResultState.ARCHIVED:
            continue
        standing = standings[key_result.key]
        parts.append(
            Part(
                key=key_result.key,
                weight=key_result.weight,
                progress=standing.progress,
                health=standing.verdict.health if key_result.state is KeyResultState.ACTIVE else None,
                because=f"{key_result.key}: {standing.verdict.because}",
            )
        )
    return parts


def _objective_part(standing: ObjectiveStanding, weight: float) -> Part:
    is_over = standing.counted > 0 and not standing.weakest  # all that counts in it is closed
    because = standing.verdict.because if standing.weakest else f"{standing.key}: {standing.verdict.because}"
    health = None if is_over else standing.verdict.health
    return Part(key=standing.key, weight=weight, progress=standing.progress, health=health, because=because)


def _judge(parts: list[Part], rolled: RollUp, policy: HealthPolicy) -> Verdict:
    if rolled.weakest is not None and rolled.weakest.health is not None:
        return Verdict(health=rolled.weakest.health, policy=policy, because=rolled.weakest.because)
    if rolled.counted:
        because = "all that counts in it is closed"
    else:
        because = "all its parts have the weight 0" if parts else "it has no parts that count"
    return Verdict(health=Health.UNKNOWN, policy=policy, because=because)


def _weight_for(objective: Objective, team: str) -> float | None:
    if objective.team.casefold() == team:
        return objective.weight
    return next((share.weight for share in objective.shares if share.team.casefold() == team), None)


@dataclass(frozen=True, slots=True)
class _Cascade:
    children_first: list[Objective]
    below: dict[str, list[Objective]]


def _draw_cascade(book: Book) -> _Cascade:
    above = _find_parents(book)
    below: dict[str, list[Objective]] = {objective.key: [] for objective in book}
    for objective in book:
        parent = above[objective.key]
        if parent is not None:
            below[parent.key].append(objective)
    order = [objective for objective in book if above[objective.key] is None]
    for objective in order:  # grows while it is walked, so that all children come after their parents
        order += below[objective.key]
    return _Cascade(order[::-1], below)


def _find_parents(book: Book) -> dict[str, Objective | None]:
    """The first parent in the book of each objective, whether it names the objective itself or one of its key results.

    A walk up from an objective ends at one that was walked before. Where that was in the same walk it closes a loop;
    the first of its objectives in the book is then left without a parent.
    """
    owners = {kr.key.casefold(): objective for objective, kr in book.by_key.values()}
    owners |= {objective.key.casefold(): objective for objective in book}
    above = {
        objective.key: next(
            (owners[key.casefold()] for key in objective.contributes_to if key.casefold() in owners), None
        )
        for objective in book
    }
    places = {objective.key: place for place, objective in enumerate(book)}
    walked: dict[str, int] = {}
    for walk, start in enumerate(book):
        here: Objective | None = start
        line: list[str] = []
        while here is not None and here.key not in walked:
            walked[here.key] = walk
            line.append(here.key)
            here = above[here.key]
        if here is not None and walked[here.key] == walk:
            loop = line[line.index(here.key) :]
            above[min(loop, key=places.__getitem__)] = None
    return above
