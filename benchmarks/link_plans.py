"""How SQLite answers what a team's report asks: whether any statement reads a large table from end to end.

`python -m benchmarks.link_plans TEAM`, in the environment that the settings are read from.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from align_sync.app import open_app
from align_sync.flows.report import report
from align_sync.reports.model import Filters
from align_sync.settings_sources import load_settings

LARGE = frozenset({
    "decision", "evidence", "ground", "item", "item_version", "membership", "parent_edge", "progress_span", "verdict",
})  # fmt: skip
"""Tables that grow with the number of items; all others stay small, and may be read whole."""

_SCAN = re.compile(r"^SCAN (?:TABLE )?(?P<name>\w+)(?: AS (?P<alias>\w+))?(?P<how>.*)$")
_ALIAS = re.compile(r"(?:\bFROM|\bJOIN|,)\s+(?P<table>\w+) AS (?P<alias>\w+)", re.IGNORECASE)

Parameters = Sequence[object] | Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Asked:
    """One statement with the values that it was sent with."""

    statement: str
    parameters: Parameters


class Listener:
    """Writes down every different statement that these engines send."""

    def __init__(self, *engines: Engine) -> None:
        self.asked: dict[str, Asked] = {}
        self._engines = engines
        for engine in engines:
            event.listen(engine, "before_cursor_execute", self._note)

    def stop(self) -> None:
        for engine in self._engines:
            event.remove(engine, "before_cursor_execute", self._note)

    def _note(
        self,
        _connection: Connection,
        _cursor: object,
        statement: str,
        parameters: Parameters,
        _context: object,
        _many: object,
    ) -> None:
        self.asked.setdefault(statement, Asked(statement, parameters))


def explain(connection: Connection, asked: Asked) -> tuple[str, ...]:
    """The steps of the plan, as SQLite words them."""
    parameters: Any = asked.parameters
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked.statement}", parameters)
    return tuple(str(row[3]) for row in rows)


def find_scans(statement: str, steps: Sequence[str]) -> Iterator[str]:
    """The steps that read a large table from end to end, be it by an index: that costs as much with every item more."""
    names = {match["alias"]: match["table"] for match in _ALIAS.finditer(statement)}
    for step in steps:
        match = _SCAN.match(step)
        if match is not None and names.get(match["name"], match["name"]) in LARGE:
            yield step


def find_all_scans(connection: Connection, asked: Iterable[Asked]) -> Iterator[str]:
    """All of them, each with its statement on one line."""
    for one in asked:
        for scan in find_scans(one.statement, explain(connection, one)):
            yield f"{scan}: {' '.join(one.statement.split())}"


def main() -> None:
    """Print the number of statements and the scans among them."""
    with open_app(load_settings().settings) as app:
        listener = Listener(app.store.reader, app.store.writer)
        report(app, Filters(teams=(sys.argv[1],)))
        listener.stop()
        asked = [one for one in listener.asked.values() if _is_read(one)]
        with app.store.read() as connection:
            scans = list(find_all_scans(connection, asked))
    sys.stdout.buffer.write(orjson.dumps({"statements": len(asked), "scans": scans}))


def _is_read(asked: Asked) -> bool:
    return asked.statement.lstrip().upper().startswith(("SELECT", "WITH"))


if __name__ == "__main__":
    main()
