"""The digests of one Monday: `python -m benchmarks.digests DATABASE --teams 2000 [--workers 1]`.

The database comes from `python -m benchmarks.digest_store DATABASE 1000000 200`. Each digest is gathered, compared,
built, rendered for Slack and queued, as the service does it; nothing is sent. Prints seconds and peak memory along the
way. With several workers, processes share the teams, on whatever database the address names.
"""

import argparse
import resource
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from align_sync.app import SourceOpener, open_app, read_clock
from align_sync.digests.model import DigestKind
from align_sync.errors import UserError
from align_sync.jobs.digesting import make_digest
from align_sync.settings import Settings
from align_sync.trackers.base import Facts, Tracker
from benchmarks.digest_store import name_source

STEPS = 8
SLACK = {"kind": "slack", "to": ["C0LOAD"], "token": "xoxb-never-used", "teams": ["*"], "leadership": True}


def _refuse(_facts: Facts) -> Tracker:
    raise UserError("nothing is pulled here", where="benchmark")


def run_share(url: str, sources: int, teams: Sequence[str], at: datetime) -> list[tuple[int, float, float]]:
    """Makes the digests of some teams. After each eighth: how many are made, the seconds since the start, peak MB."""
    # The first digest of a team would go to the administrators alone.
    settings = Settings.model_validate(
        {"database": {"url": url}, "channels": {"load": SLACK}, "digest": {"preview_first": False}}
    )
    told, began = [], time.monotonic()
    with open_app(settings) as opened:
        openers = [SourceOpener(source=name_source(number), kind="jira", open=_refuse) for number in range(sources)]
        app = replace(opened, sources=tuple(openers))
        for number, team in enumerate(teams, 1):
            make_digest(app, DigestKind.TEAM, team, at=at)
            if number % max(1, len(teams) // STEPS) == 0:
                told.append((number, time.monotonic() - began, _peak()))
    return told


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def shares(teams: Sequence[str], workers: int) -> Iterator[Sequence[str]]:
    for number in range(workers):
        yield teams[number::workers]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("database", help="a file of SQLite, or the address of a database")
    asked.add_argument("--teams", type=int, default=2_000)
    asked.add_argument("--sources", type=int, default=200)
    asked.add_argument("--workers", type=int, default=1)
    asked.add_argument("--weeks-ahead", type=int, default=0, help="another week, where this one has its digests")
    options = asked.parse_args()
    url = options.database if "://" in options.database else f"sqlite:///{Path(options.database).resolve()}"
    at = read_clock() + timedelta(weeks=options.weeks_ahead)
    teams = [f"Team {number:05d}" for number in range(options.teams)]
    began = time.monotonic()
    with ProcessPoolExecutor(options.workers) as pool:
        tasks = [pool.submit(run_share, url, options.sources, share, at) for share in shares(teams, options.workers)]
        told = [task.result() for task in tasks]
    seconds = time.monotonic() - began
    print("| worker | digests | seconds | ms a digest | peak MB |\n| --- | --- | --- | --- | --- |")
    for worker, rows in enumerate(told, 1):
        for number, took, peak in rows:
            print(f"| {worker} | {number} | {took:.1f} | {took / number * 1000:.0f} | {peak:.0f} |")
    print(f"{len(teams)} digests by {options.workers} workers in {seconds:.1f} s: {len(teams) / seconds:.1f} a second")


if __name__ == "__main__":
    main()
