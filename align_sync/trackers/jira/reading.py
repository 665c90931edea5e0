"""The two ways of reading in bulk: Cloud's token pages and bulk fetch, Data Center's numbered pages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from align_sync.errors import FatalError, RefusedError, RetriableError
from align_sync.trackers.http import JsonClient
from align_sync.trackers.jira.jql import in_ids, in_keys

IDS_A_PAGE = 5_000
"""The most that Cloud gives, and only where nothing but identifiers is asked for; Data Center caps it by itself."""

ITEMS_A_FETCH = 100
MOST_PAGES = 10_000
MOST_EMPTY_PAGES = 3


class Reading(Protocol):
    """How one flavour lists identifiers and fetches issues."""

    def list_ids(self, jql: str) -> Iterator[tuple[str, ...]]:
        """Pages of the ids of all issues that the query finds."""

    def list_sprint(self, sprint_id: str) -> Iterator[tuple[str, ...]]:
        """Pages of the ids of one sprint, where the flavour has a listing of its own."""

    def fetch(self, names: Sequence[str], fields: Sequence[str]) -> list[object]:
        """The issues of these ids (or keys) that the server shows us, in no promised order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudReading:
    """`search/jql` answers only ids unless fields are named, in pages of its own choice, and never a total."""

    client: JsonClient

    def list_ids(self, jql: str) -> Iterator[tuple[str, ...]]:
        token: str | None = None
        seen: set[str] = set()
        empty = 0
        for _ in range(MOST_PAGES):
            body: dict[str, object] = {"jql": jql, "maxResults": IDS_A_PAGE, "fields": ["id"]}
            if token is not None:
                body["nextPageToken"] = token
            told = _mapping(self.client.post_json("/rest/api/3/search/jql", body), self.client, "search/jql")
            ids = _ids(told, self.client)
            yield ids
            token = told.get("nextPageToken") or None
            if token is None and told.get("isLast") is False:
                raise _endless(self.client, "says that there is more, and not where")
            if token is None or told.get("isLast") is True:
                return
            empty = 0 if ids else empty + 1
            if token in seen or empty > MOST_EMPTY_PAGES:
                raise _endless(self.client, "gives the same page token again" if ids else "gives only empty pages")
            seen.add(token)
        raise _endless(self.client, f"gives more than {MOST_PAGES} pages")

    def list_sprint(self, sprint_id: str) -> Iterator[tuple[str, ...]]:
        yield from self.list_ids(f"sprint = {int(sprint_id)} ORDER BY id ASC")

    def fetch(self, names: Sequence[str], fields: Sequence[str]) -> list[object]:
        body = {"issueIdsOrKeys": list(names), "fields": list(fields)}
        told = _mapping(self.client.post_json("/rest/api/3/issue/bulkfetch", body), self.client, "bulkfetch")
        return _issues(told, self.client)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCenterReading:
    """Pages by number. Page sizes are taken from what came back, never from what was asked for."""

    client: JsonClient

    def list_ids(self, jql: str) -> Iterator[tuple[str, ...]]:
        start = 0
        for _ in range(MOST_PAGES):
            body = {"jql": jql, "startAt": start, "maxResults": 1_000, "fields": ["id"], "validateQuery": True}
            told = _mapping(self.client.post_json("/rest/api/2/search", body), self.client, "search")
            ids = _ids(told, self.client)
            yield ids
            start += len(ids)
            if not ids or start >= _total(told, start):
                return
        raise _endless(self.client, f"gives more than {MOST_PAGES} pages")

    def list_sprint(self, sprint_id: str) -> Iterator[tuple[str, ...]]:
        start = 0
        for _ in range(MOST_PAGES):
            path = f"/rest/agile/1.0/sprint/{int(sprint_id)}/issue"
            params: dict[str, str | int] = {"startAt": start, "maxResults": 1_000, "fields": "id"}
            told = _mapping(self.client.get_json(path, params), self.client, "sprint issues")
            ids = _ids(told, self.client)
            yield ids
            start += len(ids)
            if not ids or start >= _total(told, start):
                return
        raise _endless(self.client, f"gives more than {MOST_PAGES} pages")

    def fetch(self, names: Sequence[str], fields: Sequence[str]) -> list[object]:
        """By query; where the server refuses it for one unknown name, in halves, and at last one by one."""
        ids = [name for name in names if name.isdigit()]
        keys = [name for name in names if not name.isdigit()]
        found = self._search(in_ids(ids), ids, fields) if ids else []
        return found + (self._search(in_keys(keys), keys, fields) if keys else [])

    def _search(self, jql: str, names: Sequence[str], fields: Sequence[str]) -> list[object]:
        found: list[object] = []
        while True:
            body = {
                "jql": jql,
                "startAt": len(found),
                "maxResults": len(names),
                "fields": list(fields),
                # One deleted id would else refuse the whole batch.
                "validateQuery": False,
            }
            try:
                told = _mapping(self.client.post_json("/rest/api/2/search", body), self.client, "search")
            except RefusedError:
                return self._fetch_parts(names, fields)
            page = _issues(told, self.client)
            found += page
            # An administrator may have set a smaller page than we ask for.
            if not page or len(found) >= min(_total(told, 0), len(names)):
                return found

    def _fetch_parts(self, names: Sequence[str], fields: Sequence[str]) -> list[object]:
        if len(names) > 1:
            middle = len(names) // 2
            return self.fetch(names[:middle], fields) + self.fetch(names[middle:], fields)
        try:
            return [self.client.get_json(f"/rest/api/2/issue/{names[0]}", {"fields": ",".join(fields)})]
        except RefusedError:
            return []


def _mapping(told: object, client: JsonClient, what: str) -> Mapping[str, Any]:
    if not isinstance(told, Mapping):
        raise RetriableError(
            f"the answer of {what} is {type(told).__name__}, not an object",
            where=client.source,
            advice=client.advice.url,
        )
    return told


def _issues(told: Mapping[str, Any], client: JsonClient) -> list[object]:
    issues = told.get("issues")
    if not isinstance(issues, list):
        raise FatalError("the answer has no list of issues", where=client.source, advice=client.advice.url)
    return issues


def _ids(told: Mapping[str, Any], client: JsonClient) -> tuple[str, ...]:
    return tuple(str(issue["id"]) for issue in _issues(told, client) if isinstance(issue, Mapping) and "id" in issue)


def _total(told: Mapping[str, Any], default: int) -> int:
    total = told.get("total")
    return total if isinstance(total, int) else default + 1


def _endless(client: JsonClient, what: str) -> FatalError:
    return FatalError(f"the search {what}", where=client.source, advice="try again later; nothing was lost")
