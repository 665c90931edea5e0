"""The newest value of a table: which row it is, how its number is read, and what of a sheet is refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from align_sync.errors import ReadingError
from align_sync.readings import csv
from align_sync.readings.csv import GOOGLE_SHEETS, Table, read_table
from align_sync.readings.plain_numbers import read_written
from tests.readings.reading_world import NOON, ReadingWorld, read, why

METRIC = {"kind": "csv", "date_column": "date", "value_column": "value"}
TABLE = Table(date_column="date", value_column="value", where={}, delimiter=",", decimal=".", unit="%")
DAYS = "date,team,value\n2026-11-02,a,1\n2026-11-16,b,2\n2026-11-09,a,3\n2026-11-24,a,4\n"


def day(number: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, number, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "where", "asked", "value", "as_of"),
    [
        (DAYS, {}, NOON, 2, day(16)),
        (DAYS, {"team": "a"}, NOON, 3, day(9)),
        (DAYS, {"team": " a "}, NOON, 3, day(9)),
        (DAYS, {}, day(16, 0), 2, day(16, 0)),
        (DAYS, {}, day(15, 23), 3, day(9)),
        (DAYS, {}, day(24, 8), 4, day(24, 8)),
        ("\n" + DAYS.replace("\n", "\r\n"), {}, NOON, None, None),
        ("Date , VALUE\n2026/11/02,1\n\n,\n", {}, NOON, 1, day(2)),
        ("date,value\n2026-11-02,1\n2026-11-09,\n2026-11-10, \n", {}, NOON, 1, day(2)),
        ("date,value\n2026-11-23 11:00,1\n2026-11-23T12:30+00:00,2\n", {}, NOON, 1, day(23, 11)),
        ("date,value\n2026-11-23T12:30+02:00,1\n", {}, NOON, 1, datetime(2026, 11, 23, 10, 30, tzinfo=UTC)),
        ('value,date,note\n"1",2026-11-02,"two\nlines, and a ""quote"""\n0,2026-11-03,x\n', {}, NOON, 0, day(3)),
    ],
)
def test_the_newest_row_that_is_not_later_counts(
    text: str, where: dict[str, str], asked: datetime, value: float | None, as_of: datetime | None
) -> None:
    table = Table(date_column="date", value_column="value", where=where, delimiter=",", decimal=".", unit="")
    if value is None:
        with pytest.raises(ReadingError, match="no column has the name 'date'"):
            read_table(text, table, asked=asked)
        return
    answer = read_table(text, table, asked=asked)
    assert (answer.value, answer.as_of_at) == (value, as_of)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1: no column has the name 'date'"),
        ("day,value\n2026-11-02,1\n", "1: no column has the name 'date'; the first line has: 'day', 'value'"),
        ("date;value\n2026-11-02;1\n", """1: no column has the name 'date'; set delimiter = ";\""""),
        ("date\tvalue\n2026-11-02\t1\n", """set delimiter = "\\t\""""),
        ("date,value,Value\n2026-11-02,1,2\n", "1: 2 columns have the name 'value'"),
        ("date,value\n", "no row has a value"),
        ("date,value\n2026-12-02,1\n2026-12-01,1\n", "no value is of 2026-11-23 or before; the first is of 2026-12-01"),
        ("date,value\n2026-11-02,1\n2026-11-02,1\n", "2 rows are of 2026-11-02: lines 2 and 3"),
        (
            "date,value\n2026-11-02,1\n03/11/2026,2\nsoon,3\n,4\n5 Nov,5\n",
            "line 3: '03/11/2026' is no date; line 4: 'soon' is no date; line 5: the date is missing, and 1 more",
        ),
        ("date,note,value\n2026-11-02,x\n", "line 2: it has 2 cells, and more are needed"),
        ("date,value\n2026-11-02,1\n2026-11-03,n/a\n", "3: value: 'n/a' is not a number"),
        ("date,value\n2026-11-03,#DIV/0!\n", "2: value: '#DIV/0!' is not a number"),
        ('date,value\n2026-11-03,"1\n', "the row cannot be read: unexpected end of data"),
        (f"date,value\n2026-11-03,{'9' * 140_000}\n", "2: the row cannot be read: field larger than field limit"),
    ],
)
def test_a_table_that_leaves_a_doubt_gives_no_value(text: str, said: str) -> None:
    with pytest.raises(ReadingError) as caught:
        read_table(text, TABLE, asked=NOON)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1234.5", ".", 1234.5),
        ("1234,5", ",", 1234.5),
        ("1,234.5", ".", 1234.5),
        ("1.234,5", ",", 1234.5),
        ("1,234,567", ".", 1_234_567),
        ("1.234.567", ",", 1_234_567),
        ("1\u00a0234,5", ",", 1234.5),
        ("1'234'567.8", ".", 1_234_567.8),
        ("12.5%", ".", 12.5),
        ("12,5 %", ",", 12.5),
        ("\u22123", ".", -3),
        (" +7 ", ".", 7),
        ("0", ".", 0),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, decimal: str, value: float) -> None:
    assert read_written(text, decimal=decimal, unit="%") == value


@pytest.mark.parametrize(
    ("text", "decimal", "unit", "said"),
    [
        ("1,234", ".", "", 'begins the decimals set decimal = ","'),
        ("1.234", ",", "", 'begins the decimals set decimal = "."'),
        ("12,5", ".", "", 'set decimal = ","'),
        ("12.5%", ".", "users", "is told in per cent, and the unit of the metric is users"),
        ("€ 12", ".", "", "without currency or words"),
        ("12 k", ".", "", "is not a number"),
        ("1e3", ".", "", "is not a number"),
        ("(12)", ".", "", "is not a number"),
        ("12 34", ".", "", "is not a number"),
        ("1,23,456", ".", "", "is not a number"),
        ("1,234.567.8", ".", "", "is not a number"),
        ("--3", ".", "", "is not a number"),
        ("\u0663", ".", "", "is not a number"),
        ("NaN", ".", "", "is not a number"),
        ("TRUE", ".", "", "is not a number"),
        ("9" * 50, ".", "", "is not a number"),
    ],
)
def test_numbers_that_may_mean_two_things_are_refused(text: str, decimal: str, unit: str, said: str) -> None:
    with pytest.raises(ReadingError) as caught:
        read_written(text, decimal=decimal, unit=unit)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        DAYS.encode(),
        b"\xef\xbb\xbf" + DAYS.encode(),
        DAYS.encode("utf-16"),
        DAYS.replace("team", "città").encode("cp1252"),
    ],
)
def test_a_file_is_read_in_the_usual_encodings(world: ReadingWorld, tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "values.csv"
    path.write_bytes(body)
    answer = read(world.probe({**METRIC, "file": str(path)}))
    assert (answer.value, answer.as_of_at) == (2, day(16))
    assert read(world.probe({**METRIC, "file": str(path)}), at=day(10)).value == 3


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!DOCTYPE html><table>", "values.csv: it is a web page, not a table"),
        (b"date,value\n2026-11-02,x\n", "values.csv:2: value: 'x' is not a number"),
        (b"\xff\xfe\x00", "values.csv: its characters cannot be read; save it as CSV UTF-8"),
        (b"date,value\n2026-11-02,\x81\n", "values.csv: its characters cannot be read"),
    ],
)
def test_a_file_that_is_no_table_is_told_with_its_name_and_line(
    world: ReadingWorld, tmp_path: Path, body: bytes, said: str
) -> None:
    (tmp_path / "values.csv").write_bytes(body)
    assert said in why(world.probe({**METRIC, "file": str(tmp_path / "values.csv")}))


def test_what_is_no_file_of_a_fair_size_is_not_read(
    world: ReadingWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "the file does not exist" in why(world.probe({**METRIC, "file": str(tmp_path / "none.csv")}))
    assert "this is not a file" in why(world.probe({**METRIC, "file": str(tmp_path)}))
    assert "this is not a file" in why(world.probe({**METRIC, "file": "/dev/zero"}))
    (tmp_path / "large.csv").write_bytes(b"x" * 101)
    monkeypatch.setattr(csv, "LARGEST_ANSWER_BYTES", 100)
    assert "the file is larger than" in why(world.probe({**METRIC, "file": str(tmp_path / "large.csv")}))


class TestPublishedSheets:
    def test_a_sheet_is_read_from_its_address(self, world: ReadingWorld) -> None:
        world.source.body = DAYS.replace("a", "à").replace("dàte", "date").replace("vàlue", "value").encode("latin-1")
        world.source.headers = {"Content-Type": "text/csv; charset=ISO-8859-1"}
        probe = world.probe({**METRIC, "url": f"{world.server.url}/pub?output=csv", "where": {"teàm": "à"}})
        assert read(probe).value == 3

    def test_a_page_instead_of_a_table_is_told(self, world: ReadingWorld) -> None:
        world.source.body, world.source.headers = b"<html>", {"Content-Type": "text/html"}
        reason = why(world.probe({**METRIC, "url": f"{world.server.url}/pub?output=csv"}))
        assert "a web page came back instead of a table of CSV" in reason
        assert "output=csv" not in reason

    def test_a_fault_of_a_row_is_told_with_server_and_line(self, world: ReadingWorld) -> None:
        world.source.body, world.source.headers = b"date,value\n2026-11-02,x\n", {"Content-Type": "text/csv"}
        reason = why(world.probe({**METRIC, "url": f"{world.server.url}/pub"}))
        assert f"127.0.0.1:{world.server.port}:2: value: 'x' is not a number" in reason

    def test_only_google_may_send_us_on(self) -> None:
        assert (GOOGLE_SHEETS.host, GOOGLE_SHEETS.below) == ("docs.google.com", "googleusercontent.com")


def test_a_row_of_tomorrow_counts_tomorrow() -> None:
    assert read_table(DAYS, TABLE, asked=NOON + timedelta(days=1)).value == 4
