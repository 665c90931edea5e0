"""Export then import gives the same book, through YAML, through CSV and through a workbook."""

from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from align_sync.okr.book_text import write_book, write_scalar, write_text
from align_sync.okr.book_values import SetHead, describe_sets, name_set
from align_sync.okr.book_yaml import parse_book, read_book
from align_sync.okr.document import json_schema
from align_sync.okr.model import Book, KeyResult, Level, Objective
from align_sync.okr.tables.columns import COLUMNS
from align_sync.okr.tables.csv_text import read_csv
from align_sync.okr.tables.grid import Grid
from align_sync.okr.tables.merge import Defaults
from align_sync.okr.tables.numbers import Habits
from align_sync.okr.tables.read import ImportedTable, Surroundings, import_rows
from align_sync.okr.tables.rows import find_headings, read_rows
from align_sync.okr.tables.write import build_rows, write_table
from align_sync.sheets.reading import read_workbook
from align_sync.sheets.writing import Sheet, write_workbook
from tests.core.okr.tables.books import books, numbers, texts
from tests.golden_files import Golden

NOW = datetime(2026, 11, 23, tzinfo=UTC)
NOTHING = Surroundings(book=Book(), sites={}, heads={})
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def lay(grid: Grid, around: Surroundings = NOTHING) -> ImportedTable:
    headings = find_headings(grid)
    assert headings is not None
    return import_rows(read_rows(grid, headings, Habits()), around, Defaults())


def example() -> Book:
    folder = Path(__file__).parents[4] / "config" / "okrs"
    book, problems = parse_book([(path.name, path.read_text("utf-8")) for path in sorted(folder.glob("*.yaml"))])
    assert problems == ()
    return book


@FEW
@given(books())
def test_yaml_reads_back_as_the_same_book(book: Book) -> None:
    text = write_book(book)

    read, problems = parse_book([("x.yaml", text)])

    assert problems == ()
    assert read == book
    assert write_book(read) == text


@FEW
@given(books())
def test_a_csv_file_reads_back_as_the_same_book_and_changes_nothing_the_second_time(book: Book) -> None:
    grid = read_csv(write_table(build_rows(book)), "okrs.csv")

    once = lay(grid)

    assert once.problems == ()
    assert once.book == book
    sites = read_book([("x.yaml", write_book(book))]).sites
    assert lay(grid, Surroundings(book=book, sites=sites, heads=once.heads)).book == book


@settings(FEW, max_examples=25)
@given(books())
def test_a_workbook_reads_back_as_the_same_book(book: Book) -> None:
    sheet = Sheet(name="OKRs", headings=[column.name for column in COLUMNS], rows=list(build_rows(book)))

    (one,) = read_workbook(write_workbook([sheet], made_at=NOW), "okrs.xlsx")
    read = lay(one.grid)

    assert read.problems == ()
    assert read.book == book


def test_the_example_company_is_written_for_people(golden: Golden) -> None:
    book = example()
    golden("tables/book.yaml", write_book(book))
    golden("tables/book.csv", write_table(build_rows(book)))


def test_every_document_keeps_to_the_published_schema() -> None:
    for one in yaml.safe_load_all(write_book(example())):
        jsonschema.validate(_with_texts(one), json_schema())


def _with_texts(value: object) -> object:
    """Dates as the text that editors see."""
    if isinstance(value, dict):
        return {key: _with_texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_texts(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


@settings(max_examples=300, deadline=None)
@given(texts)
def test_a_text_is_a_text_to_every_reader(text: str) -> None:
    assert yaml.safe_load(f"a: {write_text(text)}") == {"a": text}
    assert yaml.safe_load(f"- {write_text(text)}") == [text]


@settings(max_examples=300, deadline=None)
@given(numbers)
def test_a_number_is_the_same_number_to_every_reader(number: float) -> None:
    assert yaml.safe_load(write_scalar(number)) == number


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("no", '"no"'), ("2.10", '"2.10"'), ("NULL", '"NULL"'), ("2026-Q4", "2026-Q4"), ("1e3", '"1e3"'), ("y", '"y"'),
        ("2026-11-15", '"2026-11-15"'), ("a: b", '"a: b"'), ("a #b", '"a #b"'), ("a:", '"a:"'), ("a:b", "a:b"),
        ("it's, [so]", "it's, [so]"), ("_x", "_x"), ("x\u00a0y", '"x\\U000000a0y"'), ("", '""'), ("perché", "perché"),
        ("a ", '"a "'),
    ],
)  # fmt: skip
def test_a_text_is_quoted_where_readers_disagree_and_nowhere_else(text: str, written: str) -> None:
    assert write_text(text) == written


def test_a_set_keeps_its_name_and_labels_and_its_level_is_said_once() -> None:
    one = Objective(key="O-1", title="x", team="A", period="P", level=Level.TEAM)
    other = Objective(
        key="O-2", title="y", team="A", period="P", level=Level.TEAM, key_results=(KeyResult(key="k", title="z"),)
    )
    (described,) = describe_sets(
        Book(objectives=(one, other)), {("A", "P"): SetHead(name="mine", labels=(("a", "b"),))}
    )

    assert described["metadata"] == {"name": "mine", "labels": {"a": "b"}}
    assert described["spec"] == {
        "team": "A",
        "period": "P",
        "level": "team",
        "objectives": [
            {"id": "O-1", "title": "x"},
            {"id": "O-2", "title": "y", "keyResults": [{"id": "k", "title": "z"}]},
        ],
    }


@pytest.mark.parametrize(
    ("team", "name"),
    [("Payments", "payments-q4"), ("Más & Más", "m-s-m-s-q4"), ("日本", "q4"), ("a" * 300, "a" * 250)],
)
def test_the_name_of_a_set_is_one_that_a_file_may_have(team: str, name: str) -> None:
    assert name_set(team, "Q4") == name


def test_a_set_that_no_letter_names_has_a_name_all_the_same() -> None:
    assert name_set("日本", "-") == "okrs"


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=300))
def test_no_csv_text_makes_reading_fail(text: str) -> None:
    grid = read_csv(f"Objective id,Key result id,Target\n{text}", "okrs.csv", delimiter=",")

    assert lay(grid).imported >= 0
