"""The words, numbers and dates of digests in the language of a channel.

Messages are English sentences with `{names}`; other languages are catalogues under `catalogues/`, read at run time.
Values are put in after the translation and never read as a message.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from string import Formatter
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_interval, get_timezone_name
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from align_sync.reports.words import is_under_one, split_age, whole_per_cent

SOURCE_LANGUAGE = "en"
_LOCALES = {SOURCE_LANGUAGE: "en_GB", "it": "it_IT"}
LANGUAGES = tuple(_LOCALES)


def message_id(text: str) -> str:
    """Marks a message of the catalogue that is looked up elsewhere."""
    return text


def plural_ids(one: str, many: str) -> tuple[str, str]:
    """The same for a message in two forms."""
    return one, many


_AGES = {
    "d": message_id("{number} d ago"),
    "h": message_id("{number} h ago"),
    "min": message_id("{number} min ago"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence: our own words, or a value in it, which may come from outside or deserve bold type."""

    text: str
    is_value: bool


Sentence = tuple[Piece, ...]


class Words:
    """What stands in messages is ours; renderers escape what `text` returns, or `sentence` piece by piece."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = Locale.parse(_LOCALES[language])
        self._catalogue = _load_catalogue(language)

    def text(self, message: str, /, **values: str) -> str:
        return _join(self._split(self._catalogue.gettext(message), values))

    def plural(self, one: str, many: str, number: int, /, **values: str) -> str:
        """`{number}` in either form is the number as it is written in the language."""
        return _join(self.plural_sentence(one, many, number, **values))

    def sentence(self, message: str, /, **values: str) -> Sentence:
        return tuple(self._split(self._catalogue.gettext(message), values))

    def plural_sentence(self, one: str, many: str, number: int, /, **values: str) -> Sentence:
        message = self._catalogue.ngettext(one, many, number)
        return tuple(self._split(message, {**values, "number": self.number(number)}))

    @staticmethod
    def _split(message: str, values: dict[str, str]) -> Iterator[Piece]:
        for literal, name, _form, _conversion in Formatter().parse(message):
            if literal:
                yield Piece(literal, is_value=False)
            if name is not None:
                yield Piece(values[name], is_value=True)

    def number(self, value: float) -> str:
        """`1,234.5`, in Italian `1.234,5`; at most two decimals."""
        return format_decimal(value, format="#,##0.##", locale=self._locale)

    def percent(self, share: float | None) -> str:
        """`78 %`, rounded down as in reports; a hyphen where it is not known."""
        if share is None:
            return "-"
        return "<1 %" if is_under_one(share) else f"{self.number(whole_per_cent(share))} %"

    def points(self, now: float | None, before: float | None) -> str:
        """`▲ 4` or `▼ 9`: by how many points, between the two as they are shown; empty where one is not known."""
        return "" if now is None or before is None else self._arrow(whole_per_cent(now) - whole_per_cent(before))

    def step(self, now: int, before: int | None) -> str:
        """`▲ 4` or `▼ 9`: by how many; empty where nothing is known of before."""
        return "" if before is None else self._arrow(now - before)

    def _arrow(self, difference: int) -> str:
        if not difference:
            return "±0"
        return f"{'▲' if difference > 0 else '▼'} {self.number(abs(difference))}"

    def week(self, week: str) -> str:
        """`week 48` for 2026-W48."""
        return self.text("week {week}", week=str(int(week[-2:])))

    def week_dates(self, week: str) -> str:
        """The seven days of 2026-W48, as `23 to 29 Nov 2026` with a dash."""
        monday = date.fromisocalendar(int(week[:4]), int(week[-2:]), 1)
        return self.dates(monday, monday + timedelta(days=6))

    def dates(self, first: date, last: date) -> str:
        return format_interval(first, last, "yMMMd", locale=self._locale)

    def day(self, day: date) -> str:
        """`Fri 27 Nov 2026`."""
        return format_date(day, "EEE d MMM y", locale=self._locale)

    def moment(self, at: datetime | None, zone: str) -> str:
        """`Mon 23 Nov 2026, 14:31 CET`; `never` for None."""
        if at is None:
            return self.text("never")
        local = at.astimezone(ZoneInfo(zone))
        return f"{self.day(local.date())}, {local:%H:%M} {get_timezone_name(local, 'short', locale=self._locale)}"

    def day_and_time(self, at: datetime, zone: str) -> str:
        """`Tue 09:12`."""
        local = at.astimezone(ZoneInfo(zone))
        return f"{format_date(local.date(), 'EEE', locale=self._locale)} {local:%H:%M}"

    def age(self, since: datetime, now: datetime) -> str:
        """`3 d ago`, in the largest unit that fits."""
        number, unit = split_age(since, now)
        return self.text(_AGES[unit], number=self.number(number)) if unit else self.text("just now")


@cache
def words_of(language: str) -> Words:
    """The words of a language, read once."""
    return Words(language)


@cache
def _load_catalogue(language: str) -> NullTranslations:
    """All catalogues of the language as one; the source language needs none."""
    catalogue = NullTranslations()
    if language == SOURCE_LANGUAGE:
        return catalogue
    for file in sorted(files("align_sync.digests").joinpath("catalogues", language).iterdir(), key=lambda f: f.name):
        compiled = BytesIO()
        with file.open("rb") as text:
            write_mo(compiled, read_po(text, locale=language))
        compiled.seek(0)
        read = GNUTranslations(compiled)
        read.add_fallback(catalogue)
        catalogue = read
    return catalogue


def _join(pieces: Iterator[Piece] | Sentence) -> str:
    return "".join(piece.text for piece in pieces)


def cut(text: str, limit: int) -> str:
    """At most so many characters, ending in dots where it was longer."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
