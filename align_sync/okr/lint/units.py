"""Units as fields and titles name them: which of them mean the same, how one is turned into another, how it is said."""

import re
from dataclasses import dataclass
from enum import StrEnum

PERCENT = "%"
TIMES = "x"

_NAMES: dict[str, str] = {
    PERCENT: "% percent per-cent percento percentuale percentage prozent pct",
    "pp": "pp pt pts punto punti point points percentage-point percentage-points",
    TIMES: "x times volte",
    "eur": "\u20ac eur euro euros", "usd": "$ usd dollar dollars dollaro dollari", "gbp": "\u00a3 gbp pound pounds",
    "chf": "chf",
    "ms": "ms millisecond milliseconds millisecondo millisecondi msec",
    "s": "s sec secs second seconds secondo secondi",
    "min": "min mins minute minutes minuto minuti",
    "h": "h hr hrs hour hours ora ore",
    "d": "d day days giorno giorni gg",
    "w": "w week weeks wk settimana settimane",
    "mo": "month months mese mesi",
    "y": "year years anno anni",
}  # fmt: skip
_BY_NAME = {name: unit for unit, names in _NAMES.items() for name in names.split()}
_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_MONTHS = {"mo": 1.0, "y": 12.0}
_IN_TEXT = re.compile(
    r"[ \u00a0\u202f-]?(?P<unit>%|\u20ac|\$|\u00a3|per cent[o]?\b|percentage points?\b|punti percentuali\b|[a-z]+\b)"
)
_SHARES = frozenset({"ratio", "share", "fraction", "rapporto", "quota", "frazione", "1"})
_MULTIPLES = re.compile(
    r"^(?:k|m|mio|mln|mn|bn|mrd|mld|thousand|million|millions|billion|mila|milioni|miliardi)\b|^[km][\u20ac$\u00a3]"
)


class Family(StrEnum):
    """Units of one family can be compared."""

    SHARE = "share"
    TIME = "time"
    MONEY = "money"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class UnitFound:
    """A unit in a text, by the short name of it, and where it ends."""

    name: str
    end: int


def find_unit(folded: str, start: int) -> UnitFound | None:
    """The unit that follows a number of the text; None where a word of no unit does."""
    found = _IN_TEXT.match(folded, start)
    if found is None:
        return None
    written = found["unit"]
    if written.startswith("per cent"):
        name = PERCENT
    elif written.startswith(("percentage p", "punti p")):
        name = "pp"
    else:
        name = _BY_NAME.get(written, "")
    return UnitFound(name, found.end()) if name else None


def short_unit(written: str) -> str:
    """`%` for percent, `h` for hours; what it is where it is no unit that is known."""
    plain = written.strip().lower()
    return _BY_NAME.get(plain, _BY_NAME.get(plain.split(" ")[0], plain) if plain else "")


def family_of(unit: str) -> Family:
    """Of a short name."""
    if unit in _SECONDS or unit in _MONTHS:
        return Family.TIME
    if unit in {PERCENT, "pp"} or unit in _SHARES:
        return Family.SHARE
    return Family.MONEY if unit in {"eur", "usd", "gbp", "chf"} else Family.OTHER


def is_share(unit: str) -> bool:
    """Whether values of it lie between 0 and 1 where others write per cent."""
    return unit in _SHARES


def is_multiple(written: str) -> bool:
    """Whether the unit of a field counts in thousands or millions."""
    return bool(_MULTIPLES.match(written.strip().lower()))


def convert(value: float, unit: str, wanted: str) -> float | None:
    """A duration in another unit; None where one of them is none."""
    for sizes in (_SECONDS, _MONTHS):
        if unit in sizes and wanted in sizes:
            return value * sizes[unit] / sizes[wanted]
    return None


def say_number(value: float, *, comma: bool) -> str:
    """As short as it is exact: `2.4`, `2,4` in Italian, `1200000`."""
    text = f"{value:.12g}"
    if "e" in text:
        text = f"{value:.0f}" if abs(value) >= 1 else f"{value:.12f}".rstrip("0")
    return text.replace(".", ",") if comma else text


def say_value(value: float, unit: str, *, comma: bool = False) -> str:
    """`68 %`, `9 h`, `4.1 stars`."""
    said = say_number(value, comma=comma)
    name = unit.strip()
    short = short_unit(name)
    return f"{said} %" if short == PERCENT else f"{said} {name}".rstrip()
