"""Whether a title tells of something that changes, or only of something that gets done.

Read from the words alone: what the first verb is, what is counted, and whether a movement of something that matters to
somebody is said with a number. Each judgement names the word that decided it, so that it can be argued with.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from align_sync.okr.lint import signs
from align_sync.okr.lint.clause import CHANGING, NOUNS, VERBS, Clause, Term, find_any, read_clause
from align_sync.okr.lint.leading import is_verb
from align_sync.okr.lint.lexicon import Kind
from align_sync.okr.lint.text import REMEMBERED


class Because(StrEnum):
    """Why a title is taken for a milestone. The value goes on after the word in quotation marks."""

    MAKES = "says what gets done, not what changes because of it"
    COUNTS = "counts what people do, not what changes because of it"
    FINISHED = "says that something is finished, not what changes because of it"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`because` is None for an outcome, and for what cannot be told."""

    because: Because | None = None
    word: str = ""

    @property
    def is_milestone(self) -> bool:
        return self.because is not None


OUTCOME = Judgement()


_COLON = re.compile(r"(?<=\w): (?=\S)")


@lru_cache(maxsize=REMEMBERED)
def judge_title(title: str) -> Judgement:
    """Milestone or not. Of `topic: what about it` the second part decides, where it says anything by itself."""
    topic, *rest = _COLON.split(title, maxsplit=1)
    if rest and not read_clause(topic).numbers.counted:
        about = read_clause(rest[0])
        if about.numbers.counted or about.numbers.factor or find_any(about.terms, Kind.MADE, Kind.LOWERING):
            return _judge(about)
    return _judge(read_clause(title))


def _judge(clause: Clause) -> Judgement:
    lead = clause.lead
    if lead is None:
        return OUTCOME
    if clause.begins_with_number or not is_verb(clause, lead):
        return _judge_noun(clause)
    if signs.is_caused(clause, lead):
        return OUTCOME
    if Kind.MAKING in lead.kinds or not lead.is_any(VERBS | {Kind.CHANGE_UP, Kind.CHANGE_DOWN}):
        return _judge_making(clause, lead)
    if lead.is_any(CHANGING | {Kind.CHANGE_UP, Kind.CHANGE_DOWN}):
        return _judge_change(clause, lead)
    return _judge_winning(clause, lead)


def _judge_making(clause: Clause, lead: Term) -> Judgement:
    """After a verb of making only a told effect makes an outcome."""
    if means := signs.find_means(clause, lead):
        return _counts(means)
    head = clause.head(clause.first + 1)
    is_effect = signs.is_effect(head, clause)
    is_money = signs.has_money(clause)
    is_won = Kind.WINNING in lead.kinds and bool(clause.numbers.counted) and not signs.is_workload(clause, head)
    tells = (
        signs.tells_effect(clause, lead)
        or signs.is_told_of_people(clause, lead)
        or signs.is_in_cases(clause)
        or signs.falls(clause)
        or (clause.numbers.has_pair and signs.has_percent(clause) and not signs.is_output(head))
        or (is_money and head is None and Kind.INPUT not in lead.kinds)
        or (is_effect and lead.is_any(CHANGING))
        or (signs.is_served(clause) and (not signs.is_output(head) or signs.is_given(clause)))
        or (is_won and (is_effect or is_money))
    )
    return OUTCOME if tells else _makes(lead)


def _judge_change(clause: Clause, lead: Term) -> Judgement:
    """A change is an outcome, unless what changes is how much is made, or only the means bear a number."""
    if means := signs.find_means(clause, lead):
        return _counts(means)
    head = clause.head(clause.first + 1)
    if finished := signs.find_finished(clause, lead, head):
        return _finished(finished)
    is_converted = Kind.SHIFTING in lead.kinds and Kind.WINNING in lead.kinds and signs.has_percent(clause)
    if lead.is_any(signs.LOWERING) or signs.falls(clause) or is_converted:
        return OUTCOME
    counted = signs.find_counted(clause)
    if Kind.SHIFTING in lead.kinds and counted is not None and signs.is_moved(clause):
        return OUTCOME if counted.is_any(signs.EFFECTS) else _makes(lead)
    thing = head or counted
    return _judge_thing(clause, thing, counted) if thing is not None else _judge_nothing(clause, lead)


def _judge_nothing(clause: Clause, lead: Term) -> Judgement:
    """Something unknown without a number can be reached only as a whole: `achieve B Corp status`."""
    is_reached = lead.is_any(frozenset({Kind.REACHING, Kind.SHIFTING}))
    return _makes(lead) if is_reached and not clause.numbers.counted else OUTCOME


def _judge_thing(clause: Clause, thing: Term, counted: Term | None) -> Judgement:
    """By what is moved or reached, and what the number to reach counts."""
    if Kind.INSIDER in thing.kinds:
        return _judge_insiders(clause, thing)
    is_rate = signs.is_per_person(clause, thing)
    if Kind.INPUT in thing.kinds and not is_rate:
        return _counts(thing)
    if signs.has_measure(clause):
        return OUTCOME
    if counted is not None and not thing.is_any(signs.EFFECTS):
        if Kind.INSIDER in counted.kinds:
            return _judge_insiders(clause, counted)
        thing = counted if signs.is_output(counted) else thing
    is_effect = is_rate or signs.is_effect(thing, clause) or signs.is_effect(counted, clause)
    return _judge_dealt(clause, counted) if is_effect else _counts(thing)


def _judge_dealt(clause: Clause, counted: Term | None) -> Judgement:
    """`Throughput from 30 to 42 tickets closed` counts what was closed."""
    if counted is None or Kind.WORKLOAD not in counted.kinds:
        return OUTCOME
    behind = clause.after(counted)[: signs.FEW]
    return _counts(counted) if find_any(behind, Kind.WINNING, Kind.MADE) is not None else OUTCOME


def _judge_insiders(clause: Clause, who: Term) -> Judgement:
    """What the company's own people do is an outcome where it is a habit, and none where it is a task."""
    behind = clause.after(who)
    verb = next((term for term in behind if term.is_any(_WORKING) and not term.is_any(NOUNS)), None)
    if verb is not None:
        place = clause.terms.index(verb) + 1
        task = None if clause.is_stop(place) else clause.head(place)
        count = next((quantity for quantity in clause.numbers.counted if quantity.start > verb.word.start), None)
        if signs.is_output(task) or (count is not None and not count.unit and not signs.is_measure(count)):
            return _makes(verb)
    return OUTCOME if find_any(behind, Kind.EFFECT) or signs.behaves(clause, who) else _counts(who)


_WORKING = frozenset({Kind.MAKING, Kind.MADE})


def _judge_winning(clause: Clause, lead: Term) -> Judgement:
    """What a business wins is an outcome where it is measured; dealing with so many things is not."""
    if means := signs.find_means(clause, lead):
        return _counts(means)
    head = clause.head(clause.first + 1)
    is_dealing, is_output = Kind.DEALING in lead.kinds, signs.is_output(head)
    if head is not None and is_dealing and clause.numbers.counted and signs.is_workload(clause, head):
        return _counts(head)
    is_list = clause.has_list and not signs.is_effect(signs.find_counted(clause))
    is_single = not clause.numbers.counted and signs.is_one_thing(clause, head)
    tells = (
        (signs.has_share(clause) and not (is_dealing and is_output))
        or signs.is_served(clause)
        or signs.tells_effect(clause, lead)
        or signs.has_measure(clause)
    )
    return _makes(lead) if is_list or is_single or (is_output and not tells) else OUTCOME


def _judge_noun(clause: Clause) -> Judgement:
    """A title that begins with what it is about."""
    head = clause.head(clause.first) or signs.find_counted(clause)
    made = signs.find_made(clause, head)
    if made is not None:
        return _finished(made)
    if head is None:
        return OUTCOME
    if Kind.INSIDER in head.kinds:
        return _judge_insiders(clause, head)
    if signs.is_effect(head, clause) or signs.is_per_person(clause, head):
        return _judge_dealt(clause, signs.find_counted(clause))
    if signs.tells_movement(clause, head):
        return OUTCOME
    return _makes(head) if Kind.DELIVERY in head.kinds and not clause.begins_with_number else _counts(head)


def _makes(term: Term) -> Judgement:
    return Judgement(Because.MAKES, term.text)


def _counts(term: Term) -> Judgement:
    return Judgement(Because.COUNTS, term.text)


def _finished(term: Term) -> Judgement:
    return Judgement(Because.FINISHED, term.text)
