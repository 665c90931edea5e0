"""The grammar of a title, as far as the linter needs it: its first verb, and the thing that it is about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from align_sync.okr.lint import words_en, words_it
from align_sync.okr.lint.dates import blank_dates
from align_sync.okr.lint.lexicon import Kind, classes_of, find_language
from align_sync.okr.lint.numbers import Quantity, Reading, read_numbers
from align_sync.okr.lint.text import REMEMBERED, Language, Word, fold, read_words

CHANGING = frozenset({Kind.RAISING, Kind.LOWERING, Kind.SHIFTING, Kind.KEEPING, Kind.REACHING})
VERBS = CHANGING | {Kind.MAKING, Kind.WINNING, Kind.BEHAVING, Kind.DEALING}
NOUNS = frozenset({Kind.EFFECT, Kind.OUTSIDER, Kind.INSIDER, Kind.ACTIVITY, Kind.DELIVERY, Kind.WORKLOAD, Kind.INPUT})


@dataclass(frozen=True, slots=True)
class Term:
    """A word with all kinds that it may be."""

    word: Word
    kinds: frozenset[Kind]

    @property
    def text(self) -> str:
        return self.word.folded

    def is_any(self, kinds: frozenset[Kind]) -> bool:
        return bool(self.kinds & kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A title read. `first` is the place of its first word that counts, `terms` are all words without dates."""

    title: str
    language: Language
    terms: tuple[Term, ...]
    numbers: Reading
    first: int
    begins_with_number: bool
    has_list: bool
    """Whether so many of a list are meant: `30 of the 50`, `30 delle 50`."""

    def is_subject(self, lead: Term) -> bool:
        """Whether the first word cannot be a verb: `tests catch`, `each release`, `i progetti`."""
        before = self.terms[self.first - 1].text if self.first else ""
        if not lead.is_any(NOUNS):
            return False
        is_plural = self.language is Language.ENGLISH and lead.text.endswith("s") and lead.text[-2:] != "ss"
        return is_plural or before in _DETERMINERS

    def is_order(self, lead: Term) -> bool:
        """Whether the first word can only be a verb, even if nobody listed it: `saldare i debiti`, `arm the team`."""
        if self.language is Language.ITALIAN:
            return not lead.kinds and lead.text.endswith(("are", "ere", "ire", "arsi", "ersi", "irsi"))
        following = self.terms[self.first + 1].text if self.first + 1 < len(self.terms) else ""
        if not (lead.is_any(VERBS) or not lead.kinds) or lead.text.endswith("s"):
            return False
        return following in _DETERMINERS or (not lead.kinds and self._counts_next(lead))

    def _counts_next(self, lead: Term) -> bool:
        """Whether a plain number follows at once: `shortlist 5 vendors`. What is in capitals is a name: `NPS 50`."""
        is_name = self.title[lead.word.start : lead.word.end].isupper()
        return not is_name and any(
            quantity.start == lead.word.end + 1 and not quantity.unit and quantity.end < len(self.title)
            for quantity in self.numbers.counted
        )

    @property
    def lead(self) -> Term | None:
        return self.terms[self.first] if self.first < len(self.terms) else None

    def phrase(self, start: int) -> tuple[Term, ...]:
        """The noun phrase that begins at this place: up to a preposition, a verb that is no noun, or a number."""
        found: list[Term] = []
        stops = _STOPS[self.language]
        for number in range(start, len(self.terms)):
            term = self.terms[number]
            if found and (term.text in stops or self._has_number_between(number - 1, number)):
                break
            if term.text in _SMALL[self.language]:
                if found and self.language is Language.ENGLISH:
                    break
                continue
            if found and term.is_any(VERBS | {Kind.MADE}) and (not term.is_any(NOUNS) or _are_people(found[-1])):
                break
            found.append(term)
        return tuple(found)

    def _has_number_between(self, before: int, after: int) -> bool:
        start, end = self.terms[before].word.end, self.terms[after].word.start
        return any(start <= quantity.start < end for quantity in self.numbers.quantities)

    def head(self, start: int) -> Term | None:
        """The noun that the phrase at this place is about: the last one in English, the first one in Italian.

        What only counts (`the number of`) is passed over.
        """
        place = start
        while place < len(self.terms) and (self.terms[place].text in _SMALL[self.language] or self.is_count(place)):
            place += 1
        nouns = [term for term in self.phrase(place) if term.is_any(NOUNS)]
        if not nouns:
            return None
        return nouns[-1] if self.language is Language.ENGLISH else nouns[0]

    def is_count(self, place: int) -> bool:
        """Whether the word here only counts: `number of`, `percentuale di`."""
        next_one = self.terms[place + 1].text if place + 1 < len(self.terms) else ""
        text = self.terms[place].text
        return text == "of" or (text in _COUNTS[self.language] and next_one in _OF)

    def after(self, term: Term) -> tuple[Term, ...]:
        """The words behind one of its own."""
        return tuple(other for other in self.terms if other.word.start > term.word.start)

    def noun_after(self, quantity: Quantity) -> Term | None:
        """What a number counts: `80 interviews`."""
        place = next((n for n, term in enumerate(self.terms) if term.word.start >= quantity.end - 1), None)
        return None if place is None or self.is_stop(place) else self.head(place)

    def is_stop(self, place: int) -> bool:
        """Whether another phrase begins here, or nothing is left."""
        if place >= len(self.terms):
            return True
        text = self.terms[place].text
        return text in _STOPS[self.language] and text not in _OF


def _are_people(term: Term) -> bool:
    """In the plural, so that the next word is what they do: `developers use`, not `developer use`."""
    return term.is_any(frozenset({Kind.OUTSIDER, Kind.INSIDER})) and term.text.endswith("s") and term.text[-2] != "s"


def find_any(terms: Sequence[Term], *kinds: Kind) -> Term | None:
    """The first of these words that is of one of the kinds."""
    wanted = frozenset(kinds)
    return next((term for term in terms if term.kinds & wanted), None)


@lru_cache(maxsize=REMEMBERED)
def read_clause(title: str) -> Clause:
    language = find_language(title)
    numbers = read_numbers(title)
    blank = blank_dates(fold(title))
    words = [word for word in read_words(title) if blank[word.start] != "\x00"]
    terms = tuple(_read_term(words, number, language, numbers) for number in range(len(words)))
    first = _find_first(terms, language)
    start = terms[first].word.start if first < len(terms) else len(title)
    begins = bool(numbers.counted) and numbers.counted[0].start < start
    return Clause(
        title=title,
        language=language,
        terms=terms,
        numbers=numbers,
        first=first,
        begins_with_number=begins,
        has_list=_LIST.search(blank) is not None,
    )


_LIST = re.compile(r"\d (?:of (?:the|our|all)|dell[ae]|dei|degli) \d")


def is_adverb(term: Term) -> bool:
    """`significantly`, `sensibilmente`."""
    return not term.kinds and len(term.text) > len("only") and term.text.endswith(("ly", "mente"))


def _find_first(terms: Sequence[Term], language: Language) -> int:
    """The first word that counts. `fare` before another infinitive only says that something is brought about."""
    openers = _OPENERS[language]
    first = next((n for n, term in enumerate(terms) if term.text not in openers and not is_adverb(term)), len(terms))
    is_causing = first + 1 < len(terms) and terms[first].text == "fare" and terms[first + 1].text.endswith("re")
    return first + 1 if is_causing else first


def _read_term(words: Sequence[Word], number: int, language: Language, numbers: Reading) -> Term:
    word = words[number]
    before = words[number - 1].folded if number else ""
    is_unit = any(quantity.start < word.start < quantity.end for quantity in numbers.quantities)
    if is_unit or (before, word.folded) in _IDIOMS:
        return Term(word, frozenset())
    behind = tuple(other.folded for other in words[number + 1 : number + 3])
    if (word.folded, *behind[:1]) in _DOING or (word.folded, *behind) in _DOING:
        return Term(word, frozenset({Kind.MAKING}))
    return Term(word, classes_of(word.folded, language))


# Set expressions whose second word means nothing by itself: delivered "on time" is no time that is measured.
_IDIOMS = frozenset(
    {("on", "time"), ("in", "time"), ("real", "time"), ("full", "time"), ("part", "time"), ("first", "time"),
     ("same", "time"), ("in", "tempo"), ("nel", "tempo"), ("a", "tempo"), ("primo", "livello"), ("in", "order"),
     ("first", "level"), ("di", "valore"), ("on", "demand"), ("high", "quality"), ("in", "place_of"), ("at", "risk"),
     ("a", "rischio"), ("high", "value"), ("high", "risk"), ("alto", "rischio"), ("in", "use"), ("per", "hour")}
)  # fmt: skip
# Set expressions for getting something done, whose first word alone would say that something moves.
_DOING = frozenset(
    {("go", "live"), ("take", "part"), ("get", "started"), ("bring", "to", "market"), ("andare", "live"),
     ("portare", "a", "termine"), ("portare", "a", "compimento"), ("portare", "a", "regime"), ("andare", "online"),
     ("portare", "in", "produzione"), ("andare", "in", "produzione"), ("entrare", "in", "produzione"),
     ("prendere", "parte"), ("portare", "sul", "mercato"), ("portare", "a", "conclusione"), ("portare", "avanti"),
     ("essere", "presenti"), ("passare", "in", "produzione"), ("bring", "into", "production")}
)  # fmt: skip
_DETERMINERS = frozenset(f"{words_en.DETERMINERS} {words_it.DETERMINERS}".split())
_WORDS = {Language.ENGLISH: words_en, Language.ITALIAN: words_it}
_OPENERS = {language: frozenset(words.OPENERS.split()) for language, words in _WORDS.items()}
_SMALL = {language: frozenset(words.ARTICLES.split()) for language, words in _WORDS.items()}
_COUNTS = {language: frozenset(words.COUNTING.split()) for language, words in _WORDS.items()}
_STOPS = {language: frozenset(words.STOPS.split()) for language, words in _WORDS.items()}
_OF = frozenset(f"{words_en.OF} {words_it.OF}".split())
