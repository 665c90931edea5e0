"""What all kinds of sources keep to: which answers are numbers, and which module reads which kind."""

import tomllib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from align_sync.errors import ReadingError
from align_sync.okr.metrics import PROBED, SourceKind
from align_sync.readings.answer import LONGEST_REASON, Answer, say_reason, take_number
from align_sync.readings.opening import open_probe
from align_sync.seams import Seams
from align_sync.settings import Settings
from tests.flows.jira_world import Clock

EVERY_KIND = Path(__file__).resolve().parents[1] / "cases" / "readings" / "every_kind.toml"


@pytest.mark.parametrize(
    ("value", "number"),
    [(0, 0.0), (-3, -3.0), (1.5, 1.5), (Decimal("1.25"), 1.25), (Decimal("1E+3"), 1000.0), (2**53, 2.0**53)],
)
def test_a_number_is_taken_as_it_is(value: object, number: float) -> None:
    taken = take_number(value)
    assert (taken, type(taken)) == (number, float)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "the answer is empty (null) and no number"),
        (True, "the answer is true or false and no number; count with it in the source, so that it is a number"),
        ("1", "the answer is a text and no number; count with it"),
        (date(2026, 1, 1), "the answer is a date or time and no number"),
        (timedelta(1), "the answer is a duration and no number; let the source say it in a unit"),
        (b"1", "the answer is binary and no number"),
        ({"a": 1}, "the answer is an object and no number"),
        ([1], "the answer is a list and no number"),
        (1j, "the answer is of type complex and no number"),
        (float("nan"), "the answer is no number (NaN)"),
        (Decimal("sNaN"), "the answer is no number (NaN)"),
        (float("-inf"), "the answer is infinite"),
        (Decimal("1.5E+999"), "the answer is a number with too many digits"),
        (10**400, "the answer is a number with too many digits to be kept exactly; divide it"),
        (-(2**53) - 1, "the answer is a number with too many digits"),
    ],
)
def test_what_is_no_number_is_a_reason_and_never_nought(value: object, says: str) -> None:
    with pytest.raises(ReadingError) as caught:
        take_number(value)
    assert str(caught.value).startswith(says)


def test_an_answer_is_finite_whoever_makes_it() -> None:
    with pytest.raises(ReadingError, match="infinite"):
        Answer(float("inf"))


def test_a_reason_is_one_line_of_bearable_length() -> None:
    assert say_reason(" a\n\tb  c ") == "a b c"
    assert say_reason("x" * LONGEST_REASON) == "x" * LONGEST_REASON
    assert say_reason("x" * (LONGEST_REASON + 1)) == "x" * (LONGEST_REASON - 1) + "…"


def test_every_kind_is_read_by_its_module_and_what_is_told_to_us_by_none() -> None:
    settings = Settings.model_validate(tomllib.loads(EVERY_KIND.read_text(encoding="utf-8")))
    clock = Clock()
    seams = Seams(now=clock, sleep=clock.sleep, uniform=lambda low, _high: low)
    opened: set[SourceKind] = set()
    for metric in settings.metrics:
        if metric.kind in PROBED:
            probe = open_probe(settings, metric, seams=seams)
            assert type(probe).__module__ == f"align_sync.readings.{metric.kind.value}"
            opened.add(metric.kind)
        else:
            with pytest.raises(ReadingError, match=f"of kind {metric.kind.value} come to us"):
                open_probe(settings, metric, seams=seams)
    assert opened == PROBED
