"""Counting what a JQL query finds and adding up a field of it: every page, every issue once, nothing passed over.

The total that Cloud offers for a query (`search/approximate-count`) is what its name says, and is not used.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx

from align_sync.errors import FatalError, ReadingError
from align_sync.seams import Seams
from align_sync.settings import JiraSettings
from align_sync.trackers.http import JsonClient
from align_sync.trackers.jira.auth import open_credentials
from align_sync.trackers.jira.discovery import Flavour, find_flavour
from align_sync.trackers.jira.fields import find_unknown
from align_sync.trackers.jira.jql import quote
from align_sync.trackers.jira.opening import open_client
from align_sync.trackers.persistence import Patience

IDS_A_PAGE = 5_000
"""The most that Cloud gives, and only where nothing but identifiers is asked for."""

ISSUES_A_PAGE = 1_000
MOST_PAGES = 2_000
MOST_EMPTY_PAGES = 3
MOST_NAMED = 3
AS_OF_MARK = "{as_of}"

_ADVICE = "try again later"
_QUOTED = re.compile(r""" "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' """, re.VERBOSE)
_ORDER = re.compile(r"\border\s+by\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraMeasuring:
    """One site, as its settings say to sign in."""

    client: JsonClient
    settings: JiraSettings

    def count(self, jql: str) -> int:
        """How many issues the query finds. Raises `SourceError`."""
        return sum(1 for _ in self._issues(jql, ["id"]))

    def add_up(self, jql: str, field: str) -> float:
        """The sum of a number field. Raises `ReadingError` where an issue has no number there: half a sum is none."""
        self._check_field(field)
        numbers, lacking = [], []
        for issue in self._issues(jql, [field]):
            fields = issue.get("fields")
            value = fields.get(field) if isinstance(fields, Mapping) else None
            if isinstance(value, bool) or not isinstance(value, int | float):
                lacking.append(str(issue.get("key") or issue["id"]))
            else:
                numbers.append(float(value))
        if lacking:
            raise say_lacking(lacking, len(numbers) + len(lacking), field)
        return math.fsum(numbers)

    def close(self) -> None:
        self.client.close()

    def _issues(self, jql: str, fields: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """Each issue once. Who we are is asked first: to an expired token Jira may show a site without issues."""
        flavour = find_flavour(self.settings, self.client)
        self.client.get_json(f"/rest/api/{flavour.api}/myself")
        pages = self._cloud_pages if flavour is Flavour.CLOUD else self._numbered_pages
        seen: set[str] = set()
        for page in pages(order(jql), fields):
            for issue in page:
                if not isinstance(issue, Mapping) or not issue.get("id"):
                    raise FatalError("an issue of the answer has no id", where=self.client.source, advice=_ADVICE)
                if str(issue["id"]) not in seen:
                    seen.add(str(issue["id"]))
                    yield issue

    def _cloud_pages(self, jql: str, fields: Sequence[str]) -> Iterator[Sequence[object]]:
        """Pages by token, of the server's own length, without a total."""
        size = IDS_A_PAGE if list(fields) == ["id"] else ISSUES_A_PAGE
        body: dict[str, object] = {"jql": jql, "maxResults": size, "fields": list(fields)}
        seen: set[object] = set()
        empty = 0
        for _ in range(MOST_PAGES):
            told = self._search("/rest/api/3/search/jql", body)
            yield (issues := _issues_of(told, self.client))
            token = told.get("nextPageToken") or None
            if token is None and told.get("isLast") is False:
                raise self._endless("says that there is more, and not where")
            if token is None or told.get("isLast") is True:
                return
            empty = 0 if issues else empty + 1
            if token in seen or empty > MOST_EMPTY_PAGES:
                raise self._endless("gives the same pages again")
            seen.add(token)
            body["nextPageToken"] = token
        raise self._endless(f"gives more than {MOST_PAGES} pages")

    def _numbered_pages(self, jql: str, fields: Sequence[str]) -> Iterator[Sequence[object]]:
        """Pages by number, checked against the total: what came and went in between may have shifted a page."""
        ids: set[str] = set()
        start, total = 0, 0
        for _ in range(MOST_PAGES):
            body = {"jql": jql, "startAt": start, "maxResults": ISSUES_A_PAGE, "fields": list(fields)}
            told = self._search("/rest/api/2/search", {**body, "validateQuery": True})
            yield (issues := _issues_of(told, self.client))
            total = told["total"] if isinstance(told.get("total"), int) else -1
            ids |= {str(issue.get("id")) for issue in issues if isinstance(issue, Mapping)}
            start += len(issues)
            if not issues or start >= total:
                break
        if len(ids) != total:
            raise FatalError(
                f"the search tells of {total:,} issues and shows {len(ids):,}; it changed while it was read",
                where=self.client.source,
                advice=_ADVICE,
            )

    def _search(self, path: str, body: Mapping[str, object]) -> Mapping[str, Any]:
        told = self.client.post_json(path, body)
        if not isinstance(told, Mapping):
            raise FatalError("the answer of the search is no object", where=self.client.source, advice=_ADVICE)
        if warnings := told.get("warningMessages"):
            raise FatalError(f"Jira doubts the query: {warnings[0]}", where=self.client.source, advice="mend the JQL")
        return told

    def _check_field(self, field: str) -> None:
        """Cloud leaves out a field that it does not know, without a word."""
        flavour = find_flavour(self.settings, self.client)
        listed = self.client.get_json(f"/rest/api/{flavour.api}/field")
        known = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
        for name, near in find_unknown([field], known).items():
            hint = f"did you mean {near}?" if near else f"the ids are in the answer of /rest/api/{flavour.api}/field"
            raise ReadingError(f"the site has no field with the id {name!r}", where=self.client.source, advice=hint)

    def _endless(self, what: str) -> FatalError:
        return FatalError(f"the search {what}", where=self.client.source, advice=_ADVICE)


def open_measuring(
    settings: JiraSettings,
    *,
    source: str,
    seams: Seams,
    patience: Patience,
    transport: httpx.BaseTransport | None = None,
) -> JiraMeasuring:
    """A connection of its own. Raises `AuthError` or `FatalError` where the credentials cannot work."""
    credentials = open_credentials(settings, seams, transport)
    client = open_client(settings, credentials, source=source, seams=seams, patience=patience, transport=transport)
    return JiraMeasuring(client=client, settings=settings)


def order(jql: str) -> str:
    """The query in an order that does not shift while pages are read, in the place of any order of its own."""
    blank = _QUOTED.sub(lambda match: "_" * len(match[0]), jql)
    ordered = _ORDER.search(blank)
    bare = (jql[: ordered.start()] if ordered else jql).strip()
    if not bare:
        raise ReadingError("the query restricts nothing, and would find every issue", advice="say which issues count")
    return f"{bare} ORDER BY id ASC"


def date_query(jql: str, day: date) -> str:
    """The day in the place of `{as_of}`, quoted, also where the quotes were written already."""
    quoted = quote(day.isoformat())
    for mark in (f'"{AS_OF_MARK}"', f"'{AS_OF_MARK}'", AS_OF_MARK):
        jql = jql.replace(mark, quoted)
    return jql


def say_lacking(lacking: Sequence[str], total: int, field: str) -> ReadingError:
    """A sum that leaves out items would look like a smaller sum."""
    names = ", ".join(lacking[:MOST_NAMED]) + (", …" if len(lacking) > MOST_NAMED else "")
    return ReadingError(
        f"{len(lacking):,} of {total:,} issues have no number in {field}: {names}",
        advice="give them one, or leave them out of the query",
    )


def _issues_of(told: Mapping[str, Any], client: JsonClient) -> Sequence[object]:
    issues = told.get("issues")
    if not isinstance(issues, list):
        raise FatalError("the answer has no list of issues", where=client.source, advice=client.advice.url)
    return issues
