"""One JSON request to a tracker: time limits, size limit, no redirects, retries, and every failure as one of ours.

Only reads go through here, so that a request may be repeated freely (searching and bulk reading are POSTs that
change nothing). Nothing of a request or an answer but its status, address path and a cut text enters an error.
"""

import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache, cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import structlog

from align_sync.errors import (
    AuthError,
    FatalError,
    ForbiddenError,
    InterruptedPullError,
    RefusedError,
    RetriableError,
    SourceError,
)
from align_sync.seams import Seams
from align_sync.trackers.base import Traffic
from align_sync.trackers.gate import Gate
from align_sync.trackers.json_text import read_json
from align_sync.trackers.limits import is_nearly_spent, parse_wait
from align_sync.trackers.persistence import Patience, Persistence

log = structlog.get_logger(__name__)

LARGEST_ANSWER_BYTES = 64 * 1024 * 1024
"""A hub issue of 13.6 MB has been seen in the wild; four of them in one answer is where we stop."""

CUT_TEXT = 300

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SAYINGS: Mapping[int, tuple[type[FatalError], str, str]] = {
    HTTPStatus.UNAUTHORIZED: (AuthError, "the credentials are refused", "token"),
    HTTPStatus.FORBIDDEN: (ForbiddenError, "access is forbidden", "token"),
    HTTPStatus.GONE: (FatalError, "the address was removed by the server", "removed"),
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Without slots, since the decoded body is kept: who judges an answer decodes it, and who asked for it reads it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    path: str

    def json(self) -> Any:  # noqa: ANN401 -- what outside sends has no type until it is parsed
        """The decoded body. Raises `ValueError` where it is not JSON."""
        return self._told

    @cached_property
    def _told(self) -> object:
        return read_json(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """The words that mend a failure, in terms of the source's own settings."""

    token: str
    url: str
    removed: str = "update align-sync; this version asks for an address that the server has taken away"


Classify = Callable[[Answer], SourceError | None]


@dataclass(slots=True, kw_only=True)
class JsonClient:
    """A connection to one server. `classify` may turn an answer into an error before the general rules look at it."""

    source: str
    base_url: str
    headers: Callable[[], Mapping[str, str]]
    advice: Advice
    seams: Seams
    gate: Gate
    patience: Patience = field(default_factory=Patience)
    transport: httpx.BaseTransport | None = None
    ca_file: str | None = None
    classify: Classify = lambda _answer: None
    traffic: Traffic = field(default_factory=Traffic)
    server_at: datetime | None = field(default=None, init=False)
    """The server's own clock at its first answer."""

    persistence: Persistence = field(init=False, repr=False)
    _client: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        limits = self.patience
        self.persistence = Persistence(
            source=self.source, patience=self.patience, seams=self.seams, traffic=self.traffic
        )
        self._client = httpx.Client(
            timeout=httpx.Timeout(
                limits.read.total_seconds(),
                connect=limits.connect.total_seconds(),
                pool=limits.total.total_seconds(),
            ),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=64),
            follow_redirects=False,
            trust_env=False,
            transport=self.transport,
            verify=_trusted(self.ca_file),
        )

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Answer:
        return self._ask("GET", path, params=params)

    def post(self, path: str, body: object) -> Answer:
        return self._ask("POST", path, body=body)

    def get_json(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:  # noqa: ANN401 -- see Answer
        return self.get(path, params).json()

    def post_json(self, path: str, body: object) -> Any:  # noqa: ANN401 -- see Answer
        return self.post(path, body).json()

    def _ask(
        self, method: str, path: str, *, params: Mapping[str, str | int] | None = None, body: object = None
    ) -> Answer:
        return self.persistence.call(self._ask_once, method, path, params, body)

    def _ask_once(self, method: str, path: str, params: Mapping[str, str | int] | None, body: object) -> Answer:
        if self.seams.stopping():
            raise InterruptedPullError("interrupted", where=self.source)
        with self.gate.pass_through() as generation:
            self.seams.failpoint("request.before")
            self.traffic.add(requests=1)
            answer = self._send(method, path, params, body)
            self.seams.failpoint("request.after")
        # Judged after the place is given back: decoding takes a while, and the next request need not wait for it.
        error = self.error_of(answer)
        if error is None:
            if is_nearly_spent(answer.headers):
                self.gate.slow_down(generation)
            else:
                self.gate.speed_up()
            return answer
        if isinstance(error, RetriableError) and error.throttled:
            self.traffic.add(throttled=1)
            self.gate.slow_down(generation, self._pause(error))
        log.debug("request.failed", source=self.source, method=method, path=path, status=answer.status)
        raise error

    def _pause(self, error: RetriableError) -> datetime | None:
        if error.retry_at is None:
            return None
        return min(error.retry_at, self.seams.now() + self.patience.longest_wait)

    def _send(self, method: str, path: str, params: Mapping[str, str | int] | None, body: object) -> Answer:
        headers = {"Accept": "application/json", **self.headers()}
        content = None
        if body is not None:
            content = orjson.dumps(body)
            headers["Content-Type"] = "application/json"
        started = time.monotonic()
        try:
            with self._client.stream(
                method, self.base_url + path, params=params, content=content, headers=headers
            ) as response:
                received = self.gather(response.iter_bytes(), where=f"{self.source}: {method} {path}", started=started)
        except httpx.TimeoutException as error:
            raise RetriableError(
                f"no answer in time ({type(error).__name__})", where=f"{self.source}: {method} {path}"
            ) from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise RetriableError(
                f"the connection failed ({_cut(str(error)) or type(error).__name__})",
                where=f"{self.source}: {method} {path} on {_host(self.base_url)}",
                advice=self.advice.url,
            ) from None
        return Answer(status=response.status_code, headers=response.headers, body=received, path=path)

    def gather(self, chunks: Iterable[bytes], *, where: str, started: float) -> bytes:
        """A whole body, counted; fails where it is too large, or where a drip of it outlasts our patience."""
        deadline = started + self.patience.total.total_seconds()
        received = bytearray()
        for chunk in chunks:
            received += chunk
            if len(received) > LARGEST_ANSWER_BYTES:
                raise FatalError(
                    f"the answer is larger than {LARGEST_ANSWER_BYTES // 1024 // 1024} MB",
                    where=where,
                    advice="check that the address is that of the tracker itself",
                )
            if time.monotonic() > deadline:
                raise RetriableError("the answer took too long", where=where)
        self.traffic.add(received_bytes=len(received))
        return bytes(received)

    def error_of(self, answer: Answer) -> SourceError | None:
        """What an answer means for the caller; None where it is good. Also judges what other clients got."""
        if self.server_at is None:
            self.server_at = _read_date(answer.headers.get("date"))
        error = self.classify(answer)
        if error is not None:
            return error
        where = f"{self.source}: {answer.path}"
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            return self._error_of_good_status(answer, where)
        return self._error_of_bad_status(answer, where)

    def _error_of_good_status(self, answer: Answer, where: str) -> SourceError | None:
        kind = answer.headers.get("content-type", "").lower()
        if "html" in kind or answer.body[:64].lstrip().lower().startswith((b"<!doctype html", b"<html")):
            return AuthError(
                "a web page came back where data was asked for, mostly a login page",
                where=where,
                advice=self.advice.token,
            )
        try:
            answer.json()
        except ValueError:
            # Its content is not told: it may be half of what people wrote.
            form = f"{kind or 'no content type'}, {len(answer.body):,} bytes"
            return RetriableError(f"the answer is not JSON ({form})", where=where, advice=self.advice.url)
        return None

    def _error_of_bad_status(self, answer: Answer, where: str) -> SourceError:
        status, said = answer.status, said_by(answer)
        if status in _REDIRECTS:
            target = _host(answer.headers.get("location", "")) or "another address"
            said = f"the server sends us on to {target}, which is not followed"
            return FatalError(said, where=where, advice=self.advice.url)
        if status in _SAYINGS:
            kind, words, advice = _SAYINGS[status]
            return kind(f"{words} ({status}){said}", where=where, advice=getattr(self.advice, advice))
        throttled = status == HTTPStatus.TOO_MANY_REQUESTS
        if throttled or status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
            retry_at = parse_wait(answer.headers, now=self.seams.now())
            until = f", until {retry_at:%H:%M:%S} UTC" if retry_at is not None else ""
            return RetriableError(
                f"too many requests ({status}){until}" if throttled else f"the server failed ({status}){said}",
                where=where,
                advice="nothing was lost; the next run goes on",
                throttled=throttled or "retry-after" in answer.headers,
                retry_at=retry_at,
            )
        return RefusedError(
            f"the server refused the request ({status}){said}", status=status, where=where, advice=self.advice.url
        )


@cache
def _trusted(ca_file: str | None) -> ssl.SSLContext:
    """Whom we trust: reading all authorities takes 20 ms, so that it is done once."""
    return ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context()


def said_by(answer: Answer) -> str:
    """The server's own words, cut, where they are words."""
    try:
        told = answer.json()
    except ValueError:
        return ""
    words = []
    if isinstance(told, dict):
        words += [str(text) for text in told.get("errorMessages") or ()]
        words += (
            [f"{name}: {text}" for name, text in (told.get("errors") or {}).items()]
            if isinstance(told.get("errors"), dict)
            else []
        )
        words += [str(told[name]) for name in ("message", "error") if isinstance(told.get(name), str)]
    return f": {_cut('; '.join(words))}" if words else ""


def _cut(text: str) -> str:
    return text if len(text) <= CUT_TEXT else text[:CUT_TEXT] + "…"


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _read_date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
