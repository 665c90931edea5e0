"""What single cells say: numbers, days, lists, words, and what spreadsheets make of them."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from align_sync.okr.tables.cells import read_cell
from align_sync.okr.tables.columns import BY_HEADING, BY_NAME, COLUMNS, fold_heading
from align_sync.okr.tables.grid import Cell, CellValue, guard, guard_lightly, guard_typed, unguard
from align_sync.okr.tables.lists import join_cell, split_cell, split_pair
from align_sync.okr.tables.numbers import (
    DayOrder,
    DecimalSign,
    Habits,
    UnreadableError,
    parse_day,
    parse_number,
    parse_serial,
    write_cell_number,
)
from tests.core.okr.tables.books import texts

CASES = Path(__file__).parents[3] / "cases" / "tables"


def read_table(name: str) -> list[Any]:
    rows = yaml.safe_load((CASES / f"{name}.yaml").read_text("utf-8"))
    assert isinstance(rows, list)
    return rows


@pytest.mark.parametrize("row", read_table("numbers"), ids=str)
def test_a_number_is_what_people_mean_by_it_or_nothing(row: dict[str, Any]) -> None:
    decimal = DecimalSign(row["decimal"]) if "decimal" in row else None
    if "fault" not in row:
        assert parse_number(row["text"], decimal) == row["value"]
        return
    with pytest.raises(UnreadableError) as refused:
        parse_number(row["text"], decimal)
    assert row["fault"] in refused.value.message
    assert ("--decimal" in refused.value.advice) == ("may be" in row["fault"])


@pytest.mark.parametrize("row", read_table("days"), ids=str)
def test_a_day_is_what_people_mean_by_it_or_nothing(row: dict[str, Any]) -> None:
    order = DayOrder(row["order"]) if "order" in row else None
    if "fault" not in row:
        assert parse_day(row["text"], order) == row["day"]
        return
    with pytest.raises(UnreadableError) as refused:
        parse_day(row["text"], order)
    assert row["fault"] in refused.value.message
    assert ("--dates" in refused.value.advice) == ("may be" in row["fault"])


@settings(max_examples=200)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_that_we_write_is_read_as_it_was_whatever_else_is_told(number: float) -> None:
    written = write_cell_number(number)

    assert parse_number(written) == number
    assert parse_number(written, DecimalSign.POINT) == number


def test_what_could_be_thousands_is_written_with_one_more_digit() -> None:
    assert [write_cell_number(number) for number in (1.234, -999.125, 0.125, 1234.567, 1.25, 7.0)] == [
        "1.2340",
        "-999.1250",
        "0.125",
        "1234.567",
        "1.25",
        "7",
    ]


@given(texts)
def test_guards_are_taken_off_again_exactly(text: str) -> None:
    assert unguard(guard(text)) == text
    assert unguard(guard_lightly(text)) == text
    assert not guard(text).startswith(("=", "+", "-", "@", "\uff1d"))


def test_a_guard_is_one_apostrophe_and_a_number_needs_none() -> None:
    assert [guard(text) for text in ("=1", "'=1", "'a'", "a", "\uff0bx")] == ["'=1", "''=1", "'a'", "a", "'\uff0bx"]
    assert [guard_lightly(text) for text in ("=1", "'=1")] == ["=1", "''=1"]
    assert [guard_typed(text) for text in ("-5", "-5,5%", "=1", "-x", "+1.000")] == [
        "-5",
        "-5,5%",
        "'=1",
        "'-x",
        "+1.000",
    ]


@given(st.lists(texts, max_size=4))
def test_a_list_in_a_cell_is_read_as_it_was(items: list[str]) -> None:
    assert split_cell(join_cell(items)) == tuple(items)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("a; b;c", ("a", "b", "c")),
        (";; a ;", ("a",)),
        ("a, b", ("a, b",)),
        ("a\nb\r\nc", ("a", "b", "c")),
        ('"a; b"; c', ("a; b", "c")),
        ('"say ""x""" ; c', ('say "x"', "c")),
        ('a "b"', ('a "b"',)),
        ("", ()),
    ],
)
def test_a_list_is_read_as_people_write_it(text: str, items: tuple[str, ...]) -> None:
    assert split_cell(text) == items


@pytest.mark.parametrize("text", ['"a; b', 'a; "b" c; d', '"'])
def test_a_quotation_mark_in_a_list_must_be_closed(text: str) -> None:
    with pytest.raises(UnreadableError, match="not closed"):
        split_cell(text)


def test_a_pair_is_cut_at_its_last_sign() -> None:
    assert [split_pair(item) for item in ("a=0.5", "a=b = 1", "a", "=")] == [
        ("a", "0.5"),
        ("a=b", "1"),
        ("a", ""),
        ("", ""),
    ]


def read(name: str, value: CellValue, *, is_percent: bool = False, trouble: str = "") -> object:
    cell = Cell(value=value, is_percent=is_percent, trouble=trouble)
    return read_cell(cell, BY_NAME[name], Habits(first_day=date(1899, 12, 30))).value


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("Key result id", " 2.10 ", "2.10"),
        ("Key result id", 7.0, "7"),
        ("Key result", "'=1+1", "=1+1"),
        ("Key result", 2.5, "2.5"),
        ("Target", "5 %", 5),
        ("Target", 5.0, 5),
        ("Weight", "50%", 0.5),
        ("Due", date(2026, 11, 15), date(2026, 11, 15)),
        ("Due", datetime.fromisoformat("2026-11-15"), date(2026, 11, 15)),
        ("Due", 46341.0, date(2026, 11, 15)),
        ("Direction", "Aumentare", "increase"),
        ("Direction", "sideways", "sideways"),
        ("Progress from", "Key results", "keyResults"),
        ("Labels", "a; b", ["a", "b"]),
        ("Labels", 7.0, ["7"]),
        ("Formerly", "a; 2.10", ["a", "2.10"]),
        (
            "Shared with",
            "a; b=0.5; c=d=50%",
            [{"team": "a"}, {"team": "b", "weight": 0.5}, {"team": "c=d", "weight": 0.5}],
        ),
        ("Checkpoints", "5=0.5; 1,5=80%", [[5, 0.5], [1.5, 0.8]]),
        ("Pace", "Back-loaded", "back-loaded"),
        ("Pace", "15/11/2026=0.3; 2026-12-31=1", [[date(2026, 11, 15), 0.3], [date(2026, 12, 31), 1]]),
    ],
)
def test_a_cell_says_what_a_file_would_say(name: str, value: CellValue, meant: object) -> None:
    assert read(name, value) == meant


def test_a_share_that_the_sheet_shows_as_per_cent_is_what_people_see() -> None:
    assert read("Target", 0.685, is_percent=True) == 68.5
    assert read("Weight", 0.5, is_percent=True) == 0.5


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("Key result id", 2.1, "2.1 and 2.10 would be the same"),
        ("Formerly", 2.1, "2.1 and 2.10 would be the same"),
        ("Key result", True, "a truth value stands where text is expected"),
        ("Period", date(2026, 11, 1), "the date 2026-11-01 stands where text is expected"),
        ("Target", True, "a truth value stands where a number is expected"),
        ("Target", date(2026, 11, 1), "the date 2026-11-01 stands where a number is expected"),
        ("Target", time(6), "the time 06:00:00 stands where a number"),
        ("Target", timedelta(days=2), "the time 2 days"),
        ("Due", datetime.fromisoformat("2026-11-15T03:00"), "the date 2026-11-15T03:00:00 stands"),
        ("Due", True, "a truth value stands where a date is expected"),
        ("Due", 7.0, "7 is no date"),
        ("Due", 46341.5, "46341.5 is no date"),
        ("Checkpoints", "5", "each entry needs a value and the share"),
        ("Pace", "2026-11-15=", "each entry needs a value and the share"),
        ("Shared with", "a=x", '"x" is no number'),
    ],
)
def test_a_cell_that_says_something_else_is_refused(name: str, value: CellValue, fault: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        read(name, value)
    assert fault in refused.value.message


def test_a_cell_of_a_workbook_without_a_value_says_why() -> None:
    with pytest.raises(UnreadableError, match="the error #REF!"):
        read("Target", None, trouble="the cell shows the error #REF!")


def test_a_number_is_no_day_where_nobody_counts_days() -> None:
    with pytest.raises(UnreadableError, match=r"the number 46341\.0 stands where a date is expected"):
        read_cell(Cell(value=46341.0), BY_NAME["Due"], Habits())
    assert parse_serial(46341, date(1904, 1, 1)) == date(2030, 11, 16)


def test_no_heading_means_two_columns() -> None:
    names = [fold_heading(name) for column in COLUMNS for name in {column.name, *column.others}]
    assert len(set(names)) == len(names) == len(BY_HEADING) - 1


@pytest.mark.parametrize(
    ("heading", "name"),
    [("KEY RESULT ID (*)", "Key result id"), ("objective_id", "Objective id"), ("Unità", "Unit"), ("unita'", "Unit"),
     ("Target (%)", "Target"), ("Valore  obiettivo", "Target"), ("Obiettivo", "Objective"), ("Scadenza:", "Due")],
)  # fmt: skip
def test_headings_are_known_however_they_are_written(heading: str, name: str) -> None:
    assert BY_HEADING[fold_heading(heading)].name == name
