"""The numbers in a text, one by one: digits with separators, scales and units, and words such as `half`.

`1.234` is a thousand to one reader and a bit more than one to the other: such a number has both readings, and whoever
compares asks whether either fits. Dates, names of periods and labels (`Q4`, `ISO 27001`, `B2B`) are no quantities.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from align_sync.okr.lint import words_en, words_it
from align_sync.okr.lint.dates import blank_dates
from align_sync.okr.lint.text import Language
from align_sync.okr.lint.units import find_unit


class Role(StrEnum):
    """What a number stands for. A window is a length of time that something is measured over (`a 90 giorni`)."""

    BASELINE = "baseline"
    TARGET = "target"
    CHANGE = "change"
    WINDOW = "window"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """`readings` are the values that the text may mean, `unit` the sign or word beside it, `text` what is written."""

    text: str
    readings: tuple[float, ...]
    unit: str
    start: int
    end: int
    role: Role = Role.OPEN
    is_word: bool = False


_DIGITS = re.compile(
    r"(?<![\w.,#])(?P<sign>[-+\u2212\u2013]?)(?P<currency>[\u20ac$\u00a3]|eur |usd |chf |gbp )? ?"
    r"(?P<number>\d{1,3}(?:[ \u00a0\u202f\u2009']\d{3}(?!\d))+(?:[.,]\d+)?|\d+(?:[.,]\d+)*)"
    r"(?P<glued>[a-z]+)?(?P<rest>\w)?"
)
_SCALE_AFTER = re.compile(
    r"[ \u00a0]?(?P<scale>mila|thousand|mio|mln|mn|milion[ei]|millions?|bn|mld|mrd|miliard[oi]|billions?|[km])\b\.?"
    r"(?: (?:di|d'|of)(?= ?(?:euro|utenti|users|\u20ac)))?"
)
SCALES = (
    {"k": 1e3, "mila": 1e3, "thousand": 1e3, "b": 1e9, "bn": 1e9, "mld": 1e9, "mrd": 1e9}
    | dict.fromkeys(("m", "mio", "mln", "mn", "milione", "milioni", "million", "millions"), 1e6)
    | dict.fromkeys(("miliardo", "miliardi", "billion", "billions"), 1e9)
)
_CLOCK = re.compile(r"\b24/7\b|\b24x7\b|\b\d+:\d+\b|(?<=\d)/(?:5|10|100)\b")
_WHOLE_HOURS = re.compile(r"(?P<hours>\d+)h(?P<minutes>[0-5]\d)\b")
_LABELLED = re.compile(
    r"\b(?:iso|soc|iec|pci|gdpr|art|articolo|phase|fase|step|passo|version|versione|release|sprint|week|settimana"
    r"|level|livello|tier|top|wave|ondata|lotto|lot|milestone|gate|stage|round|p|page|pagina|no|nr|n|wcag|cmmi|oauth"
    r"|windows|android|ios|python|java|angular|react|php|node|http|tls|web|office|industria|industry|piano"
    r"|transizione|agenda|type|tipo|capitolo|chapter)[ .-]{0,2}(?P<digits>\d[\d.]*)(?! ?%)"
)


def find_quantities(folded: str, language: Language) -> tuple[str, list[Quantity]]:
    """The text without what is no quantity, as long as it was, and its quantities in order, without their roles."""
    text = _blank(folded)
    found = (*_read_digits(text), *_read_words(text, language))
    return text, sorted(found, key=lambda quantity: quantity.start)


def _blank(folded: str) -> str:
    text = blank_dates(folded)
    text = _CLOCK.sub(lambda found: "\x00" * len(found[0]), text)
    return _LABELLED.sub(lambda found: found[0][: -len(found["digits"])] + "\x00" * len(found["digits"]), text)


def _read_digits(text: str) -> Iterator[Quantity]:
    for found in _DIGITS.finditer(text):
        hours = _WHOLE_HOURS.match(text, found.start("number"))
        if hours:
            value = int(hours["hours"]) + int(hours["minutes"]) / 60
            yield Quantity(text=hours[0], readings=(value,), unit="h", start=hours.start(), end=hours.end())
            continue
        quantity = _read_one(text, found)
        if quantity is not None:
            yield quantity


def _read_one(text: str, found: re.Match[str]) -> Quantity | None:
    readings = read_value(found["number"])
    end, glued = found.end("number"), found["glued"] or ""
    if found["rest"] or (glued and glued not in SCALES and not find_unit(text, end)):
        return None  # a name such as 5G or 3D, or what is longer than any number
    unit = found["currency"].strip() if found["currency"] else ""
    scale = _SCALE_AFTER.match(text, end)
    if scale and _is_scale(text, found, scale):
        factor = SCALES[scale["scale"]]
        readings = (*(value * factor for value in readings), *readings)
        end = scale.end()
    after = find_unit(text, end)
    if after:
        unit, end = unit or after.name, after.end
    negative = found["sign"] in {"-", "\u2212"} and (found.start() == 0 or text[found.start() - 1] in " (")
    if negative:
        readings = (*(-value for value in readings), *readings)
    start = found.start("currency") if found["currency"] else found.start("number")
    return Quantity(text=text[start:end].strip(), readings=readings, unit=unit, start=start, end=end)


def _is_scale(text: str, found: re.Match[str], scale: re.Match[str]) -> bool:
    """Whether an `m` that stands apart is millions: with money it is, else it may be metres or minutes."""
    is_apart = scale["scale"] == "m" and scale[0].startswith((" ", "\u00a0"))
    return not is_apart or bool(found["currency"]) or bool(_MONEY.match(text, scale.end()))


_MONEY = re.compile(r" ?(?:[\u20ac$\u00a3]|eur\b|euro\b|usd\b|chf\b|gbp\b|di euro\b)")


def read_value(written: str) -> tuple[float, ...]:
    """What digits with separators may mean: `1.234,5` one value, `1.234` two; the likelier first."""
    plain = re.sub(r"[ \u00a0\u202f\u2009']", "", written)
    signs = [sign for sign in plain if sign in ".,"]
    if not signs:
        return (float(plain),)
    last = max(plain.rfind("."), plain.rfind(","))
    if len(set(signs)) > 1:
        return (float(re.sub(r"[.,]", "", plain[:last]) + "." + plain[last + 1 :]),)
    groups = re.split(r"[.,]", plain)
    thousands = all(len(group) == len("000") for group in groups[1:]) and 0 < len(groups[0]) <= len("000")
    if len(signs) > 1:
        return (float("".join(groups)),) if thousands else (float("".join(groups[:-1]) + "." + groups[-1]),)
    decimal = float(f"{groups[0]}.{groups[1]}")
    if thousands and groups[0] != "0":
        return (float("".join(groups)), decimal)
    return (decimal,)


_NAMED = {Language.ENGLISH: words_en.NUMBERS, Language.ITALIAN: words_it.NUMBERS}
_NAMED_PATTERNS = {language: re.compile(rf"\b({'|'.join(named)})\b(?!-)") for language, named in _NAMED.items()}


def _read_words(text: str, language: Language) -> Iterator[Quantity]:
    for found in _NAMED_PATTERNS[language].finditer(text):
        unit = find_unit(text, found.end())
        yield Quantity(
            text=found[0],
            readings=(float(_NAMED[language][found[0]]),),
            unit=unit.name if unit else "",
            start=found.start(),
            end=unit.end if unit else found.end(),
            is_word=True,
        )
    for found in _SHARES[language].finditer(text):
        share = next(value for words, value in _SHARE_WORDS[language].items() if re.fullmatch(words, found["share"]))
        end = found.end("share")
        yield Quantity(text=found["share"], readings=(share,), unit="%", start=found.start(), end=end, is_word=True)
    for found in _ONE_UNIT[language].finditer(text):
        unit = find_unit(text, found.end("one"))
        name = unit.name if unit is not None else ""
        yield Quantity(text=found[0], readings=(1.0,), unit=name, start=found.start(), end=found.end(), is_word=True)


_SHARE_WORDS = {
    Language.ENGLISH: {
        "half": 50.0,
        "a third": 100 / 3,
        "two thirds": 200 / 3,
        "a quarter": 25.0,
        "three quarters": 75.0,
    },
    Language.ITALIAN: {"meta": 50.0, "un terzo": 100 / 3, "due terzi": 200 / 3, "un quarto": 25.0, "tre quarti": 75.0},
}
_SHARES = {
    language: re.compile(rf"\b(?P<share>{'|'.join(words)}) (?:of|the|all|our|d(?:i|el|ello|ella|ei|egli|elle|ell'))\b")
    for language, words in _SHARE_WORDS.items()
}
_ONE_UNIT = {
    Language.ENGLISH: re.compile(r"\b(?P<one>one) (?:second|minute|hour|day|week|month|year)\b"),
    Language.ITALIAN: re.compile(r"\b(?P<one>un'|uno|una|un) ?(?:secondo|minuto|ora|giorno|settimana|mese|anno)\b"),
}
