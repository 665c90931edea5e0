"""One HTTP request of a channel: never repeated, never sent on, and every failure either a no or unclear."""

import socket
import ssl
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from math import isfinite

import httpx
import orjson

from align_sync.seams import Seams
from align_sync.sending.outcome import Refused, Unclear
from align_sync.wire import Deadline, ObjectionError, OverError, find_objection, trusted

TOTAL = timedelta(seconds=15)
"""For a whole attempt; what claims a message relies on it that nothing leaves any later."""

CONNECT = timedelta(seconds=5)
LARGEST_ANSWER_BYTES = 20 * 1024 * 1024
LONGEST_WAIT = timedelta(days=1)
_GZIP = 16 + zlib.MAX_WBITS
_NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
CLOSED_DOORS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
"""What a server says of its address or of our token, not of the message."""

_KEPT_REDIRECTS = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of status 2xx or 4xx, whole and unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_good(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    def members(self) -> Mapping[str, object] | None:
        """The object that the body is in JSON; None where it is none."""
        try:
            told = orjson.loads(self.body)
        except ValueError:
            return None
        return told if isinstance(told, dict) else None


Reached = Answer | Refused | Unclear


class _BodyError(Exception):
    """The body is too large, broken, or packed in a way that was not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """`private_hosts` may be in the own network. `transport` replaces the network; its requests count as sent."""

    seams: Seams
    private_hosts: frozenset[str] = frozenset()
    ca_file: str | None = None
    total: timedelta = TOTAL
    transport: httpx.BaseTransport | None = field(default=None, repr=False)

    def ends(self) -> float:
        """When an attempt that begins now is over, by the monotonic clock."""
        return time.monotonic() + self.total.total_seconds()

    def ask(
        self,
        method: str,
        url: httpx.URL,
        *,
        content: bytes = b"",
        headers: Mapping[str, str],
        ends: float | None = None,
    ) -> Reached:
        """`ends` is that of the attempt which this is part of.

        Each request has a connection of its own: one that was kept open may be closed by the other side in the very
        moment it is used again, and then nobody knows whether the request arrived.
        """
        ends = self.ends() if ends is None else ends
        deadline = Deadline(lambda peer: self._object_to(url, peer), has_left=self.transport is not None)
        self.seams.failpoint("request.before")
        reached = self._ask(httpx.Request(method, url, content=content, headers=headers), deadline, ends)
        self.seams.failpoint("request.after")
        return reached

    def _ask(self, request: httpx.Request, deadline: Deadline, ends: float) -> Reached:
        where = name_server(request.url)
        left = ends - time.monotonic()
        if left <= 0:
            return Refused(reason=f"{where}: no time was left to send it")
        try:
            answer = self._send(request, deadline, left)
        except ObjectionError as error:
            return Refused(reason=f"{where} is not asked: {error}", is_permanent=True, closes_channel=True)
        except (httpx.HTTPError, httpx.InvalidURL, OverError, _BodyError, OSError, UnicodeError) as error:
            reason = f"{where}: {_say(error, deadline)}"
            is_definite = not deadline.has_left or isinstance(error, _NEVER_CONNECTED)
            return Refused(reason=reason) if is_definite else Unclear(reason)
        return self._judge(answer, where)

    def _send(self, request: httpx.Request, deadline: Deadline, left: float) -> Answer:
        request.headers["Accept-Encoding"] = "gzip"
        request.headers["Connection"] = "close"
        request.extensions["trace"] = deadline.watch
        request.extensions["timeout"] = httpx.Timeout(left, connect=min(left, CONNECT.total_seconds())).as_dict()
        with (
            httpx.Client(
                follow_redirects=False, trust_env=False, transport=self.transport, verify=trusted(self.ca_file)
            ) as client,
            deadline.running(left),
        ):
            response = client.send(request, stream=True)
            try:
                status = response.status_code
                body = _gather(response) if response.is_success or response.is_client_error else b""
            finally:
                response.close()
            return Answer(status=status, headers=response.headers, body=body)

    def _judge(self, answer: Answer, where: str) -> Reached:
        status = answer.status
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            wait = read_retry_after(answer.headers, now=self.seams.now())
            return Refused(reason=f"{where}: too many requests ({status})", retry_after=wait)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
            return Unclear(f"{where}: the server failed ({status})")
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            is_kept = status in _KEPT_REDIRECTS
            return Refused(
                reason=f"{where}: the server sends us on to {_target(answer)}, which is not followed ({status})",
                is_permanent=is_kept,
                closes_channel=is_kept,
            )
        return answer

    def _object_to(self, url: httpx.URL, peer: str) -> str:
        is_listed = url.host in self.private_hosts
        return find_objection(host=url.host, peer=peer, is_secure=url.scheme == "https", allows_private=is_listed)


def name_server(url: httpx.URL) -> str:
    """The server alone: paths and parameters may be as good as a password."""
    return url.netloc.decode("ascii", "replace")


def read_retry_after(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date; None where neither is told, or in no form that makes sense."""
    text = headers.get("retry-after", "").strip()
    try:
        wait = timedelta(seconds=min(float(text), LONGEST_WAIT.total_seconds())) if isfinite(float(text)) else None
    except ValueError:
        wait = _until(text, now)
    return None if wait is None else min(max(wait, timedelta(0)), LONGEST_WAIT)


def _until(text: str, now: datetime) -> timedelta | None:
    try:
        instant = parsedate_to_datetime(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _target(answer: Answer) -> str:
    try:
        host = httpx.URL(answer.headers.get("location", "")).host
    except (httpx.InvalidURL, ValueError):
        host = ""
    return host or "another address"


def _say(error: BaseException, deadline: Deadline) -> str:
    """In our own words: those of libraries quote addresses and headers."""
    if deadline.is_over:
        return "no whole answer came in time" if deadline.has_left else "the server cannot be reached in time"
    if isinstance(error, _BodyError):
        return str(error)
    if isinstance(error, httpx.TimeoutException):
        return "no answer came in time" if deadline.has_left else "the server cannot be reached in time"
    broke_off = "the connection broke off, or it is no proper HTTP"
    return _say_cause(error) or (broke_off if deadline.has_left else "no connection comes about")


def _say_cause(error: BaseException | None) -> str:
    """The first cause that says more than that the connection failed."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"the certificate of the server is not trusted ({error.verify_message}); see ca_file"
        if isinstance(error, ssl.SSLError):
            return f"no secure connection comes about ({error.reason or 'TLS'})"
        if isinstance(error, socket.gaierror | UnicodeError):
            return "the name of the server is not known"
        if isinstance(error, ConnectionRefusedError):
            return "the server refuses connections"
        error = error.__cause__ or error.__context__
    return ""


def _gather(response: httpx.Response) -> bytes:
    """The body, unpacked no further than what is allowed: a small body may hold a thousand times its length."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    unpacker = zlib.decompressobj(_GZIP) if coding in {"gzip", "x-gzip"} else None
    if unpacker is None and coding not in {"", "identity"}:
        raise _BodyError("the answer is packed in a way that was not asked for")
    body = bytearray()
    try:
        for chunk in response.iter_raw():
            body += unpacker.decompress(chunk, LARGEST_ANSWER_BYTES + 1 - len(body)) if unpacker else chunk
            if len(body) > LARGEST_ANSWER_BYTES:
                raise _BodyError(f"the answer is larger than {LARGEST_ANSWER_BYTES // 1024 // 1024} MB")
    except zlib.error:
        raise _BodyError("the answer cannot be unpacked") from None
    if unpacker is not None and not unpacker.eof:
        raise _BodyError("the answer broke off before it was complete")
    return bytes(body)
