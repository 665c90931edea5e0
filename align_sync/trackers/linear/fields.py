"""Typed reading of the raw records that Linear sends; a field of the wrong kind makes its record skippable."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from align_sync.errors import SkippableError


@dataclass(frozen=True, slots=True)
class Connection:
    """One page of a list: the raw nodes, and the cursor of the next page where there is one."""

    nodes: tuple[object, ...]
    has_next: bool
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """A raw record and the words that tell a person which one it is."""

    raw: Mapping[str, object]
    where: str

    def broken(self, name: str, expected: str) -> SkippableError:
        found = type(self.raw[name]).__name__ if name in self.raw else "nothing"
        return SkippableError(f"the field {name} holds {found} where {expected} was expected", where=self.where)

    def text(self, name: str) -> str:
        value = self.optional_text(name)
        if not value:
            raise self.broken(name, "a text")
        return value

    def optional_text(self, name: str) -> str | None:
        value = self.raw.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.broken(name, "a text")
        # No database of ours stores a NUL, and PostgreSQL refuses the whole statement for one.
        return value.replace("\x00", "")

    def optional_number(self, name: str) -> float | None:
        value = self.raw.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.broken(name, "a number")
        return float(value)

    def flag(self, name: str) -> bool:
        value = self.raw.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.broken(name, "true or false")
        return bool(value)

    def instant(self, name: str) -> datetime | None:
        value = self.optional_text(name)
        if value is None:
            return None
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            raise self.broken(name, "a time") from None
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)

    def optional_record(self, name: str) -> "Record | None":
        value = self.raw.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.broken(name, "a record")
        return Record(value, self.where)

    def record(self, name: str) -> "Record":
        found = self.optional_record(name)
        if found is None:
            raise self.broken(name, "a record")
        return found

    def nodes(self, name: str) -> tuple[object, ...]:
        page = self.record(name)
        nodes = page.raw.get("nodes")
        if not isinstance(nodes, list):
            raise page.broken("nodes", "a list")
        return tuple(nodes)

    def connection(self, name: str) -> Connection:
        nodes = self.nodes(name)
        page_info = self.record(name).record("pageInfo")
        if not isinstance(page_info.raw.get("hasNextPage"), bool):
            raise page_info.broken("hasNextPage", "true or false")
        return Connection(nodes, page_info.flag("hasNextPage"), page_info.optional_text("endCursor"))

    def records(self, name: str) -> "tuple[Record, ...]":
        nodes = self.connection(name).nodes
        for node in nodes:
            if not isinstance(node, dict):
                raise self.broken(name, "a list of records")
        return tuple(Record(node, self.where) for node in nodes if isinstance(node, dict))


def record_of(raw: object, source: str) -> Record:
    """The record, named by the best name it has. Raises `SkippableError` where it is no record at all."""
    if not isinstance(raw, dict):
        raise SkippableError(f"a record is missing: {type(raw).__name__} stands in its place", where=source)
    name = next((value for field in ("identifier", "name", "id") if isinstance(value := raw.get(field), str)), "?")
    return Record(raw, f"{source}: {name}")
