"""One document of an OKR file read into drafts: what is sound, entry by entry, and the faults of the rest.

A key result with a fault is left out and its siblings stay; an objective with a fault of its own is left out with its
key results. Their ids stay known, so that nobody is told of an unknown key because of another fault.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from align_sync.okr.document import KeyResultEntry, MatchEntry, MetricEntry, ObjectiveEntry, OkrSet
from align_sync.okr.faults import check_entry
from align_sync.okr.model import (
    Commitment,
    Direction,
    Driver,
    Indicator,
    KeyResult,
    KeyResultState,
    Level,
    Metric,
    MetricKind,
    Names,
    Objective,
    Pace,
    TeamShare,
    Zones,
)
from align_sync.okr.yaml_nodes import Document, Fault, KeyPath, Place, Site, Value, say_path, shorten
from align_sync.okr.zones import complete_zones
from align_sync.work import unique

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResultDraft:
    """`entry` is missing where it has a fault; `key`, if it has any, and its place are known all the same."""

    entry: KeyResult | None
    key: str
    key_at: Place
    path: KeyPath
    site: Site
    successor_at: Place
    formerly_at: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveDraft:
    """As for key results. `entry` holds no key results: they are in `key_results`, to be checked one by one."""

    entry: Objective | None
    key: str
    key_at: Place
    path: KeyPath
    site: Site
    contributes_at: tuple[Place, ...]
    key_results: tuple[KeyResultDraft, ...]


def read_set(document: Document) -> tuple[tuple[ObjectiveDraft, ...], tuple[Fault, ...]]:
    """All objectives of one document, in order, with all its faults."""
    reading = _SetReading(document)
    drafts = reading.read()
    return drafts, tuple(reading.faults)


class _SetReading:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.faults = list(document.faults)
        self.spoiled = {_entry_path(fault.path) for fault in document.faults}
        self.team = self.period = ""
        self.level: Level | None = None

    def read(self) -> tuple[ObjectiveDraft, ...]:
        value = self.document.value
        objectives: list[Value] = []
        if isinstance(value, dict):
            spec = value.get("spec")
            objectives = _list_of(spec, "objectives")
            value = {**value, "spec": _without(spec, "objectives")}
        if not self._check_envelope(value):
            return ()
        return tuple(
            self._read_objective(inner, ("spec", "objectives", number)) for number, inner in enumerate(objectives)
        )

    def _check_envelope(self, value: Value) -> bool:
        _, found = check_entry(OkrSet, value, self.document, ())
        strangers = [fault for fault in found if fault.path[:1] in {("apiVersion",), ("kind",)}]
        if strangers:
            self.faults = strangers  # whoever wrote it did not mean our format: the rest would be noise
            return False
        self.faults += found
        spec = value.get("spec") if isinstance(value, dict) else None
        if not isinstance(spec, dict):
            return False
        at_fault = {fault.path[:2] for fault in self.faults}
        if ("spec", "team") not in at_fault and ("spec", "period") not in at_fault:
            self.team, self.period = spec["team"].strip(), spec["period"].strip()
        self.level = _find_level(value)
        return True

    def _read_objective(self, value: Value, path: KeyPath) -> ObjectiveDraft:
        drafts = tuple(
            self._read_key_result(inner, (*path, "keyResults", number))
            for number, inner in enumerate(_list_of(value, "keyResults"))
        )
        entry = self._check(ObjectiveEntry, _without(value, "keyResults"), path)
        parents = range(len(entry.contributes_to) if entry else 0)
        shares = tuple(self._keep_shares(entry, path)) if entry else ()
        return ObjectiveDraft(
            entry=self._make_objective(entry, shares) if entry and self.team else None,
            key=_key_of(value),
            key_at=self.document.place_of((*path, "id")),
            path=path,
            site=Site(self.document, path),
            contributes_at=tuple(self.document.place_of((*path, "contributesTo", number)) for number in parents),
            key_results=drafts,
        )

    def _keep_shares(self, entry: ObjectiveEntry, path: KeyPath) -> Iterator[TeamShare]:
        """Each further team once: what is told twice costs the second, never the objective."""
        teams = {self.team.casefold()}
        for number, share in enumerate(entry.shared_with):
            if share.team.casefold() not in teams:
                teams.add(share.team.casefold())
                yield TeamShare(share.team, share.weight)
                continue
            at = (*path, "sharedWith", number, "team")
            is_own = share.team.casefold() == self.team.casefold()
            why = "is the team of the set itself" if is_own else "stands here twice"
            message = f"{say_path(at)}{shorten(share.team)} {why}"
            advice = "name the further teams only, each once"
            self.faults.append(Fault(place=self.document.place_of(at), path=at, message=message, advice=advice))

    def _make_objective(self, entry: ObjectiveEntry, shares: tuple[TeamShare, ...]) -> Objective:
        return Objective(
            key=entry.id,
            title=entry.title,
            team=self.team,
            period=self.period,
            owner=entry.owner or "",
            level=Level(entry.level) if entry.level else self.level,
            weight=entry.weight,
            driver=Driver(entry.progress_from),
            shares=shares,
            contributes_to=tuple(entry.contributes_to),
        )

    def _read_key_result(self, value: Value, path: KeyPath) -> KeyResultDraft:
        entry = self._check(KeyResultEntry, value, path)
        return KeyResultDraft(
            entry=_make_key_result(entry) if entry else None,
            key=_key_of(value),
            key_at=self.document.place_of((*path, "id")),
            path=path,
            site=Site(self.document, path),
            successor_at=self.document.place_of((*path, "successor")),
            formerly_at=tuple(
                self.document.place_of((*path, "formerly", number))
                for number in range(len(entry.formerly) if entry else 0)
            ),
        )

    def _check(self, model: type[_Model], value: Value, path: KeyPath) -> _Model | None:
        """The entry if it is without fault, those included that its YAML has already."""
        entry, found = check_entry(model, value, self.document, path)
        self.faults += found
        return None if path in self.spoiled else entry


def _entry_path(path: KeyPath) -> KeyPath:
    """The objective or key result that a fault at this path spoils: `spec.objectives[0].keyResults[1]` at most."""
    is_within_key_result = path[3:4] == ("keyResults",) and len(path) > len(("spec", "objectives", 0, "keyResults"))
    return path[:5] if is_within_key_result else path[:3]


def _list_of(value: Value, key: str) -> list[Value]:
    listed = value.get(key) if isinstance(value, dict) else None
    return listed if isinstance(listed, list) else []


def _without(value: Value, key: str) -> Value:
    """The mapping with the list of this key emptied: its entries are judged one by one."""
    return {**value, key: []} if isinstance(value, dict) and isinstance(value.get(key), list) else value


def _key_of(value: Value) -> str:
    key = value.get("id") if isinstance(value, dict) else None
    return key.strip() if isinstance(key, str) else ""


def _find_level(value: Value) -> Level | None:
    """That of the set; of files that were written before it had a key of its own, that of the label `level`."""
    parts = (("spec", "level"), ("metadata", "labels", "level"))
    for path in parts:
        found = value
        for part in path:
            found = found.get(part) if isinstance(found, dict) else None
        if isinstance(found, str) and found in set(Level):
            return Level(found)
    return None


def _make_key_result(entry: KeyResultEntry) -> KeyResult:
    return KeyResult(
        key=entry.id,
        title=entry.title,
        owner=entry.owner or "",
        commitment=Commitment(entry.type),
        indicator=Indicator(entry.indicator) if entry.indicator else None,
        weight=entry.weight,
        due=entry.due,
        metric=_make_metric(entry.metric) if entry.metric else Metric(),
        pace=Pace(entry.pace) if isinstance(entry.pace, str) else Pace.PHASED,
        phases=() if isinstance(entry.pace, str) else tuple(entry.pace),
        names=_make_names(entry.match),
        state=KeyResultState(entry.state),
        successor=entry.successor,
        closed_on=entry.closed_on,
        formerly=tuple(entry.formerly),
    )


def _make_metric(entry: MetricEntry) -> Metric:
    commit, target, stretch = complete_zones(
        baseline=entry.baseline, commit=entry.commit, target=entry.target, stretch=entry.stretch
    )
    return Metric(
        kind=MetricKind(entry.kind),
        unit=entry.unit,
        direction=Direction(entry.direction),
        baseline=entry.baseline,
        baseline_on=entry.baseline_on,
        target=target,
        commit=commit,
        stretch=stretch,
        low=entry.low,
        high=entry.high,
        tolerance=entry.tolerance,
        checkpoints=tuple(entry.checkpoints),
        zones=Zones(
            fail=entry.zones.fail,
            commit=entry.zones.commit,
            target=entry.zones.target,
            stretch=entry.zones.stretch,
        ),
        source=entry.source,
        current=entry.current,
        current_on=entry.current_on,
    )


def _make_names(entry: MatchEntry) -> Names:
    return Names(
        labels=_join(entry.labels, entry.jira_labels, entry.linear_labels),
        items=_join(entry.items, entry.jira_issues, entry.linear_issues),
        epics=_join(entry.jira_epics),
        containers=_join(entry.containers, entry.linear_projects, entry.linear_initiatives),
        urls=_join(entry.urls),
        keywords=_join(entry.keywords),
    )


def _join(*lists: Iterable[str]) -> tuple[str, ...]:
    return unique(word for words in lists for word in words)
