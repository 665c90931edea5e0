"""What only Jira Cloud answers: token-paged search, bulk fetch, and the tombstones of what was removed."""

from dataclasses import dataclass

import orjson

from align_sync.demo.fake_jira.bodies import INVALID, Member, number_in, numbers_in, read_body, text_in, texts_in
from align_sync.demo.fake_jira.jql.search import Found
from align_sync.demo.fake_jira.model import Issue
from align_sync.demo.fake_jira.pages import BadTokenError, PageTokens, Position, fingerprint_of
from align_sync.demo.fake_jira.platform import NO_ISSUE, Platform
from align_sync.demo.fake_jira.rendering import Renderer
from align_sync.demo.fake_jira.routing import Call, JiraProblemError, Route
from align_sync.demo.fake_jira.shapes import Dialect, Selection, select_fields
from align_sync.demo.fake_jira.site import JiraSite
from align_sync.demo.fake_jira.wire import Wire, field_resource
from align_sync.demo.http_messages import JSON_TYPE, Response, json_response

_MAX_RECONCILED = 50
_MAX_PROPERTIES = 5
_DEFAULT_SIZE = 50
_REMOVED = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline "
    "is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
_SEARCH_MEMBERS = {
    "jql": Member.TEXT,
    "nextPageToken": Member.TEXT,
    "maxResults": Member.NUMBER,
    "fields": Member.TEXTS,
    "expand": Member.TEXT,
    "properties": Member.TEXTS,
    "fieldsByKeys": Member.SWITCH,
    "reconcileIssues": Member.NUMBERS,
}
_BULK_MEMBERS = {
    "issueIdsOrKeys": Member.TEXTS,
    "fields": Member.TEXTS,
    "expand": Member.TEXTS,
    "properties": Member.TEXTS,
    "fieldsByKeys": Member.SWITCH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    jql: str
    token: str | None
    size: int
    fields: tuple[str, ...]
    expand: str | None
    properties: tuple[str, ...]
    reconciled: tuple[int, ...]

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.jql, self.reconciled)


class Cloud(Platform):
    def __init__(self, site: JiraSite, renderer: Renderer) -> None:
        super().__init__(site, renderer)
        self._tokens = PageTokens()

    def routes(self, version: int) -> tuple[Route, ...]:
        root = f"/rest/api/{version}"
        dialect = Dialect(version)

        def find(call: Call) -> Response:
            return self.find(call, dialect)

        def fetch(call: Call) -> Response:
            return self.fetch_many(call, dialect)

        return (
            Route("GET,POST", f"{root}/search", self.refuse_old_search),
            Route("GET,POST", f"{root}/search/jql", find),
            Route("POST", f"{root}/search/approximate-count", self.count),
            Route("POST", f"{root}/issue/bulkfetch", fetch),
            Route("GET", f"{root}/field/search", self.get_field_page),
            *super().routes(version),
        )

    def refuse_old_search(self, _: Call) -> Response:
        raise JiraProblemError(410, _REMOVED)

    def get_tenant(self, _: Call) -> Response:
        return json_response({"cloudId": self.site.cloud_id})

    def find(self, call: Call, dialect: Dialect) -> Response:
        asked = _from_body(call) if call.request.method == "POST" else _from_query(call)
        _check(asked)
        selection = select_fields(self.site, asked.fields or ("id",), dialect)
        found, position = self._result(asked)
        limits = self.site.limits
        most = limits.identifiers_only if selection.identifiers_only else limits.with_fields
        ids = found.ids[position.offset : position.offset + min(asked.size, most)]
        end = position.offset + len(ids)
        tail: Wire = {"isLast": end >= len(found.ids)}
        if end < len(found.ids):
            next_position = Position(serial=position.serial, offset=end)
            tail["nextPageToken"] = self._tokens.issue(asked.fingerprint, next_position, self.site.now())
        tail |= self.expansions(asked.expand, selection)
        bodies = [self._body(issue, selection, dialect, asked.properties) for issue in self.indexed(ids)]
        return _listing(bodies, tail)

    def _result(self, asked: _Search) -> tuple[Found, Position]:
        """The result that a token goes on in, or a new one."""
        position = Position(serial=0, offset=0)
        if asked.token is not None:
            try:
                position = self._tokens.read(
                    asked.token, asked.fingerprint, limits=self.site.limits, now=self.site.now()
                )
            except BadTokenError:
                raise JiraProblemError(400, "The provided next page token is invalid or expired.") from None
            kept = None if self.site.shifting_pages else self._tokens.kept(position.serial)
            if kept is not None:
                return kept, position
        self.site.reconcile(asked.reconciled)
        found = self.search(asked.jql, strict=True, bounded=True)
        return found, Position(serial=self._tokens.keep(found), offset=position.offset)

    def count(self, call: Call) -> Response:
        body = read_body(call.request, {"jql": Member.TEXT})
        found = self.search(text_in(body, "jql") or "", strict=True, bounded=True)
        return json_response({"count": len(found.ids)})

    def fetch_many(self, call: Call, dialect: Dialect) -> Response:
        """Issues in the order of their identifiers; unknown ones become errors, forbidden ones are left out."""
        body = read_body(call.request, _BULK_MEMBERS)
        wanted = texts_in(body, "issueIdsOrKeys")
        if not wanted:
            raise JiraProblemError(400, INVALID)
        if len(wanted) > self.site.limits.bulk_fetch:
            raise JiraProblemError(400, f"The number of issues to fetch must not exceed {self.site.limits.bulk_fetch}.")
        selection = select_fields(self.site, texts_in(body, "fields") or ("*navigable",), dialect)
        issues, unknown = self._fetched(wanted)
        properties = texts_in(body, "properties") or ()
        bodies = [self._body(issue, selection, dialect, properties) for issue in issues]
        errors = [{"id": one, "errorMessage": NO_ISSUE} for one in unknown]
        return _listing(bodies, {"issueErrors": errors})

    def _fetched(self, wanted: tuple[str, ...]) -> tuple[list[Issue], list[str]]:
        with self.site.lock:
            found = {one: self.site.find(one) for one in wanted}
            unknown = [one for one, issue in found.items() if issue is None and not self.site.is_forbidden(one)]
        issues = {issue.id: issue for issue in found.values() if issue is not None}
        return [issues[number] for number in sorted(issues)], unknown

    def _body(self, issue: Issue, selection: Selection, dialect: Dialect, properties: tuple[str, ...]) -> bytes:
        body = self.renderer.render(issue, selection, dialect)
        if not properties:
            return body
        held = {name: issue.properties[name] for name in properties if name in issue.properties}
        return body[:-1] + b',"properties":' + orjson.dumps(held) + b"}"

    def get_field_page(self, call: Call) -> Response:
        kinds = call.query_list("type")
        ids = call.query_list("id")
        text = (call.request.first("query") or "").lower()
        chosen = [
            one
            for one in self.known_fields()
            if (not kinds or ("custom" if one.is_custom else "system") in kinds)
            and (not ids or one.id in ids)
            and text in one.name.lower()
        ]
        start = call.query_int("startAt", 0)
        size = min(call.query_int("maxResults", _DEFAULT_SIZE), _DEFAULT_SIZE)
        values = [_field_in_page(field_resource(one)) for one in chosen[start : start + size]]
        page = {
            "maxResults": size,
            "startAt": start,
            "total": len(chosen),
            "isLast": start + size >= len(chosen),
            "values": values,
        }
        return json_response(page)


def _field_in_page(resource: Wire) -> Wire:
    return {name: resource[name] for name in ("id", "key", "name", "schema")}


def _listing(bodies: list[bytes], tail: Wire) -> Response:
    body = b'{"issues":[' + b",".join(bodies) + b"]," + orjson.dumps(tail)[1:]
    return Response(200, body, {"Content-Type": JSON_TYPE})


def _from_body(call: Call) -> _Search:
    body = read_body(call.request, _SEARCH_MEMBERS)
    return _Search(
        jql=text_in(body, "jql") or "",
        token=text_in(body, "nextPageToken"),
        size=number_in(body, "maxResults", _DEFAULT_SIZE),
        fields=texts_in(body, "fields") or (),
        expand=text_in(body, "expand"),
        properties=texts_in(body, "properties") or (),
        reconciled=numbers_in(body, "reconcileIssues"),
    )


def _from_query(call: Call) -> _Search:
    reconciled = call.query_list("reconcileIssues")
    if not all(one.isdecimal() for one in reconciled):
        raise JiraProblemError(400, INVALID)
    return _Search(
        jql=call.request.first("jql") or "",
        token=call.request.first("nextPageToken"),
        size=call.query_int("maxResults", _DEFAULT_SIZE),
        fields=call.query_list("fields"),
        expand=call.request.first("expand"),
        properties=call.query_list("properties"),
        reconciled=tuple(int(one) for one in reconciled),
    )


def _check(asked: _Search) -> None:
    if asked.size < 1:
        raise JiraProblemError(400, "The value of maxResults must be a positive number.")
    if len(asked.reconciled) > _MAX_RECONCILED:
        raise JiraProblemError(400, f"reconcileIssues must not hold more than {_MAX_RECONCILED} issues.")
    if len(asked.properties) > _MAX_PROPERTIES:
        raise JiraProblemError(400, f"No more than {_MAX_PROPERTIES} issue properties can be requested.")
