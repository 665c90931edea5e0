"""The sending protocol under a thousand schedules of what goes wrong; `python -m benchmarks.outbox` plays 100,000."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.machine.outbox_simulator import HARSH, TAME, WRONG, Odds, play

SCHEDULES = 900
ODDS = {"everything goes wrong": HARSH, "no lag, no pause, no sweep": TAME}


@pytest.mark.parametrize(("odds", "schedules"), [(HARSH, SCHEDULES), (TAME, SCHEDULES // 9)], ids=list(ODDS))
def test_every_message_arrives_once(odds: Odds, schedules: int) -> None:
    found: Counter[str] = Counter()
    for seed in range(1, schedules + 1):
        played = play(seed, odds)
        wrong = {name: played.found[name] for name in WRONG}
        assert played.is_fine, f"play({seed}): {played.lost=} {played.duplicates=} {played.stuck=} {wrong}"
        found.update(played.found)
    if odds is HARSH:
        assert found["delivery.healed"], "so harsh that the sweep is needed"
        assert found["delivery.overtaken"], "so harsh that fences are"


def test_a_schedule_is_the_same_each_time_it_is_played() -> None:
    assert play(7).rows == play(7).rows


def test_without_the_sweep_a_late_effect_stays_twice() -> None:
    """What it is there for: history that lags, and pauses between the last check and the first byte."""
    assert sum(play(seed, replace(HARSH, sweeps=False)).duplicates for seed in range(60))
