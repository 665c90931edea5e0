"""The mutable world of one pretended Jira site, and the ways in which a test or a story changes it."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Unpack
from zoneinfo import ZoneInfo

from align_sync.demo.fake_jira.changes import IssueChanges
from align_sync.demo.fake_jira.directory import FIRST_ID, Directory
from align_sync.demo.fake_jira.index import SearchIndex
from align_sync.demo.fake_jira.jql.search import Found, search
from align_sync.demo.fake_jira.model import (
    AuthMode,
    Board,
    BoardType,
    FieldIds,
    Flavour,
    Issue,
    Link,
    OAuthApp,
    PageLimits,
    Project,
    RateLimit,
    RemoteLink,
    Sprint,
    SprintState,
    User,
    no_fields,
)

CLOUD_ID = "7a3c5a53-2f5c-4a4e-9f52-6b1f0c6f1d11"
_CACHED_SEARCHES = 64


class JiraSite:
    """Every method may be called while the server answers; reading methods return frozen values.

    The switches (`auth_mode`, `rate_limit`, `index_lag`, `limits`, `oauth`, `shifting_pages`) are plain attributes, to
    be set at any time. `shifting_pages` makes a page token an offset into the newest result, so that changes between
    pages shift them; otherwise a token goes on in the result that it was issued for.
    """

    def __init__(
        self,
        flavour: Flavour | str = Flavour.CLOUD,
        *,
        clock: Callable[[], datetime],
        account_timezone: str = "Europe/Rome",
        token: str | None = "demo-token",
        email: str = "demo@example.com",
        base_url: str | None = None,
        cloud_id: str = CLOUD_ID,
        scoped: bool = False,
        context_path: str = "",
        index_lag: timedelta = timedelta(0),
        field_ids: FieldIds | None = None,
        limits: PageLimits | None = None,
    ) -> None:
        self.flavour = Flavour(flavour)
        self.clock = clock
        self.zone = ZoneInfo(account_timezone)
        self.token = token
        self.email = email
        self.is_cloud = self.flavour is Flavour.CLOUD
        default_url = "https://demo.atlassian.net" if self.is_cloud else "https://jira.example.com"
        self.base_url = (base_url or default_url + context_path).rstrip("/")
        self.cloud_id = cloud_id
        self.scoped = scoped
        self.context_path = context_path.rstrip("/")
        self.index_lag = index_lag
        self.directory = Directory(self.flavour, field_ids or FieldIds())
        self.limits = limits or PageLimits()
        self.auth_mode = AuthMode.NORMAL
        self.rate_limit: RateLimit | None = None
        self.oauth: OAuthApp | None = None
        self.shifting_pages = False
        self.lock = threading.RLock()
        self.me = User(
            name="demo",
            account_id="5b10a2844c20165700ede21g",
            display_name="Demo Account",
            email=email,
            time_zone=account_timezone,
        )
        self.index = SearchIndex()
        self.truth: dict[int, Issue] = {}
        self.boards: dict[int, Board] = {}
        self.sprints: dict[int, Sprint] = {}
        self.remote_links: dict[int, tuple[RemoteLink, ...]] = {}
        self.sprint_version = 0
        self.permission_version = 0
        self._ids_by_key: dict[str, int] = {}
        self._forbidden: set[int] = set()
        self._next_id = FIRST_ID
        self._next_number: dict[str, int] = {}
        self._mirrors: dict[str, list[Link]] = {}
        self._children: dict[str, set[int]] = {}
        self._searches: dict[tuple[object, ...], Found] = {}

    # what the site holds

    def now(self) -> datetime:
        return self.clock().astimezone(UTC)

    def id_of(self, key: str) -> int | None:
        """The identifier behind a key, one that a moved issue had before included."""
        return self._ids_by_key.get(key)

    def issue(self, key: str) -> Issue:
        """The truth, whatever the index says; raise KeyError for an unknown key."""
        with self.lock:
            return self.truth[self._ids_by_key[key]]

    def visible(self, issue_id: int) -> Issue | None:
        return None if issue_id in self._forbidden else self.truth.get(issue_id)

    def find(self, id_or_key: str) -> Issue | None:
        number = int(id_or_key) if id_or_key.isdecimal() else self._ids_by_key.get(id_or_key.upper())
        return None if number is None else self.visible(number)

    def is_forbidden(self, id_or_key: str) -> bool:
        number = int(id_or_key) if id_or_key.isdecimal() else self._ids_by_key.get(id_or_key.upper())
        return number in self._forbidden

    def children_of(self, key: str) -> tuple[Issue, ...]:
        with self.lock:
            return tuple(self.truth[number] for number in sorted(self._children.get(key, ())))

    def search(self, jql: str, *, strict: bool = True, bounded: bool = False) -> Found:
        """The identifiers that the index has for a query, forbidden ones left out; raise JqlError."""
        with self.lock:
            now = self.now()
            self.index.catch_up(now)
            # a query that names the present moment is another one a minute later
            moment = now if "(" in jql or "-" in jql else None
            key = (jql, self.index.version, self.sprint_version, self.permission_version, strict, bounded, moment)
            found = self._searches.get(key)
            if found is None:
                found = search(self, jql, strict=strict, bounded=bounded)
                if self._forbidden:
                    found = replace(found, ids=tuple(one for one in found.ids if one not in self._forbidden))
                while len(self._searches) >= _CACHED_SEARCHES:
                    del self._searches[next(iter(self._searches))]
                self._searches[key] = found
            return found

    def add_project(self, key: str, name: str | None = None, project_id: str | None = None) -> Project:
        with self.lock:
            return self.directory.add_project(key, name, project_id)

    def add_user(
        self, name: str, display_name: str | None = None, *, active: bool = True, email: str | None = None
    ) -> User:
        """On Cloud the account identifier is made from the name."""
        with self.lock:
            return self.directory.add_user(name, display_name, active=active, email=email)

    # boards and sprints; none of these touches an issue's `updated`, as on a real site

    def add_board(
        self,
        board_id: int,
        name: str,
        board_type: BoardType | str = BoardType.SCRUM,
        project_key: str | None = None,
        estimation_field: str | None = "customfield_10016",
        *,
        private: bool = False,
    ) -> Board:
        with self.lock:
            if project_key is not None:
                self.directory.project(project_key)
            self.boards[board_id] = Board(
                id=board_id,
                name=name,
                type=BoardType(board_type),
                project_key=project_key,
                estimation_field=estimation_field,
                private=private,
            )
            return self.boards[board_id]

    def show_sprint(self, board_id: int, sprint_id: int) -> None:
        """Let a board list a sprint of another board, as one does whose filter catches the sprint's issues."""
        with self.lock:
            board = self.boards[board_id]
            self.boards[board_id] = replace(board, also_shows=(*board.also_shows, sprint_id))

    def add_sprint(
        self,
        sprint_id: int,
        name: str,
        state: SprintState | str = SprintState.FUTURE,
        board_id: int | None = None,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        goal: str = "",
        completed: datetime | None = None,
    ) -> Sprint:
        sprint = Sprint(
            id=sprint_id,
            name=name,
            state=SprintState(state),
            board_id=board_id,
            started_at=start,
            ends_at=end,
            completed_at=completed,
            goal=goal,
        )
        self.put_sprint(sprint)
        return sprint

    def put_sprint(self, sprint: Sprint) -> None:
        with self.lock:
            self.sprints[sprint.id] = sprint
            self.sprint_version += 1

    def start_sprint(self, sprint_id: int, *, length: timedelta = timedelta(days=14)) -> None:
        now = self.now()
        old = self.sprints[sprint_id]
        self.put_sprint(replace(old, state=SprintState.ACTIVE, started_at=now, ends_at=old.ends_at or now + length))

    def close_sprint(self, sprint_id: int, *, move_open_to: int | None = None) -> None:
        """Close it; issues keep it in their sprint field, unfinished ones may get the next sprint as well."""
        with self.lock:
            self.put_sprint(replace(self.sprints[sprint_id], state=SprintState.CLOSED, completed_at=self.now()))
            if move_open_to is None:
                return
            for issue in tuple(self.truth.values()):
                if sprint_id in issue.sprint_ids and issue.status.category.value.key != "done":
                    self.edit_issue(issue.key, touch=False, sprint_ids=(*issue.sprint_ids, move_open_to))

    def rename_sprint(self, sprint_id: int, name: str) -> None:
        self.put_sprint(replace(self.sprints[sprint_id], name=name))

    def delete_sprint(self, sprint_id: int) -> None:
        with self.lock:
            for issue in tuple(self.truth.values()):
                if sprint_id in issue.sprint_ids:
                    left = tuple(one for one in issue.sprint_ids if one != sprint_id)
                    self.edit_issue(issue.key, touch=False, sprint_ids=left)
            del self.sprints[sprint_id]
            self.sprint_version += 1

    # issues

    def add_issue(
        self,
        key: str | None = None,
        *,
        issue_id: int | None = None,
        project: str = "DEMO",
        **content: Unpack[IssueChanges],
    ) -> Issue:
        """Without a key the next number of `project` is taken; with one the project is read from it."""
        with self.lock:
            project_key = key.rpartition("-")[0] if key else project
            key = key or self._next_key(project_key)
            now = self.now()
            content.setdefault("summary", f"Summary of {key}")
            content.setdefault("status", "To Do")
            content.setdefault("issue_type", "Story")
            values = self.directory.values_of(content, no_fields())
            values.setdefault("created_at", values.get("updated_at", now))
            values.setdefault("updated_at", values["created_at"])
            values.setdefault("category_changed_at", values["created_at"])
            values.setdefault("reporter", self.me)
            values["links"] = (*values.get("links", ()), *self._mirrors.pop(key, ()))
            issue = Issue(
                id=self._next_id if issue_id is None else issue_id,
                key=key,
                project=self.directory.project(project_key),
                **values,
            )
            self.put_issue(issue)
            self._mirror(issue, ())
            return issue

    def edit_issue(self, key: str, *, touch: bool = True, **changes: Unpack[IssueChanges]) -> Issue:
        """`updated` becomes the clock's time, unless given or `touch` is off."""
        with self.lock:
            old = self.issue(key)
            values = self.directory.values_of(changes, old.extra)
            if touch and "updated_at" not in values:
                values["updated_at"] = self.now()
            if "updated_at" in values:
                values["updated_text"] = None
            if "status" in values and values["status"].category is not old.status.category:
                values.setdefault("category_changed_at", values.get("updated_at", self.now()))
            self.put_issue(replace(old, **values, version=old.version + 1))
            self._mirror(self.truth[old.id], old.links)
            return self.truth[old.id]

    def put_issue(self, issue: Issue, *, lag: timedelta | None = None) -> None:
        """Take over a finished value; the identifier says which issue it is. `lag` replaces the index lag once."""
        with self.lock:
            old = self.truth.get(issue.id)
            self.truth[issue.id] = issue
            if old is not None and old.parent_key is not None:
                self._children[old.parent_key].discard(issue.id)
            if issue.parent_key is not None:
                self._children.setdefault(issue.parent_key, set()).add(issue.id)
            self._ids_by_key[issue.key] = issue.id
            for key in issue.old_keys:
                self._ids_by_key[key] = issue.id
            self._next_id = max(self._next_id, issue.id + 1)
            self._count_key(issue.key)
            self.index.submit(issue.id, issue, now=self.now(), lag=self.index_lag if lag is None else lag)

    def delete_issue(self, key: str) -> None:
        with self.lock:
            issue = self.issue(key)
            del self.truth[issue.id]
            if issue.parent_key is not None:
                self._children[issue.parent_key].discard(issue.id)
            for old_key in (issue.key, *issue.old_keys):
                self._ids_by_key.pop(old_key, None)
            self.index.submit(issue.id, None, now=self.now(), lag=self.index_lag)

    def move_issue(self, key: str, new_project: str) -> Issue:
        """The key changes, the identifier stays, and the old key goes on finding the issue."""
        with self.lock:
            old = self.issue(key)
            moved = replace(
                old,
                key=self._next_key(new_project),
                project=self.directory.project(new_project),
                old_keys=(*old.old_keys, old.key),
                updated_at=self.now(),
                updated_text=None,
                version=old.version + 1,
            )
            self.put_issue(moved)
            for other in tuple(self.truth.values()):
                self._follow_move(other, old.key, moved.key)
            return moved

    def forbid(self, key: str) -> None:
        """The account loses the permission to see this issue."""
        with self.lock:
            self._forbidden.add(self.issue(key).id)
            self.permission_version += 1

    def allow(self, key: str) -> None:
        with self.lock:
            self._forbidden.discard(self.issue(key).id)
            self.permission_version += 1

    def reconcile(self, issue_ids: Iterable[int]) -> None:
        with self.lock:
            self.index.reconcile(frozenset(issue_ids))

    def add_remote_link(
        self, key: str, url: str, title: str, *, global_id: str | None = None, relationship: str | None = None
    ) -> RemoteLink:
        with self.lock:
            issue_id = self.issue(key).id
            link = RemoteLink(
                id=self.directory.next_link_id(),
                url=url,
                title=title,
                global_id=global_id,
                relationship=relationship,
            )
            self.remote_links[issue_id] = (*self.remote_links.get(issue_id, ()), link)
            return link

    def _next_key(self, project_key: str) -> str:
        return f"{project_key}-{self._next_number.get(project_key, 1)}"

    def _count_key(self, key: str) -> None:
        project_key, _, number = key.rpartition("-")
        if number.isdecimal():
            self._next_number[project_key] = max(self._next_number.get(project_key, 1), int(number) + 1)

    def _mirror(self, issue: Issue, before: tuple[Link, ...]) -> None:
        """Show each new link at its other end too, there and then or once that issue is added."""
        known = {link.id for link in before}
        for link in issue.links:
            other = self.find(link.other_key)
            if link.id in known or link.stub or (other and any(link.id == one.id for one in other.links)):
                continue
            mirrored = replace(link, is_outward=not link.is_outward, other_key=issue.key)
            if other is None:
                self._mirrors.setdefault(link.other_key, []).append(mirrored)
            else:
                self.put_issue(replace(other, links=(*other.links, mirrored), version=other.version + 1))

    def _follow_move(self, other: Issue, old_key: str, new_key: str) -> None:
        if old_key not in (other.parent_key, other.epic_key) and all(link.other_key != old_key for link in other.links):
            return
        self.put_issue(
            replace(
                other,
                parent_key=new_key if other.parent_key == old_key else other.parent_key,
                epic_key=new_key if other.epic_key == old_key else other.epic_key,
                links=tuple(
                    replace(link, other_key=new_key) if link.other_key == old_key else link for link in other.links
                ),
                version=other.version + 1,
            )
        )
