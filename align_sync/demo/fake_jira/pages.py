"""Page tokens of the Cloud search: opaque, bound to their query, and good for some days only."""

import base64
import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

import orjson

from align_sync.demo.fake_jira.jql.search import Found
from align_sync.demo.fake_jira.model import PageLimits

_KEPT_RESULTS = 64
_SEAL = b"a page token of the fake Jira"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a token goes on."""

    serial: int
    offset: int


class BadTokenError(Exception):
    """A token that is not ours, belongs to another query or is too old."""


class PageTokens:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._results: OrderedDict[int, Found] = OrderedDict()
        self._serial = 0

    def keep(self, found: Found) -> int:
        with self._lock:
            self._serial += 1
            self._results[self._serial] = found
            while len(self._results) > _KEPT_RESULTS:
                self._results.popitem(last=False)
            return self._serial

    def kept(self, serial: int) -> Found | None:
        with self._lock:
            return self._results.get(serial)

    def issue(self, fingerprint: str, position: Position, now: datetime) -> str:
        content = orjson.dumps([fingerprint, position.serial, position.offset, int(now.timestamp())])
        return base64.urlsafe_b64encode(_seal(content) + content).decode()

    def read(self, token: str, fingerprint: str, *, limits: PageLimits, now: datetime) -> Position:
        try:
            packed = base64.urlsafe_b64decode(token.encode())
        except ValueError:
            raise BadTokenError from None
        seal, content = packed[:8], packed[8:]
        if seal != _seal(content):
            raise BadTokenError
        bound_to, serial, offset, issued = orjson.loads(content)
        if bound_to != fingerprint or now.timestamp() - issued > limits.token_life.total_seconds():
            raise BadTokenError
        return Position(serial=serial, offset=offset)


def fingerprint_of(*parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def _seal(content: bytes) -> bytes:
    return hashlib.blake2b(content, key=_SEAL, digest_size=8).digest()
