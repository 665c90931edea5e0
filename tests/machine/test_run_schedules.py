"""Slots, claims, fences, leases and retries under hundreds of schedules; `python -m benchmarks.runs` plays 100,000."""

from collections import Counter

from tests.machine.run_simulator import WRONG, play

SCHEDULES = 200


def test_each_slot_has_one_row_that_is_done_once() -> None:
    found: Counter[str] = Counter()
    for seed in range(1, SCHEDULES + 1):
        played = play(seed)
        assert played.is_fine, f"play({seed}): { ({name: played.found[name] for name in WRONG}) }"
        found.update(played.found)
    assert found["run.fenced"], "so harsh that fences are needed"
    assert found["run.taken_over"], "so harsh that leases run out"
    assert found["rows skipped"], "so harsh that runs cover each other"


def test_a_schedule_is_the_same_each_time_it_is_played() -> None:
    assert play(7).rows == play(7).rows
