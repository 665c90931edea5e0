"""Linear's GraphQL endpoint over a `LinearSite`: signing in, budgets, checking of queries, and its errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from importlib.resources import files

from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    parse,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values

from align_sync.demo.fake_linear.complexity import MOST_COMPLEX, Pricing
from align_sync.demo.fake_linear.execution import NotFoundError, Plan, Run
from align_sync.demo.fake_linear.filters import FilterError
from align_sync.demo.fake_linear.limits import Allowances
from align_sync.demo.fake_linear.paging import PageError
from align_sync.demo.fake_linear.site import LinearSite
from align_sync.demo.http_messages import Request, Response, json_response

PATH = "/graphql"
_MOST_DOCUMENTS = 500

# Linear's own words for the codes, which its answers hold beside them.
_TYPES = {
    "AUTHENTICATION_ERROR": "authentication error",
    "GRAPHQL_VALIDATION_FAILED": "graphql error",
    "GRAPHQL_PARSE_FAILED": "graphql error",
    "RATELIMITED": "ratelimited",
}


@cache
def load_schema() -> GraphQLSchema:
    return build_schema(files(__package__ or "").joinpath("schema.graphql").read_text(encoding="utf-8"))


class RefusalError(Exception):
    """An answer of errors: Linear's code, and the status that it comes with."""

    def __init__(self, message: str, code: str, *, status: int = 400, told: str = "", path: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.told = told or message
        self.path = path

    def response(self, headers: Mapping[str, str]) -> Response:
        extensions = {
            "code": self.code,
            "type": _TYPES.get(self.code, "invalid input"),
            "statusCode": 429 if self.code == "RATELIMITED" else self.status,
            "userError": True,
            "userPresentableMessage": self.told,
        }
        error: dict[str, object] = {"message": str(self), "extensions": extensions}
        if self.path:
            return json_response({"errors": [{**error, "path": [self.path]}], "data": None}, self.status, headers)
        return json_response({"errors": [error]}, self.status, headers)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """One query text, parsed, checked and planned."""

    operation: OperationDefinitionNode
    pricing: Pricing
    plan: Plan


@dataclass(frozen=True, slots=True)
class _Asked:
    prepared: _Prepared
    variables: VariableValues


class FakeLinear:
    """Answers from many threads at once; each answer is made under the lock of the site, so it is of one moment."""

    name = "linear"

    def __init__(self, site: LinearSite, allowances: Allowances | None = None) -> None:
        self.site = site
        self.allowances = allowances or Allowances()
        self._prepared: dict[tuple[str, str | None], _Prepared] = {}

    def answer(self, request: Request) -> Response:
        now = self.site.now
        headers = {"Date": format_datetime(now, usegmt=True)}
        if request.path.rstrip("/") != PATH:
            return json_response({"error": "not found"}, 404, headers)
        if request.method != "POST":
            return json_response({"error": "POST a query"}, 405, headers)
        try:
            token = self._sign_in(request.headers.get("authorization", ""))
            asked = self._read(request)
            with self.site.lock:
                return self._run(asked, token, now, headers)
        except RefusalError as refusal:
            return refusal.response(headers)

    def _sign_in(self, authorization: str) -> str:
        bearer = authorization.removeprefix("Bearer ") if authorization.startswith("Bearer ") else None
        if bearer in self.site.oauth_tokens:
            return bearer or ""
        if bearer in self.site.personal_keys:
            raise RefusalError(
                "A personal key was sent with the word Bearer; send it without", "AUTHENTICATION_ERROR", status=400
            )
        if authorization in self.site.personal_keys:
            return authorization
        raise RefusalError("Authentication required, not authenticated", "AUTHENTICATION_ERROR", status=401)

    def _read(self, request: Request) -> _Asked:
        try:
            body = request.json()
        except ValueError:
            raise RefusalError("The body is not JSON", "BAD_REQUEST") from None
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            raise RefusalError("The body holds no query", "BAD_REQUEST")
        name = body.get("operationName")
        prepared = self._prepare(body["query"], name if isinstance(name, str) else None)
        sent = body.get("variables") or {}
        if not isinstance(sent, dict):
            raise RefusalError("The variables are no object", "BAD_REQUEST")
        found = get_variable_values(load_schema(), prepared.operation.variable_definitions or (), sent)
        if isinstance(found, list):
            raise RefusalError("; ".join(error.message for error in found), "BAD_USER_INPUT")
        return _Asked(prepared, found)

    def _prepare(self, text: str, name: str | None) -> _Prepared:
        known = self._prepared.get((text, name))
        if known is not None:
            return known
        schema = load_schema()
        try:
            document = parse(text)
        except GraphQLError as error:
            raise RefusalError(error.message, "GRAPHQL_PARSE_FAILED") from None
        if errors := validate(schema, document):
            raise RefusalError("; ".join(error.message for error in errors), "GRAPHQL_VALIDATION_FAILED")
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        chosen = [node for node in operations if name is None or (node.name and node.name.value == name)]
        if len(chosen) != 1:
            raise RefusalError("Name one operation", "OPERATION_RESOLUTION_FAILURE")
        fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
        prepared = _Prepared(chosen[0], Pricing(schema, document), Plan(schema, chosen[0], fragments))
        if len(self._prepared) >= _MOST_DOCUMENTS:
            self._prepared.clear()
        self._prepared[text, name] = prepared
        return prepared

    def _run(self, asked: _Asked, token: str, now: datetime, headers: dict[str, str]) -> Response:
        cost = asked.prepared.pricing.price(asked.prepared.operation, asked.variables.coerced)
        budgets = self.allowances.of(token)
        is_affordable = budgets.spend(0 if cost > MOST_COMPLEX else cost, now)
        headers |= budgets.headers(cost, now)
        if not is_affordable:
            raise RefusalError("Rate limit exceeded", "RATELIMITED", told="The limit of this hour is used up")
        if cost > MOST_COMPLEX:
            raise RefusalError(
                "Query too complex",
                "INPUT_ERROR",
                told=f"The complexity of the query is {cost}, the most is {MOST_COMPLEX}; ask for fewer records",
            )
        try:
            found = asked.prepared.plan.run(Run(self.site, asked.variables, self.site.lists))
        except NotFoundError as error:
            name = str(error)
            raise RefusalError(
                f"Entity not found: {name}",
                "INPUT_ERROR",
                status=200,
                told=f"There is no such {name}",
                path=name.lower(),
            ) from None
        except (FilterError, PageError) as error:
            raise RefusalError(f"Argument Validation Error: {error}", "INVALID_INPUT") from None
        return json_response({"data": found}, headers=headers)
