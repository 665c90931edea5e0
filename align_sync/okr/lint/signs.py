"""The signs by which a title is judged: who does what, what is counted, what is measured."""

from collections.abc import Iterable
from itertools import pairwise

from align_sync.okr.lint import words_en, words_it
from align_sync.okr.lint.clause import NOUNS, VERBS, Clause, Term, find_any
from align_sync.okr.lint.lexicon import Kind
from align_sync.okr.lint.numbers import Quantity, Role
from align_sync.okr.lint.text import Language
from align_sync.okr.lint.units import PERCENT, Family, family_of

OUTPUTS = frozenset({Kind.ACTIVITY, Kind.DELIVERY})
EFFECTS = frozenset({Kind.EFFECT, Kind.OUTSIDER})
_DEALT_WITH = EFFECTS | {Kind.WORKLOAD}
LOWERING = frozenset({Kind.LOWERING, Kind.CHANGE_DOWN})
_MOVING = frozenset({Kind.RAISING, Kind.LOWERING, Kind.SHIFTING, Kind.KEEPING, Kind.CHANGE_UP, Kind.CHANGE_DOWN})
_MEASURED = frozenset({Family.TIME, Family.MONEY})
_NEAR = 30
FEW = 3


def moves(clause: Clause, head: Term | None, made: Term) -> bool:
    """`requests settled at once rise`: what was made with them only says which ones."""
    movers = [term for term in clause.after(made) if term.is_any(_MOVING) and not term.is_any(NOUNS)]
    if any(Kind.LOWERING in term.kinds for term in movers):
        return True
    return bool(movers) and head is not None and head.is_any(_DEALT_WITH)


def tells_effect(clause: Clause, lead: Term) -> bool:
    """Whether behind the verb of making a movement of an effect is told, with a number."""
    rest = clause.after(lead)
    joined = [term for before, term in pairwise(rest) if before.text in {"and", "e"}]
    change = next((term for term in rest if term.is_any(_MOVING) and not term.is_any(OUTPUTS)), None)
    change = change or find_any(joined, Kind.WINNING, Kind.REACHING)
    numbers = clause.numbers
    if change is not None:
        made = clause.phrase(clause.first + 1)
        about = [term for term in rest if term not in made]
        told = [q for q in numbers.counted if q.start > change.word.start]
        return bool(told) and find_any(about, *EFFECTS) is not None and not counts_output(clause, told)
    if _is_less(clause) or any(_is_none_of_effect(clause, quantity) for quantity in numbers.counted):
        return True
    if numbers.has_pair:
        return find_any(rest, Kind.EFFECT) is not None or has_measure(clause)
    if numbers.of(Role.BASELINE) is not None:
        return any(is_measure(quantity) for quantity in numbers.quantities)
    target = numbers.of(Role.TARGET)
    return target is not None and not is_place(clause, target) and _is_near_effect(rest, target)


def _is_less(clause: Clause) -> bool:
    """`print 30 % fewer pages`, `two days earlier`."""
    return (find_words(clause, _LESS) and has_percent(clause)) or (
        find_words(clause, _SOONER) and bool(clause.numbers.counted)
    )


_LESS = frozenset({"fewer", "less", "meno"})
_SOONER = frozenset({"earlier", "sooner", "quicker", "cheaper"})


def _is_none_of_effect(clause: Clause, quantity: Quantity) -> bool:
    """`with zero rollbacks`."""
    counted = clause.noun_after(quantity)
    is_bare = counted is not None and Kind.EFFECT in counted.kinds and not counted.is_any(OUTPUTS)
    return is_bare and 0 in quantity.readings


def _is_near_effect(terms: Iterable[Term], quantity: Quantity) -> bool:
    near = [term for term in terms if quantity.start - _NEAR <= term.word.start <= quantity.end + _NEAR]
    return find_any(near, Kind.EFFECT) is not None


def is_told_of_people(clause: Clause, lead: Term) -> bool:
    """Whether a subordinate clause with a number says what people do, or what is measured: `so that 40 % … connect`."""
    link = next((term for term in clause.after(lead) if term.text in _LINKS), None)
    if link is None or lead.text in _CHECKING:
        return False
    behind = clause.after(link)
    told = [quantity for quantity in clause.numbers.counted if quantity.start > link.word.start]
    if not told or counts_output(clause, told):
        return False
    acts = find_any(behind, Kind.BEHAVING, Kind.OUTSIDER, *_MOVING) is not None
    return acts or has_share(clause) or any(is_measure(quantity) for quantity in told)


_CHECKING = frozenset(f"{words_en.CHECKING} {words_it.CHECKING}".split())
_GIVING = frozenset(f"{words_en.GIVING} {words_it.GIVING}".split())
_SINGLE = frozenset(f"{words_en.SINGLE} {words_it.SINGLE}".split())
_LINKS = frozenset({"that", "who", "because", "affinche", "perche", "che", "cosi", "cui"})


def find_means(clause: Clause, lead: Term) -> Term | None:
    """What is done, where all numbers stand behind `by` or `through`: nothing is said of the effect."""
    counted = clause.numbers.counted
    behind = clause.after(lead)
    for number, term in enumerate(behind):
        opens = term.text in _MEANS[clause.language]
        if not opens and not is_doing(clause, term, behind[number - 1] if number else None):
            continue
        if not counted:
            thing = clause.head(clause.terms.index(term) + 1)
            return thing if is_output(thing) else None
        if any(quantity.start < term.word.start for quantity in counted):
            return None
        things = [thing for quantity in counted if (thing := clause.noun_after(quantity)) is not None]
        output = next((thing for thing in things if is_output(thing)), None)
        return output if opens else output or term
    return None


def is_doing(clause: Clause, term: Term, before: Term | None) -> bool:
    """Whether it says by what: `by calling`, `introducendo`; not what moves: `riducendo`."""
    if term.is_any(_MOVING - {Kind.SHIFTING}):
        return False
    if clause.language is Language.ITALIAN:
        return term.text.endswith(("ando", "endo")) and not term.is_any(NOUNS)
    return term.text.endswith("ing") and before is not None and before.text == "by"


_MEANS = {
    Language.ENGLISH: frozenset(words_en.MEANS.split()),
    Language.ITALIAN: frozenset(words_it.MEANS.split()),
}


def find_counted(clause: Clause) -> Term | None:
    """What the number to reach counts, or the only number where none is said to be one."""
    quantity = clause.numbers.of(Role.TARGET) or next(iter(clause.numbers.counted), None)
    return clause.noun_after(quantity) if quantity is not None else None


def is_moved(clause: Clause) -> bool:
    """Whether so many things are moved somewhere: a number that is neither a start nor a goal."""
    counted = clause.numbers.counted
    return bool(counted) and all(quantity.role is Role.OPEN and not is_measure(quantity) for quantity in counted)


def falls(clause: Clause) -> bool:
    """Whether the numbers go down: nobody plans to make less."""
    baseline, target = clause.numbers.of(Role.BASELINE), clause.numbers.of(Role.TARGET)
    return baseline is not None and target is not None and min(baseline.readings) > max(target.readings)


def is_per_person(clause: Clause, thing: Term) -> bool:
    """`sessions per user`: a rate, not a count. Hours per employee are what somebody puts in."""
    behind = clause.after(thing)[:FEW]
    is_rate = any(term.text in {"per", "each"} for term in behind[:2])
    return is_rate and find_any(behind, Kind.OUTSIDER) is not None


def is_shared(clause: Clause) -> bool:
    """Whether it is told of how many outsiders something holds: `guardato da 6 clienti su 10`."""
    is_told = has_share(clause) and is_effect(find_counted(clause), clause) and not clause.begins_with_number
    return is_told and any(term.is_any(VERBS) for term in clause.terms[clause.first + 1 :])


def has_share(clause: Clause) -> bool:
    """`70 %` or `7 of 10`."""
    has_window = any(quantity.role is Role.WINDOW and not quantity.unit for quantity in clause.numbers.quantities)
    return has_window or any(quantity.unit == PERCENT for quantity in clause.numbers.counted)


def is_one_thing(clause: Clause, head: Term | None) -> bool:
    """`sign the contract`: one thing, which is there or not."""
    following = clause.terms[clause.first + 1].text if clause.first + 1 < len(clause.terms) else ""
    return head is not None and following in _ONE and not head.text.endswith(("s", "i"))


_ONE = frozenset({"the", "a", "an", "il", "lo", "la", "l", "un", "una"})


def is_workload(clause: Clause, head: Term | None) -> bool:
    """Whether a plain number of things that wait is dealt with: `close 200 tickets`, not 90 % of them."""
    return head is not None and Kind.WORKLOAD in head.kinds and all(not q.unit for q in clause.numbers.counted)


def is_served(clause: Clause) -> bool:
    """A share that is done in a given time: `deliver 95 % of the orders within two days`."""
    quantities = clause.numbers.quantities
    has_time = any(family_of(q.unit) is Family.TIME for q in quantities) or find_words(clause, _WELL)
    if has_time and any(q.unit == PERCENT for q in quantities):
        return True
    head = clause.head(clause.first + 1)
    is_only_time = bool(quantities) and all(q.unit in {"min", "h", "d", "w"} for q in quantities)
    is_for_others = head is not None and head.is_any(_DEALT_WITH) and not head.is_any(OUTPUTS)
    return is_only_time and (is_for_others or is_given(clause))


def is_given(clause: Clause) -> bool:
    """`give patients an appointment`: something that outsiders get."""
    lead = clause.lead
    return lead is not None and lead.text in _GIVING and find_any(clause.terms, Kind.OUTSIDER) is not None


def is_in_cases(clause: Clause) -> bool:
    """`in 97 % of the orders`: how well it goes, not how much is made."""
    for quantity in clause.numbers.counted:
        before = [term.text for term in clause.terms if term.word.end <= quantity.start]
        counted = clause.noun_after(quantity)
        if (
            quantity.unit == PERCENT
            and before[-1:] in (["in"], ["nel"], ["for"], ["per"], ["nell"])
            and counted is not None
        ):
            return counted.is_any(_DEALT_WITH - {Kind.OUTSIDER}) and max(quantity.readings) < _ALL
    return False


_ALL = 100


def find_words(clause: Clause, words: frozenset[str]) -> bool:
    return any(term.text in words for term in clause.terms)


_WELL = frozenset(
    {
        "time",
        "same",
        "first",
        "without",
        "free",
        "damage-free",
        "error-free",
        "correctly",
        "giornata",
        "tempo",
        "orario",
    }
    | {"puntuale", "puntualmente", "puntuali", "senza", "primo", "prima", "subito", "correttamente"}
)


def is_place(clause: Clause, quantity: Quantity) -> bool:
    """Whether nothing but `to` stands before it: behind a verb of making that says to whom, not how much."""
    before = [term.text for term in clause.terms if term.word.end <= quantity.start]
    is_limit = before[-2:-1] in (["up"], ["down"], ["fino"], ["sotto"])
    return bool(before) and before[-1] in {"to", "a", "ai", "agli", "alle", "al", "alla"} and not is_limit


def counts_output(clause: Clause, quantities: Iterable[Quantity]) -> bool:
    return any(is_output(clause.noun_after(quantity)) for quantity in quantities)


def behaves(clause: Clause, who: Term) -> bool:
    """Whether somebody or something does something: `teams deploy`, `pilots turn into contracts`."""
    return any(term.is_any(VERBS) and not _is_passive(term) for term in clause.after(who))


def _is_passive(term: Term) -> bool:
    """A participle: in most titles something that was done to somebody."""
    return Kind.PAST in term.kinds or term.text.endswith("ing")


def is_lowered(term: Term) -> bool:
    return Kind.LOWERING in term.kinds and not term.is_any(NOUNS)


def is_made(clause: Clause, made: Term) -> bool:
    """Whether something was made or done to somebody: `20 pages published`, not `users who have completed`."""
    before = clause.terms[: clause.terms.index(made)]
    if any(term.text in _ACTING for term in before[-FEW:]) or made.is_any(NOUNS) or is_attribute(clause, made):
        return False
    if not clause.numbers.counted and made is clause.terms[-1]:
        return True
    if any(quantity.unit == PERCENT and _ALL in quantity.readings for quantity in clause.numbers.counted):
        return True
    nouns = [term for n, term in enumerate(clause.terms) if term.is_any(NOUNS) and not clause.is_count(n)]
    if not nouns:
        return True
    near = nouns[0] if clause.language is Language.ITALIAN else nouns[-1]
    return not any(Kind.EFFECT in term.kinds and Kind.ACTIVITY not in term.kinds for term in (near, nouns[0]))


def is_attribute(clause: Clause, made: Term) -> bool:
    """The `paid` of `a paid plan`: in English a participle before a noun, behind a preposition, only says which one."""
    place = clause.terms.index(made)
    following = clause.terms[place + 1 : place + 2]
    preposition = any(
        term.text in {"to", "in", "on", "with", "into", "onto", "from"}
        for term in clause.terms[max(0, place - 2) : place]
    )
    is_near = bool(following) and following[0].is_any(NOUNS) and following[0].word.start == made.word.end + 1
    return clause.language is Language.ENGLISH and is_near and preposition


_ACTING = frozenset({"have", "has", "who", "that", "which", "hanno", "ha", "che", "abbiano"})


def is_effect(term: Term | None, clause: Clause | None = None) -> bool:
    """Whether it is something that changes for somebody; `completion` is, where it moves, and is an activity else."""
    if term is None or not term.is_any(EFFECTS):
        return False
    return clause is None or Kind.DELIVERY not in term.kinds or is_moving(clause, term)


def is_moving(clause: Clause, term: Term) -> bool:
    if clause.numbers.has_pair or any(one.is_any(_MOVING - {Kind.KEEPING}) for one in clause.terms if one is not term):
        return True
    target = clause.numbers.of(Role.TARGET)
    return target is not None and target.start > term.word.start and not is_place(clause, target)


def is_output(term: Term | None) -> bool:
    return term is not None and term.is_any(OUTPUTS) and not term.is_any(EFFECTS)


def is_measure(quantity: Quantity) -> bool:
    """A length of time, an amount of money or a broken number is no count of things."""
    return family_of(quantity.unit) in _MEASURED or not quantity.readings[0].is_integer()


def find_made(clause: Clause, head: Term | None) -> Term | None:
    """The word that says that something was finished, in a title that begins with a noun."""
    rest = clause.terms[clause.first :]
    are_people = head is not None and head.is_any(frozenset({Kind.OUTSIDER, Kind.INSIDER}))
    done = None if are_people and head is not None and behaves(clause, head) else find_any(rest, Kind.DONE)
    made = find_any(rest, Kind.MADE) or done
    if made is None and head is not None and head.text in _SINGLE:
        return find_any(clause.after(head)[:FEW], Kind.PAST)
    if made is None or moves(clause, head, made) or (is_shared(clause) and behaves(clause, made)):
        return None
    return made if is_made(clause, made) else None


def _acts(clause: Clause, head: Term) -> bool:
    """Whether an activity does something to others, right behind its name: `each release causes fewer calls`."""
    following = clause.after(head)[:1]
    return find_any(following, *VERBS) is not None and find_any(following, Kind.BEGINNING, Kind.PAST, *NOUNS) is None


def tells_movement(clause: Clause, head: Term) -> bool:
    """Whether a title that begins with an activity tells an effect of it all the same."""
    counted = clause.numbers.counted
    rest = clause.terms[clause.first :]
    return (
        (has_share(clause) and behaves(clause, head))
        or _acts(clause, head)
        or (Kind.WORKLOAD in head.kinds and (bool(counted) or behaves(clause, head)) and not clause.begins_with_number)
        or any(is_lowered(term) for term in rest)
        or falls(clause)
        or is_shared(clause)
        or has_measure(clause)
        or (bool(counted) and tells_effect(clause, head))
    )


def has_measure(clause: Clause) -> bool:
    """Whether something is measured; so many hours of training are no measure of anything."""
    return any(is_measure(quantity) and not _is_put_in(clause, quantity) for quantity in clause.numbers.counted)


def _is_put_in(clause: Clause, quantity: Quantity) -> bool:
    following = next((term for term in clause.terms if term.word.start >= quantity.end), None)
    return following is not None and following.text in {"of", "di"} and is_output(clause.noun_after(quantity))


def is_caused(clause: Clause, lead: Term) -> bool:
    """`far scegliere la consegna verde a un cliente su tre`: what somebody is brought to do."""
    before = clause.terms[clause.first - 1].text if clause.first else ""
    return before in {"far", "fare"} and Kind.BEHAVING in lead.kinds and bool(clause.numbers.quantities)


def has_percent(clause: Clause) -> bool:
    return any(quantity.unit == PERCENT for quantity in clause.numbers.counted)


def has_money(clause: Clause) -> bool:
    return any(family_of(quantity.unit) is Family.MONEY for quantity in clause.numbers.counted)


def find_finished(clause: Clause, lead: Term, head: Term | None) -> Term | None:
    """The word that says that something was finished, behind a verb of change: `bring the portal into production`."""
    behind = clause.after(lead)
    made = find_any(behind, Kind.MADE)
    if made is not None and is_made(clause, made):
        return made
    is_known = lead.is_any(LOWERING) or bool(clause.numbers.counted) or is_effect(head, clause)
    return None if is_known else find_any(behind, Kind.DONE)
