"""The grammar of the filter language: from tokens to a query, or to an error that says what to write instead.

    filter     = and-part { "or" and-part }
    and-part   = not-part { "and" not-part }
    not-part   = { "not" | "!" } ( comparison | "(" filter ")" )
    comparison = field ( "=" | "!=" | "~" | "!~" | "<" | "<=" | ">" | ">=" ) value
               | field [ "not" ] "in" "(" value { "," value } ")"
               | field "is" [ "not" ] ( "empty" | "null" )

Words of the language, names of fields and all values are compared without regard to capitals.
"""

import re

from rapidfuzz import fuzz, process

from align_sync.linking.query.fields import BY_NAME, CATEGORY_WORDS, FIELDS, Field, ValueKind, fold
from align_sync.linking.query.model import AllOf, AnyOf, Comparison, Contrary, FilterError, Operator, Query
from align_sync.linking.query.tokens import Token, TokenKind, read_tokens

DEEPEST_NESTING = 20
_NEAR_ENOUGH = 60
_RESERVED = ("and", "or", "not", "in", "is", "empty", "null")
_EMPTY = ("empty", "null")
_CONTRARIES = {"!=": Operator.IS, "!~": Operator.CONTAINS}
_ORDERED = frozenset({Operator.BELOW, Operator.AT_MOST, Operator.ABOVE, Operator.AT_LEAST})
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_NAMES = ", ".join(field.name.value for field in FIELDS)
_HISTORY = ("was", "changed")


def parse_filter(text: str) -> Query:
    """The query that the text says. Raises `FilterError`."""
    return _Parser(read_tokens(text)).read_filter()


class _Parser:
    """Reads every token once, from left to right."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens
        self._at = 0

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._peek()
        self._at += 1
        return token

    def _take_if(self, *, found: bool) -> bool:
        self._at += found
        return found

    def read_filter(self) -> Query:
        if self._peek().kind is TokenKind.END:
            raise FilterError("the filter is empty", column=1, advice='write a comparison such as `type = "Bug"`')
        query = self._read_any(depth=0)
        if self._peek().kind is not TokenKind.END:
            raise _explain_rest(self._peek())
        return query

    def _read_any(self, depth: int) -> Query:
        parts = [self._read_all(depth)]
        while self._take_if(found=self._peek().is_word("or")):
            parts.append(self._read_all(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _read_all(self, depth: int) -> Query:
        parts = [self._read_not(depth)]
        while self._take_if(found=self._peek().is_word("and")):
            parts.append(self._read_not(depth))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _read_not(self, depth: int) -> Query:
        negated = False
        while self._take_if(found=self._peek().is_word("not") or self._peek().is_sign("!")):
            negated = not negated
        part = self._read_brackets(depth) if self._peek().is_sign("(") else self._read_comparison()
        return Contrary(part) if negated else part

    def _read_brackets(self, depth: int) -> Query:
        opening = self._take()
        if depth == DEEPEST_NESTING:
            raise FilterError(
                f"brackets stand more than {DEEPEST_NESTING} deep", column=opening.column, advice="make two rules of it"
            )
        query = self._read_any(depth + 1)
        if self._peek().kind is TokenKind.END:
            raise FilterError(
                "the bracket is not closed", column=opening.column, advice="write `)` after its last part"
            )
        if not self._take_if(found=self._peek().is_sign(")")):
            raise _explain_rest(self._peek())
        return query

    def _read_comparison(self) -> Query:
        field = _find_field(self._take())
        token = self._take()
        if token.is_word("is"):
            return self._read_is(field)
        if token.is_word("in", "not"):
            return self._read_in(field, token)
        if token.kind is not TokenKind.SIGN or token.text in "(),!":
            raise _explain_operator(token, field)
        operator = _CONTRARIES.get(token.text) or Operator(token.text)
        _check_operator(operator, field, token)
        value = _read_value(self._take(), field, operator)
        return Comparison(field=field.name, operator=operator, values=(value,), negated=token.text in _CONTRARIES)

    def _read_is(self, field: Field) -> Query:
        negated = self._take_if(found=self._peek().is_word("not"))
        token = self._take()
        if not token.is_word(*_EMPTY):
            sign = "!=" if negated else "="
            raise FilterError(
                f"after `is` comes `empty` or `not empty`, not {token}",
                column=token.column,
                advice=f"a value is compared with `{sign}`",
            )
        return Comparison(field=field.name, operator=Operator.EMPTY, negated=negated)

    def _read_in(self, field: Field, token: Token) -> Query:
        negated = token.is_word("not")
        if negated and not self._take_if(found=self._peek().is_word("in")):
            raise FilterError(
                f"after `{field.name} not` comes `in`, not {self._peek()}",
                column=self._peek().column,
                advice=f"write `not` before `{field.name}`, or `!=`",
            )
        opening = self._take()
        if not opening.is_sign("("):
            raise FilterError(
                f"after `in` comes a list in brackets, not {opening}",
                column=opening.column,
                advice=f"write `{field.name} in (one, two)`",
            )
        values = [_read_value(self._take(), field, Operator.IS)]
        while self._take_if(found=self._peek().is_sign(",")):
            values.append(_read_value(self._take(), field, Operator.IS))
        closing = self._take()
        if not closing.is_sign(")"):
            raise FilterError(
                f"in a list comes `,` or `)`, not {closing}",
                column=closing.column,
                advice="a value of several words needs quotation marks",
            )
        return Comparison(field=field.name, operator=Operator.IS, values=tuple(values), negated=negated)


def _find_field(token: Token) -> Field:
    if token.kind in {TokenKind.END, TokenKind.SIGN} or token.is_word(*_RESERVED):
        raise FilterError(
            f"a comparison begins with a field, not with {token}",
            column=token.column,
            advice=f"the fields are {_NAMES}",
        )
    name = fold(token.text)
    if name in BY_NAME:
        return BY_NAME[name]
    near = process.extractOne(name, list(BY_NAME), scorer=fuzz.ratio, score_cutoff=_NEAR_ENOUGH)
    advice = f"did you mean {_as_written(near[0])}?" if near else f"the fields are {_NAMES}"
    raise FilterError(f"there is no field {token}", column=token.column, advice=advice)


def _as_written(name: str) -> str:
    """The name with its capitals; an alias has none."""
    field = BY_NAME[name]
    return field.name.value if fold(field.name) == name else name


def _explain_operator(token: Token, field: Field) -> FilterError:
    if token.is_word(*_HISTORY):
        return FilterError(
            f"`{token.text}` is not known here",
            column=token.column,
            advice="a filter sees an item as it is now, not its history",
        )
    return FilterError(
        f"after `{field.name}` comes a comparison, not {token}",
        column=token.column,
        advice="write `=`, `!=`, `~`, `!~`, `in`, `not in`, `is empty` or `is not empty`",
    )


def _check_operator(operator: Operator, field: Field, token: Token) -> None:
    if operator in _ORDERED and field.kind is not ValueKind.NUMBER:
        raise FilterError(
            f"`{token.text}` compares numbers, and {field.name} is a text",
            column=token.column,
            advice="only points has an order",
        )
    if operator is Operator.CONTAINS and field.kind in {ValueKind.NUMBER, ValueKind.WORD}:
        raise FilterError(
            f"`{token.text}` looks into a text, and {field.name} is none",
            column=token.column,
            advice="compare it with `=` or `in`",
        )


def _read_value(token: Token, field: Field, operator: Operator) -> str:
    if token.is_word(*_EMPTY):
        raise FilterError(
            f"`{token.text}` is no value",
            column=token.column,
            advice=f'write `{field.name} is empty`, or "{token.text}" in quotation marks for the word itself',
        )
    if token.is_word(*_RESERVED):
        raise FilterError(
            f"`{token.text}` is a word of the language",
            column=token.column,
            advice=f'write "{token.text}" in quotation marks for the value',
        )
    if token.kind in {TokenKind.END, TokenKind.SIGN}:
        raise FilterError(f"here comes a value for {field.name}, not {token}", column=token.column)
    value = fold(token.text)
    if not value:
        advice = "write what to look for" if operator is Operator.CONTAINS else f"write `{field.name} is empty`"
        raise FilterError("the text between the quotation marks is empty", column=token.column, advice=advice)
    if field.kind is ValueKind.WORD:
        return _read_category(value, token)
    if field.kind is ValueKind.NUMBER and not _NUMBER.fullmatch(value):
        raise FilterError(f"{token} is no number", column=token.column, advice="points are written as 3 or 0.5")
    return token.text


def _read_category(value: str, token: Token) -> str:
    if value in CATEGORY_WORDS:
        return CATEGORY_WORDS[value].value
    near = process.extractOne(value, list(CATEGORY_WORDS), scorer=fuzz.ratio, score_cutoff=_NEAR_ENOUGH)
    advice = f'did you mean "{near[0]}"?' if near else '"to do", "in progress", "done" and "cancelled" are known'
    raise FilterError(f"there is no status category {token}", column=token.column, advice=advice)


def _explain_rest(token: Token) -> FilterError:
    """Why a filter cannot go on with this token after a whole comparison."""
    if token.is_sign(")"):
        return FilterError("this bracket was never opened", column=token.column, advice="leave it out")
    if token.is_word("order"):
        return FilterError(
            "a filter has no order", column=token.column, advice="leave out all from `order by` to the end"
        )
    if token.is_sign("("):
        return FilterError(
            "functions are not known here", column=token.column, advice="write the values themselves, as in `in (a, b)`"
        )
    return FilterError(
        f"after a comparison comes `and`, `or` or the end, not {token}",
        column=token.column,
        advice="a value of several words needs quotation marks",
    )
