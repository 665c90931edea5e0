"""Tables from files: workbooks with their traps, and the YAML file that an import is laid over."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from align_sync.cli.main import invoke
from align_sync.errors import UserError
from align_sync.flows.import_table import ImportResult, TableWish, import_table
from align_sync.okr.book_yaml import parse_book
from align_sync.sheets import reading
from align_sync.sheets.marks import MOST_ROWS, read_marks, read_percent_styles
from align_sync.sheets.reading import read_workbook
from align_sync.sheets.writing import Sheet, write_workbook

NOW = datetime(2026, 11, 23, tzinfo=UTC)
HEAD = ("Objective id", "Objective", "Team", "Period", "KR id", "Key result", "Target", "Due")
CSV = f"{','.join(HEAD)}\nO-1,One,A,Q,k1,x,5,2026-12-31\nO-1,,,,k2,y,7,\n"
Draw = Callable[[Workbook], object]


def draw(paint: Draw, **options: bool) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as workbook:
        paint(workbook)
    return out.getvalue()


def paint_table(workbook: Workbook, name: str = "Plan") -> Worksheet:
    sheet = workbook.add_worksheet(name)
    sheet.write_row(0, 0, HEAD)
    sheet.write_row(1, 0, ("O-1", "One", "A", "Q", "k1", "x", 5))
    return sheet


def load(folder: Path, content: bytes | str, name: str = "okrs.xlsx", **wish: Any) -> ImportResult:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_table(TableWish(file=file, **wish))


def told(result: ImportResult, folder: Path) -> list[str]:
    return [str(problem).replace(f"{folder}/", "") for problem in result.table.problems]


def test_cells_of_a_workbook_are_read_as_the_sheet_shows_them(tmp_path: Path) -> None:
    def paint(workbook: Workbook) -> None:
        sheet = workbook.add_worksheet("Plan")
        sheet.write_row(0, 0, (*HEAD, "Baseline", "Stretch"))
        day, share = workbook.add_format({"num_format": "dd/mm/yy"}), workbook.add_format({"num_format": '0.0" %"%'})
        sheet.write_row(1, 0, ("O-1", "One", "A", "Q", 7, "x"))
        sheet.write_formula(1, 6, "=40+2", None, 42)
        sheet.write_datetime(1, 7, date(2026, 12, 31), day)
        sheet.write_number(1, 8, 0.685, share)
        sheet.write_string(1, 9, "1,5")
        sheet.write_row(2, 0, ("O-1", "", "", "", "k2", "y", 5, 46387))

    result = load(tmp_path, draw(paint))

    assert result.table.problems == ()
    first, second = result.table.book.key_results
    assert (first.key, first.metric.target, first.metric.baseline, first.metric.stretch) == ("7", 42, 68.5, 1.5)
    assert first.metric.unit == "percent"
    assert first.due == second.due == date(2026, 12, 31)


def test_days_that_stand_there_as_numbers_count_from_the_first_day_of_the_workbook(tmp_path: Path) -> None:
    def paint(workbook: Workbook) -> None:
        sheet = paint_table(workbook)
        sheet.write_number(1, 7, 44925)

    (kr,) = load(tmp_path, draw(paint, date_1904=True)).table.book.key_results
    assert kr.due == date(2026, 12, 31)


def test_errors_and_formulas_without_a_value_are_told_with_their_cell(tmp_path: Path) -> None:
    def paint(workbook: Workbook) -> None:
        sheet = workbook.add_worksheet("Plan")
        sheet.write_row(0, 0, HEAD)
        for row, key in enumerate(("k1", "k2", "k3"), 1):
            sheet.write_row(row, 0, ("O-1", "One", "A", "Q", key, "x"))
        sheet.write_formula(1, 6, "=A1+#REF!", None, "#REF!")
        sheet.write_formula(2, 6, "=1+1", None, "")
        sheet.write_string(3, 6, "#N/A")

    result = load(tmp_path, _without_values(draw(paint)))

    no_value = "the cell holds a formula without its value; open the file in a spreadsheet and save it"

    assert told(result, tmp_path) == [
        "okrs.xlsx: Plan!G2: Target: the cell shows the error #REF!; mend the cell, or leave it empty",
        f"okrs.xlsx: Plan!G3: Target: {no_value}; mend the cell, or leave it empty",
        'okrs.xlsx: Plan!G4: Target: "#N/A" is no number; write it like 0.5 or 120',
    ]


def _without_values(content: bytes) -> bytes:
    """As programs write formulas that never computed them."""
    return change(content, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f>"))


def change(content: bytes, part: str, edit: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, edit(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


def test_a_cell_merged_down_a_column_holds_for_all_its_rows(tmp_path: Path) -> None:
    def paint(workbook: Workbook) -> None:
        sheet = workbook.add_worksheet("Plan")
        sheet.write_row(0, 0, HEAD)
        for column, text in enumerate(("O-1", "One", "A", "Q")):
            sheet.merge_range(1, column, 3, column, text)
        for row, key in enumerate(("k1", "k2", "k3"), 1):
            sheet.write_row(row, 4, (key, "x", row))

    result = load(tmp_path, draw(paint))

    assert result.table.problems == ()
    assert [(kr.key, kr.metric.target) for kr in result.table.book.key_results] == [("k1", 1), ("k2", 2), ("k3", 3)]


def test_hidden_sheets_are_named_and_read_only_when_asked_for(tmp_path: Path) -> None:
    def paint(workbook: Workbook) -> None:
        paint_table(workbook)
        paint_table(workbook, "Old").hide()
        workbook.add_worksheet("Empty")

    content = draw(paint)
    result = load(tmp_path, content)
    assert (result.table.imported, result.notes) == (1, ('the hidden sheet "Old" is not read; --sheet "Old" reads it',))
    assert load(tmp_path, content, sheet="Old").notes == ()
    with pytest.raises(UserError, match='the sheet "New" has no row with the headings'):
        load(tmp_path, content, sheet="New")


def test_which_of_several_tables_is_meant_is_asked(tmp_path: Path) -> None:
    def paint(workbook: Workbook) -> None:
        paint_table(workbook, "One")
        paint_table(workbook, "Two")

    with pytest.raises(UserError, match='several sheets hold tables of OKRs: "One", "Two"'):
        load(tmp_path, draw(paint))

    def paint_hidden(workbook: Workbook) -> None:
        workbook.add_worksheet("Cover")
        paint_table(workbook, "Old").hide()

    with pytest.raises(UserError, match="only hidden sheets"):
        load(tmp_path, draw(paint_hidden))


def test_what_stands_above_the_headings_is_told(tmp_path: Path) -> None:
    result = load(tmp_path, f"Plan of Q4\n\n{CSV}", "okrs.csv")

    assert result.table.imported == 2
    assert result.notes == ("what stands above the headings in row 3 is not read",)


def _sheet_of_workbook() -> bytes:
    return draw(paint_table)


def _bomb() -> bytes:
    return change(_sheet_of_workbook(), "xl/theme/theme1.xml", lambda _: b" " * (reading.LARGEST_UNPACKED + 1))


def _far() -> bytes:
    def paint(workbook: Workbook) -> None:
        paint_table(workbook).write_string(1_048_575, 16_383, "z")

    return draw(paint)


def _entities(xml: bytes) -> bytes:
    return xml.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1)


def _no_row(xml: bytes) -> bytes:
    return xml.replace(b' r="1"', b' r="x"')


def _lying() -> bytes:
    """A part that says it is smaller than it is."""
    content = _sheet_of_workbook()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("xl/theme/theme1.xml").file_size
    return content.replace(size.to_bytes(4, "little"), (size - 9).to_bytes(4, "little"))


def _twice() -> bytes:
    out = io.BytesIO(_sheet_of_workbook())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


def _as_zip(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_bomb, "unpacks to more than 100 MB"),
        (_far, f"reaches further than {MOST_ROWS:,} rows"),
        (lambda: change(_sheet_of_workbook(), "xl/worksheets/sheet1.xml", _entities), "holds a document type"),
        (lambda: change(_sheet_of_workbook(), "xl/worksheets/sheet1.xml", lambda xml: xml[:90]), "damaged"),
        (
            lambda: change(_sheet_of_workbook(), "xl/worksheets/sheet1.xml", _no_row),
            "damaged",
        ),
        (_lying, "no workbook that can be read"),
        (_twice, "no workbook that can be read"),
        (lambda: _as_zip("hello.txt"), "no workbook that can be read"),
        (lambda: b"PK\x03\x04 no", "no workbook that can be read"),
        (lambda: b"\xd0\xcf\x11\xe0" * 9, "a workbook of an old form"),
        (lambda: b"Objective id,Objective\n" + b"x" * reading.LARGEST_FILE, "larger than 10 MB"),
    ],
)
def test_what_is_no_sound_workbook_is_refused_with_its_name(
    tmp_path: Path, make: Callable[[], bytes], message: str
) -> None:
    with pytest.raises(UserError, match=message) as refused:
        load(tmp_path, make())
    assert refused.value.problem.where == str(tmp_path / "okrs.xlsx")


def test_a_file_that_is_not_there_and_a_csv_file_with_a_sheet_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        import_table(TableWish(file=tmp_path / "none.csv"))
    with pytest.raises(UserError, match="no sheets"):
        load(tmp_path, CSV, "okrs.csv", sheet="Plan")


def test_sheets_without_addresses_are_read_in_their_order() -> None:
    formats = b'<numFmt numFmtId="170" formatCode="0&quot;%&quot;"/><numFmt numFmtId="171" formatCode="0.0%"/>'
    cells = b'<xf/><xf numFmtId="9"/><xf numFmtId="170"/><xf numFmtId="171"/>'
    other = b'<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
    styles = read_percent_styles(b"<s>" + formats + other + b"<cellXfs>" + cells + b"</cellXfs>" + other + b"</s>")
    assert styles == {1, 3}
    marks = read_marks(b'<s><row><c/><c s="1"><v>1</v></c></row><row><c s="3"/><c t="e"/></row></s>', styles)
    assert (marks.percent, marks.height, marks.width) == ({(0, 1), (1, 0)}, 2, 2)
    assert marks.broken == {(1, 1): "the cell shows the error #ERROR"}


def test_a_workbook_is_the_same_bytes_and_holds_no_formula_and_no_address_to_fetch() -> None:
    rows: list[tuple[str | float | date | datetime | None, ...]] = [
        ("=1+1", "https://x.example", "'=a"),
        (0.1 + 0.2, date(1890, 1, 1), NOW),
        (None, date(2026, 1, 1), 5),
    ]
    sheet = Sheet(name="A", headings=("One", "Two", "Three"), rows=rows, choices=((0, ("a", "b")),))

    content = write_workbook([sheet], made_at=NOW)

    assert content == write_workbook([sheet], made_at=NOW)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
        assert not [name for name in archive.namelist() if "externalLinks" in name or name.endswith("sheet1.xml.rels")]
    assert b"<f>" not in xml
    assert b"hyperlink" not in xml
    assert b"<autoFilter" in xml
    assert b'state="frozen"' in xml
    (one,) = read_workbook(content, "x.xlsx")
    assert [[cell.value for cell in row.cells] for row in one.grid.rows[1:]] == [
        ["=1+1", "https://x.example", "''=a"],
        ["0.30000000000000004", "1890-01-01", "2026-11-23T00:00:00Z"],
        [None, date(2026, 1, 1), 5],
    ]


def test_an_import_is_laid_over_the_file_and_the_second_time_changes_nothing(tmp_path: Path) -> None:
    into = tmp_path / "okrs" / "q4.yaml"
    table = tmp_path / "okrs.csv"
    table.write_text(CSV, "utf-8")

    assert invoke(["okr", "import", str(table), "--into", str(into)]) == 0
    text = into.read_text("utf-8")
    assert parse_book([("q4.yaml", text)])[1] == ()
    into.touch()
    assert invoke(["okr", "import", str(table), "--into", str(into)]) == 0
    assert into.read_text("utf-8") == text


def test_a_file_with_comments_is_written_over_only_where_that_is_agreed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "q4.yaml"
    head = "# yaml-language-server: $schema=../mine.json\n# by hand\n"
    into.write_text(
        f"{head}apiVersion: align-sync.dev/v1\nkind: OKRSet\nmetadata: {{name: mine, labels: {{a: b}}}}\n"
        "spec: {team: A, period: Q, objectives: [{id: O-1, title: One}]}\n",
        "utf-8",
    )
    same = tmp_path / "same.csv"
    same.write_text("Objective id,Objective\nO-1,One\n", "utf-8")
    table = tmp_path / "okrs.csv"
    table.write_text(CSV, "utf-8")
    before = into.read_text("utf-8")

    assert invoke(["okr", "import", str(same), "--into", str(into)]) == 0
    assert invoke(["okr", "import", str(table), "--into", str(into), "--dry-run"]) == 0
    assert invoke(["okr", "import", str(table), "--into", str(into)]) == 2
    assert "written by hand" in capsys.readouterr().err
    assert into.read_text("utf-8") == before
    assert invoke(["okr", "import", str(table), "--into", str(into), "--rewrite"]) == 0
    text = into.read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=../mine.json\napiVersion")
    assert "name: mine\n  labels:\n    a: b\n" in text
    assert [kr.key for kr in parse_book([("q4.yaml", text)])[0].key_results] == ["k1", "k2"]


def test_rows_with_faults_go_into_a_file_that_is_imported_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into, rejected = tmp_path / "q4.yaml", tmp_path / "rejected.csv"
    table = tmp_path / "okrs.csv"
    table.write_text(CSV.replace(",7,", ",1.234,"), "utf-8")
    import_it = ["okr", "import", str(table), "--into", str(into)]

    assert invoke(import_it) == 2
    assert not into.exists()
    assert invoke([*import_it, "--rejected", str(rejected), "--dry-run"]) == 2
    assert not into.exists()
    assert invoke([*import_it, "--rejected", str(rejected)]) == 2
    out = capsys.readouterr()
    assert "+ key result k1" in out.out
    assert "1 rows are in" in out.err
    assert invoke(["okr", "import", str(rejected), "--into", str(into), "--decimal", "point"]) == 0
    (_, second) = parse_book([("q4.yaml", into.read_text("utf-8"))])[0].key_results
    assert (second.key, second.metric.target) == ("k2", 1.234)


def test_rejected_rows_may_be_a_workbook(tmp_path: Path) -> None:
    table, rejected = tmp_path / "okrs.csv", tmp_path / "rejected.xlsx"
    table.write_text(CSV.replace(",7,", ",oops,"), "utf-8")

    assert invoke(["okr", "import", str(table), "--rejected", str(rejected)]) == 2
    (one,) = read_workbook(rejected.read_bytes(), "rejected.xlsx")
    assert [cell.value for cell in one.grid.rows[1].cells][:2] == ['Target: "oops" is no number', "O-1"]


def test_without_a_file_to_write_the_yaml_is_printed_and_the_rest_is_said_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "okrs.csv"
    table.write_text(CSV, "utf-8")

    assert invoke(["okr", "import", str(table)]) == 0
    out = capsys.readouterr()
    assert [kr.key for kr in parse_book([("x.yaml", out.out)])[0].key_results] == ["k1", "k2"]
    assert "3 created" in out.err


def test_a_problem_of_the_headings_stops_the_import_whatever_else_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, rejected = tmp_path / "okrs.csv", tmp_path / "rejected.csv"
    table.write_text(CSV.replace("Target", "Targett"), "utf-8")

    assert invoke(["okr", "import", str(table), "--rejected", str(rejected)]) == 2
    out = capsys.readouterr()
    assert 'did you mean "Target"?' in out.err
    assert out.out == ""
    assert not rejected.exists()
    assert invoke(["okr", "import", str(table), "--ignore", "targett"]) == 0


def test_other_files_make_one_book_with_the_one_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "okrs").mkdir()
    company = CSV.replace("O-", "C-").replace("k1", "c1").replace("k2", "c2")
    into = tmp_path / "okrs" / "team.yaml"
    assert load(tmp_path, company, "company.csv").text
    (tmp_path / "okrs" / "company.yaml").write_text(load(tmp_path, company, "company.csv").text, "utf-8")
    text = "Objective id,Objective,Team,Period,Contributes to\nO-1,One,A,Q,c1\n"

    alone = load(tmp_path, text, "okrs.csv", into=into)
    assert "c1 is no objective or key result of these files" in told(alone, tmp_path)[0]
    others = (tmp_path / "okrs", tmp_path / "nowhere")
    result = load(tmp_path, text, "okrs.csv", into=into, others=others)
    assert result.table.problems == ()
    into.write_text(result.text, "utf-8")
    assert load(tmp_path, text, "okrs.csv", into=into, others=others).plan.is_empty
    with pytest.raises(UserError, match="has problems"):
        load(tmp_path, text, "okrs.csv", into=into)


def test_a_table_that_would_make_too_large_a_file_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"O-{number},{'x' * 300},A,Q,,,,\n" for number in range(3_500))
    with pytest.raises(UserError, match="larger than 1 MB"):
        load(tmp_path, f"{','.join(HEAD)}\n{rows}", "okrs.csv")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_empty_table_to_begin_with_can_be_imported_as_it_is(tmp_path: Path, form: str) -> None:
    out, into = tmp_path / f"okrs.{form}", tmp_path / "q4.yaml"

    assert invoke(["okr", "import", "--template", form, "--out", str(out)]) == 0
    assert invoke(["okr", "import", "--template", form, "--out", str(out)]) == 2
    assert invoke(["okr", "import", str(out), "--into", str(into)]) == 0
    ((kr,),) = (objective.key_results for objective in parse_book([("q4.yaml", into.read_text("utf-8"))])[0])
    assert (kr.key, kr.metric.baseline, kr.names.epics) == ("KR-2.3", 2.4, ("PAY-301", "PAY-317"))


def test_an_empty_table_is_printed_as_csv_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["okr", "import", "--template", "csv"]) == 0
    assert capsys.readouterr().out.startswith("Team,Period,Objective id,")
    assert invoke(["okr", "import", "--template", "xlsx"]) == 2
    assert invoke(["okr", "import"]) == 2
