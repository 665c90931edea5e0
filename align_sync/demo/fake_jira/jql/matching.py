"""Compiles the restriction of a query into a function over issues, with the candidates it can be narrowed to."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from align_sync.demo.fake_jira.jql.instants import parse_instant, parse_span
from align_sync.demo.fake_jira.jql.syntax import And, Call, Empty, Literal, Node, Not, Operand, Operator, Or, Term
from align_sync.demo.fake_jira.jql.tokens import JqlError
from align_sync.demo.fake_jira.jql.values import Value, ValueField, named_field, unknown_function, value_field
from align_sync.demo.fake_jira.jql.world import World
from align_sync.demo.fake_jira.model import FieldDefinition, Issue

Predicate = Callable[[Issue], bool]

_ORDERINGS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUALS: operator.eq,
    Operator.NOT_EQUALS: operator.ne,
    Operator.GREATER: operator.gt,
    Operator.GREATER_EQUALS: operator.ge,
    Operator.LESS: operator.lt,
    Operator.LESS_EQUALS: operator.le,
}
_RANGES = frozenset({Operator.GREATER, Operator.GREATER_EQUALS, Operator.LESS, Operator.LESS_EQUALS})
_NEGATIVE = frozenset({Operator.NOT_EQUALS, Operator.NOT_IN, Operator.IS_NOT, Operator.NOT_LIKE})
_TEXTS = frozenset({Operator.LIKE, Operator.NOT_LIKE})
_IDENTITY = frozenset({"id", "key", "issue", "issuekey"})
_MOMENTS: dict[str, Callable[[Issue], datetime]] = {
    "updated": lambda issue: issue.updated_at,
    "updateddate": lambda issue: issue.updated_at,
    "created": lambda issue: issue.created_at,
    "createddate": lambda issue: issue.created_at,
}
_CUSTOM = re.compile(r"cf\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Match:
    """`candidates` holds every issue that can match, None where it may be any."""

    accepts: Predicate
    candidates: frozenset[int] | None = None


NOTHING = Match(lambda _: False, frozenset())


@dataclass(slots=True)
class Compiler:
    """Collects what is wrong with a query instead of stopping at the first, as Jira does."""

    world: World
    problems: list[str] = field(default_factory=list)

    def compile(self, node: Node) -> Match:
        if isinstance(node, And):
            return _all_of([self.compile(part) for part in node.parts])
        if isinstance(node, Or):
            return _any_of([self.compile(part) for part in node.parts])
        if isinstance(node, Not):
            inner = self.compile(node.part).accepts
            return Match(lambda issue: not inner(issue))
        try:
            return self._compile_term(node)
        except JqlError as error:
            self.problems.extend(error.messages)
            return NOTHING

    def _compile_term(self, term: Term) -> Match:
        name = self._name_of(term.field)
        if name in _MOMENTS:
            return Match(self._compare_moment(term, _MOMENTS[name]))
        if term.operator in _TEXTS:
            return Match(_contains(term, name))
        if name in _IDENTITY and term.operator in _RANGES:
            return Match(self._compare_identity(term))
        definition = self.world.directory.fields.get(name)
        if definition is not None and definition.value_type == "number":
            return Match(self._compare_number(term, definition))
        known = value_field(name, self.world.directory.flavour) or (named_field(definition.id) if definition else None)
        if known is None:
            raise JqlError(f"Field '{term.field}' does not exist or you do not have permission to view it.")
        if term.operator in _RANGES:
            raise JqlError(f"The operator '{term.operator.value}' is not supported by the '{term.field}' field.")
        return self._compare_values(term, name, known)

    def _name_of(self, text: str) -> str:
        """The name by which this module knows a field: its identifier, or the lower-case name of a special one."""
        name = text.lower()
        custom = _CUSTOM.fullmatch(name)
        if custom:
            name = f"customfield_{custom[1]}"
        special = self.world.directory.field_ids
        if name == special.sprint:
            return "sprint"
        if name == special.epic_link:
            return "epic link"
        if name in self.world.directory.fields or value_field(name, self.world.directory.flavour):
            return name
        by_title = [known.id for known in self.world.directory.fields.values() if known.name.lower() == name]
        return by_title[0] if by_title else name

    def _compare_values(self, term: Term, name: str, known: ValueField) -> Match:
        wants_empty = any(isinstance(operand, Empty) for operand in term.operands)
        wanted: set[Value] = set()
        for operand in term.operands:
            if not isinstance(operand, Empty):
                self._collect(operand, known, wanted)
        held = known.held
        if term.operator in _NEGATIVE:
            # values that are empty never count as different: labels != x leaves out issues without labels
            return Match(lambda issue: bool(held(issue)) and wanted.isdisjoint(held(issue)))
        if wants_empty:
            return Match(lambda issue: not held(issue) or not wanted.isdisjoint(held(issue)))
        return Match(lambda issue: not wanted.isdisjoint(held(issue)), self._candidates(name, frozenset(wanted)))

    def _collect(self, operand: Literal | Call, known: ValueField, wanted: set[Value]) -> None:
        try:
            wanted.update(known.meant(self.world, operand))
        except JqlError as error:
            self.problems.extend(error.messages)

    def _candidates(self, name: str, wanted: frozenset[Value]) -> frozenset[int] | None:
        if name in _IDENTITY:
            return frozenset(int(value) for value in wanted)
        if name == "sprint":
            return frozenset().union(*(self.world.index.in_sprint(int(value)) for value in wanted))
        return None

    def _compare_moment(self, term: Term, held: Callable[[Issue], datetime]) -> Predicate:
        operand = term.operands[0]
        if isinstance(operand, Empty):
            return (lambda _: True) if term.operator in _NEGATIVE else (lambda _: False)
        if term.operator not in _ORDERINGS:
            raise JqlError(f"The operator '{term.operator.value}' is not supported by the '{term.field}' field.")
        wanted = self._instant(operand, term.field)
        compare = _ORDERINGS[term.operator]
        return lambda issue: compare(held(issue), wanted)

    def _instant(self, operand: Literal | Call, name: str) -> datetime:
        now = self.world.now().astimezone(UTC)
        if isinstance(operand, Literal):
            return parse_instant(operand.text, field=name, now=now, zone=self.world.zone)
        function = operand.name.lower()
        span = parse_span(operand.arguments[0]) if operand.arguments else None
        if function == "now" and not operand.arguments:
            return now
        if function == "startofday":
            local = now.astimezone(self.world.zone).replace(hour=0, minute=0, second=0, microsecond=0)
            return (local if span is None else local + span).astimezone(UTC)
        raise unknown_function(operand.name)

    def _compare_identity(self, term: Term) -> Predicate:
        operand = term.operands[0]
        if isinstance(operand, Literal) and operand.text.isdecimal():
            bound = int(operand.text)
        else:
            (value,) = self._issues(operand)
            bound = int(value)
        compare = _ORDERINGS[term.operator]
        return lambda issue: compare(issue.id, bound)

    def _issues(self, operand: Operand) -> list[Value]:
        identity = value_field("key", self.world.directory.flavour)
        if identity is None or isinstance(operand, Empty):
            raise JqlError("The operator is not supported with 'EMPTY' by the 'key' field.")
        return list(identity.meant(self.world, operand))

    def _compare_number(self, term: Term, definition: FieldDefinition) -> Predicate:
        is_points = definition.id == self.world.directory.field_ids.points

        def held(issue: Issue) -> float | None:
            value = issue.points if is_points else issue.extra.get(definition.id)
            return value if isinstance(value, int | float) else None

        operand = term.operands[0]
        if isinstance(operand, Empty):
            negative = term.operator in _NEGATIVE
            return lambda issue: (held(issue) is None) is not negative
        try:
            wanted = [float(one.text) for one in term.operands if isinstance(one, Literal)]
        except ValueError:
            raise JqlError(f"The value given for the field '{term.field}' is not a number.") from None
        if term.operator in (Operator.IN, Operator.NOT_IN):
            is_in = term.operator is Operator.IN
            return lambda issue: held(issue) is not None and (held(issue) in wanted) is is_in
        compare = _ORDERINGS[term.operator]
        return lambda issue: (value := held(issue)) is not None and compare(value, wanted[0])


def _contains(term: Term, name: str) -> Predicate:
    """Whole words in any order; a trailing * makes a prefix; a text in inner quotes is a phrase."""
    read = _TEXT_FIELDS.get(name)
    operand = term.operands[0]
    if read is None or not isinstance(operand, Literal):
        raise JqlError(f"The operator '{term.operator.value}' is not supported by the '{term.field}' field.")
    phrase = operand.text.strip()
    quoted = len(phrase) > 1 and phrase.startswith('"') and phrase.endswith('"')
    words = [phrase.strip('"')] if quoted else re.findall(r"\w+\*?", phrase)
    patterns = [
        re.compile(rf"\b{re.escape(word.rstrip('*'))}" + ("" if word.endswith("*") else r"\b"), re.IGNORECASE)
        for word in words
    ]
    positive = term.operator is Operator.LIKE
    return lambda issue: all(pattern.search(read(issue)) for pattern in patterns) is positive


def _description_of(issue: Issue) -> str:
    return issue.description if isinstance(issue.description, str) else str(issue.description or "")


_TEXT_FIELDS: dict[str, Callable[[Issue], str]] = {
    "summary": lambda issue: issue.summary,
    "description": _description_of,
    "text": lambda issue: f"{issue.summary}\n{_description_of(issue)}",
}


def _all_of(matches: list[Match]) -> Match:
    known = sorted((match.candidates for match in matches if match.candidates is not None), key=len)
    accepts = tuple(match.accepts for match in matches)

    return Match(lambda issue: all(one(issue) for one in accepts), known[0].intersection(*known[1:]) if known else None)


def _any_of(matches: list[Match]) -> Match:
    accepts = tuple(match.accepts for match in matches)
    known = [match.candidates for match in matches]
    narrow = None
    if all(candidates is not None for candidates in known):
        narrow = frozenset[int]().union(*(candidates for candidates in known if candidates is not None))
    return Match(lambda issue: any(one(issue) for one in accepts), narrow)
