"""The endpoints that both flavours share under `/rest/api`: the server, the account, fields, one issue."""

from collections.abc import Iterable

from align_sync.demo.fake_jira.jql.search import Found
from align_sync.demo.fake_jira.jql.tokens import JqlError
from align_sync.demo.fake_jira.model import FieldDefinition, Issue
from align_sync.demo.fake_jira.rendering import Renderer
from align_sync.demo.fake_jira.routing import Call, JiraProblemError, Route
from align_sync.demo.fake_jira.shapes import Dialect, Selection, select_fields
from align_sync.demo.fake_jira.site import JiraSite
from align_sync.demo.fake_jira.wire import (
    Wire,
    field_resource,
    issue_time,
    remote_link_resource,
    user_wire,
)
from align_sync.demo.http_messages import JSON_TYPE, Response, json_response

NO_ISSUE = "Issue does not exist or you do not have permission to see it."


class Platform:
    """Knows the site and how to show it; the flavours build on it."""

    def __init__(self, site: JiraSite, renderer: Renderer) -> None:
        self.site = site
        self.renderer = renderer

    def routes(self, version: int) -> tuple[Route, ...]:
        root = f"/rest/api/{version}"
        dialect = Dialect(version)

        def issue(call: Call) -> Response:
            return self.get_issue(call, dialect)

        return (
            Route("GET", f"{root}/serverInfo", self.get_server),
            Route("GET", f"{root}/myself", self.get_account),
            Route("GET", f"{root}/field", self.get_fields),
            Route("GET", f"{root}/issue/{{issue}}", issue),
            Route("GET", f"{root}/issue/{{issue}}/remotelink", self.get_remote_links),
        )

    def get_server(self, _: Call) -> Response:
        site = self.site
        version = "1001.0.0-SNAPSHOT" if site.is_cloud else "10.3.4"
        numbers = [int(part) for part in version.partition("-")[0].split(".")]
        return json_response(
            {
                "baseUrl": site.base_url,
                "version": version,
                "versionNumbers": numbers,
                "deploymentType": "Cloud" if site.is_cloud else "Server",
                "buildNumber": 100_286 if site.is_cloud else 10_030_004,
                "buildDate": "2026-08-03T00:00:00.000+0000",
                "serverTime": issue_time(site.now(), site.zone),
                "scmInfo": "8a1b6e4f3c5d",
                "serverTitle": "Jira",
            }
        )

    def get_account(self, _: Call) -> Response:
        return json_response(user_wire(self.site.me, self.site.flavour, self.site.base_url))

    def known_fields(self) -> list[FieldDefinition]:
        with self.site.lock:
            return list(self.site.directory.fields.values())

    def get_fields(self, _: Call) -> Response:
        return json_response([field_resource(one) for one in self.known_fields()])

    def get_issue(self, call: Call, dialect: Dialect) -> Response:
        issue = self._seen(call.path["issue"])
        asked = call.request.query.get("fields", ("*all",))
        selection = select_fields(self.site, asked, dialect)
        if selection.identifiers_only:
            selection = Selection((), ("key",))
        body = self.renderer.render(issue, selection, dialect)
        return Response(200, body, {"Content-Type": JSON_TYPE})

    def get_remote_links(self, call: Call) -> Response:
        issue = self._seen(call.path["issue"])
        wanted = call.request.first("globalId")
        links = self.site.remote_links.get(issue.id, ())
        shown = [
            remote_link_resource(link, issue.key, self.site.base_url)
            for link in links
            if wanted is None or link.global_id == wanted
        ]
        return json_response(shown)

    def search(self, jql: str, *, strict: bool, bounded: bool) -> Found:
        try:
            return self.site.search(jql, strict=strict, bounded=bounded)
        except JqlError as error:
            raise JiraProblemError(400, *error.messages) from None

    def indexed(self, issue_ids: Iterable[int]) -> list[Issue]:
        """The issues as the search index has them; one that left it meanwhile is left out."""
        with self.site.lock:
            held = self.site.index.issues
            return [held[number] for number in issue_ids if number in held]

    def expansions(self, asked: str | None, selection: Selection) -> Wire:
        """`names` and `schema`, where `expand` names them."""
        wanted = {part.strip() for part in (asked or "").split(",")}
        known = {one.id: field_resource(one) for one in self.known_fields() if one.id in selection.fields}
        shown: Wire = {}
        if "names" in wanted:
            shown["names"] = {name: resource["name"] for name, resource in known.items()}
        if "schema" in wanted:
            shown["schema"] = {name: resource["schema"] for name, resource in known.items()}
        return shown

    def _seen(self, id_or_key: str) -> Issue:
        with self.site.lock:
            issue = self.site.find(id_or_key)
        if issue is None:
            raise JiraProblemError(404, NO_ISSUE)
        return issue
