"""Known bugs of schedulers, switched on one at a time: the simulator of runs finds every one of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.machine import known_bugs
from tests.machine.memory_runs import MemoryRuns
from tests.machine.run_simulator import HARSH, Odds, Played, play

MOST = 400


def first_found(shows: str, odds: Odds = HARSH, runs: Callable[[], MemoryRuns] = MemoryRuns) -> Played | None:
    played = (play(seed, odds, runs=runs()) for seed in range(1, MOST))
    return next((one for one in played if one.found[shows]), None)


@pytest.mark.parametrize(
    ("bug", "odds", "shows"),
    [
        (known_bugs.no_fence_on_runs, HARSH, "done twice"),
        (known_bugs.ignore_the_breaker, Odds(failed=0.6), "asked while blocked"),
        (known_bugs.forget_who_fell_silent, HARSH, "stuck"),
    ],
)
def test_the_simulator_finds_a_known_bug(bug: Callable[[], Iterator[None]], odds: Odds, shows: str) -> None:
    with contextmanager(bug)():
        played = first_found(shows, odds)
    assert played is not None
    assert play(played.seed, odds).is_fine, "and ours is right where it is wrong"


def test_the_simulator_finds_that_a_slot_is_written_without_looking_for_its_key() -> None:
    assert first_found("slot twice", runs=lambda: MemoryRuns(dedupes=False)) is not None


def test_the_simulator_finds_that_leases_go_by_the_clock_of_each_host() -> None:
    assert first_found("taken from the living", Odds(goes_by_the_server=False)) is not None
