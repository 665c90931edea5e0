"""Sorted lists kept from page to page, so that reading a long list costs one search and not one a page."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import orjson

from align_sync.demo.fake_linear.model import Entity

_MOST = 16
_LONGEST = timedelta(seconds=1)
"""Filters may depend on the clock, so no list is kept for longer."""


class RememberedLists:
    """Forgets everything at any change of the site."""

    def __init__(self) -> None:
        self._lists: OrderedDict[bytes, tuple[datetime, list[Entity]]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, question: Mapping[str, object], now: datetime, search: Callable[[], list[Entity]]) -> list[Entity]:
        key = orjson.dumps(question, option=orjson.OPT_SORT_KEYS)
        with self._lock:
            kept = self._lists.get(key)
        if kept is not None and abs(now - kept[0]) < _LONGEST:
            return kept[1]
        found = search()
        with self._lock:
            self._lists[key] = (now, found)
            while len(self._lists) > _MOST:
                self._lists.popitem(last=False)
        return found

    def forget(self) -> None:
        with self._lock:
            self._lists.clear()
