"""Better titles, built from the fields of an entry and in its own language. `run.py` keeps only those that pass."""

import re
from itertools import dropwhile

from align_sync.okr.lint import words_en, words_it
from align_sync.okr.lint.clause import CHANGING, is_adverb, read_clause
from align_sync.okr.lint.facts import is_italian
from align_sync.okr.lint.lexicon import Kind
from align_sync.okr.lint.movement import read_direction
from align_sync.okr.lint.numbers import Quantity
from align_sync.okr.lint.units import PERCENT, say_value, short_unit
from align_sync.okr.model import Direction, KeyResult

_ELIDED = re.compile(r"(?:8|11)(?:\D|$)|8\d|11\d{3}(?!\d)|1(?!\d)")
_ARTICLES = {"da": ("dal ", "dall'"), "a": ("al ", "all'")}
_LONGEST_THING = 12


def say_movement(key_result: KeyResult, *, comma: bool) -> str:
    """`from 68 % to 80 %`, `dal 68 % all'80 %`; empty where baseline or target is missing."""
    metric = key_result.metric
    if metric.baseline is None or metric.target is None:
        return ""
    first, last = (say_value(value, metric.unit, comma=comma) for value in (metric.baseline, metric.target))
    if short_unit(metric.unit) != PERCENT and metric.unit:
        first = say_value(metric.baseline, "", comma=comma)
    if not comma:
        return f"from {first} to {last}"
    if short_unit(metric.unit) == PERCENT:
        return f"{say_article('da', first)}{first} {say_article('a', last)}{last}"
    return f"da {first} a {last}"


def say_article(preposition: str, number: str) -> str:
    """`dal ` or `dall'`, as the number is spoken."""
    plain, elided = _ARTICLES[preposition]
    return elided if _ELIDED.match(number) else plain


def build_wording(key_result: KeyResult, thing: str = "") -> str:
    """What it moves, and from where to where. `thing` is what is measured; else it is taken from the title."""
    italian = is_italian(key_result.title)
    movement = say_movement(key_result, comma=italian)
    if not movement:
        return ""
    if thing:
        return f"{thing[0].upper()}{thing[1:]}: {movement}"
    moved, said = find_thing(key_result.title), read_direction(key_result.title)
    if not moved or (said is not None and said.direction is not key_result.metric.direction):
        return ""  # which of the two is right, only its owner knows
    rises = key_result.metric.direction is Direction.INCREASE
    verb = ("Aumentare" if rises else "Ridurre") if italian else ("Increase" if rises else "Reduce")
    return f"{verb} {moved} {movement}"


def find_thing(title: str) -> str:
    """What a title without numbers says that should change: `retention` of `Improve retention by Q4`."""
    clause = read_clause(title)
    lead = clause.lead
    if lead is None or not lead.is_any(CHANGING) or clause.numbers.quantities:
        return ""
    behind = tuple(dropwhile(is_adverb, clause.after(lead)))
    stop = next((term.word.start for term in behind if term.text in _STOPS or is_adverb(term)), len(title))
    start = behind[0].word.start if behind else len(title)
    thing = re.split(r"[,;(:.]|\bQ[1-4]\b|\d", title[start:stop])[0].strip()
    nouns = any(term.kinds & {Kind.EFFECT, Kind.OUTSIDER} for term in behind if term.word.start < stop)
    return thing if nouns and len(thing.split()) <= _LONGEST_THING else ""


_STOPS = frozenset(f"{words_en.ENDS} {words_it.ENDS}".split())


def replace_number(title: str, quantity: Quantity, value: float, unit: str) -> str:
    """The title with another number in the place of this one, and the article that goes with it."""
    italian = is_italian(title)
    said = say_value(value, unit if quantity.unit else "", comma=italian)
    before = title[: quantity.start]
    if italian:
        article = re.search(r"\b(da|a)(?:l |ll['\u2019])$", before)
        if article:
            before = before[: article.start()] + say_article(article[1], said)
    return f"{before}{said}{title[quantity.end :]}"


def name_metric(key_result: KeyResult, title: str = "") -> str:
    """What the metric is called: by the register, else its name with spaces."""
    return title or key_result.metric.name.replace("_", " ").replace("-", " ").strip()
