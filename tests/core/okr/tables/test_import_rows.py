"""Tables laid over files: what is created and changed, what is told, and that one bad row never hides the others."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from align_sync.errors import UserError
from align_sync.okr.book_values import SetHead
from align_sync.okr.book_yaml import MOST_TOLD, read_book
from align_sync.okr.model import Book, Direction, KeyResult, Metric, Names, Objective
from align_sync.okr.plan import plan_apply
from align_sync.okr.tables.csv_text import decode_table, read_csv
from align_sync.okr.tables.grid import Cell, Grid, GridRow
from align_sync.okr.tables.merge import Defaults
from align_sync.okr.tables.numbers import DayOrder, DecimalSign, Habits
from align_sync.okr.tables.read import ImportedTable, Surroundings, import_rows
from align_sync.okr.tables.rows import find_headings, read_rows
from align_sync.okr.tables.write import build_rejected
from align_sync.okr.yaml_documents import read_documents

HEAD = "Objective id,Objective,Team,Period,KR id,Key result,Baseline,Weight,State"
NOTHING = Surroundings(book=Book(), sites={}, heads={})
CASES = Path(__file__).parents[3] / "cases" / "tables" / "imports.yaml"
FILE = """\
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata: {name: mine, labels: {a: b}}
spec:
  team: A
  period: Q
  objectives:
    - id: O-1
      title: One
      owner: Ana
      keyResults:
        - {id: k1, title: x, owner: Luca, metric: {unit: EUR, baseline: 1, target: 5}, match: {labels: [a]}}
        - {id: k2, title: y}
    - {id: O-2, title: Two}
"""


def lay(
    text: str,
    around: Surroundings = NOTHING,
    *,
    ignored: Sequence[str] = (),
    defaults: Defaults | None = None,
    habits: Habits | None = None,
    delimiter: str | None = None,
) -> ImportedTable:
    grid = read_csv(text, "okrs.csv", delimiter=delimiter)
    headings = find_headings(grid, ignored)
    assert headings is not None
    return import_rows(read_rows(grid, headings, habits or Habits()), around, defaults or Defaults())


def surround(text: str = FILE, others: str = "") -> Surroundings:
    read = read_book([("a.yaml", text)])
    assert read.problems == ()
    documents, _ = read_documents(2, "b.yaml", others) if others else ((), ())
    heads = {("A", "Q"): SetHead(name="mine", labels=(("a", "b"),))}
    return Surroundings(book=read.book, sites=read.sites, heads=heads, others=documents)


def ids(book: Book) -> list[str]:
    return [key for objective in book for key in (objective.key, *(kr.key for kr in objective.key_results))]


@pytest.mark.parametrize("row", yaml.safe_load(CASES.read_text("utf-8")), ids=lambda row: row["why"])
def test_a_table_says_what_is_wrong_where_and_the_rest_is_imported(row: dict[str, Any]) -> None:
    read = lay("\n".join([row.get("head", HEAD), *row["rows"]]) + "\n", ignored=row.get("ignored", ()), delimiter=",")

    told = [str(problem) for problem in read.problems]
    assert len(told) == len(row["told"]), told
    assert [one for one, part in zip(told, row["told"], strict=True) if not one.startswith(f"okrs.csv:{part}")] == []
    assert read.is_blocked == row.get("blocked", False)
    if not read.is_blocked:
        assert [one.row.line for one in read.rejected] == row["rejected"]
        assert ids(read.book) == row["ids"]
        assert all(one.reasons for one in read.rejected)


def test_a_row_with_a_known_id_changes_what_the_table_has_columns_for_and_nothing_else() -> None:
    around = surround()
    read = lay("KR id,Target,Owner\nK1,7,\n", around)

    assert read.problems == ()
    (change,) = plan_apply(around.book, read.book).changed
    assert [(field.name, field.before, field.after) for field in change.fields] == [
        ("owner", "Luca", ""),
        ("metric.target", 5, 7),
    ]
    assert ids(read.book) == ["O-1", "k1", "k2", "O-2"]
    assert read.heads == around.heads


def test_a_blank_cell_takes_a_value_away_and_a_mapping_goes_with_its_last_one() -> None:
    read = lay("KR id,Target,Unit,Baseline,Labels\nk1,,,,\n", surround())

    assert read.book.by_key["k1"][1] == KeyResult(key="k1", title="x", owner="Luca", metric=Metric(), names=Names())


def test_a_blank_cell_of_every_row_takes_the_owner_of_an_objective_away() -> None:
    read = lay("Objective id,Objective,Objective owner,Team\nO-1,One,,\nO-2,,Sara,\n", surround())

    assert str(read.problems[0]).startswith("okrs.csv:3:2: Objective: must not be empty")
    read = lay("Objective id,Objective,Objective owner,Team\nO-1,Uno,,\nO-2,Two,Sara,\n", surround())
    assert [(one.title, one.owner, one.team) for one in read.book] == [("Uno", "", "A"), ("Two", "Sara", "A")]


def test_a_key_result_moves_to_the_objective_that_its_row_names() -> None:
    read = lay("Objective id,KR id\nO-2,k1\n", surround())

    assert ids(read.book) == ["O-1", "k2", "O-2", "k1"]
    assert read.book.by_key["k1"][1].owner == "Luca"


def test_what_is_new_comes_after_what_is_there_and_a_new_team_in_a_set_of_its_own() -> None:
    rows = "O-1,One,A,Q,k3,z,,,\nO-3,Three,A,Q,,,,,\nO-4,Four,B,Q,k4,z,,,\n"
    read = lay(f"{HEAD}\n{rows}", surround(), defaults=Defaults(name="new"))

    assert ids(read.book) == ["O-1", "k1", "k2", "k3", "O-2", "O-3", "O-4", "k4"]
    assert {key: head.name for key, head in read.heads.items()} == {("A", "Q"): "mine", ("B", "Q"): "new-b-q"}


def test_a_single_new_set_has_the_name_that_was_given() -> None:
    read = lay("Objective id,Objective\nO-1,One\n", defaults=Defaults(name="mine", team="A", period="Q"))

    assert read.problems == ()
    assert read.heads == {("A", "Q"): SetHead(name="mine")}


def test_a_cell_counts_before_the_file_and_the_file_before_what_was_given_for_all_rows() -> None:
    text = "Objective id,Objective,Team,Period\nO-1,One,,\nO-2,Two,B,Q\nO-3,Three,,R\n"
    read = lay(text, surround(), defaults=Defaults(team="D", period="S"))

    assert {one.key: (one.team, one.period) for one in read.book} == {
        "O-1": ("A", "Q"),
        "O-2": ("B", "Q"),
        "O-3": ("D", "R"),
    }


def test_other_files_are_there_to_be_referred_to_and_their_faults_are_no_matter_here() -> None:
    other = FILE.replace("O-", "P-").replace("k1", "p1").replace("k2", "bad id")
    text = "Objective id,Objective,Contributes to,KR id,Key result\nO-1,One,P-1; p1,,\nO-2,Two,,p1,x\n"
    read = lay(text, surround(others=other))

    (problem,) = read.problems
    assert str(problem).startswith("okrs.csv:3:4: the id p1 names a key result at b.yaml:12:16 already; give one")
    assert read.book.objectives[0].contributes_to == ("P-1", "p1")
    assert ids(read.book) == ["O-1", "k1", "k2", "O-2"]


def test_a_fault_that_is_no_row_stops_the_table() -> None:
    two = (
        FILE + "---\n" + FILE.replace("O-", "N-").replace("k1", "n1").replace("k2", "n2").replace("team: A", "team: B")
    )
    read = lay(f"{HEAD}\nO-1,One,A,Q,N-1,x,,,\n", surround(two))

    assert read.is_blocked
    assert "names a key result at okrs.csv:2:5 already" in str(read.problems[0])


def test_a_percent_sign_is_the_unit_where_nothing_else_is() -> None:
    text = "Objective id,Objective,Team,Period,KR id,Key result,Baseline,Target,Unit,Weight\n"
    read = lay(f"{text}O-1,One,A,Q,k1,x,68 %,80%,,1\nO-1,One,A,Q,k2,x,1%,2,points,50%\nO-1,One,A,Q,k3,x,1,2,,50%\n")

    units = {kr.key: (kr.metric.unit, kr.metric.baseline, kr.weight) for kr in read.book.key_results}
    assert units == {"k1": ("percent", 68, 1), "k2": ("points", 1, 0.5), "k3": ("", 1, 0.5)}


def test_what_was_said_of_decimals_and_dates_holds_for_all_cells() -> None:
    text = "KR id;Target;Due\nk1;1.234;03/04/2026\n"
    read = lay(text, surround(), habits=Habits(decimal=DecimalSign.COMMA, days=DayOrder.DAY_FIRST))

    key_result = read.book.by_key["k1"][1]
    assert (key_result.metric.target, str(key_result.due)) == (1234, "2026-04-03")


def test_italian_headings_and_words_are_read() -> None:
    text = (
        "Obiettivo ID;Obiettivo;Squadra;Trimestre;ID risultato chiave;Risultato chiave;Responsabile;Direzione;"
        "Valore iniziale;Valore obiettivo;Scadenza;Unità\nO-1;Uno;A;Q;k1;x;Ana;Diminuire;2,4;0,5;31/12/2026;%\n"
    )
    (objective,) = lay(text).book.objectives

    (kr,) = objective.key_results
    assert (objective.title, kr.owner, kr.metric.direction, kr.metric.baseline, kr.metric.target, str(kr.due)) == (
        "Uno", "Ana", Direction.DECREASE, 2.4, 0.5, "2026-12-31",
    )  # fmt: skip


def test_rejected_rows_are_written_so_that_they_can_be_mended_and_fed_again() -> None:
    text = f"{HEAD}\nO-1,One,A,Q,k1,'=x,1,,\nO-1,,,,k2,y,'=oops,-5,\nO-1,Two,,,k3,z\n"
    grid = read_csv(text, "okrs.csv")
    headings = find_headings(grid)
    assert headings is not None
    read = import_rows(read_rows(grid, headings, Habits()), NOTHING, Defaults())

    head, first, second = build_rejected(headings, read.rejected)
    assert head == ["Import problem", *HEAD.split(",")]
    assert first[:1] == ['Baseline: "=oops" is no number; Weight: must be 0 or more']
    assert first[1:] == ["O-1", "One", "A", "Q", "k2", "y", "'=oops", "-5", ""]
    assert second[1:] == ["O-1", "Two", "A", "Q", "k3", "z", "", "", ""]
    assert ids(read.book) == ["O-1", "k1"]


def test_a_row_that_was_rejected_before_loses_its_old_reason() -> None:
    grid = read_csv('Objective id,Import problem,KR id,Target\nO-1,old,k1,oops\n"O"x,old,k1,5\n', "okrs.csv")
    headings = find_headings(grid)
    assert headings is not None
    read = import_rows(read_rows(grid, headings, Habits()), surround(), Defaults())

    assert build_rejected(headings, read.rejected) == [
        ["Import problem", "Objective id", "KR id", "Target"],
        ['Target: "oops" is no number', "O-1", "k1", "oops"],
        ["a quotation mark stands within a cell; such a cell stands in quotation marks, with those within doubled"],
    ]


def test_the_cells_of_a_workbook_are_told_with_their_letters_and_written_as_they_were_seen() -> None:
    names = ("Objective id", "KR id", "Key result", "Target", "Due", "State")
    typed = ("O-1", 2.5, "x")
    rest = (Cell(value=0.685, is_percent=True), Cell(), Cell(value=True))
    head = GridRow(line=3, cells=tuple(Cell(value=name) for name in names))
    row = GridRow(line=5, cells=(*(Cell(value=value) for value in typed), *rest))
    grid = Grid(name="okrs.xlsx", sheet="Q4 plan", rows=(head, GridRow(line=4), row))
    headings = find_headings(grid)
    assert headings is not None
    read = import_rows(read_rows(grid, headings, Habits()), surround(), Defaults())

    assert [problem.where for problem in read.problems] == ["okrs.xlsx: Q4 plan!B5", "okrs.xlsx: Q4 plan!F5"]
    assert build_rejected(headings, read.rejected)[1][1:] == ["O-1", "2.5", "x", "68.5%", "", "TRUE"]


def test_no_more_problems_are_told_than_anybody_reads_and_all_rows_are_judged() -> None:
    bad = "".join(f"O-1,One,A,Q,k{number},x,oops,,\n" for number in range(MOST_TOLD + 50))
    read = lay(f"{HEAD}\n{bad}O-1,One,A,Q,good,x,1,,\n")

    assert len(read.problems) == MOST_TOLD + 1
    assert "more problems" in read.problems[-1].message
    assert (read.imported, len(read.rejected)) == (1, MOST_TOLD + 50)
    assert ids(read.book) == ["O-1", "good"]


def test_headings_are_found_below_a_title_and_not_far_down() -> None:
    text = f"Our OKRs\n\n{HEAD}\nO-1,One,A,Q,k1,x,1,,\n"
    assert ids(lay(text, delimiter=",").book) == ["O-1", "k1"]
    assert find_headings(read_csv("\n" * 30 + text, "okrs.csv", delimiter=",")) is None
    assert find_headings(read_csv("Objective,Team\nx,y\n", "okrs.csv", delimiter=",")) is None
    assert find_headings(read_csv("Objective id\nx\n", "okrs.csv", delimiter=",")) is None


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Objective id,Objective;x\n", None),
        ("Objective id;Objective,x\n", None),
        ("Objective id\tObjective\n", None),
        ("sep=;\r\nObjective id;Objective\n", None),
        ("sep=|\nObjective id|Objective\n", None),
        ("Objective id|Objective\n", "|"),
        ("A, title; with; signs\nObjective id,Objective\n", None),
    ],
)
def test_the_delimiter_is_the_one_that_makes_headings(text: str, delimiter: str | None) -> None:
    grid = read_csv(text, "okrs.csv", delimiter=delimiter)

    assert grid.rows[-1].cells[0].value == "Objective id"
    assert grid.rows[-1].line == text.count("\n")


@pytest.mark.parametrize("text", ["", "x,y\n", "Objective id,Objective\nObjective id;Objective\n"])
def test_a_delimiter_that_cannot_be_seen_is_asked_for(text: str) -> None:
    with pytest.raises(UserError, match="--delimiter"):
        read_csv(text, "okrs.csv")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("perché".encode(), None),
        ("perché".encode("utf-8-sig"), None),
        ("perché".encode("utf-16"), None),
        (b"\xfe\xff" + "perché".encode("utf-16-be"), None),
        ("perché".encode("cp1252"), "cp1252"),
    ],
)
def test_a_text_is_read_in_the_encoding_that_is_sure(content: bytes, encoding: str | None) -> None:
    assert decode_table(content, "okrs.csv", encoding=encoding) == "perché"


@pytest.mark.parametrize(
    ("content", "encoding", "message"),
    [
        ("perché".encode("cp1252"), None, "not UTF-8 text; save it as CSV UTF-8, or name what it is in"),
        ("a".encode("utf-16-le"), None, "zero bytes"),
        (b"a", "klingon", "not KLINGON text"),
    ],
)
def test_no_letter_is_guessed(content: bytes, encoding: str | None, message: str) -> None:
    with pytest.raises(UserError, match=message):
        decode_table(content, "okrs.csv", encoding=encoding)


def test_an_objective_alone_has_a_row_of_its_own() -> None:
    read = lay("Objective id,Objective,Team,Period,KR id\nO-1,One,A,Q,\n")

    assert read.book.objectives == (Objective(key="O-1", title="One", team="A", period="Q"),)


def sheet(*rows: Sequence[Cell]) -> ImportedTable:
    """A workbook with these rows below its headings, laid over the file."""
    head = tuple(Cell(value=name) for name in ("Objective id", "KR id", "Target", "Due"))
    lines = (GridRow(line=number, cells=tuple(cells)) for number, cells in enumerate((head, *rows), 1))
    grid = Grid(name="okrs.xlsx", sheet="A", rows=tuple(lines))
    headings = find_headings(grid)
    assert headings is not None
    read = import_rows(read_rows(grid, headings, Habits()), surround(), Defaults())
    assert build_rejected(headings, read.rejected)
    return read


def test_an_objective_whose_id_is_a_number_costs_its_row_alone() -> None:
    one, other = (
        (Cell(value=2.1), Cell(value="k1"), Cell(value=9.0)),
        (Cell(value="O-1"), Cell(value="k2"), Cell(value=8.0)),
    )
    read = sheet(one, other)

    assert [problem.where for problem in read.problems] == ["okrs.xlsx: A!A2"]
    assert [kr.metric.target for kr in read.book.key_results] == [5, 8]


def test_a_day_of_a_workbook_is_written_into_the_rejected_rows_as_it_is_typed_elsewhere() -> None:
    read = sheet((Cell(value="O-1"), Cell(value="k1"), Cell(value="oops"), Cell(value=date(2026, 12, 31))))
    headings = find_headings(read_csv("Objective id,KR id,Target,Due\n", "x.csv"))

    assert headings is not None
    assert build_rejected(headings, read.rejected)[1][1:] == ["O-1", "k1", "oops", "2026-12-31"]


def test_a_cell_that_is_too_long_is_told_and_the_next_row_is_read() -> None:
    read = lay(f"{HEAD}\nO-1,One,A,Q,k1,{'x' * 200_000},1,,\nO-1,One,A,Q,k2,y,1,,\n")

    assert [problem.message for problem in read.problems] == ["a cell is too long; a quotation mark may not be closed"]
    assert ids(read.book) == ["O-1", "k2"]
