"""Remembers rendered issues, so that a benchmark measures its client and not this server."""

import operator
import threading
from collections import OrderedDict
from dataclasses import dataclass

from align_sync.demo.fake_jira.model import Issue
from align_sync.demo.fake_jira.shapes import Dialect, Selection, Shapes
from align_sync.demo.fake_jira.site import JiraSite

_BUDGET = 192 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Rendered:
    issue: Issue
    mentions: tuple[Issue | None, ...]
    sprint_version: int
    body: bytes

    def holds(self, issue: Issue, mentions: tuple[Issue | None, ...], sprint_version: int) -> bool:
        return (
            self.issue is issue
            and self.sprint_version == sprint_version
            and len(self.mentions) == len(mentions)
            and all(map(operator.is_, self.mentions, mentions))
        )


class Renderer:
    """An entry counts while the issue and all that it mentions are the very same values; the oldest go first."""

    def __init__(self, site: JiraSite, budget: int = _BUDGET) -> None:
        self._site = site
        self._shapes = Shapes(site)
        self._budget = budget
        self._size = 0
        self._entries: OrderedDict[tuple[int, Selection, Dialect], _Rendered] = OrderedDict()
        self._lock = threading.Lock()

    def render(self, issue: Issue, selection: Selection, dialect: Dialect) -> bytes:
        if selection.identifiers_only:
            return self._shapes.render(issue, selection, dialect)
        key = (issue.id, selection, dialect)
        mentions = self._shapes.mentions(issue, selection)
        version = self._site.sprint_version
        with self._lock:
            known = self._entries.get(key)
            if known is not None and known.holds(issue, mentions, version):
                self._entries.move_to_end(key)
                return known.body
        body = self._shapes.render(issue, selection, dialect)
        self._keep(key, _Rendered(issue, mentions, version, body))
        return body

    def _keep(self, key: tuple[int, Selection, Dialect], entry: _Rendered) -> None:
        with self._lock:
            old = self._entries.pop(key, None)
            self._size += len(entry.body) - (len(old.body) if old else 0)
            self._entries[key] = entry
            while self._size > self._budget:
                _, dropped = self._entries.popitem(last=False)
                self._size -= len(dropped.body)
