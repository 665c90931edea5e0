"""The names of periods: what is read, and what is refused rather than guessed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.okr.period import Span, parse_period, quarter_of

READ = (
    ("2026-Q4", "2026-10-01", "2026-12-31"),
    ("2026Q4", "2026-10-01", "2026-12-31"),
    ("2026 q1", "2026-01-01", "2026-03-31"),
    ("Q4 2026", "2026-10-01", "2026-12-31"),
    ("q2-2026", "2026-04-01", "2026-06-30"),
    ("Q3/2026", "2026-07-01", "2026-09-30"),
    ("Q12026", "2026-01-01", "2026-03-31"),
    (" 2026-Q4 ", "2026-10-01", "2026-12-31"),
    ("2026-H1", "2026-01-01", "2026-06-30"),
    ("2026-H2", "2026-07-01", "2026-12-31"),
    ("H2 2026", "2026-07-01", "2026-12-31"),
    ("2026-11", "2026-11-01", "2026-11-30"),
    ("2028-02", "2028-02-01", "2028-02-29"),
    ("2026", "2026-01-01", "2026-12-31"),
    ("2026-W47", "2026-11-16", "2026-11-22"),
    ("2026w01", "2025-12-29", "2026-01-04"),
    ("2026-W53", "2026-12-28", "2027-01-03"),
    ("9999-Q4", "9999-10-01", "9999-12-31"),
    ("2026-10-01/2026-12-31", "2026-10-01", "2026-12-31"),
    ("2026-10-01 / 2026-12-31", "2026-10-01", "2026-12-31"),
    ("2026-10-01..2026-12-31", "2026-10-01", "2026-12-31"),
    ("2026-10-01/2026-10-01", "2026-10-01", "2026-10-01"),
    ("2026-W40..2026-W53", "2026-09-28", "2027-01-03"),
    ("2026-Q4..2027-Q1", "2026-10-01", "2027-03-31"),
    ("2026-11/2027-01", "2026-11-01", "2027-01-31"),
    ("2026-10-15/2026-12", "2026-10-15", "2026-12-31"),
)
REFUSED = (
    "", " ", "Q4", "2026-Q5", "2026-Q0", "2026-H3", "26-Q4", "Q4 26", "20261-Q4", "2026-13", "2026-00", "2026-1",
    "2026--Q4", "2026-W54", "2025-W53", "2026-W00", "2026-W4", "0000", "0000-Q1", "2026-11-15", "2026-02-30/2026-03-01",
    "2026-12-31/2026-10-01", "2026-Q4/2026-Q1", "2026-10-01/", "/2026-12-31", "2026-10-01/12-31", "2026-10-01/P3M",
    "2026-10-01-2026-12-31", "2026-10-01..2026-11-01..2026-12-01", "2026-10/2026-11/2026-12", "FY26-Q1", "FY2026",
    "2026-T4", "2026-S2", "autumn 2026", "next quarter", "2026-Q4 (draft)", "٢٠٢٦-Q4", "2026-Q4\n2026-Q3", "11/2026",
)  # fmt: skip


@pytest.mark.parametrize(("text", "start", "end"), READ, ids=[row[0] for row in READ])
def test_a_name_is_read(text: str, start: str, end: str) -> None:
    assert parse_period(text) == Span(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_name_is_not_guessed(text: str) -> None:
    assert parse_period(text) is None


@given(st.text(alphabet="0123456789QqHhWw-/. ", max_size=24))
def test_no_text_makes_reading_fail(text: str) -> None:
    span = parse_period(text)

    assert span is None or span.start <= span.end


@given(st.dates(date(1, 1, 1), date(9998, 12, 31)))
def test_every_day_is_in_the_quarter_that_it_is_named_by(day: date) -> None:
    span = quarter_of(day)

    assert day in span
    assert span == parse_period(f"{day.year:04}-Q{(day.month + 2) // 3}")
    assert (span.end + timedelta(days=1)) not in span
    assert quarter_of(span.end + timedelta(days=1)).start == span.end + timedelta(days=1)
