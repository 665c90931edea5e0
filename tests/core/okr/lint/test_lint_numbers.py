"""Numbers as people write them: what `tests/cases/lint/numbers.yaml` takes from a title is never called a mistake."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from align_sync.okr.lint.digits import read_value
from align_sync.okr.lint.rules import text_and_fields_disagree
from align_sync.okr.lint.run import build_subject
from align_sync.okr.lint.units import say_number, say_value, short_unit
from align_sync.okr.model import Book, Direction, KeyResult, Metric, Objective
from tests.core.okr.lint.book_around import TODAY

FILE = Path(__file__).parents[3] / "cases" / "lint" / "numbers.yaml"
ROWS: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
TOLD = [row for row in ROWS if {"baseline", "target"} <= row.keys() and "ambiguous" not in row]
LEAST_FOUND = 0.9


def complaints(row: dict[str, Any], *, baseline: float, target: float) -> list[str]:
    down = target < baseline
    metric = Metric(
        unit={"%": "percent"}.get(row.get("unit", ""), row.get("unit", "")),
        baseline=baseline,
        target=target,
        direction=Direction.DECREASE if down else Direction.INCREASE,
    )
    key_result = KeyResult(key="KR-1", title=row["text"], metric=metric)
    objective = Objective(key="O-1", title="T", team="t", period="2026-Q4", key_results=(key_result,))
    subject = build_subject(Book(objectives=(objective,)), today=TODAY)
    return [finding.message for finding in text_and_fields_disagree.check(subject)]


@pytest.mark.parametrize("row", TOLD, ids=lambda row: row["text"])
def test_fields_that_say_the_same_as_the_title_are_never_doubted(row: dict[str, Any]) -> None:
    assert complaints(row, baseline=row["baseline"], target=row["target"]) == []


def test_fields_that_say_another_thing_are_found() -> None:
    missed = [
        row["text"] for row in TOLD if not complaints(row, baseline=row["baseline"], target=row["target"] * 7 + 3)
    ]
    assert 1 - len(missed) / len(TOLD) >= LEAST_FOUND, missed


@pytest.mark.parametrize("row", [row for row in ROWS if "ambiguous" in row], ids=lambda row: row["text"])
def test_what_may_be_read_in_several_ways_never_stops_the_linter(row: dict[str, Any]) -> None:
    assert len(complaints(row, baseline=21.0, target=40.0)) <= 2


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("68", (68.0,)),
        ("2,4", (2.4,)),
        ("1.234", (1234.0, 1.234)),
        ("0.234", (0.234,)),
        ("1.234,5", (1234.5,)),
        ("1,234.5", (1234.5,)),
        ("1.234.567", (1234567.0,)),
        ("1 234", (1234.0,)),
        ("1.2.3", (12.3,)),
    ],
)
def test_digits_with_separators_have_all_readings_that_people_may_mean(written: str, values: tuple[float, ...]) -> None:
    assert read_value(written) == values


def test_numbers_are_said_as_short_as_they_are_exact() -> None:
    assert [say_number(value, comma=True) for value in (2.4, 1_200_000, 1e15, 1e-7)] == [
        "2,4",
        "1200000",
        "1000000000000000",
        "0,0000001",
    ]
    assert say_value(68, "percent") == "68 %"
    assert say_value(4, "") == "4"
    assert [short_unit(unit) for unit in ("percent", "Hours", "k€ per year", "")] == ["%", "h", "k€ per year", ""]
