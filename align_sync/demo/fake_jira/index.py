"""The search index of a site, which may lag behind the truth as Jira's does."""

from bisect import insort
from datetime import datetime, timedelta

from align_sync.demo.fake_jira.model import Issue

_Pending = tuple[datetime, int, Issue | None]


class SearchIndex:
    """Holds what a search sees; a change given with a lag is seen once the lag has passed."""

    def __init__(self) -> None:
        self.issues: dict[int, Issue] = {}
        self.version = 0
        self._by_sprint: dict[int, set[int]] = {}
        self._pending: list[_Pending] = []
        self._ids: list[int] = []

    def submit(self, issue_id: int, issue: Issue | None, *, now: datetime, lag: timedelta) -> None:
        if lag > timedelta(0):
            self._pending.append((now + lag, issue_id, issue))
            return
        self._pending = [entry for entry in self._pending if entry[1] != issue_id] if self._pending else []
        self._take_over(issue_id, issue)

    def catch_up(self, now: datetime) -> None:
        if self._pending and min(entry[0] for entry in self._pending) <= now:
            due = [entry for entry in self._pending if entry[0] <= now]
            self._pending = [entry for entry in self._pending if entry[0] > now]
            for _, issue_id, issue in due:
                self._take_over(issue_id, issue)

    def reconcile(self, issue_ids: frozenset[int]) -> None:
        """See the newest version of these at once, as `reconcileIssues` promises."""
        mine = [entry for entry in self._pending if entry[1] in issue_ids]
        if mine:
            self._pending = [entry for entry in self._pending if entry[1] not in issue_ids]
            for _, issue_id, issue in mine:
                self._take_over(issue_id, issue)

    def in_sprint(self, sprint_id: int) -> frozenset[int]:
        return frozenset(self._by_sprint.get(sprint_id, ()))

    def ids(self) -> list[int]:
        """All of them, ascending; not to be changed by the caller."""
        return self._ids

    def _take_over(self, issue_id: int, issue: Issue | None) -> None:
        self.version += 1
        old = self.issues.pop(issue_id, None) if issue is None else self.issues.get(issue_id)
        if old is not None:
            for sprint_id in old.sprint_ids:
                self._by_sprint[sprint_id].discard(issue_id)
        if issue is None:
            if old is not None:
                self._ids.remove(issue_id)
            return
        if old is None:
            insort(self._ids, issue_id)
        self.issues[issue_id] = issue
        for sprint_id in issue.sprint_ids:
            self._by_sprint.setdefault(sprint_id, set()).add(issue_id)
