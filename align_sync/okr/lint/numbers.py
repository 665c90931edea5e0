"""What the numbers of a title stand for: where it starts, where it wants to go, by how much, over how long."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from align_sync.okr.lint import words_en, words_it
from align_sync.okr.lint.digits import SCALES, Quantity, Role, find_quantities
from align_sync.okr.lint.lexicon import Kind, classes_of, find_language
from align_sync.okr.lint.text import REMEMBERED, Language, fold

__all__ = ["Quantity", "Reading", "Role", "read_numbers"]


@dataclass(frozen=True, slots=True)
class Reading:
    """The numbers of one title. `factor` is 0.5 for `halve`."""

    quantities: tuple[Quantity, ...]
    factor: float | None

    def of(self, role: Role) -> Quantity | None:
        """The first number that stands for it."""
        return next((quantity for quantity in self.quantities if quantity.role is role), None)

    @property
    def counted(self) -> tuple[Quantity, ...]:
        """All that are no windows."""
        return tuple(quantity for quantity in self.quantities if quantity.role is not Role.WINDOW)

    @property
    def has_pair(self) -> bool:
        """Whether it says from where to where."""
        return self.of(Role.BASELINE) is not None and self.of(Role.TARGET) is not None


@lru_cache(maxsize=REMEMBERED)
def read_numbers(title: str) -> Reading:
    """All quantities of a title in its order, with their roles."""
    language = find_language(title)
    text, found = find_quantities(fold(title), language)
    return Reading(tuple(_give_roles(text, found, language)), _find_factor(text, language))


_FROM = {
    Language.ENGLISH: r"from|(?:current|currently|baseline|today|was|were|now|versus|vs\.?|against|instead of)"
    r"(?: of| at|:)?",
    Language.ITALIAN: r"d(?:a|al|allo|alla|ai|agli|alle|all'|agl')|(?:oggi|attual[ei]|attualmente|era|erano|ora|contro"
    r"|rispetto a(?:l|i|gli|lle|ll')?|anziche|invece (?:di|del|dei)|baseline)",
}
_TO = {
    Language.ENGLISH: r"to|up to|down to|until|reach(?:es)?|target(?: of)?|at least|at most|above|below|under|over"
    r"|no more than|not more than|less than|fewer than|more than|beyond|exceeds?|exceeding|at|minimum(?: of)?"
    r"|maximum(?: of)?|hits?|achieves?|towards",
    Language.ITALIAN: r"a|al|allo|alla|ai|agli|alle|all'|verso|almeno|sotto(?: (?:il|i|lo|le|l'|gli|la))?"
    r"|sopra(?: (?:il|i|lo|le|l'|gli|la))?|oltre(?: (?:il|i|le|l'|gli|la))?|massimo|al massimo|non piu di"
    r"|meno d(?:i|el|ell')"
    r"|piu d(?:i|el|ell')|inferior[ei] a(?:l|i|gli|lle|ll'|lla)?|superior[ei] a(?:l|i|gli|lle|ll'|lla)?"
    r"|fino a(?:l|i|gli|lle|ll'|lla)?|pari a(?:l|i|gli|lle|ll'|lla)?|target|quota"
    r"|raggiungere(?: (?:il|i|le|l'|gli|la))?"
    r"|toccare (?:il|i|le|l'|gli|la)|minimo|raggiunge|supera(?:re)?(?: (?:il|i|le|l'|gli|la))?|soglia d(?:i|el|ell')",
}
_BY = {Language.ENGLISH: "by|another|additional", Language.ITALIAN: r"d(?:i|el|ello|ella|ei|egli|elle|ell')"}
_ARROW = r"(?:->|=>|-->|\u2192|>{2}|\u21d2)"
_FILLER = {
    Language.ENGLISH: r"(?:(?:about|around|roughly|approx\.?|approximately|circa|only|just|the|a|an|current|currently|"
    r"average|of|some|today's|nps|csat|score|value|level|less than|at least|more than|under|over|below|above|~)\s*)*",
    Language.ITALIAN: r"(?:(?:circa|quasi|gli|i|le|un|una|il|l'|la|attuale|attuali|media|di|solo|appena|oltre|almeno|"
    r"meno|valore|punteggio|livello|nps|csat|~|odierno|odierni|sotto|sopra|piu)\s*)*",
}
_EACH = r"\s*(?:[\u20ac$\u00a3]|eur|usd|chf|gbp)?\s*[-+\u2212]?$"
_BEFORE = {
    (role, language): re.compile(rf"(?:^|[\s(,;:\x00]){words}\s*{_FILLER[language]}{_EACH}")
    for role, table in ((Role.BASELINE, _FROM), (Role.TARGET, _TO), (Role.CHANGE, _BY))
    for language, words in ((one, f"(?:{table[one]})") for one in Language)
}
_SIGN_BEFORE = re.compile(rf"(?:[<>=\u2264\u2265]=?|{_ARROW})\s*[\u20ac$\u00a3]?\s*$")
_ARROW_BEFORE = re.compile(rf"{_ARROW}\s*[\u20ac$\u00a3]?\s*$")
_WINDOW_BEFORE = re.compile(
    r"(?:within|in|after|last|first|next|per|every|of|for|over|each|out of|up to|past|previous|the first|the last"
    r"|entro(?: (?:le|i|gli|l'))?|dopo|ultim[ie]|prim[ie]|ogni|su|per|in|nei|nelle|nell'|tra|negli|meno di|less than|a)"
    r"\s*$"
)
_FOR_TIME = frozenset({"s", "min", "h", "d", "w", "mo", "y"})


_LONGEST_LEAD = 60
"""As far back as a number is explained."""


def _give_roles(text: str, found: list[Quantity], language: Language) -> Iterator[Quantity]:
    first = [_give_role(text, quantity, language) for quantity in found]
    pair = _find_pair(text, first)
    has_change_verb = any(
        kind in {Kind.RAISING, Kind.LOWERING, Kind.SHIFTING}
        for word in re.findall(r"[^\W\d_]+", text)
        for kind in classes_of(word, language)
    )
    for number, quantity in enumerate(first):
        role = quantity.role
        if pair is not None and number in pair:
            role = Role.BASELINE if number == pair[0] else Role.TARGET
        elif pair is not None or (role is Role.CHANGE and not has_change_verb):
            role = Role.WINDOW if _is_window(text, quantity) else Role.OPEN
        elif role in {Role.OPEN, Role.TARGET} and _is_window(text, quantity) and not _is_only(first, quantity):
            role = Role.WINDOW
        readings = quantity.readings
        if pair is not None and number == pair[0]:
            readings = _share_scale(quantity, first[pair[1]])
        yield replace(quantity, role=role, readings=readings)


def _share_scale(first: Quantity, last: Quantity) -> tuple[float, ...]:
    """The readings of the 4.1 in `from 4.1 to 6 million`, where only the second number has the word."""
    scale = max(last.readings) / min(last.readings) if min(last.readings) > 0 else 1.0
    is_scaled = max(first.readings) != min(first.readings) or scale not in SCALES.values()
    return first.readings if is_scaled else (*first.readings, *(value * scale for value in first.readings))


def _give_role(text: str, quantity: Quantity, language: Language) -> Quantity:
    before = text[max(0, quantity.start - _LONGEST_LEAD) : quantity.start]
    if _SIGN_BEFORE.search(before):
        return replace(quantity, role=Role.TARGET)
    if _is_compound(text, quantity):
        return replace(quantity, role=Role.WINDOW)
    for role in (Role.BASELINE, Role.TARGET, Role.CHANGE):
        if _BEFORE[role, language].search(before):
            return replace(quantity, role=role)
    return quantity


def _is_compound(text: str, quantity: Quantity) -> bool:
    """Whether it is the `90-day` of `90-day retention`."""
    return text[quantity.start : quantity.end].find("-") > 0 or text[quantity.end : quantity.end + 1] == "-"


def _find_pair(text: str, found: list[Quantity]) -> tuple[int, int] | None:
    """The numbers of `from A to B`, `A -> B` or `to B from A`, as places in the list."""
    for number, quantity in enumerate(found):
        if number and _ARROW_BEFORE.search(text[: quantity.start]):
            return number - 1, number
    for number, (first, last) in enumerate(pairwise(found)):
        between = text[first.end : last.start].strip()
        if between in {"to", "a"} and min(first.readings) > max(last.readings):
            return number, number + 1  # a range would rise: `60 to 35 days` is a way
    starts = [number for number, quantity in enumerate(found) if quantity.role is Role.BASELINE]
    ends = [number for number, quantity in enumerate(found) if quantity.role is Role.TARGET]
    for start in starts:
        after = [end for end in ends if end > start]
        before = [end for end in reversed(ends) if end < start]
        if after or before:
            return start, (after or before)[0]
    return None


def _is_window(text: str, quantity: Quantity) -> bool:
    return _is_compound(text, quantity) or bool(
        (quantity.unit in _FOR_TIME or (not quantity.unit and _OF_MANY.search(text[: quantity.start])))
        and _WINDOW_BEFORE.search(text[: quantity.start])
    )


_OF_MANY = re.compile(
    r"(?:(?:\d|two|three|four|five|six|seven|eight|nine|ten) (?:out )?of|out of|su|per|every|ogni)\s*$"
)


def _is_only(found: list[Quantity], quantity: Quantity) -> bool:
    return (
        quantity.role is Role.TARGET
        and all(other is quantity or other.role is not Role.TARGET for other in found)
        and not any(other.unit and other is not quantity for other in found)
    )


def _find_factor(text: str, language: Language) -> float | None:
    words = re.findall(r"[^\W\d_]+", text)
    return next((_FACTORS[language][word] for word in words if word in _FACTORS[language]), None)


def _forms_of(verb: str, language: Language) -> tuple[str, ...]:
    if language is Language.ENGLISH:
        return verb, f"{verb}s", f"{verb}d"
    stem = verb.removesuffix("are")
    return verb, f"{stem}a", f"{stem}ano", f"{stem}iamo"


_FACTORS = {
    language: {form: factor for verb, factor in table.items() for form in _forms_of(verb, language)}
    for language, table in ((Language.ENGLISH, words_en.FACTORS), (Language.ITALIAN, words_it.FACTORS))
}
