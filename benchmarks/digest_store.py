"""Fills a store for the benchmark of digests: a million items of 200 sources in the sprints of 3,000 teams, linked.

`python -m benchmarks.digest_store DATABASE ITEMS SOURCES`
"""

import sys
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, insert, text

from align_sync.app import open_app, read_clock
from align_sync.flows.link import link
from align_sync.flows.okr import apply
from align_sync.seams import pass_failpoint
from align_sync.settings import Settings
from align_sync.store.engine import open_store
from align_sync.store.schema import source_state, sweep
from benchmarks.link_book import make_book, write_yaml
from benchmarks.link_items import BELOW, SOURCE
from benchmarks.link_store import fill

_FIRST_ID = 10_000_000


def name_source(number: int) -> str:
    return f"{SOURCE}-{number:03d}"


def spread(connection: Connection, items: int, sources: int) -> None:
    """Give each stretch of items, with what stands above it, a source of its own, as 200 sites would have it."""
    size = -(-items // sources)
    shift = BELOW.bit_length() - 1
    number = "CAST(external_id AS INTEGER)"
    place = f"(({number} % {_FIRST_ID}) << ({shift} * ({number} / {_FIRST_ID} - 1)))"
    name = f"'{SOURCE}-' || printf('%03d', {place} / {size})"
    connection.execute(text(f"CREATE TEMP TABLE home AS SELECT id, {name} AS source FROM item"))
    connection.execute(text("CREATE UNIQUE INDEX temp.home_id ON home (id)"))
    new = "(SELECT source FROM home WHERE home.id = {})"
    mine = new.format("item.id")
    connection.execute(
        text(
            f"UPDATE item SET document = replace(document, '\"{SOURCE}\"', '\"' || {mine} || '\"'),"
            f" above = replace(above, '\"{SOURCE}\"', '\"' || {mine} || '\"'), source = {mine}"
        )
    )
    connection.execute(text(f"UPDATE parent_edge SET source = {new.format('parent_edge.item_id')}"))
    first = "(SELECT min(home.source) FROM membership JOIN home ON home.id = item_id WHERE sprint_id = sprint.id)"
    connection.execute(text(f"UPDATE sprint SET source = {first}"))


def add_sources(connection: Connection, sources: int) -> None:
    """All of them were read completely ten minutes ago."""
    began_at = read_clock() - timedelta(minutes=10)
    connection.execute(source_state.delete())
    connection.execute(sweep.delete().where(sweep.c.id > 1))
    for number in range(sources):
        connection.execute(
            insert(source_state).values(
                source=name_source(number),
                kind=SOURCE,
                cursor_at=began_at,
                wide_at=began_at,
                full_at=began_at,
                complete_at=began_at,
                attempted_at=began_at,
            )
        )


def make_store(database: Path, items: int, sources: int) -> None:
    url = f"sqlite:///{database}"
    store = open_store(url, failpoint=pass_failpoint)
    try:
        fill(store, items, read_clock())
        with store.write() as connection:
            spread(connection, items, sources)
            add_sources(connection, sources)
    finally:
        store.close()
    with TemporaryDirectory() as folder, open_app(Settings(database={"url": url})) as app:
        file = Path(folder) / "okrs.yaml"
        month = int(time.strftime("%m"))
        file.write_text(write_yaml(make_book(), f"{time.strftime('%Y')}-Q{(month + 2) // 3}"), encoding="utf-8")
        apply(app, [file], author="benchmark")
        link(app)


def main() -> None:
    database, items, sources = sys.argv[1:]
    make_store(Path(database), int(items), int(sources))


if __name__ == "__main__":
    main()
