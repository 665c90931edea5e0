"""Whether the first word of a title is a verb: `release a new version`, but `release frequency`."""

from itertools import pairwise

from align_sync.okr.lint.clause import CHANGING, NOUNS, VERBS, Clause, Term, find_any
from align_sync.okr.lint.lexicon import Kind
from align_sync.okr.lint.numbers import Role
from align_sync.okr.lint.text import Language

_MEANT = frozenset({Kind.EFFECT, Kind.OUTSIDER, Kind.WORKLOAD})
_LEADING = (VERBS - {Kind.BEHAVING}) | {Kind.CHANGE_UP, Kind.CHANGE_DOWN}
_WAYS = frozenset(
    {"from", "to", "by", "below", "under", "above", "da", "dal", "dall", "a", "al", "all", "del", "sotto"}
)
_JOINTS = frozenset({"and", "so", "that", "by", "while", "which", "who", "e", "che", "per", "affinche"})


def is_verb(clause: Clause, lead: Term) -> bool:
    if clause.is_order(lead):
        return True
    if clause.is_subject(lead) or not lead.is_any(_LEADING) or _goes_by_itself(clause, lead):
        return False
    may_be_noun = lead.is_any(NOUNS)
    if clause.language is Language.ENGLISH and (may_be_noun or not lead.is_any(CHANGING)):
        head = clause.head(clause.first)
        if may_be_noun and lead.text.endswith("ing"):
            return False
        if head is not None and _is_compound(clause, lead, head):
            return _is_ordered(clause, head)
    return not may_be_noun or Kind.EFFECT not in lead.kinds or lead.is_any(CHANGING)


def _goes_by_itself(clause: Clause, lead: Term) -> bool:
    """Whether it is a thing that goes up or down: `design changes after sign-off fall from 12 to 4`."""
    behind = clause.after(lead)
    for term, following in pairwise(behind):
        if term.text in _JOINTS:
            return False
        if term.is_any(frozenset({Kind.RAISING, Kind.LOWERING})) and not term.is_any(NOUNS | {Kind.PAST}):
            return following.text in _WAYS
    return False


def _is_compound(clause: Clause, lead: Term, head: Term) -> bool:
    """Whether the first word stands right before another noun that is measured, or that is a person."""
    phrase = clause.phrase(clause.first)
    if head is lead or not head.is_any(_MEANT):
        return False
    return phrase[0] is lead and phrase[1].word.start == lead.word.end + 1


def _is_ordered(clause: Clause, head: Term) -> bool:
    """Whether such a compound is an order all the same: nothing is said of it, neither by a verb nor by a number."""
    if Kind.OUTSIDER in head.kinds:
        return find_any(clause.after(head)[:1], *VERBS) is None
    is_told = any(0 <= quantity.start - head.word.end <= len(" of ") for quantity in clause.numbers.counted)
    moves = find_any(clause.after(head), *CHANGING) is not None
    return not moves and not is_told and clause.numbers.of(Role.TARGET) is None
