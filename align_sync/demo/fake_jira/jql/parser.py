"""Turns JQL text into a `Query`; NOT binds tighter than AND, AND tighter than OR."""

from align_sync.demo.fake_jira.jql.syntax import (
    And,
    Call,
    Empty,
    Literal,
    Node,
    Not,
    Operand,
    Operator,
    Or,
    Query,
    Sort,
    Term,
)
from align_sync.demo.fake_jira.jql.tokens import RESERVED_WORDS, JqlError, Kind, Token, tokenize

MAX_SORTS = 7
_COMPARISONS = {
    "=": Operator.EQUALS,
    "!=": Operator.NOT_EQUALS,
    "~": Operator.LIKE,
    "!~": Operator.NOT_LIKE,
    ">": Operator.GREATER,
    ">=": Operator.GREATER_EQUALS,
    "<": Operator.LESS,
    "<=": Operator.LESS_EQUALS,
}


def parse_jql(text: str) -> Query:
    """Raise JqlError with Jira's words where the text is no JQL."""
    return _Parser(tokenize(text)).parse_query()


class _Parser:
    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens
        self._next = 0

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._peek()
        self._next += 1
        return token

    def _take_word(self, *words: str) -> bool:
        if self._peek().is_word(*words):
            self._next += 1
            return True
        return False

    def _take_operator(self, *texts: str) -> bool:
        if self._peek().kind is Kind.OPERATOR and self._peek().text in texts:
            self._next += 1
            return True
        return False

    def parse_query(self) -> Query:
        where = None
        if self._peek().kind is not Kind.END and not self._peek().is_word("order"):
            where = self._parse_or()
        sorts = self._parse_sorts() if self._take_word("order") else ()
        if self._peek().kind is not Kind.END:
            raise self._expected("either 'OR' or 'AND'")
        return Query(where, sorts)

    def _parse_or(self) -> Node:
        parts = [self._parse_and()]
        while self._take_word("or") or self._take_operator("||", "|"):
            parts.append(self._parse_and())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _parse_and(self) -> Node:
        parts = [self._parse_not()]
        while self._take_word("and") or self._take_operator("&&", "&"):
            parts.append(self._parse_not())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _parse_not(self) -> Node:
        if self._take_word("not") or self._take_operator("!"):
            return Not(self._parse_not())
        if self._peek().kind is Kind.OPEN:
            self._take()
            inner = self._parse_or()
            self._close()
            return inner
        return self._parse_term()

    def _parse_term(self) -> Term:
        field = self._parse_name("a field name")
        operator = self._parse_operator()
        is_list = operator in (Operator.IN, Operator.NOT_IN)
        operands = self._parse_list() if is_list else (self._parse_operand(),)
        if operator in (Operator.IS, Operator.IS_NOT) and not isinstance(operands[0], Empty):
            raise JqlError(f"The operator '{operator.value}' can only be used with 'EMPTY' or 'NULL'; field '{field}'.")
        return Term(field=field, operator=operator, operands=operands)

    def _parse_operator(self) -> Operator:
        token = self._peek()
        if token.kind is Kind.OPERATOR and token.text in _COMPARISONS:
            self._take()
            return _COMPARISONS[token.text]
        if self._take_word("in"):
            return Operator.IN
        if self._take_word("is"):
            return Operator.IS_NOT if self._take_word("not") else Operator.IS
        if self._take_word("not"):
            if self._take_word("in"):
                return Operator.NOT_IN
            raise self._expected("'IN'")
        raise self._expected("an operator; one of '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'IS'")

    def _parse_list(self) -> tuple[Operand, ...]:
        if self._peek().kind is not Kind.OPEN:
            # `sprint in openSprints()` is a list by itself, `sprint in 12` is an error
            operand = self._parse_operand()
            if isinstance(operand, Call):
                return (operand,)
            raise JqlError("Error in the JQL Query: Expecting '(' after 'IN'.")
        self._take()
        operands = [self._parse_operand()]
        while self._peek().kind is Kind.COMMA:
            self._take()
            operands.append(self._parse_operand())
        self._close()
        return tuple(operands)

    def _parse_operand(self) -> Operand:
        if self._take_word("empty", "null"):
            return Empty()
        quoted = self._peek().kind is Kind.STRING
        text = self._parse_name("a value, list or function")
        if not quoted and self._peek().kind is Kind.OPEN:
            return self._parse_call(text)
        return Literal(text)

    def _parse_call(self, name: str) -> Call:
        self._take()
        arguments: list[str] = []
        while self._peek().kind is not Kind.CLOSE:
            arguments.append(self._parse_name("an argument"))
            if self._peek().kind is not Kind.COMMA:
                break
            self._take()
        self._close()
        return Call(name, tuple(arguments))

    def _parse_name(self, what: str) -> str:
        token = self._peek()
        if token.kind not in (Kind.WORD, Kind.STRING):
            raise self._expected(what)
        if token.kind is Kind.WORD and token.text.lower() in RESERVED_WORDS:
            raise JqlError(
                f"Error in the JQL Query: '{token.text}' is a reserved JQL word. You must surround it in quotation "
                f"marks to use it in a query. (line 1, character {token.at})"
            )
        return self._take().text

    def _parse_sorts(self) -> tuple[Sort, ...]:
        if not self._take_word("by"):
            raise self._expected("'BY'")
        sorts = [self._parse_sort()]
        while self._peek().kind is Kind.COMMA:
            self._take()
            sorts.append(self._parse_sort())
        if len(sorts) > MAX_SORTS:
            raise JqlError(f"The maximum number of fields allowed in the ORDER BY clause is {MAX_SORTS}.")
        return tuple(sorts)

    def _parse_sort(self) -> Sort:
        field = self._parse_name("a field name")
        if self._take_word("desc"):
            return Sort(field, descending=True)
        self._take_word("asc")
        return Sort(field)

    def _close(self) -> None:
        if self._peek().kind is not Kind.CLOSE:
            raise self._expected("')'")
        self._take()

    def _expected(self, what: str) -> JqlError:
        token = self._peek()
        got = "the end of the query" if token.kind is Kind.END else f"'{token.text}'"
        return JqlError(f"Error in the JQL Query: Expecting {what} but got {got}. (line 1, character {token.at})")
