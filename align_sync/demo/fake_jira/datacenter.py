"""What only Jira Data Center answers: the search of version 2, which pages by number and knows its total."""

from dataclasses import dataclass

import orjson

from align_sync.demo.fake_jira.bodies import Member, number_in, read_body, text_in, texts_in
from align_sync.demo.fake_jira.platform import Platform
from align_sync.demo.fake_jira.routing import Call, JiraProblemError, Route
from align_sync.demo.fake_jira.shapes import Dialect, select_fields
from align_sync.demo.http_messages import JSON_TYPE, Response

DEFAULT_SIZE = 50
_MEMBERS = {
    "jql": Member.TEXT,
    "startAt": Member.NUMBER,
    "maxResults": Member.NUMBER,
    "validateQuery": Member.SWITCH,
    "fields": Member.TEXTS,
    "expand": Member.TEXTS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which part of a result is asked for, and how it is to be shown."""

    jql: str
    start: int
    size: int
    strict: bool
    fields: tuple[str, ...]
    expand: str = ""


class DataCenter(Platform):
    def routes(self, version: int) -> tuple[Route, ...]:
        return (Route("GET,POST", f"/rest/api/{version}/search", self.find), *super().routes(version))

    def find(self, call: Call) -> Response:
        asked = _from_body(call) if call.request.method == "POST" else window_of(call)
        found = self.search(asked.jql, strict=asked.strict, bounded=False)
        return self.show(found.ids, asked, Dialect.V2, found.warnings)

    def show(self, ids: tuple[int, ...], asked: Window, dialect: Dialect, warnings: tuple[str, ...] = ()) -> Response:
        if asked.start < 0:
            raise JiraProblemError(400, "startAt must be a non-negative number.")
        most = self.site.limits.datacenter
        size = most if asked.size < 0 else min(asked.size, most)
        selection = select_fields(self.site, asked.fields or ("*navigable",), dialect)
        head: dict[str, object] = {
            "expand": "schema,names",
            "startAt": asked.start,
            "maxResults": size,
            "total": len(ids),
            **self.expansions(asked.expand, selection),
        }
        if warnings:
            head["warningMessages"] = list(warnings)
        issues = self.indexed(ids[asked.start : asked.start + size])
        bodies = [self.renderer.render(issue, selection, dialect) for issue in issues]
        body = orjson.dumps(head)[:-1] + b',"issues":[' + b",".join(bodies) + b"]}"
        return Response(200, body, {"Content-Type": JSON_TYPE})


def window_of(call: Call) -> Window:
    return Window(
        jql=call.request.first("jql") or "",
        start=call.query_int("startAt", 0),
        size=call.query_int("maxResults", DEFAULT_SIZE),
        strict=(call.request.first("validateQuery") or "true").lower() in ("true", "strict"),
        fields=call.query_list("fields"),
        expand=call.request.first("expand") or "",
    )


def _from_body(call: Call) -> Window:
    body = read_body(call.request, _MEMBERS)
    return Window(
        jql=text_in(body, "jql") or "",
        start=number_in(body, "startAt", 0),
        size=number_in(body, "maxResults", DEFAULT_SIZE),
        strict=body.get("validateQuery") is not False,
        fields=texts_in(body, "fields") or (),
        expand=",".join(texts_in(body, "expand") or ()),
    )
