"""CSV: what goes in comes out, and no spreadsheet takes a cell for a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.linking.evidence import Bucket
from align_sync.reports.plain import make_plain
from align_sync.reports.render import View
from align_sync.reports.render.csv import ITEM_COLUMNS, KEY_RESULT_COLUMNS, guard, render_csv
from tests.core.reports.hostile import HOSTILE
from tests.core.reports.story import make_report, small_report
from tests.make import make_report_item


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@given(title=st.text(st.characters()), team=st.text(max_size=20), labels=st.lists(st.text(max_size=9), max_size=3))
def test_what_goes_in_comes_out(title: str, team: str, labels: list[str]) -> None:
    report = make_report(make_report_item(title=title, team=team, labels=tuple(labels)))
    row = read(render_csv(report))[0]
    assert set(row) == set(ITEM_COLUMNS)
    assert row["title"] == guard(title)
    assert row["title"].removeprefix("'") == make_plain(title).removeprefix("'")
    assert (row["team"], row["labels"]) == (guard(team), guard("; ".join(labels)))


@pytest.mark.parametrize(
    "text", [*HOSTILE, *(f"{start}x" for start in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"), "", "a=b"]
)
def test_no_cell_starts_as_a_formula(text: str) -> None:
    report = make_report(make_report_item(title=text, because=text, assignee=text, address=text))
    written = render_csv(report)
    assert written.count("\r\n") == 2
    written.encode()
    for cell in read(written)[0].values():
        assert not cell.lstrip().startswith(tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20"))


def test_harmless_cells_stay_as_they_are() -> None:
    assert [guard(text) for text in ("a=b", "PAY-1", "", "1-1", "'quoted'")] == ["a=b", "PAY-1", "", "1-1", "'quoted'"]


def test_links_and_shares_are_in_one_cell() -> None:
    report = make_report(make_report_item(bucket=Bucket.DIRECT, key_results=("ret90", "nps"), labels=("a", "b")))
    row = read(render_csv(report))[0]
    assert (row["key_results"], row["labels"]) == ("ret90=0.5; nps=0.5", "a; b")


def test_the_views_choose_the_records() -> None:
    report = small_report(is_sample=True)
    assert {row["bucket"] for row in read(render_csv(report, View.UNLINKED))} == {"unlinked", "invalid"}
    rows = read(render_csv(report, View.KEY_RESULTS))
    assert set(rows[0]) == set(KEY_RESULT_COLUMNS)
    assert [(row["sample"], row["key_result"], row["idle"]) for row in rows] == [
        ("SAMPLE DATA", "ret90", ""),
        ("SAMPLE DATA", "nps", "idle"),
        ("SAMPLE DATA", "passkeys", "idle"),
    ]


def test_what_was_decided_on_an_item_stands_in_its_own_columns() -> None:
    rows = {row["key"]: row for row in read(render_csv(small_report()))}
    picked = (
        "exempt_category",
        "exempt_reason",
        "exempt_until",
        "grace_day",
        "grace_until",
        "disputed_by",
        "components",
    )
    assert {key: tuple(rows[key][name] for name in picked) for key in ("PAY-390", "PAY-415", "SRC-12", "PAY-371")} == {
        "PAY-390": ("compliance", "the yearly audit", "2026-12-18", "", "", "", "Ledger; Audit"),
        "PAY-415": ("", "", "", "2", "2026-11-25", "", ""),
        "SRC-12": ("", "", "", "0", "", "", ""),
        "PAY-371": ("", "", "", "", "", "Ana", ""),
    }
    assert [rows["PAY-79"][name] for name in ("decided_by", "points", "points_imputed", "days", "linked_since")] == [
        *("mapping", "", "4", "1"),
        "2026-11-20T13:30:00Z",
    ]


def test_numbers_of_ours_are_numbers_and_what_nobody_knows_is_empty() -> None:
    rows = {row["key_result"]: row for row in read(render_csv(small_report(), View.KEY_RESULTS))}
    picked = ("weight", "weight_share", "effort_items", "effort_points", "planned", "last_work_at", "days_behind")
    assert [tuple(rows[key][name] for name in picked) for key in ("ret90", "nps", "passkeys")] == [
        ("1", "0.25", "1", "", "3", "", "-3"),
        ("2", "0.5", "0", "", "0", "2026-11-03T13:30:00Z", "12.4"),
        ("1", "0.25", "0", "", "0", "", ""),
    ]
