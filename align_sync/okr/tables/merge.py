"""Rows laid over the entries that a file has already, as documents that are checked like any other OKR file.

A column that the table has decides, also where its cell is blank; what it has no column for stays as it was. Nothing is
removed. Of an objective the first row that says something counts, and another row may not say something else.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from align_sync.okr.book_values import (
    Plain,
    SetHead,
    SetKey,
    describe_key_result,
    describe_objective,
    name_set,
)
from align_sync.okr.document import API_VERSION, KIND
from align_sync.okr.model import Objective
from align_sync.okr.tables.columns import KEY_RESULT_ID, OBJECTIVE_ID, PERIOD, TEAM, UNIT, Column, Form, Part
from align_sync.okr.tables.rows import Field, Row
from align_sync.okr.yaml_nodes import Document, Fault, KeyPath, Place, shorten

PERCENT = "percent"
Values = dict[str, Plain]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What holds for all rows of a table that has no such column, or a blank cell in it."""

    name: str = ""
    team: str = ""
    period: str = ""


@dataclass(kw_only=True)
class _Entry:
    """An objective or key result while it is put together. `places` are those of its cells, `home` of the rest."""

    key: str
    home: Place
    values: Values
    places: dict[KeyPath, Place] = field(default_factory=dict)
    faults: list[tuple[KeyPath, Fault]] = field(default_factory=list)

    def write(self, path: KeyPath, found: Field) -> None:
        """Put the value of a cell there, or take away what was there."""
        self.places[path] = found.place
        if found.fault is not None:
            self.faults.append((path, found.fault))
            found = Field(column=found.column, place=found.place, is_blank=True)
        _write(self.values, path, None if found.is_blank else found.value)


@dataclass(kw_only=True)
class _KeyResultEntry(_Entry):
    pass


@dataclass(kw_only=True)
class _ObjectiveEntry(_Entry):
    team: Field | str = ""
    period: Field | str = ""
    said: dict[str, Field] = field(default_factory=dict)
    key_results: dict[str, _KeyResultEntry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The documents, and the faults that belong to none of them.

    `rows_of` are the rows of each objective by its id in lower case, `objective_of` that id by the line of a row.
    `alone` are the places whose fault is that of their row, whatever column they are in.
    """

    documents: tuple[Document, ...]
    faults: tuple[Fault, ...]
    rows_of: Mapping[str, tuple[Row, ...]]
    objective_of: Mapping[int, str]
    alone: frozenset[str]
    heads: Mapping[SetKey, SetHead]


class Merge:
    """Puts rows over what is there: `place_of` says where entries stand that no row speaks of."""

    def __init__(self, known: Iterable[tuple[Objective, Place]], defaults: Defaults) -> None:
        self.defaults = defaults
        self.objectives: dict[str, _ObjectiveEntry] = {}
        self.owner_of: dict[str, _ObjectiveEntry] = {}
        self.rows_of: dict[str, list[Row]] = {}
        self.seen: dict[str, Row] = {}
        self.faults: list[Fault] = []
        self.alone: set[str] = set()
        for objective, place in known:
            self._add_known(objective, place)

    def _add_known(self, objective: Objective, place: Place) -> None:
        entry = _ObjectiveEntry(
            key=objective.key,
            home=place,
            values=describe_objective(objective),
            team=objective.team,
            period=objective.period,
        )
        self.objectives[objective.key.casefold()] = entry
        for kr in objective.key_results:
            entry.key_results[kr.key.casefold()] = _KeyResultEntry(
                key=kr.key, home=place, values=describe_key_result(kr)
            )
            self.owner_of[kr.key.casefold()] = entry

    def lay(self, rows: Sequence[Row], columns: Sequence[Column], rejected: Container[int] = ()) -> None:
        """Lay all rows over what is there. Of a rejected one only what it says of its objective counts."""
        objective_columns = [column for column in columns if column.is_of_objective and column is not OBJECTIVE_ID]
        wanted = {row.text_of(OBJECTIVE_ID).casefold() for row in rows if row.place.line not in rejected}
        for row in rows:
            if row.place.line in rejected:
                if (key := row.text_of(OBJECTIVE_ID)) and key.casefold() in wanted:
                    self._listen(row, self._open_objective(key, row), objective_columns)
                continue
            objective = self._find_objective(row)
            if objective is None:
                continue
            key_result = self._place_key_result(row, objective)
            self._compare(row, objective, objective_columns, key_result)
            if key_result is not None:
                self._fill(row, key_result, columns)
        for entry in self.objectives.values():
            if entry.key.casefold() in self.rows_of:
                self._finish(entry, objective_columns)

    def _find_objective(self, row: Row) -> _ObjectiveEntry | None:
        """That which the row names, or that which has the key result of the row already."""
        named = row.field_of(OBJECTIVE_ID)
        key = row.text_of(OBJECTIVE_ID)
        key_result = row.text_of(KEY_RESULT_ID).casefold()
        if named.fault is not None:
            self.faults.append(named.fault)
            self.alone.add(str(named.place))
            return None
        if not key and key_result in self.owner_of:
            key = self.owner_of[key_result].key
        if not key:
            message = "the row names no objective"
            advice = f'write its id into the column "{OBJECTIVE_ID.name}", in each row of a key result of it'
            self.faults.append(Fault(place=named.place, message=message, advice=advice))
            self.alone.add(str(named.place))
            return None
        entry = self._open_objective(key, row)
        first = self.rows_of.setdefault(key.casefold(), [])
        if not first:
            entry.home = row.place
        first.append(row)
        return entry

    def _open_objective(self, key: str, row: Row) -> _ObjectiveEntry:
        entry = self.objectives.get(key.casefold())
        if entry is None:
            entry = _ObjectiveEntry(key=key, home=row.place, values={"id": key})
            entry.places[("id",)] = row.field_of(OBJECTIVE_ID).place
            self.objectives[key.casefold()] = entry
        return entry

    @staticmethod
    def _listen(row: Row, objective: _ObjectiveEntry, columns: Iterable[Column]) -> None:
        for column in columns:
            found = row.field_of(column)
            if not found.is_blank and found.fault is None:
                objective.said.setdefault(column.name, found)

    def _place_key_result(self, row: Row, objective: _ObjectiveEntry) -> _KeyResultEntry | None:
        """The entry of the row's key result, moved to this objective if it was in another one."""
        named = row.field_of(KEY_RESULT_ID)
        if named.is_blank:
            return None
        key = row.text_of(KEY_RESULT_ID)
        folded = key.casefold() or f"\n{row.place.line}"
        first = self.seen.setdefault(folded, row)
        if first is not row:
            message = f"the key result {shorten(key)} stands in row {first.place.line} already"
            self.faults.append(Fault(place=named.place, message=message, advice="keep one of the rows"))
            return None
        before = self.owner_of.get(folded)
        entry = before.key_results.pop(folded) if before is not None and before is not objective else None
        entry = entry or objective.key_results.get(folded)
        entry = entry or _KeyResultEntry(key=key, home=row.place, values={"id": key} if key else {})
        entry.home = row.place
        objective.key_results[folded] = entry
        self.owner_of[folded] = objective
        entry.places[("id",)] = named.place
        if named.fault is not None:
            entry.faults.append((("id",), named.fault))
        return entry

    def _compare(
        self, row: Row, objective: _ObjectiveEntry, columns: Iterable[Column], key_result: _Entry | None
    ) -> None:
        """What the row says of its objective, which is what earlier rows said, or was said by none."""
        for column in columns:
            found = row.field_of(column)
            if found.is_blank:
                continue
            first = objective.said.setdefault(column.name, found)
            if first.fault is None and found.fault is None and first.value == found.value:
                continue
            if first is found:
                continue
            fault = found.fault or Fault(
                place=found.place,
                message=f"{column.name} of {shorten(objective.key)} is another one at {first.place}",
                advice="write the same in all rows of an objective, or in the first one only",
            )
            self.alone.add(str(found.place))
            if key_result is None:
                self.faults.append(fault)
            else:
                key_result.faults.append(((), fault))

    def _fill(self, row: Row, entry: _KeyResultEntry, columns: Iterable[Column]) -> None:
        for column in columns:
            if column.part is Part.KEY_RESULT and column is not KEY_RESULT_ID:
                entry.write(column.path, row.field_of(column))
        is_percent = any(found.is_percent and found.column.form is Form.NUMBER for found in row.fields.values())
        metric = entry.values.get("metric")
        if is_percent and isinstance(metric, dict) and UNIT.path not in {path for path, _ in entry.faults}:
            metric.setdefault("unit", PERCENT)

    def _finish(self, entry: _ObjectiveEntry, columns: Iterable[Column]) -> None:
        for column in columns:
            if column.part is Part.OBJECTIVE:
                blank = self.rows_of[entry.key.casefold()][0].field_of(column)
                entry.write(column.path, entry.said.get(column.name) or blank)
        entry.team = self._choose(entry, TEAM, entry.team, self.defaults.team)
        entry.period = self._choose(entry, PERIOD, entry.period, self.defaults.period)

    def _choose(self, entry: _ObjectiveEntry, column: Column, before: Field | str, default: str) -> Field | str:
        """What the rows say, else what the file says, else what was said for all rows."""
        said = entry.said.get(column.name)
        if said is None and not before and not default:
            message = f"{column.name} of {shorten(entry.key)} is missing"
            advice = f'fill the column "{column.name}", or give it for all rows with --{column.name.lower()}'
            place = self.rows_of[entry.key.casefold()][0].field_of(column).place
            said = Field(column=column, place=place, fault=Fault(place=place, message=message, advice=advice))
        if said is not None and said.fault is not None:
            entry.faults.append(((), said.fault))
            return ""
        return said or before or default

    def build(self, heads: Mapping[SetKey, SetHead]) -> Merged:
        """One document for each team and period."""
        sets: dict[SetKey, list[_ObjectiveEntry]] = {}
        for entry in self.objectives.values():
            sets.setdefault((_say(entry.team), _say(entry.period)), []).append(entry)
        named = {key: heads.get(key) or self._name(key, len(sets)) for key in sets}
        return Merged(
            documents=tuple(_build(key, entries, named[key]) for key, entries in sets.items()),
            faults=tuple(self.faults),
            rows_of={key: tuple(rows) for key, rows in self.rows_of.items()},
            objective_of={row.place.line: key for key, rows in self.rows_of.items() for row in rows},
            alone=frozenset(self.alone),
            heads=named,
        )

    def _name(self, key: SetKey, count: int) -> SetHead:
        name = self.defaults.name
        if name and count > 1:
            name = f"{name}-{name_set(*key)}"
        return SetHead(name=name or name_set(*key))


def _say(found: Field | str) -> str:
    return found if isinstance(found, str) else str(found.value)


def _write(values: Values, path: Sequence[str | int], value: Plain | None) -> None:
    key, rest = str(path[0]), path[1:]
    if not rest:
        if value is None:
            values.pop(key, None)
        else:
            values[key] = value
        return
    inner = values.get(key)
    inner = inner if isinstance(inner, dict) else {}
    values[key] = inner
    _write(inner, rest, value)


def _build(key: SetKey, entries: Sequence[_ObjectiveEntry], head: SetHead) -> Document:
    team, period = key
    drawing = _Drawing()
    objectives: list[object] = []
    home = entries[0].home
    value: dict[str, object] = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {"name": head.name, "labels": dict(head.labels)},
        "spec": {"team": team, "period": period, "objectives": objectives},
    }
    drawing.mark(value, (), home)
    for name, found in (("team", entries[0].team), ("period", entries[0].period)):
        path: KeyPath = ("spec", name)
        drawing.places[path] = found.place if isinstance(found, Field) else home
        if not _say(found):
            drawing.unread.add(path)
    for number, entry in enumerate(entries):
        path = ("spec", "objectives", number)
        inner: list[object] = []
        objectives.append({**entry.values, "keyResults": inner})
        drawing.add(entry, path)
        for position, key_result in enumerate(entry.key_results.values()):
            inner.append(key_result.values)
            drawing.add(key_result, (*path, "keyResults", position))
    return drawing.finish(value)


class _Drawing:
    """Where everything in a document comes from."""

    def __init__(self) -> None:
        self.places: dict[KeyPath, Place] = {}
        self.typed: dict[KeyPath, str] = {}
        self.unread: set[KeyPath] = set()
        self.faults: list[Fault] = []

    def add(self, entry: _Entry, path: KeyPath) -> None:
        for inner in self.mark(entry.values, path, entry.home):
            self.places[inner] = self._nearest(entry, inner[len(path) :])
        for inner, place in entry.places.items():
            self.places[(*path, *inner)] = place
        for inner, fault in entry.faults:
            if inner:
                self.unread.add((*path, *inner))
            spoils = (*path, *inner)
            self.faults.append(Fault(place=fault.place, message=fault.message, advice=fault.advice, path=spoils))

    def mark(self, value: object, path: KeyPath, place: Place) -> Iterator[KeyPath]:
        """Give all that is in a value this place, and name all of it."""
        marked = tuple(_walk(value, path))
        for inner, found in marked:
            self.places[inner] = place
            if isinstance(found, str | float):
                self.typed[inner] = str(found)
        return iter(tuple(inner for inner, _ in marked))

    @staticmethod
    def _nearest(entry: _Entry, path: KeyPath) -> Place:
        while path and path not in entry.places:
            path = path[:-1]
        return entry.places.get(path, entry.home)

    def finish(self, value: object) -> Document:
        return Document(
            value=value,
            values_at=self.places,
            keys_at=dict(self.places),
            typed=self.typed,
            unread=frozenset(self.unread),
            faults=tuple(self.faults),
        )


def _walk(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, object]]:
    yield path, value
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, found in inner:
        yield from _walk(found, (*path, key))
