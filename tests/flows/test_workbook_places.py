"""Where a workbook says that its cells stand, judged before a grid is unfolded from it."""

import io
import zipfile

import pytest
import xlsxwriter

from align_sync.errors import UserError
from align_sync.sheets import reading
from align_sync.sheets.marks import MOST_ROWS
from align_sync.sheets.reading import read_workbook


def _hand_made(*sheets: str, names: tuple[str, ...] = ("One", "Two"), more: str = "") -> bytes:
    """The least of a workbook: every text of `sheets` is what stands in one worksheet."""
    near = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    far = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    numbers = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="{names[one - 1]}" sheetId="{one}" r:id="r{one}"/>' for one in numbers)
    places = "".join(f'<Relationship Id="r{one}" Target="worksheets/sheet{one}.xml"/>' for one in numbers)
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{near}" xmlns:r="{far}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{places}</Relationships>',
    }
    for one, inner in zip(numbers, sheets, strict=True):
        parts[f"xl/worksheets/sheet{one}.xml"] = f'<worksheet xmlns="{near}">{inner}</worksheet>'
    if more:
        parts[more] = parts["xl/worksheets/sheet1.xml"]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def _starting_at(part: str) -> bytes:
    out = io.BytesIO(_hand_made(_table()))
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("_rels/.rels", f'<r><Relationship Id="r1" Type="{kind}" Target="{part}"/></r>')
    return out.getvalue()


def _table(cell: str = "A2", *, row: str = "2", before: str = "", after: str = "") -> str:
    last = f'<row r="{row}"><c r="{cell}"><v>7</v></c></row>'
    return f'{before}<sheetData><row r="1"><c r="A1"><v>1</v></c></row>{last}</sheetData>{after}'


FAR = f"reaches further than {MOST_ROWS:,} rows and 250 columns"
DAMAGED = "the workbook is damaged: .* is no address of a cell or a row"


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        *((_table(cell), FAR) for cell in ("XFE2", "ZZZZZ2", "qqqqq2", "A20001", "IQ2", "A1048577", "A42949672960")),
        *((_table(cell), FAR) for cell in ("Z" * 5_000 + "2", "A" + "9" * 5_000)),
        *((_table(cell), DAMAGED) for cell in ("", "2", "A", "A0", "$A$2", "A2:B3", "A2B", "٢")),
        *((_table(row=row), FAR) for row in ("1048577", "9" * 5_000)),
        *((_table(row=row), DAMAGED) for row in ("0", "-1", "1_0", "x")),
        (_table(before='<dimension ref="A1:ZZZZZ2"/>'), FAR),
        (_table(after='<mergeCells><mergeCell ref="A1:A99999999"/></mergeCells>'), FAR),
        ("<sheetData>" + '<row><c r="A1"/></row>' * MOST_ROWS + "<row><c><v>7</v></c></row></sheetData>", FAR),
    ],
)
def test_places_beyond_any_sheet_are_refused_before_the_grid_is_unfolded(
    monkeypatch: pytest.MonkeyPatch, sheet: str, message: str
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(reading, "load_workbook", asked.append)
    for content in (_hand_made(sheet), _hand_made(_table(), sheet)):
        with pytest.raises(UserError, match=message) as refused:
            read_workbook(content, "okrs.xlsx")
        assert refused.value.problem.where == "okrs.xlsx"
    assert asked == []


def test_the_sheet_that_is_judged_is_the_one_that_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(reading, "load_workbook", asked.append)
    for content in (
        _hand_made(_table(), _table(), names=("One", "One")),
        _hand_made(_table(), more="xl/worksheets/SHEET1.xml"),
        _hand_made(_table(), more="xl\\worksheets\\sheet1.xml"),
        _starting_at("yl/workbook.xml"),
    ):
        with pytest.raises(UserError, match="no workbook that can be read"):
            read_workbook(content, "okrs.xlsx")
    assert asked == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A1:A2", "A1:A2"),
        ("A1:A2", "A1:XFD1048576"),
        ("</sheetData>", '</sheetData><mergeCells><mergeCell ref="Z1:Z3"/></mergeCells>'),
        ("</sheetData>", '<row r="1048576" ht="15"/></sheetData>'),
    ],
)
def test_far_formats_without_cells_and_merges_beside_the_table_are_no_matter(before: str, after: str) -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as workbook:
        workbook.add_worksheet().write_column(0, 0, [1, 7])
    changed = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert before.encode() in content
                content = content.replace(before.encode(), after.encode())
            new.writestr(name, content)
    (one,) = read_workbook(changed.getvalue(), "okrs.xlsx")
    assert [[cell.value for cell in row.cells] for row in one.grid.rows] == [[1.0], [7.0]]
