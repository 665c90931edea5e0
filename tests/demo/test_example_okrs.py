"""The examples moved to another quarter: the sample never names key results of a period that has ended."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align_sync.demo.story import find_example_okrs, write_example_okrs
from align_sync.demo.story.example_okrs import EXAMPLES_TOLD_ON, move_to
from align_sync.errors import UserError
from align_sync.okr.book_yaml import parse_book
from align_sync.okr.model import Book, KeyResultState
from align_sync.okr.period import parse_period

TEXTS = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(find_example_okrs().glob("*.yaml"))]


def read_moved(today: date) -> Book:
    book, problems = parse_book([(name, move_to(text, today)) for name, text in TEXTS])
    assert problems == ()
    return book


def test_on_the_day_they_were_written_for_nothing_moves() -> None:
    assert read_moved(EXAMPLES_TOLD_ON) == parse_book(TEXTS)[0]


def test_in_another_quarter_everything_moves_with_it() -> None:
    text = "\n".join(move_to(text, date(2028, 2, 7)) for _, text in TEXTS)

    assert "2026" not in text
    assert "Q4" not in text
    assert "name: product-2028-q1\n" in text
    assert "entro fine Q1\n" in text
    assert "pace: [[2028-01-31, 0.2], [2028-02-29, 0.7], [2028-03-31, 1]]" in text
    assert "closedOn: 2027-12-27 " in text  # as long ago as on the day they were written for
    assert "current: 93.1, currentOn: 2028-02-04}" in text


def test_a_day_within_a_month_keeps_its_place_as_far_as_there_is_one() -> None:
    assert move_to("pace: [[2026-11-29, 0.5], [2026-12-15, 1]]", date(2027, 3, 1)) == (
        "pace: [[2027-02-28, 0.5], [2027-03-15, 1]]"
    )


@settings(deadline=None, max_examples=40)
@given(st.dates(date(2020, 1, 1), date(2060, 12, 31)))
def test_on_every_day_the_book_is_in_its_quarter_and_what_happened_lies_in_the_past(today: date) -> None:
    book = read_moved(today)

    for objective in book:
        span = parse_period(objective.period)
        assert span is not None
        assert today in span
    for kr in book.key_results:
        if kr.state is not KeyResultState.ACTIVE:
            assert kr.closed_on is not None
            since = (today - kr.closed_on).days
            # Beyond every grace, but for the one that was closed just now.
            assert since == 2 if kr.key == "KR-2.4" else since > 30
        assert kr.metric.current_on is None or kr.metric.current_on < today


def test_copies_are_written_and_written_anew(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "okrs"
    write_example_okrs(folder, date(2026, 11, 23))
    written = write_example_okrs(folder, date(2027, 2, 3))

    assert [path.name for path in written] == [name for name, _ in TEXTS]
    assert {path.parent for path in written} == {folder}
    assert all("  period: 2027-Q1\n" in path.read_text(encoding="utf-8") for path in written)
    assert all("$schema" not in path.read_text(encoding="utf-8") for path in written)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(UserError, match="taken: the example OKRs cannot be written"):
        write_example_okrs(tmp_path / "taken", date(2026, 11, 23))
