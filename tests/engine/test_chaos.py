"""Three services on one PostgreSQL that are killed, paused, told wrong times, and lose the database."""

from datetime import timedelta

import pytest

from benchmarks.chaos import run_chaos
from benchmarks.chaos_faults import MIX, FaultKind, plan_faults


@pytest.mark.long
@pytest.mark.postgres
def test_nothing_is_missed_done_twice_or_stuck_whatever_fails() -> None:
    result = run_chaos(span=timedelta(seconds=60), workers=3, faults=12, seed=1)
    assert result.problems == ()
    assert sum(result.course.counts.values()) == 12
    assert result.findings.slots > 20
    assert result.findings.messages > 20


def test_a_plan_of_faults_is_the_same_for_the_same_seed_and_holds_all_kinds() -> None:
    span = timedelta(minutes=10)
    plan = plan_faults(span, 100, 3, seed=7)
    assert plan == plan_faults(span, 100, 3, seed=7) != plan_faults(span, 100, 3, seed=8)
    assert [sum(fault.kind is kind for fault in plan) for kind in FaultKind] == [10 * MIX.count(k) for k in FaultKind]
    assert list(plan) == sorted(plan, key=lambda fault: fault.after)
    assert plan[-1].after < span
    assert {fault.victim for fault in plan} == {0, 1, 2}
