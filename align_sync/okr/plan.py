"""What applying a new book would change: a value to show and approve before anything is written.

Order in the files is no content: moving an objective within its file changes nothing, moving a key result to another
objective does. A key result is the same one under another key where one of the two books says `formerly`.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import orjson

from align_sync.okr.model import Book, KeyResult, Objective

FieldValue = str | float | tuple[str, ...] | tuple[tuple[str | float, float], ...] | None


class EntryKind(StrEnum):
    OBJECTIVE = "objective"
    KEY_RESULT = "key result"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An objective or key result with all it says, as (name, value) pairs."""

    kind: EntryKind
    key: str
    title: str
    fields: tuple[tuple[str, FieldValue], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    name: str
    before: FieldValue
    after: FieldValue


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChange:
    """`key` and `title` are the new ones."""

    kind: EntryKind
    key: str
    title: str
    fields: tuple[FieldChange, ...]

    @property
    def key_before(self) -> str:
        return next((str(field.before) for field in self.fields if field.name == "key"), self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookPlan:
    """Sorted by kind and key, so that the same change is the same plan, whatever the order of the files."""

    created: tuple[Entry, ...] = ()
    changed: tuple[EntryChange, ...] = ()
    removed: tuple[Entry, ...] = ()
    unchanged: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.created or self.changed or self.removed)

    @property
    def fingerprint(self) -> str:
        """Names exactly these changes, with what was before and what comes after."""
        return hashlib.blake2b(orjson.dumps((self.created, self.changed, self.removed)), digest_size=8).hexdigest()


def plan_apply(old: Book, new: Book) -> BookPlan:
    """What must be created, changed and removed for the old book to become the new one. Keys differ beyond case."""
    before, after = _index(old), _index(new)
    renamed = _find_renamed(before, after)
    same = sorted(before.keys() & after.keys())
    pairs = [*((name, name) for name in same), *((before_name, name) for name, before_name in renamed.items())]
    changes = (_compare(before[was], after[name]) for was, name in sorted(pairs, key=lambda pair: pair[1]))
    changed = tuple(change for change in changes if change.fields)
    return BookPlan(
        created=tuple(after[name] for name in sorted(after.keys() - before.keys() - renamed.keys())),
        changed=changed,
        removed=tuple(before[name] for name in sorted(before.keys() - after.keys() - set(renamed.values()))),
        unchanged=len(pairs) - len(changed),
    )


_Name = tuple[int, str]


def _find_renamed(before: dict[_Name, Entry], after: dict[_Name, Entry]) -> dict[_Name, _Name]:
    """The names before, by the new ones: also where a key result goes back to a name that it had."""
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    renamed: dict[_Name, _Name] = {}
    for name in sorted(come):
        was = next((one for one in _names_of(after[name]) if one in gone), None)
        if was is not None:
            gone.discard(was)
            renamed[name] = was
    for was in sorted(gone):
        back = next((one for one in _names_of(before[was]) if one in come and one not in renamed), None)
        if back is not None:
            renamed[back] = was
    return renamed


def _names_of(entry: Entry) -> tuple[_Name, ...]:
    formerly = dict(entry.fields).get("formerly")
    return tuple((1, str(key).casefold()) for key in formerly) if isinstance(formerly, tuple) else ()


def _index(book: Book) -> dict[_Name, Entry]:
    entries: dict[_Name, Entry] = {}
    for objective in book:
        entries[(0, objective.key.casefold())] = _describe_objective(objective)
        for key_result in objective.key_results:
            entries[(1, key_result.key.casefold())] = _describe_key_result(objective, key_result)
    return entries


def _describe_objective(objective: Objective) -> Entry:
    fields: tuple[tuple[str, FieldValue], ...] = (
        ("key", objective.key),
        ("title", objective.title),
        ("team", objective.team),
        ("period", objective.period),
        ("owner", objective.owner),
        ("level", objective.level.value if objective.level else None),
        ("weight", objective.weight),
        ("progress_from", objective.driver.value),
        ("shared_with", tuple((share.team, share.weight) for share in objective.shares)),
        ("contributes_to", objective.contributes_to),
    )
    return Entry(kind=EntryKind.OBJECTIVE, key=objective.key, title=objective.title, fields=fields)


def _describe_key_result(objective: Objective, key_result: KeyResult) -> Entry:
    metric, names = key_result.metric, key_result.names
    fields: tuple[tuple[str, FieldValue], ...] = (
        ("key", key_result.key),
        ("objective", objective.key),
        ("title", key_result.title),
        ("owner", key_result.owner),
        ("commitment", key_result.commitment.value),
        ("indicator", key_result.indicator.value if key_result.indicator else None),
        ("weight", key_result.weight),
        ("due", _say_date(key_result.due)),
        ("pace", key_result.pace.value),
        ("phases", tuple((day.isoformat(), share) for day, share in key_result.phases)),
        ("state", key_result.state.value),
        ("successor", key_result.successor),
        ("formerly", key_result.formerly),
        ("closed_on", _say_date(key_result.closed_on)),
        ("metric.kind", metric.kind.value),
        ("metric.unit", metric.unit),
        ("metric.direction", metric.direction.value),
        ("metric.baseline", metric.baseline),
        ("metric.baseline_on", _say_date(metric.baseline_on)),
        ("metric.target", metric.target),
        ("metric.commit", metric.commit),
        ("metric.stretch", metric.stretch),
        ("metric.low", metric.low),
        ("metric.high", metric.high),
        ("metric.tolerance", metric.tolerance),
        ("metric.checkpoints", metric.checkpoints),
        ("metric.zones.fail", metric.zones.fail),
        ("metric.zones.commit", metric.zones.commit),
        ("metric.zones.target", metric.zones.target),
        ("metric.zones.stretch", metric.zones.stretch),
        ("metric.source", metric.source),
        ("metric.current", metric.current),
        ("metric.current_on", _say_date(metric.current_on)),
        ("names.labels", names.labels),
        ("names.items", names.items),
        ("names.epics", names.epics),
        ("names.containers", names.containers),
        ("names.urls", names.urls),
        ("names.keywords", names.keywords),
    )
    return Entry(kind=EntryKind.KEY_RESULT, key=key_result.key, title=key_result.title, fields=fields)


def _say_date(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _compare(before: Entry, after: Entry) -> EntryChange:
    pairs = zip(before.fields, after.fields, strict=True)
    fields = tuple(FieldChange(name=name, before=old, after=new) for (name, old), (_, new) in pairs if old != new)
    return EntryChange(kind=after.kind, key=after.key, title=after.title, fields=fields)
