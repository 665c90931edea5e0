"""What headers say of waiting, how many requests may be under way, and what several threads do with an error."""

import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.errors import InterruptedPullError, RetriableError
from align_sync.seams import Seams
from align_sync.trackers.base import Traffic
from align_sync.trackers.fan_out import fan_out
from align_sync.trackers.gate import Gate
from align_sync.trackers.limits import is_nearly_spent, parse_reset, parse_retry_after, parse_wait
from align_sync.trackers.persistence import Patience, Persistence
from tests.flows.jira_world import NOON, Clock


def seconds(instant: datetime | None) -> float | None:
    return None if instant is None else (instant - NOON).total_seconds()


RESETS = [
    ("2026-11-23T12:05Z", 300),
    ("2026-11-23T13:05+01:00", 300),
    ("2026-11-23T12:05", 300),  # no zone is UTC
    ("Mon, 23 Nov 2026 12:05:00 GMT", 300),
    (str(int(NOON.timestamp()) + 300), 300),
    (str((int(NOON.timestamp()) + 300) * 1000), 300),
    (str(int(NOON.timestamp()) - 300), None),
    ("0", None),
    ("-1", None),
    ("inf", None),
    ("1e300", None),
    ("soon", None),
    (" ", None),
    (None, None),
]


@pytest.mark.parametrize(("text", "after"), RESETS)
def test_a_reset_is_read_in_every_form(text: str | None, after: float | None) -> None:
    assert seconds(parse_reset(text, now=NOON)) == after


@given(st.text(max_size=40))
def test_no_text_of_a_header_breaks_the_reader(text: str) -> None:
    for instant in (parse_retry_after(text, now=NOON), parse_reset(text, now=NOON)):
        assert instant is None or instant > NOON


@given(st.floats(min_value=0, max_value=1e300))
def test_a_wait_is_never_shorter_than_asked_up_to_a_day(asked: float) -> None:
    waited = seconds(parse_retry_after(repr(asked), now=NOON))
    assert waited is not None
    assert waited >= min(asked, 86_400.0) - 1e-5
    assert 0.2 <= waited <= 86_400


def test_of_several_buckets_the_first_that_fills_counts() -> None:
    headers = {
        "x-ratelimit-requests-reset": str((int(NOON.timestamp()) + 300) * 1000),
        "x-ratelimit-complexity-reset": str((int(NOON.timestamp()) + 30) * 1000),
    }
    assert seconds(parse_wait(headers, now=NOON)) == 30


SPENT: list[tuple[Mapping[str, str], bool]] = [
    ({}, False),
    ({"x-ratelimit-nearlimit": "true"}, True),
    ({"x-ratelimit-nearlimit": "false"}, False),
    ({"x-ratelimit-limit": "100", "x-ratelimit-remaining": "9"}, True),
    ({"x-ratelimit-limit": "100", "x-ratelimit-remaining": "10"}, False),
    ({"x-ratelimit-limit": "0", "x-ratelimit-remaining": "0"}, False),
    ({"x-ratelimit-limit": "many", "x-ratelimit-remaining": "0"}, False),
    ({"x-ratelimit-limit": "100", "x-ratelimit-remaining": "nan"}, False),
    ({"x-ratelimit-limit": "100"}, False),
    ({"x-ratelimit-complexity-limit": "1000", "x-ratelimit-complexity-remaining": "1"}, True),
]


@pytest.mark.parametrize(("headers", "spent"), SPENT)
def test_a_good_answer_may_warn(headers: Mapping[str, str], *, spent: bool) -> None:
    assert is_nearly_spent(headers) is spent


def make_seams(clock: Clock, stop: threading.Event | None = None) -> Seams:
    is_set = stop.is_set if stop else lambda: False
    return Seams(now=clock, sleep=clock.sleep, uniform=lambda low, _high: low, stopping=is_set)


class TestGate:
    def test_it_halves_once_for_each_round_and_grows_by_one_a_round(self) -> None:
        gate = Gate(16, make_seams(Clock()))
        with gate.pass_through() as first, gate.pass_through() as second:
            gate.slow_down(first)
            gate.slow_down(second)
        assert gate.limit == 8, "the second was sent before the halving and tells nothing new"
        with gate.pass_through() as third:
            gate.slow_down(third)
        assert gate.limit == 4
        for _ in range(4):
            gate.speed_up()
        assert gate.limit == 4
        gate.speed_up()
        assert gate.limit == 5
        for _ in range(500):
            gate.speed_up()
        assert gate.limit == 16

    def test_one_always_passes(self) -> None:
        gate = Gate(0, make_seams(Clock()))
        for _ in range(5):
            with gate.pass_through() as generation:
                gate.slow_down(generation)
        assert gate.limit == 1

    def test_a_pause_holds_back_everybody_until_its_end(self) -> None:
        clock = Clock()
        gate = Gate(4, make_seams(clock))
        with gate.pass_through() as generation:
            gate.slow_down(generation, NOON + timedelta(seconds=3))
            gate.slow_down(generation, NOON + timedelta(seconds=1))
        with gate.pass_through():
            assert clock.at >= NOON + timedelta(seconds=3)
        slept = len(clock.slept)
        with gate.pass_through():
            assert len(clock.slept) == slept

    def test_a_stop_ends_a_pause(self) -> None:
        clock, stop = Clock(), threading.Event()
        gate = Gate(4, make_seams(clock, stop))
        with gate.pass_through() as generation:
            gate.slow_down(generation, NOON + timedelta(hours=3))
        stop.set()
        with gate.pass_through():
            assert clock.slept == []

    def test_no_more_than_the_limit_are_under_way(self) -> None:
        gate = Gate(3, make_seams(Clock()))
        lock, inside, most = threading.Lock(), [0], [0]

        def work(_number: int) -> None:
            with gate.pass_through():
                with lock:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                time.sleep(0.002)
                with lock:
                    inside[0] -= 1

        list(fan_out(range(40), work, workers=10, seams=make_seams(Clock()), source="jira"))
        assert most[0] == 3

    def test_a_fault_gives_the_place_back(self) -> None:
        gate = Gate(1, make_seams(Clock()))
        for _ in range(3):
            with pytest.raises(ZeroDivisionError), gate.pass_through():
                raise ZeroDivisionError
        with gate.pass_through():
            pass


class TestFanOut:
    def test_every_ask_is_answered_once(self) -> None:
        told = fan_out(range(100), lambda n: n * n, workers=8, seams=make_seams(Clock()), source="jira")
        assert sorted(told) == [n * n for n in range(100)]
        assert list(fan_out([], abs, workers=8, seams=make_seams(Clock()), source="jira")) == []

    def test_memory_holds_what_is_under_way_and_not_all(self) -> None:
        taken: list[int] = []

        def asks() -> Iterator[int]:
            for number in range(1_000):
                taken.append(number)
                yield number

        told = fan_out(asks(), abs, workers=4, seams=make_seams(Clock()), source="jira")
        next(told)
        assert len(taken) <= 12
        del told

    def test_the_first_error_ends_it(self) -> None:
        done: list[int] = []

        def work(number: int) -> int:
            if number == 10:
                raise RetriableError("no")
            time.sleep(0.001)
            done.append(number)
            return number

        with pytest.raises(RetriableError):
            list(fan_out(range(1_000), work, workers=4, seams=make_seams(Clock()), source="jira"))
        assert len(done) < 100

    def test_a_stop_ends_it_with_what_has_come(self) -> None:
        stop = threading.Event()
        seen = []

        def run() -> None:
            for number in fan_out(range(1_000), abs, workers=4, seams=make_seams(Clock(), stop), source="jira"):
                seen.append(number)
                if len(seen) == 20:
                    stop.set()

        with pytest.raises(InterruptedPullError, match="jira: interrupted"):
            run()
        assert 20 <= len(seen) < 50


def test_only_what_may_pass_is_repeated() -> None:
    clock = Clock()
    asked = []
    persistence = Persistence(source="jira", patience=Patience(), seams=make_seams(clock), traffic=Traffic())

    def ask() -> None:
        asked.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        persistence.call(ask)
    assert (len(asked), clock.slept) == (1, [])
