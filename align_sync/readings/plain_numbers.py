"""Numbers that sources give as text: only notations that mean one number to everybody are read, the rest is refused."""

import re

from align_sync.errors import ReadingError
from align_sync.readings.answer import say_reason, take_number

LONGEST_NUMBER = 40
LONGEST_TOLD = 30
PER_CENT = "%"

_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
_SPACES = "\u0020\u00a0\u202f\u2009'\u2019"
"""What groups digits and is nothing else anywhere: spaces of all widths, and the apostrophe of Switzerland."""


def read_plain(text: str) -> float:
    """Digits, at most one point, a sign. Raises `ReadingError`."""
    text = text.strip()
    if len(text) > LONGEST_NUMBER or not text.isascii() or not _PLAIN.fullmatch(text):
        raise ReadingError(f"{tell(text)} is not a number in plain notation", advice="such as 1234.5")
    return take_number(float(text) if "." in text else int(text))


def read_written(text: str, *, decimal: str, unit: str) -> float:
    """As people write them: grouped digits, a decimal comma, a per cent sign where the metric is one of per cents.

    A single mark with three digits behind it may part thousands or decimals: where `decimal` does not settle that, it
    is refused, since 1.234 and 1,234 are a thousand times apart.
    """
    number = text.strip().replace("\u2212", "-")
    if number.endswith(PER_CENT):
        if unit != PER_CENT:
            raise ReadingError(
                f"{tell(text)} is told in per cent, and the unit of the metric is {unit or 'none'}",
                advice='set unit = "%", or write the number without the sign',
            )
        number = number[:-1].rstrip(_SPACES)
    point, mark = re.escape(decimal), re.escape("," if decimal == "." else ".")
    grouped = rf"[+-]?\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?:{point}\d+)?"
    marked = rf"[+-]?\d{{1,3}}(?:(?:{mark}\d{{3}}){{2,}}(?:{point}\d+)?|{mark}\d{{3}}{point}\d+)"
    plain = rf"[+-]?\d+(?:{point}\d+)?"
    if len(number) > LONGEST_NUMBER or not re.fullmatch(f"{plain}|{grouped}|{marked}", number, re.ASCII):
        raise ReadingError(f"{tell(text)} is not a number", advice=_advise(number, decimal))
    bare = "".join(sign for sign in number if sign not in _SPACES and sign != ("," if decimal == "." else "."))
    return read_plain(bare.replace(decimal, "."))


def tell(text: str) -> str:
    """A piece of what a source said, short enough to be told."""
    return repr(text if len(text) <= LONGEST_TOLD else say_reason(text)[:LONGEST_TOLD] + "…")


def _advise(number: str, decimal: str) -> str:
    other = "," if decimal == "." else "."
    if re.fullmatch(rf"[+-]?\d+{re.escape(other)}\d+", number):
        return f'where {other!r} begins the decimals set decimal = "{other}"; else write it without parting thousands'
    return "write digits only, without currency or words"
