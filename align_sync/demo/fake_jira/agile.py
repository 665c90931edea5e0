"""The Agile API: boards and sprints on both flavours, listings of issues on Data Center only."""

from collections.abc import Callable

from align_sync.demo.fake_jira.datacenter import DataCenter, Window, window_of
from align_sync.demo.fake_jira.jql.parser import parse_jql
from align_sync.demo.fake_jira.model import Board, BoardType, Issue, Sprint, SprintState
from align_sync.demo.fake_jira.platform import Platform
from align_sync.demo.fake_jira.rendering import Renderer
from align_sync.demo.fake_jira.routing import Call, JiraProblemError, Route
from align_sync.demo.fake_jira.shapes import Dialect
from align_sync.demo.fake_jira.site import JiraSite
from align_sync.demo.fake_jira.wire import Wire, board_resource, sprint_resource
from align_sync.demo.http_messages import Response, json_response

_ROOT = "/rest/agile/1.0"
_LISTINGS = (
    "/sprint/{sprint}/issue",
    "/board/{board}/issue",
    "/board/{board}/backlog",
    "/board/{board}/sprint/{sprint}/issue",
    "/epic/{epic}/issue",
    "/board/{board}/epic/{epic}/issue",
)
# announced on 2026-05-01 as removed after 2026-11-01: https://community.developer.atlassian.com/t/98871
_REMOVED = (
    "The requested API has been removed. Please migrate to the /rest/software/1.0 API or to /rest/api/3/search/jql."
)
_NO_BOARD = (
    "The requested board cannot be viewed because it either does not exist or you do not have permission to view it."
)


class Agile:
    def __init__(self, site: JiraSite, renderer: Renderer) -> None:
        self._site = site
        self._platform = Platform(site, renderer)
        self._listings = DataCenter(site, renderer)

    def routes(self) -> tuple[Route, ...]:
        listing = self._refuse_listing if self._site.is_cloud else self._list_issues
        return (
            Route("GET", f"{_ROOT}/board", self._get_boards),
            Route("GET", f"{_ROOT}/board/{{board}}", self._get_board),
            Route("GET", f"{_ROOT}/board/{{board}}/configuration", self._get_configuration),
            Route("GET", f"{_ROOT}/board/{{board}}/sprint", self._get_sprints),
            Route("GET", f"{_ROOT}/sprint/{{sprint}}", self._get_sprint),
            *(Route("GET", _ROOT + path, listing) for path in _LISTINGS),
        )

    def _get_boards(self, call: Call) -> Response:
        name = (call.request.first("name") or "").lower()
        kinds = call.query_list("type")
        with self._site.lock:
            project = self._project_key(call.request.first("projectKeyOrId"))
            boards = [
                board
                for board in self._site.boards.values()
                if not board.private
                and name in board.name.lower()
                and (not kinds or board.type.value in kinds)
                and (project is None or board.project_key == project)
            ]
        boards.sort(key=lambda board: board.id)
        return self._page(call, [self._board_wire(board) for board in boards])

    def _project_key(self, key_or_id: str | None) -> str | None:
        if key_or_id is None:
            return None
        for project in self._site.directory.projects.values():
            if key_or_id in (project.key, project.id):
                return project.key
        raise JiraProblemError(400, f"No project could be found with key or id '{key_or_id}'.")

    def _board_wire(self, board: Board) -> Wire:
        projects = self._site.directory.projects
        project = projects.get(board.project_key) if board.project_key else None
        return board_resource(board, project, self._site.base_url)

    def _board(self, call: Call) -> Board:
        board = self._site.boards.get(_number(call, "board"))
        if board is None or board.private:
            raise JiraProblemError(404, _NO_BOARD)
        return board

    def _get_board(self, call: Call) -> Response:
        return json_response(self._board_wire(self._board(call)))

    def _get_configuration(self, call: Call) -> Response:
        board = self._board(call)
        shown = self._board_wire(board) | {
            "self": f"{self._site.base_url}{_ROOT}/board/{board.id}/configuration",
            "filter": {"id": str(10_000 + board.id)},
            "columnConfig": {"columns": [], "constraintType": "none"},
            "ranking": {"rankCustomFieldId": 10_019},
        }
        if board.type is BoardType.KANBAN:
            return json_response(shown)
        if board.estimation_field is None:
            return json_response(shown | {"estimation": {"type": "none"}})
        known = self._site.directory.fields.get(board.estimation_field)
        named = {"fieldId": board.estimation_field, "displayName": known.name if known else "Story Points"}
        return json_response(shown | {"estimation": {"type": "field", "field": named}})

    def _get_sprints(self, call: Call) -> Response:
        board = self._board(call)
        if board.type is BoardType.KANBAN:
            raise JiraProblemError(400, "The board does not support sprints")
        states = call.query_list("state")
        unknown = [state for state in states if state not in set(SprintState)]
        if unknown:
            raise JiraProblemError(400, f"Invalid state '{unknown[0]}'; valid are future, active, closed.")
        with self._site.lock:
            sprints = [
                sprint
                for sprint in self._site.sprints.values()
                if (sprint.board_id == board.id or sprint.id in board.also_shows)
                and (not states or sprint.state.value in states)
            ]
        sprints.sort(key=lambda sprint: sprint.id)
        return self._page(call, [sprint_resource(sprint, self._site.base_url) for sprint in sprints])

    def _sprint(self, call: Call) -> Sprint:
        sprint = self._site.sprints.get(_number(call, "sprint"))
        if sprint is None:
            raise JiraProblemError(404, "Sprint does not exist or you do not have permission to view it.")
        return sprint

    def _get_sprint(self, call: Call) -> Response:
        return json_response(sprint_resource(self._sprint(call), self._site.base_url))

    def _page(self, call: Call, values: list[Wire]) -> Response:
        start = max(0, call.query_int("startAt", 0))
        most = self._site.limits.boards
        size = min(call.query_int("maxResults", most), most)
        page = {
            "maxResults": size,
            "startAt": start,
            "total": len(values),
            "isLast": start + size >= len(values),
            "values": values[start : start + size],
        }
        return json_response(page)

    def _refuse_listing(self, _: Call) -> Response:
        raise JiraProblemError(410, _REMOVED)

    def _list_issues(self, call: Call) -> Response:
        """Whatever the address names, then what `jql` leaves of it, in the order that `jql` gives or by rank."""
        belongs = self._membership(call)
        asked = window_of(call)
        sprint = f"sprint = {call.path['sprint']} " if "sprint" in call.path else ""
        jql = asked.jql or f"{sprint}ORDER BY rank"
        found = self._platform.search(jql, strict=asked.strict, bounded=False)
        ids = [issue.id for issue in self._platform.indexed(found.ids) if belongs(issue)]
        if not parse_jql(jql).sorts:
            ids.sort()
        return self._listings.show(tuple(ids), _without_jql(asked), Dialect.AGILE)

    def _membership(self, call: Call) -> Callable[[Issue], bool]:
        rules: list[Callable[[Issue], bool]] = []
        if "board" in call.path:
            rules.append(self._on_board(self._board(call)))
        if "sprint" in call.path:
            sprint_id = self._sprint(call).id
            rules.append(lambda issue: sprint_id in issue.sprint_ids)
        if "epic" in call.path:
            epic = call.path["epic"]
            rules.append(lambda issue: (issue.epic_key or issue.parent_key or "none") == epic)
        if call.request.path.endswith("/backlog"):
            rules.append(self._is_in_backlog)
        return lambda issue: all(rule(issue) for rule in rules)

    def _on_board(self, board: Board) -> Callable[[Issue], bool]:
        sprints = {sprint.id for sprint in self._site.sprints.values() if sprint.board_id == board.id}
        sprints.update(board.also_shows)
        return lambda issue: issue.project.key == board.project_key or not sprints.isdisjoint(issue.sprint_ids)

    def _is_in_backlog(self, issue: Issue) -> bool:
        held = self._site.sprints
        is_active = any(one in held and held[one].state is SprintState.ACTIVE for one in issue.sprint_ids)
        return not is_active and issue.status.category.value.key != "done"


def _without_jql(asked: Window) -> Window:
    return Window(jql="", start=asked.start, size=asked.size, strict=asked.strict, fields=asked.fields)


def _number(call: Call, name: str) -> int:
    text = call.path[name]
    if not text.isdecimal():
        raise JiraProblemError(404, f"The {name} '{text}' does not exist.")
    return int(text)
