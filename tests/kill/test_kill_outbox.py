"""kill -9 of a real process that sends, at its commits and requests: each message arrives once all the same."""

import shutil
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.databases import TEMPLATE, Postgres
from tests.kill.drainer import Drainer, running_drainer
from tests.kill.outbox_sweep import POINTS, Counts, Sweep

KILLS = 500
FAST_FOLDER = Path("/dev") / "shm"


@pytest.fixture(scope="module")
def drainer() -> Iterator[Drainer]:
    with running_drainer() as running:
        yield running


@pytest.fixture
def make_sqlite(sqlite_template: Path) -> Iterator[Callable[[], str]]:
    """In memory, where there is such a folder: what a killed process has written is there all the same."""
    numbers = count()
    with TemporaryDirectory(dir=FAST_FOLDER if FAST_FOLDER.is_dir() else None) as folder:

        def make() -> str:
            path = Path(folder) / f"{next(numbers)}.db"
            shutil.copyfile(sqlite_template, path)
            return f"sqlite:///{path}"

        yield make


@pytest.fixture
def make_postgres(postgres: Postgres) -> Callable[[], str]:
    return lambda: postgres.make_database(TEMPLATE)


def check(sweep: Sweep) -> None:
    assert sweep.counts.wrong == []
    assert (sweep.counts.lost, sweep.counts.duplicates) == (0, 0)


def test_each_message_arrives_once(drainer: Drainer, make_sqlite: Callable[[], str]) -> None:
    sweep = Sweep(drainer, make_sqlite)
    for point in (6, 10, 27):
        assert sweep.kill_at(point, seed=point)
    check(sweep)


@pytest.mark.postgres
def test_each_message_arrives_once_from_a_server(drainer: Drainer, make_postgres: Callable[[], str]) -> None:
    sweep = Sweep(drainer, make_postgres)
    for point in (8,):
        assert sweep.kill_at(point, seed=point)
    check(sweep)


def sweep_all(sweep: Sweep, kills: int) -> None:
    """Every point there is, again and again with other plans, until there were so many kills."""
    for seed in count(1):
        for point in range(1, POINTS):
            if not sweep.kill_at(point, seed * 1_000 + point) or sweep.counts.kills >= kills:
                break
        if sweep.counts.kills >= kills:
            break


def tell(capsys: pytest.CaptureFixture[str], name: str, counts: Counts) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{name}: {counts}\n")


@pytest.mark.long
def test_each_message_arrives_once_for_long(
    drainer: Drainer, make_sqlite: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = Sweep(drainer, make_sqlite)
    sweep_all(sweep, KILLS)
    tell(capsys, "SQLite", sweep.counts)
    check(sweep)


@pytest.mark.long
@pytest.mark.postgres
def test_each_message_arrives_once_from_a_server_for_long(
    drainer: Drainer, make_postgres: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = Sweep(drainer, make_postgres)
    sweep_all(sweep, KILLS)
    tell(capsys, "PostgreSQL", sweep.counts)
    check(sweep)
