"""What kind of word a word is, in either language: the word lists with all their forms; and which language it is."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache

from align_sync.okr.lint import words_en, words_it
from align_sync.okr.lint.text import REMEMBERED, Language, read_words


class Kind(StrEnum):
    """A word may be of several. `MADE` is the participle of a verb of making: `published`; `PAST` of any."""

    MAKING = "making"
    RAISING = "raising"
    LOWERING = "lowering"
    SHIFTING = "shifting"
    KEEPING = "keeping"
    REACHING = "reaching"
    WINNING = "winning"
    BEHAVING = "behaving"
    MADE = "made"
    EFFECT = "effect"
    OUTSIDER = "outsider"
    INSIDER = "insider"
    ACTIVITY = "activity"
    DELIVERY = "delivery"
    WORKLOAD = "workload"
    INPUT = "input"
    DEALING = "dealing"
    BEGINNING = "beginning"
    CHANGE_UP = "change up"
    CHANGE_DOWN = "change down"
    DONE = "done"
    PAST = "past"


_VERBS = (
    "MAKING",
    "RAISING",
    "LOWERING",
    "SHIFTING",
    "KEEPING",
    "REACHING",
    "WINNING",
    "BEHAVING",
    "DEALING",
    "BEGINNING",
)
_NOUNS = {
    "EFFECT": Kind.EFFECT,
    "OUTSIDERS": Kind.OUTSIDER,
    "INSIDERS": Kind.INSIDER,
    "ACTIVITY": Kind.ACTIVITY,
    "DELIVERY": Kind.DELIVERY,
    "WORKLOAD": Kind.WORKLOAD,
    "INPUT": Kind.INPUT,
    "CHANGE_UP": Kind.CHANGE_UP,
    "CHANGE_DOWN": Kind.CHANGE_DOWN,
}

_Forms = dict[str, set[Kind]]


def _english() -> _Forms:
    forms: _Forms = {}
    for name in _VERBS:
        for verb in getattr(words_en, name).split():
            _add(forms, _finite_en(verb), Kind[name])
            _add(forms, _past_en(verb), Kind.PAST, Kind.MADE if name == "MAKING" else Kind[name])
    for name, kind in _NOUNS.items():
        for noun in getattr(words_en, name).split():
            _add(forms, (noun, *_plural_en(noun)), kind)
    _add(forms, words_en.DONE.split(), Kind.DONE)
    for form, base in words_en.IRREGULAR.items():
        kinds = forms.get(base, set())
        _add(forms, (form,), *(kind for kind in kinds if kind is not Kind.MAKING))
        if Kind.MAKING in kinds:
            _add(forms, (form,), Kind.MADE if form in words_en.PARTICIPLES else Kind.MAKING)
    return forms


def _finite_en(verb: str) -> Iterator[str]:
    yield verb
    yield from _plural_en(verb)
    stem = verb.removesuffix("e") if not verb.endswith("ee") else verb
    yield stem + "ing"
    yield verb + verb[-1] + "ing"


def _past_en(verb: str) -> Iterator[str]:
    if verb.endswith("y"):
        yield verb[:-1] + "ied"
    yield verb.removesuffix("e") + "ed"
    yield verb + verb[-1] + "ed"


def _plural_en(noun: str) -> Iterator[str]:
    if noun.endswith("y"):
        yield noun[:-1] + "ies"
    yield noun + ("es" if noun.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")


def _italian() -> _Forms:
    forms: _Forms = {}
    for name in _VERBS:
        for verb in getattr(words_it, name).split():
            _add(forms, _finite_it(verb), Kind[name])
            _add(forms, _past_it(verb), Kind.PAST, Kind.MADE if name == "MAKING" else Kind[name])
    for name, kind in _NOUNS.items():
        for noun in getattr(words_it, name).split():
            _add(forms, (noun, *_plural_it(noun)), kind)
    _add(forms, words_it.DONE.split(), Kind.DONE)
    for form, base in words_it.PRESENTS.items():
        _add(forms, (form,), *(kind for kind in forms.get(base, ()) if kind is not Kind.MADE))
    for form, base in words_it.PARTICIPLES.items():
        kinds = {Kind.MADE if kind is Kind.MAKING else kind for kind in forms.get(base, ())}
        _add(forms, (form[:-1] + ending for ending in "oaie"), Kind.PAST, *kinds)
    return forms


def _finite_it(verb: str) -> Iterator[str]:
    stem, ending = _split_it(verb)
    yield verb
    yield verb[:-1] + "si"
    soft = stem + "h" if ending == "are" and stem.endswith(("c", "g")) else stem
    yield soft + "iamo"
    endings = {
        "are": ("a", "ano", "ando", "era", "eranno", "i", "ino", "erebbe", "erebbero", "ava", "avano"),
        "ere": ("e", "ono", "endo", "era", "eranno", "a", "ano", "erebbe", "erebbero", "eva", "evano"),
        "ire": ("e", "ono", "endo", "isce", "iscono", "ira", "iranno", "a", "ano", "isca", "iscano", "irebbe"),
    }
    yield from (form for one in endings.get(ending, ()) if len(form := stem + one) > len("and"))


def _split_it(verb: str) -> tuple[str, str]:
    """Stem and ending; `produrre` goes like `producere`, `proporre` like `proponere`."""
    for short, full in (("urre", "uc"), ("orre", "on"), ("arre", "a")):
        if verb.endswith(short):
            return verb.removesuffix(short) + full, "ere"
    return verb[:-3], verb[-3:]


def _past_it(verb: str) -> Iterator[str]:
    stem, middle = verb[:-3], {"are": "at", "ere": "ut", "ire": "it"}.get(verb[-3:], "at")
    yield from (f"{stem}{middle}{last}" for last in "oaie")


def _plural_it(noun: str) -> Iterator[str]:
    if noun.endswith(("ca", "ga")):
        yield noun[:-1] + "he"
        yield noun[:-1] + "hi"
    if noun.endswith(("co", "go")):
        yield noun[:-1] + "hi"
    if noun.endswith(("cia", "gia")):
        yield noun[:-2] + "e"
    if noun.endswith("io"):
        yield noun[:-1]
    if noun.endswith("a"):
        yield noun[:-1] + "e"
        yield noun[:-1] + "i"
    elif noun.endswith(("o", "e")):
        yield noun[:-1] + "i"
        if noun.endswith("o"):
            yield noun[:-1] + "a"
            yield noun[:-1] + "e"


def _add(forms: _Forms, words: Iterable[str], *kinds: Kind) -> None:
    for word in words:
        forms.setdefault(word, set()).update(kinds)


_FORMS = {Language.ENGLISH: _english(), Language.ITALIAN: _italian()}


@lru_cache(maxsize=REMEMBERED)
def classes_of(word: str, language: Language) -> frozenset[Kind]:
    """All kinds that a folded word may be; a compound with hyphens is what its last part is, if nothing else."""
    known = _FORMS[language].get(word)
    if known is None and language is Language.ITALIAN:
        known = _BORROWED.get(word)
    if known is None and "-" in word:
        return classes_of(word.rpartition("-")[2], language)
    return frozenset(known or ())


_NOUN_KINDS = frozenset({*_NOUNS.values(), Kind.DONE})
# Italian takes English nouns as they are (`il churn`, `i lead`), hardly ever its verbs.
_BORROWED = {word: nouns for word, kinds in _FORMS[Language.ENGLISH].items() if (nouns := kinds & _NOUN_KINDS)}


@lru_cache(maxsize=REMEMBERED)
def find_language(title: str) -> Language:
    """By its small words, else by the words that only one of the languages has; English where nothing tells."""
    words = [word.folded for word in read_words(title)]
    italian = sum(word in _SMALL_ITALIAN for word in words) + sum(map(_looks_italian, words))
    english = sum(word in _SMALL_ENGLISH for word in words)
    if italian == english:
        italian = sum(word in _FORMS[Language.ITALIAN] and word not in _FORMS[Language.ENGLISH] for word in words)
        english = sum(word in _FORMS[Language.ENGLISH] and word not in _FORMS[Language.ITALIAN] for word in words)
    return Language.ITALIAN if italian > english else Language.ENGLISH


def _looks_italian(word: str) -> bool:
    return len(word) > len("fare") and word.endswith(("are", "ere", "ire", "zione", "zioni", "mento", "ita"))


_SHARED = frozenset({"a", "in", "per", "i", "e", "o", "all", "come", "on"})
_SMALL_ENGLISH = frozenset(words_en.FUNCTION.split()) - _SHARED
_SMALL_ITALIAN = frozenset(words_it.FUNCTION.split()) - _SHARED
