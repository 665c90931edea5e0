"""One workspace of Linear as a tracker: its cycles, the identifiers of its issues, and the issues themselves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from align_sync.errors import AuthError, FatalError, Problem, SkippableError, SourceError
from align_sync.seams import Seams
from align_sync.settings import LinearSettings
from align_sync.trackers.base import Capabilities, Facts, Identity, Page, SprintListing, Traffic
from align_sync.trackers.gate import Gate
from align_sync.trackers.http import Answer, JsonClient
from align_sync.trackers.linear.answers import ADVICE, Waiting, error_of
from align_sync.trackers.linear.connection import GraphConnection, Listing, split_address
from align_sync.trackers.linear.fetching import CHUNK, Fetching
from align_sync.trackers.linear.fields import Record, record_of
from align_sync.trackers.linear.parse import INITIATIVE_PREFIX, PROJECT_PREFIX, parse_cycle
from align_sync.trackers.linear.queries import Operation
from align_sync.trackers.persistence import Patience
from align_sync.work import ItemRef, Sprint

MOST_SPRINTS_ASKED = 100
MOST_LABELS_ASKED = 100
MOST_TEAMS_NAMED = 20

_TEAMS = Listing(Operation.TEAMS, "teams")
_CYCLES = Listing(Operation.CYCLES, "cycles")
_ISSUE_IDS = Listing(Operation.ISSUE_IDS, "issues")
_LABEL_IDS = Listing(Operation.LABEL_IDS, "issueLabels")
_PROJECT_IDS = Listing(Operation.PROJECT_IDS, "projects")
_INITIATIVE_IDS = Listing(Operation.INITIATIVE_IDS, "initiatives")
_PLACEMENTS = Listing(Operation.PLACEMENTS, "initiativeToProjects")
_OPEN = {"or": [{"isActive": {"eq": True}}, {"isFuture": {"eq": True}}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """The teams that the settings name, as Linear knows them; `team_ids` is None where no team is named."""

    team_ids: tuple[str, ...] | None
    problems: tuple[Problem, ...] = ()
    complete: bool = True


@dataclass(slots=True, kw_only=True)
class LinearTracker:
    source: str
    capabilities: Capabilities
    traffic: Traffic
    connection: GraphConnection
    fetching: Fetching
    teams: tuple[str, ...]
    team_names: Mapping[str, str]
    seams: Seams
    known: Facts

    def check(self) -> Identity:
        told = self.connection.ask(Operation.VIEWER)
        with _nothing_to_skip():
            viewer, organization = told.record("viewer"), told.record("organization")
            account = viewer.optional_text("email") or viewer.optional_text("name") or viewer.text("id")
            return Identity(account=account, server=f"Linear workspace {organization.text('name')}")

    def facts(self) -> Facts:
        """Nothing about Linear is worth remembering: the page size that it accepts is learned in one request."""
        return dict(self.known)

    def fetch_sprints(self, *, thorough: bool = True) -> SprintListing:
        del thorough  # one question covers all teams
        client = self.connection.client
        client.server_at = None  # so that the next answer sets it, also where one tracker makes many runs
        scope = self._find_scope()
        problems = list(scope.problems)
        sprints: list[Sprint] = []
        wanted = _OPEN if scope.team_ids is None else {**_OPEN, "team": {"id": {"in": list(scope.team_ids)}}}
        if scope.team_ids != ():
            for raw in self._nodes(_CYCLES, {"filter": wanted}):
                try:
                    sprints.append(self._parse_sprint(raw))
                except SkippableError as error:
                    problems.append(error.problem)
        return SprintListing(
            sprints=tuple(sprints),
            problems=tuple(problems),
            complete=scope.complete and len(problems) == len(scope.problems),
            server_at=client.server_at,
        )

    def fetch_sprint(self, external_id: str) -> Sprint | None:
        # By a filter, since the field `cycle(id:)` answers an unknown identifier with an error of many meanings.
        for raw in self._nodes(_CYCLES, {"filter": {"id": {"eq": external_id}}}):
            return self._parse_sprint(raw)
        return None

    def list_members(self, sprint_ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
        for start in range(0, len(sprint_ids), MOST_SPRINTS_ASKED):
            cycles = list(sprint_ids[start : start + MOST_SPRINTS_ASKED])
            yield from self._ids(_ISSUE_IDS, {"cycle": {"id": {"in": cycles}}})

    def list_changed(self, since: datetime) -> Iterator[tuple[str, ...]]:
        """Issues, then the containers above them, then issues whose labels were renamed; some may come twice.

        Lists are asked for by the time of creation, the usual order, which no edit during the listing can shake.
        """
        at_or_after = {"gte": _instant(since)}
        # Archiving does not advance `updatedAt`.
        yield from self._ids(_ISSUE_IDS, {"or": [{"updatedAt": at_or_after}, {"archivedAt": at_or_after}]})
        # To rename a label or its group touches the stamp of that one alone, of nothing that carries it.
        renamed = {"or": [{"updatedAt": at_or_after}, {"parent": {"updatedAt": at_or_after}}]}
        # The filters of containers know no `archivedAt`; that one was archived shows when it is fetched next.
        containers = {"or": [{"updatedAt": at_or_after}, {"labels": {"some": renamed}}]}
        yield from self._ids(_PROJECT_IDS, containers, PROJECT_PREFIX)
        yield from self._placed_projects(since)
        yield from self._ids(_INITIATIVE_IDS, containers, INITIATIVE_PREFIX)
        yield from self._labelled_issues(renamed)

    def fetch_items(self, refs: Iterable[ItemRef]) -> Iterator[Page]:
        """See `Tracker`. A reference without an identifier is looked up by its key, and reported by its key."""
        return self.fetching.fetch(refs)

    def close(self) -> None:
        self.connection.client.close()

    def _placed_projects(self, since: datetime) -> Iterator[tuple[str, ...]]:
        """Projects put into an initiative since: that touches neither the project nor the initiative for sure."""
        for nodes in self.connection.pages(_PLACEMENTS, {}):
            with _nothing_to_skip():
                placements = [record_of(raw, self.source) for raw in nodes]
                new = [each for each in placements if (at := each.instant("updatedAt")) is None or at >= since]
                ids = tuple(dict.fromkeys(PROJECT_PREFIX + each.record("project").text("id") for each in new))
            if ids:
                yield ids
            if len(new) < len(placements):  # the newest come first, there is no filter
                return

    def _labelled_issues(self, wanted: Mapping[str, object]) -> Iterator[tuple[str, ...]]:
        """The issues that carry such labels, in two steps: issues are too many to search all of them by label."""
        labels = [name for page in self._ids(_LABEL_IDS, wanted) for name in page]
        for start in range(0, len(labels), MOST_LABELS_ASKED):
            portion = labels[start : start + MOST_LABELS_ASKED]
            yield from self._ids(_ISSUE_IDS, {"labels": {"some": {"id": {"in": portion}}}})

    def _ids(self, listing: Listing, wanted: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, ...]]:
        for nodes in self.connection.pages(listing, {"filter": wanted}):
            with _nothing_to_skip():
                ids = tuple(prefix + record_of(raw, self.source).text("id") for raw in nodes)
            yield ids

    def _nodes(self, listing: Listing, variables: Mapping[str, object]) -> Iterator[object]:
        for nodes in self.connection.pages(listing, variables):
            yield from nodes

    def _parse_sprint(self, raw: object) -> Sprint:
        return parse_cycle(raw, self.source, team_names=self.team_names, now=self.seams.now())

    def _find_scope(self) -> _Scope:
        if not self.teams:
            return _Scope(team_ids=None)
        with _nothing_to_skip():
            known = {team.text("key").lower(): team for team in self._all_teams()}
        unknown = [key for key in self.teams if key.lower() not in known]
        found = {key: known[key.lower()] for key in self.teams if key.lower() in known}
        keys = sorted(team.text("key") for team in known.values())
        problems = [self._unknown_team(key, keys) for key in unknown]
        problems += [self._team_without_cycles(key) for key, team in found.items() if not team.flag("cyclesEnabled")]
        ids = tuple(dict.fromkeys(team.text("id") for team in found.values()))
        return _Scope(team_ids=ids, problems=tuple(problems), complete=not unknown)

    def _all_teams(self) -> list[Record]:
        return [record_of(raw, self.source) for raw in self._nodes(_TEAMS, {})]

    def _unknown_team(self, key: str, known: Sequence[str]) -> Problem:
        more = f" and {len(known) - MOST_TEAMS_NAMED} more" if len(known) > MOST_TEAMS_NAMED else ""
        named = ", ".join(known[:MOST_TEAMS_NAMED]) + more
        return Problem(
            message=f"Linear shows this token no team with the key {key!r}",
            where=f"{self.source}: linear.teams",
            advice=f"it shows: {named}" if known else "it shows no team at all; check what the token may see",
        )

    def _team_without_cycles(self, key: str) -> Problem:
        return Problem(
            message=f"the team {key!r} works without cycles, so it has no sprints",
            where=f"{self.source}: linear.teams",
            advice="turn cycles on in the settings of the team, or take it out of linear.teams",
        )


@contextmanager
def _nothing_to_skip() -> Iterator[None]:
    """Where a list of identifiers or teams has a hole, what follows from it would be wrong."""
    try:
        yield
    except SkippableError as error:
        raise FatalError(
            f"the answer is not that of Linear: {error.problem.message}", where=error.problem.where, advice=ADVICE.url
        ) from None


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _authorization(settings: LinearSettings, source: str) -> str:
    token = settings.token.get_secret_value().strip() if settings.token else ""
    if not token:
        raise AuthError("a token is missing", where=source, advice="set ALIGN_SYNC_LINEAR__TOKEN")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise AuthError(
            "the token holds a character that no token has, such as a space",
            where=source,
            advice="set ALIGN_SYNC_LINEAR__TOKEN to the token alone, without quotes and without the word Bearer",
        )
    return f"Bearer {token}" if settings.oauth else token


def open_linear(
    settings: LinearSettings,
    *,
    source: str,
    team_names: Mapping[str, str],
    seams: Seams,
    facts: Facts,
    want_text: bool = False,
    patience: Patience | None = None,
    transport: httpx.BaseTransport | None = None,
) -> LinearTracker:
    """Prepare a connection; nothing is asked yet.

    `team_names` gives the configured name of a team by its key in Linear; `want_text` reads descriptions too.
    Raises `AuthError` where there is no token, or what can be none.
    """
    patience = patience or Patience()
    waiting = Waiting(shortest=patience.first_backoff, longest=patience.longest_wait)
    authorization = _authorization(settings, source)
    address, path = split_address(settings.url)

    def classify(answer: Answer) -> SourceError | None:
        return error_of(answer, source=source, now=seams.now(), waiting=waiting)

    client = JsonClient(
        source=source,
        base_url=address,
        headers=lambda: {"Authorization": authorization},
        advice=ADVICE,
        seams=seams,
        gate=Gate(settings.concurrency, seams),
        patience=patience,
        transport=transport,
        ca_file=str(settings.ca_file) if settings.ca_file else None,
        classify=classify,
    )
    connection = GraphConnection(client, path)
    return LinearTracker(
        source=source,
        capabilities=Capabilities(kind="linear", fetch_size=CHUNK),
        traffic=client.traffic,
        connection=connection,
        fetching=Fetching(
            connection=connection, source=source, want_text=want_text, concurrency=settings.concurrency, seams=seams
        ),
        teams=settings.teams,
        team_names={key.lower(): name for key, name in team_names.items()},
        seams=seams,
        known=facts,
    )
