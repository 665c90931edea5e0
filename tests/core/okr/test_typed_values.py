"""Values as people type them: understood, or refused with the way to write them."""

import pytest

from align_sync.errors import UserError
from align_sync.okr.model import Metric, MetricKind
from align_sync.okr.said import LONGEST_REASON, Said
from align_sync.okr.typed_values import read_share, read_value

PER_CENT, HOURS, EURO, BARE = Metric(unit="%"), Metric(unit="h"), Metric(unit="€"), Metric()
ORDINAL = Metric(kind=MetricKind.ORDINAL)
STEPS = Metric(kind=MetricKind.MILESTONE)
FIVE = Metric(kind=MetricKind.MILESTONE, target=5, baseline=1)


@pytest.mark.parametrize(
    ("text", "metric", "expected"),
    [
        ("64.9", BARE, 64.9),
        (" 64,9 ", BARE, 64.9),
        ("-5", BARE, -5),
        ("\u22125,5", BARE, -5.5),
        ("+5", BARE, 5),
        ("-0", BARE, 0),
        (".5", BARE, 0.5),
        ("5.", BARE, 5),
        ("1e3", BARE, 1000),
        ("0,125", BARE, 0.125),
        ("1.234", BARE, 1.234),
        ("1234,567", BARE, 1234.567),
        ("1.234,5", BARE, 1234.5),
        ("1,234.5", BARE, 1234.5),
        ("1.234.567", BARE, 1234567),
        ("1,234,567", BARE, 1234567),
        ("-1 234 567,5", BARE, -1234567.5),
        ("1\u202f234\u00a0567", BARE, 1234567),
        ("1'234.5", BARE, 1234.5),
        ("68 %", PER_CENT, 68),
        ("68,5%", Metric(unit="Percento"), 68.5),
        ("68", PER_CENT, 68),
        ("9 h", HOURS, 9),
        ("9H", HOURS, 9),
        ("€ 1.200,50", EURO, 1200.5),
        ("commit", ORDINAL, 1),
        (" Stretch ", ORDINAL, 3),
        ("0", ORDINAL, 0),
        ("3/5", STEPS, 0.6),
        ("60 %", STEPS, 0.6),
        ("0,6", STEPS, 0.6),
        ("1", STEPS, 1),
        ("0", STEPS, 0),
        ("1/2", FIVE, 3),
        ("50%", FIVE, 3),
        ("4", FIVE, 4),
    ],
)
def test_it_is_understood(text: str, metric: Metric, expected: float) -> None:
    value = read_value(text, metric)
    assert value == pytest.approx(expected)
    assert str(value) != "-0.0"


@pytest.mark.parametrize(
    ("text", "metric", "words"),
    [
        ("", BARE, "'' is no number"),
        ("many", BARE, "'many' is no number; write it as 64.9"),
        ("nan", BARE, "'nan' is no number"),
        ("inf", BARE, "'inf' is no number"),
        ("1e999", BARE, "'1e999' is no number"),
        ("1_000", BARE, "'1_000' is no number"),
        ("1 2", BARE, "'1 2' is no number"),
        ("1.23.456", BARE, "'1.23.456' is no number"),
        ("12k", BARE, "'12k' is no number"),
        ("\u0661\u0662", BARE, "is no number"),
        ("3/5", BARE, "'3/5' is no number"),
        ("1,234", BARE, "'1,234' can be read in two ways; write 1234 or 1.234"),
        ("-12,500", BARE, "can be read in two ways; write -12500 or -12.500"),
        ("68%", BARE, "but it has no unit, so that 68% may be 68 or 0.68"),
        ("68%", HOURS, "but its unit is h"),
        ("9 min", HOURS, "'9 min' is no number"),
        ("good", ORDINAL, "'good' is no zone of an ordinal key result; write fail, commit, target, stretch, or 0 to 3"),
        ("4", ORDINAL, "is no zone"),
        ("0.5", ORDINAL, "is no zone"),
        ("3", STEPS, "'3' is no share from 0 to 1; write it as 0.7, as 70% or as 7/10"),
        ("6/5", STEPS, "is no share"),
        ("-0.1", STEPS, "is no share"),
        ("101%", STEPS, "is no share"),
        ("3/0", STEPS, "'3/0' is no number"),
        ("done", STEPS, "'done' is no number"),
    ],
)
def test_it_is_refused_with_the_way_to_write_it(text: str, metric: Metric, words: str) -> None:
    with pytest.raises(UserError) as caught:
        read_value(text, metric)
    assert words in str(caught.value)
    assert str(caught.value).startswith("VALUE: ")


def test_the_unit_of_the_key_result_counts_more_than_that_of_the_register() -> None:
    assert read_value("68 %", unit="%") == 68
    assert read_value("68 %", Metric(), unit="%") == 68
    with pytest.raises(UserError, match="its unit is h"):
        read_value("68 %", HOURS, unit="%")


@pytest.mark.parametrize(
    ("text", "share"), [("0.7", 0.7), ("70 %", 0.7), ("7/10", 0.7), ("0", 0), ("1", 1), ("1,0", 1)]
)
def test_shares(text: str, share: float) -> None:
    assert read_share(text, where="--confidence") == pytest.approx(share)


@pytest.mark.parametrize("text", ["7", "-0.1", "1.01", "sure", ""])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(UserError, match="--confidence: "):
        read_share(text, where="--confidence")


def test_who_says_something_and_why_is_one_line_each() -> None:
    assert Said.check(" Ana\n B ", " a\n reason ", needs_reason=True) == Said("Ana B", "a reason")
    assert Said.check("Ana", "", needs_reason=False).reason == ""
    assert Said.check("Ana", "x" * LONGEST_REASON, needs_reason=True).author == "Ana"
    for author, reason, words in (
        (" ", "x", "nobody knows who says so"),
        ("Ana", " … . ", "a reason is missing"),
        ("Ana", "x" * (LONGEST_REASON + 1), "more than 500 characters"),
    ):
        with pytest.raises(UserError, match=words):
            Said.check(author, reason, needs_reason=True)
