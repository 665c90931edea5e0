"""A small threaded HTTP/1.1 server on loopback that all fakes share, with a log of requests and faults to inject."""

import contextlib
import socket
import socketserver
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from io import BufferedIOBase
from types import MappingProxyType, TracebackType
from typing import Self
from urllib.parse import parse_qsl, unquote

from align_sync.demo.faults import Delivery, Faults
from align_sync.demo.http_messages import JSON_TYPE, Fake, Request, Response, json_response

__all__ = [
    "JSON_TYPE",
    "Fake",
    "FakeServer",
    "RecordedRequest",
    "Request",
    "RequestLog",
    "Response",
    "json_response",
]

_REASONS = {status.value: status.phrase for status in HTTPStatus}
_MAX_LINE = 65536


class _BadRequestError(Exception):
    """The bytes on the wire are no HTTP request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """A request as it came, what it was answered, and when, on the monotonic clock."""

    request: Request
    status: int | None
    started: float
    ended: float

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def path(self) -> str:
        return self.request.path

    @property
    def query(self) -> Mapping[str, tuple[str, ...]]:
        return self.request.query

    @property
    def headers(self) -> Mapping[str, str]:
        return self.request.headers

    @property
    def body(self) -> bytes:
        return self.request.body


class RequestLog:
    """The newest `max_log` requests, and the number of all; safe to read while the server works."""

    def __init__(self, max_log: int) -> None:
        self._entries: deque[RecordedRequest] = deque(maxlen=max_log)
        self._lock = threading.Lock()
        self._total = 0

    def append(self, entry: RecordedRequest) -> None:
        with self._lock:
            self._entries.append(entry)
            self._total += 1

    @property
    def total(self) -> int:
        with self._lock:
            return self._total

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._total = 0

    def all(self) -> tuple[RecordedRequest, ...]:
        with self._lock:
            return tuple(self._entries)

    def __iter__(self) -> Iterator[RecordedRequest]:
        return iter(self.all())

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries)

    def __getitem__(self, index: int) -> RecordedRequest:
        with self._lock:
            return self._entries[index]


class FakeServer:
    """Serves one fake on 127.0.0.1 until closed; `latency` is slept per request in the thread of its connection."""

    def __init__(
        self,
        fake: Fake,
        port: int = 0,
        latency: timedelta = timedelta(0),
        faults: Faults | None = None,
        max_log: int = 100_000,
    ) -> None:
        self.fake = fake
        self.faults = faults if faults is not None else Faults()
        self.latency = latency
        self.requests = RequestLog(max_log)
        self.errors: list[BaseException] = []
        self.closing = threading.Event()
        self._listener = _Listener(("127.0.0.1", port), self)
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.02}, name=f"fake-{fake.name}", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listener.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def count(self, predicate: Callable[[RecordedRequest], bool] = lambda _: True) -> int:
        return sum(1 for entry in self.requests if predicate(entry))

    def wait(self, span: timedelta) -> None:
        """Sleep, but no longer than the server lives."""
        if span > timedelta(0):
            self.closing.wait(span.total_seconds())

    def close(self) -> None:
        """Stop listening and drop every open connection; calling it twice is harmless.

        Raises what the fake itself raised while answering: a bug in a fake must not pass for a bad network.
        """
        self._shut()
        if self.errors:
            raise RuntimeError(f"the fake {self.fake.name} broke while answering") from self.errors.pop()

    def _shut(self) -> None:
        if self.closing.is_set():
            return
        self.closing.set()
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()
        self._listener.drop_connections()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self._shut()


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 512

    def __init__(self, address: tuple[str, int], owner: FakeServer) -> None:
        self.owner = owner
        self._open: dict[socket.socket, threading.Thread] = {}
        self._open_lock = threading.Lock()
        super().__init__(address, _Connection)

    def handle_error(self, request: object, client_address: object) -> None:
        del request, client_address
        error = sys.exc_info()[1]
        if error is not None:
            self.owner.errors.append(error)

    def opened(self, connection: socket.socket) -> None:
        with self._open_lock:
            self._open[connection] = threading.current_thread()

    def closed(self, connection: socket.socket) -> None:
        with self._open_lock:
            self._open.pop(connection, None)

    def drop_connections(self) -> None:
        with self._open_lock:
            still_open = dict(self._open)
        for connection in still_open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in still_open.values():
            thread.join(timeout=5)


class _Connection(socketserver.StreamRequestHandler):
    server: _Listener
    request: socket.socket
    disable_nagle_algorithm = True
    rbufsize = _MAX_LINE

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.request)

    def finish(self) -> None:
        # a client that went away must not be worth a traceback
        with contextlib.suppress(OSError):
            super().finish()
        self.server.closed(self.request)

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            while not self.server.owner.closing.is_set() and self._exchange():
                pass

    def _exchange(self) -> bool:
        """Answer one request; False where the connection ends."""
        try:
            request = _read_request(self.rfile)
        except (_BadRequestError, ValueError):
            self.request.sendall(_head(Response(400), length=0, close=True))
            return False
        if request is None:
            return False
        started = time.monotonic()
        owner = self.server.owner
        owner.wait(owner.latency)
        delivery = _deliver(owner, request)
        owner.wait(delivery.wait)
        status = None if delivery.reset else delivery.response.status
        # logged before it is sent, so that a client that has its answer finds its request in the log
        owner.requests.append(RecordedRequest(request=request, status=status, started=started, ended=time.monotonic()))
        return self._send(request, delivery)

    def _send(self, request: Request, delivery: Delivery) -> bool:
        if delivery.reset:
            # linger 0 makes close() send RST instead of FIN
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.wfile.close()
            self.request.close()
            return False
        response = delivery.response
        close = delivery.missing > 0 or request.headers.get("connection", "").lower() == "close"
        body = b"" if request.method == "HEAD" else response.body
        head = _head(response, length=len(response.body), close=close)
        if delivery.missing:
            body = body[: max(0, len(body) - delivery.missing)]
        if delivery.chunk:
            self.request.sendall(head)
            self._drip(body, delivery)
        else:
            self.request.sendall(head + body)
        return not close

    def _drip(self, body: bytes, delivery: Delivery) -> None:
        for start in range(0, len(body), delivery.chunk):
            if self.server.owner.closing.is_set():
                return
            self.request.sendall(body[start : start + delivery.chunk])
            self.server.owner.wait(delivery.pause)


def _deliver(owner: FakeServer, request: Request) -> Delivery:
    action = owner.faults.take(request)
    if action is None:
        return Delivery(response=owner.fake.answer(request))
    return action.deliver(request, lambda: owner.fake.answer(request))


def _head(response: Response, *, length: int, close: bool) -> bytes:
    lines = [f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    lines.append(f"Content-Length: {length}")
    if close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _read_request(stream: BufferedIOBase) -> Request | None:
    """Read one request; None where the client closed the connection between requests."""
    line = stream.readline(_MAX_LINE)
    if not line.strip():
        return None
    try:
        method, target, version = line.decode("latin-1").split()
    except ValueError:
        raise _BadRequestError from None
    if not version.startswith("HTTP/1."):
        raise _BadRequestError
    headers = _read_headers(stream)
    path, _, query = target.partition("?")
    return Request(
        method=method,
        path=unquote(path),
        query=_read_query(query),
        headers=MappingProxyType(headers),
        body=_read_body(stream, headers),
    )


def _read_headers(stream: BufferedIOBase) -> dict[str, str]:
    headers: dict[str, str] = {}
    while True:
        line = stream.readline(_MAX_LINE)
        if line in (b"\r\n", b"\n", b""):
            return headers
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise _BadRequestError
        headers[name.strip().lower()] = value.strip()


def _read_query(text: str) -> MappingProxyType[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        values[name] = (*values.get(name, ()), value)
    return MappingProxyType(values)


def _read_body(stream: BufferedIOBase, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _read_chunks(stream)
    length = int(headers.get("content-length", "0"))
    body = stream.read(length) if length else b""
    if len(body) < length:
        raise _BadRequestError
    return body


def _read_chunks(stream: BufferedIOBase) -> bytes:
    parts: list[bytes] = []
    while size := int(stream.readline(_MAX_LINE).split(b";")[0], 16):
        parts.append(stream.read(size))
        stream.readline(_MAX_LINE)
    while stream.readline(_MAX_LINE) not in (b"\r\n", b"\n", b""):
        pass
    return b"".join(parts)
