"""Jira, Cloud and Data Center, as a tracker: sprints of the boards in scope, identifiers, and issues in bulk."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx

from align_sync.errors import FatalError, ForbiddenError, Problem, RefusedError
from align_sync.seams import Seams
from align_sync.settings import JiraSettings
from align_sync.trackers.base import Capabilities, Facts, Identity, Page, SprintListing
from align_sync.trackers.fan_out import fan_out
from align_sync.trackers.http import JsonClient
from align_sync.trackers.jira.auth import open_credentials
from align_sync.trackers.jira.discovery import (
    Flavour,
    SiteFacts,
    discover,
    fetch_points_field,
    find_flavour,
    read_facts,
)
from align_sync.trackers.jira.jql import in_sprints, updated_since, updated_since_minute
from align_sync.trackers.jira.opening import open_client
from align_sync.trackers.jira.parse import Site, parse_issue, read_instant
from align_sync.trackers.jira.reading import ITEMS_A_FETCH, CloudReading, DataCenterReading, Reading
from align_sync.trackers.jira.site import Board, JiraPackage, open_package
from align_sync.trackers.persistence import Patience
from align_sync.work import ItemRef, Sprint, SprintRef, SprintState, Url, WorkItem

KIND = "jira"
BOARDS_AT_ONCE = 4
_STATES = {"active": SprintState.ACTIVE, "future": SprintState.FUTURE, "closed": SprintState.CLOSED}
_NO_SPRINTS = frozenset({400, 422})
"""What a board answers that has no sprints (Kanban), or no columns yet."""


Ask = TypeVar("Ask")
Told = TypeVar("Told")


class JiraTracker:
    """One Jira site. Made by `open_jira`; asks for nothing before it is needed."""

    def __init__(
        self,
        settings: JiraSettings,
        *,
        source: str,
        board_teams: Mapping[int, str],
        wants_text: bool,
        client: JsonClient,
        package_of: Callable[[Flavour], JiraPackage],
        facts: SiteFacts | None,
    ) -> None:
        self.source = source
        self.capabilities = Capabilities(kind=KIND, fetch_size=ITEMS_A_FETCH)
        self.traffic = client.traffic
        self._settings, self._board_teams, self._wants_text = settings, board_teams, wants_text
        self._client, self._package_of = client, package_of
        self._facts = facts
        self._package: JiraPackage | None = None
        self._finding = threading.Lock()
        self._sprint_boards: set[int] = set()

    def check(self) -> Identity:
        """Ask Jira who we are: an expired token may else look like a site without issues."""
        flavour = self._flavour()
        told = self._client.get_json(f"/rest/api/{flavour.api}/myself")
        if not isinstance(told, dict):
            raise FatalError(
                "Jira does not say who we are", where=f"{self.source}: myself", advice=self._client.advice.url
            )
        account = told.get("displayName") or told.get("emailAddress") or told.get("accountId") or told.get("name")
        return Identity(account=str(account or "unknown"), server=flavour.value)

    def facts(self) -> Facts:
        return self._facts.to_facts() if self._facts is not None else {}

    def close(self) -> None:
        self._client.close()
        if self._package is not None:
            self._package.close()

    def fetch_sprints(self, *, thorough: bool = True) -> SprintListing:
        """Sites have many boards that nobody uses: those without an open sprint are looked at only thoroughly."""
        known = self._known_facts()
        boards = self._boards(known, thorough=thorough)
        problems = list(self._miss_boards(known))
        sprints: dict[str, Sprint] = {}
        # In the order of the boards, since a sprint that shows on several of them is taken from the first.
        for board, listed in sorted(self._look(boards, self._fetch_board), key=lambda look: look[0].board_id):
            if isinstance(listed, Problem):
                problems.append(listed)
            elif listed is None:
                known.sprintless.append(board.board_id)
            else:
                for raw in listed:
                    self._add_sprint(raw, board, sprints, problems)
                self._note_dormant(known, board, is_dormant=not listed)
        self._sprint_boards = {int(sprint.board) for sprint in sprints.values() if sprint.board.isdigit()}
        return SprintListing(
            sprints=tuple(sorted(sprints.values(), key=lambda sprint: int(sprint.ref.external_id))),
            problems=(*problems, *self._miss_fields(known)),
            complete=not problems,
            server_at=self._client.server_at,
        )

    def fetch_sprint(self, external_id: str) -> Sprint | None:
        try:
            raw = self._client.get_json(f"/rest/agile/1.0/sprint/{int(external_id)}")
        except RefusedError:
            return None
        board = str(raw.get("originBoardId") or "") if isinstance(raw, dict) else ""
        return self._sprint(raw, board=board, team="") if isinstance(raw, dict) else None

    def list_members(self, sprint_ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
        if not sprint_ids:
            return
        reading = self._reading()
        if len(sprint_ids) == 1:
            try:
                yield from reading.list_ids(in_sprints(sprint_ids))
            except RefusedError:
                yield from reading.list_sprint(sprint_ids[0])
            return
        yield from reading.list_ids(in_sprints(sprint_ids))

    def list_changed(self, since: datetime) -> Iterator[tuple[str, ...]]:
        reading = self._reading()
        try:
            yield from reading.list_ids(updated_since(since))
        except RefusedError:
            # Refused before the first page or not at all, so that nothing was given twice.
            yield from reading.list_ids(updated_since_minute(since, self._account_zone()))

    def fetch_items(self, refs: Iterable[ItemRef]) -> Iterator[Page]:
        known = self._known_facts()
        self._learn_points(known)
        site = Site(
            source=self.source,
            browse_url=self._settings.url or "",
            layout=known.layout(self._settings, wants_text=self._wants_text),
        )
        fields = site.layout.asked()
        reading = self._reading()

        def fetch(names: Sequence[str]) -> Page:
            return self._page(names, reading.fetch(names, fields), site)

        # A few more threads than the gate lets ask at once: they read what came while others wait for answers.
        workers = self._settings.concurrency + self._settings.concurrency // 4
        yield from fan_out(_chunks(refs), fetch, workers=workers, seams=self._client.seams, source=self.source)

    def _page(self, names: Sequence[str], issues: Iterable[object], site: Site) -> Page:
        items: list[WorkItem] = []
        problems: list[Problem] = []
        unread: list[str] = []
        unplaced: list[str] = []
        answered: set[str] = set()
        for raw in issues:
            remote = self._remote_urls(raw, problems) if self._settings.remote_links else ()
            parsed = parse_issue(raw, site, remote_urls=remote)
            problems += parsed.problems
            answered.add(parsed.external_id)
            if parsed.item is None:
                unread += [parsed.external_id] if parsed.external_id else []
                continue
            answered.add(parsed.item.key)
            items.append(parsed.item)
            if not parsed.is_placed:
                unplaced.append(parsed.external_id)
        missing = tuple(name for name in names if name not in answered)
        return Page(
            items=tuple(items),
            problems=tuple(problems),
            missing=missing,
            unread=tuple(unread),
            unplaced=tuple(unplaced),
        )

    def _remote_urls(self, raw: object, problems: list[Problem]) -> tuple[Url, ...]:
        """Remote links come with no search: one request for each item."""
        external_id = str(raw.get("id") or "") if isinstance(raw, dict) else ""
        if not external_id:
            return ()
        try:
            told = self._client.get_json(f"/rest/api/{self._flavour().api}/issue/{external_id}/remotelink")
        except RefusedError as error:
            problems.append(error.problem)
            return ()
        links = [link.get("object") for link in told if isinstance(link, dict)] if isinstance(told, list) else []
        return tuple(
            Url(address=str(link["url"]), title=str(link.get("title") or ""), place="remote link")
            for link in links
            if isinstance(link, dict) and link.get("url")
        )

    def _account_zone(self) -> ZoneInfo:
        """The zone of the account's profile, in which Jira reads dates without one."""
        told = self._client.get_json(f"/rest/api/{self._flavour().api}/myself")
        name = told.get("timeZone") if isinstance(told, dict) else None
        try:
            return ZoneInfo(str(name))
        except (ZoneInfoNotFoundError, ValueError):
            raise FatalError(
                f"the account's time zone is not known: {name!r}",
                where=f"{self.source}: myself",
                advice="set a time zone in the Jira profile of the account",
            ) from None

    def _flavour(self) -> Flavour:
        with self._finding:  # who we are and what there is may be asked at once
            if self._facts is not None and self._facts.flavour:
                return Flavour(self._facts.flavour)
            flavour = find_flavour(self._settings, self._client)
            self._facts = SiteFacts(flavour=flavour.value)
            return flavour

    def _reading(self) -> Reading:
        is_cloud = self._flavour() is Flavour.CLOUD
        return CloudReading(client=self._client) if is_cloud else DataCenterReading(client=self._client)

    def _jira(self) -> JiraPackage:
        if self._package is None:
            self._package = self._package_of(self._flavour())
        return self._package

    def _known_facts(self) -> SiteFacts:
        named = (*self._settings.kr_fields, *self._settings.points_fields)
        if self._facts is None or not self._facts.fields or self._facts.named_fields != list(named):
            wants_boards = not (self._settings.boards or self._board_teams)
            self._facts = discover(self._flavour(), self._jira(), wants_boards=wants_boards, named_fields=named)
        return self._facts

    def _boards(self, known: SiteFacts, *, thorough: bool) -> list[Board]:
        named = dict.fromkeys((*self._settings.boards, *self._board_teams))
        if named:
            return [Board(board_id=number, name=self._board_teams.get(number, ""), kind="") for number in named]
        left_out = {*known.sprintless, *(() if thorough else known.dormant)}
        return [board for board in known.known_boards if board.board_id not in left_out]

    def _miss_boards(self, known: SiteFacts) -> Iterator[Problem]:
        """No board at all looks like a site at rest, and is mostly an account without the right to see one."""
        is_named = self._settings.boards or self._board_teams
        if not is_named and all(board.board_id in known.sprintless for board in known.known_boards):
            yield Problem(
                message="no board that can have sprints is visible to the account",
                where=f"{self.source}: boards",
                advice="give the account access to Jira Software and to its boards",
            )

    def _miss_fields(self, known: SiteFacts) -> Iterator[Problem]:
        """A field of the settings that the site does not have: without a word its links would just not be there."""
        for name, near in known.unknown_fields.items():
            hint = f"did you mean {near}?" if near else "the ids are in the answer of /rest/api/2/field"
            yield Problem(
                message=f"the site has no field with the id {name!r}",
                where=f"{self.source}: jira.kr_fields or jira.points_fields",
                advice=hint,
            )

    def _fetch_board(self, board: Board) -> tuple[Board, Sequence[Mapping[str, Any]] | Problem | None]:
        """The board's sprints, None where it can have none, or the problem that hides them."""
        where = f"{self.source}: board {board.board_id} {board.name}".rstrip()
        try:
            return board, self._jira().fetch_sprints(board.board_id)
        except ForbiddenError as error:
            return board, Problem(
                message=error.problem.message,
                where=where,
                advice="give the account the right to see the board, or leave the board out",
            )
        except RefusedError as error:
            if not self._is_named(board):
                if error.status in _NO_SPRINTS:
                    return board, None
                if self._has_vanished(board):
                    return board, ()
            advice = "check the board's number in the settings (jira.boards, teams.jira_board): it is in its address"
            return board, Problem(message=error.problem.message, where=where, advice=advice)

    def _has_vanished(self, board: Board) -> bool:
        """Whether a board that was found by listing is not listed any more: then it is forgotten, not mourned."""
        listed = {one.board_id for one in self._jira().fetch_boards()}
        if board.board_id in listed or not listed:
            return False
        known = self._known_facts()
        known.boards = [one for one in known.boards if one["board_id"] != board.board_id]
        return True

    def _is_named(self, board: Board) -> bool:
        return board.board_id in self._settings.boards or board.board_id in self._board_teams

    def _add_sprint(
        self, raw: Mapping[str, Any], board: Board, sprints: dict[str, Sprint], problems: list[Problem]
    ) -> None:
        """The same sprint shows on several boards: it belongs to the board that it was made on, where that is read."""
        origin = str(raw.get("originBoardId") or board.board_id)
        team = self._board_teams.get(int(origin) if origin.isdigit() else -1) or self._board_teams.get(board.board_id)
        known = {str(b.board_id): b.name for b in (self._facts.known_boards if self._facts else ())}
        sprint = self._sprint(raw, board=origin, team=team or known.get(origin) or board.name or f"board {origin}")
        if sprint is None:
            problems.append(
                Problem(
                    message="a sprint without id or with an unknown state was left out",
                    where=f"{self.source}: board {board.board_id}",
                )
            )
        elif sprint.state.is_open:
            sprints.setdefault(sprint.ref.external_id, sprint)

    def _sprint(self, raw: Mapping[str, Any], *, board: str, team: str) -> Sprint | None:
        external_id, state = str(raw.get("id") or ""), _STATES.get(str(raw.get("state") or "").lower())
        if not external_id.isdigit() or state is None:
            return None
        return Sprint(
            ref=SprintRef(source=self.source, external_id=external_id),
            name=str(raw.get("name") or f"sprint {external_id}"),
            state=state,
            team=team,
            board=board,
            goal=str(raw.get("goal") or ""),
            starts_at=_instant(raw.get("startDate")),
            ends_at=_instant(raw.get("endDate")),
            completed_at=_instant(raw.get("completeDate")),
        )

    @staticmethod
    def _note_dormant(known: SiteFacts, board: Board, *, is_dormant: bool) -> None:
        if is_dormant and board.board_id not in known.dormant:
            known.dormant.append(board.board_id)
        elif not is_dormant and board.board_id in known.dormant:
            known.dormant.remove(board.board_id)

    def _learn_points(self, known: SiteFacts) -> None:
        """What the boards estimate in; asked for when items are, while the listing goes on already."""
        unknown = [number for number in sorted(self._sprint_boards) if str(number) not in known.points_of]
        found = self._look(unknown, lambda number: (number, fetch_points_field(self._client, number)))
        known.points_of |= {str(number): name for number, name in sorted(found)}

    def _look(self, asks: Iterable[Ask], fetch: Callable[[Ask], Told]) -> Iterator[Told]:
        """A few at once: boards are asked for one by one, and a site may have hundreds."""
        workers = min(BOARDS_AT_ONCE, self._settings.concurrency)
        return fan_out(asks, fetch, workers=workers, seams=self._client.seams, source=self.source)


def open_jira(
    settings: JiraSettings,
    *,
    source: str,
    board_teams: Mapping[int, str],
    wants_text: bool,
    seams: Seams,
    facts: Facts,
    transport: httpx.BaseTransport | None = None,
    patience: Patience | None = None,
) -> JiraTracker:
    """A connection to the site of the settings. Raises `AuthError` or `FatalError` where they cannot work."""
    credentials = open_credentials(settings, seams, transport)
    client = open_client(
        settings, credentials, source=source, seams=seams, patience=patience or Patience(), transport=transport
    )
    return JiraTracker(
        settings,
        source=source,
        board_teams=board_teams,
        wants_text=wants_text,
        client=client,
        package_of=lambda flavour: open_package(client, credentials, api_version=flavour.api),
        facts=read_facts(facts),
    )


def _chunks(refs: Iterable[ItemRef]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for ref in refs:
        chunk.append(ref.external_id or ref.key)
        if len(chunk) >= ITEMS_A_FETCH:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _instant(value: object) -> datetime | None:
    try:
        return read_instant(value)
    except ValueError:
        return None
