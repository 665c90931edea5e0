"""Text from outside made harmless."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align_sync.reports.plain import make_plain, safe_address
from align_sync.reports.words import age, day, moment, quantity, stamp
from tests.make import NOW


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Retry übermäßig 失敗 🎉", "Retry übermäßig 失敗 🎉"),
        ("a\tb\r\nc\u2028d\x85e", "a b c d e"),
        ("\x1b[31mred\x1b]8;;http://x\x07", "\u241b[31mred\u241b]8;;http://x\u2407"),
        ("\x9b31m", "<U+009B>31m"),
        ("a\x7fb", "a\u2421b"),
        ("abc\u202efdp.exe\u2066", "abc<U+202E>fdp.exe<U+2066>"),
        ("pay\u200bpal\ufeff\u00ad", "paypal"),
        ("\ud83d broken", "\ufffd broken"),
        ("tag\U000e0041", "tag"),
    ],
)
def test_what_could_act_is_shown_or_left_out(text: str, plain: str) -> None:
    assert make_plain(text) == plain


@given(st.text(st.characters()))
def test_plain_text_holds_no_control_or_format_character(text: str) -> None:
    plain = make_plain(text)
    assert not [c for c in plain if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} or c in "\u200b\u202e\u2066"]
    assert make_plain(plain) == plain


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://jira.example/browse/PAY-1", "https://jira.example/browse/PAY-1"),
        ("http://jira.example:8080/a?b=c&d=%20#e", "http://jira.example:8080/a?b=c&d=%20#e"),
        ('https://x.example/"><script>', "https://x.example/%22%3E%3Cscript%3E"),
        ("https://x.example/a b(c)|d", "https://x.example/a%20b%28c%29%7Cd"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("//x.example", None),
        ("https://", None),
        ("https://[broken", None),
        ("", None),
    ],
)
def test_only_web_addresses_become_links(address: str, safe: str | None) -> None:
    assert safe_address(address) == safe


def test_times_are_shown_in_the_zone_that_was_asked_for() -> None:
    at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert moment(at, "Europe/Rome") == "Thu 2 Jul 2026, 00:30 CEST"
    assert day(at, "America/New_York") == "1 Jul 2026"
    assert (moment(None, "UTC"), day(None, "UTC"), stamp(None)) == ("never", "", None)


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=4), "4 min ago"),
        (timedelta(hours=23), "23 h ago"),
        (timedelta(days=3), "3 d ago"),
        (timedelta(minutes=-5), "just now"),  # clocks differ
    ],
)
def test_ages_come_in_the_largest_unit_that_fits(passed: timedelta, text: str) -> None:
    assert age(NOW - passed, NOW) == text


def test_quantities_have_no_needless_zeros() -> None:
    assert [quantity(n) for n in (None, 0.0, 1.0, 0.5, 1 / 3, 40.0)] == ["", "0", "1", "0.5", "0.33", "40"]
