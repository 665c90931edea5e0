"""`/livez`, `/readyz`, `/statusz` and `/metrics`, for those who watch the service; nothing can be changed here.

Whoever reaches the port sees a yes or a no. Everything else needs the token, unless only this machine can ask. Names
that lead here from elsewhere are refused, so that no page in a browser reads it by a name of its own (DNS rebinding).
"""

import hmac
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

import orjson
import structlog

from align_sync.app import App
from align_sync.daemon.gauges import list_gauges
from align_sync.errors import AlignSyncError, UserError
from align_sync.flows.watch import Watched, is_loopback, watch
from align_sync.settings_service import ServeSettings
from align_sync.telemetry.exposition import CONTENT_TYPE, write_metrics
from align_sync.telemetry.metrics import TALLY, Tally

log = structlog.get_logger(__name__)

FRESH_SECONDS = 5.0
"""So long an answer of the database is shown again: asking often must not cost it anything."""

MOST_AT_ONCE = 32
LINE_SECONDS = 5.0
Requested = socket.socket | tuple[bytes, socket.socket]
_SETTING = "ALIGN_SYNC_SERVE__PROBES"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """What the service says of itself: `is_turning` whether its loop turns, `unready` why it does no work, or ""."""

    app: App
    is_turning: Callable[[], bool]
    unready: Callable[[], str]
    tally: Tally = TALLY


@contextmanager
def open_probes(serve: ServeSettings, state: ServiceState) -> Iterator[str]:
    """Answer until the end; gives the address, "" where the settings want none.

    Raises `UserError` where nothing can listen there.
    """
    if serve.probes_address is None:
        yield ""
        return
    host, port = serve.probes_address
    probes = _Probes(state, host, serve.probes_token.get_secret_value() if serve.probes_token else "")
    server = _listen(host, port, probes)
    thread = threading.Thread(target=server.serve_forever, name="probes", daemon=True)
    thread.start()
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{server.server_port}"
    log.info("probes.opened", address=address)
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _listen(host: str, port: int, probes: "_Probes") -> "_Server":
    try:
        return _Server(host, port, probes)
    except OSError as error:
        advice = "name another port, or end what listens there"
        raise UserError(f"nothing can listen there: {error.strerror}", where=_SETTING, advice=advice) from None


@dataclass(frozen=True, slots=True)
class Reply:
    status: HTTPStatus
    body: bytes
    kind: str = "text/plain; charset=utf-8"


class _Probes:
    """What is answered to whom."""

    def __init__(self, state: ServiceState, host: str, token: str) -> None:
        self._state, self._token = state, token.encode()
        self._is_open = is_loopback(host) and not token
        self._hosts = {"localhost", host.casefold(), socket.gethostname().casefold()}
        self._asking = threading.Lock()
        self._watched: tuple[float, Watched | None] | None = None

    def answer(self, path: str, host: str, authorization: str) -> Reply:
        holds_token = self._holds_token(authorization)
        if not holds_token and not self._may_be_called(host):
            return _say(HTTPStatus.MISDIRECTED_REQUEST, "this name does not lead here")
        return self._tell(path.partition("?")[0], is_known=self._is_open or holds_token)

    def _tell(self, path: str, *, is_known: bool) -> Reply:
        match path:
            case "/livez":
                return self._live()
            case "/readyz":
                return self._ready(with_reason=is_known)
            case "/statusz" | "/metrics" if not is_known:
                return _say(HTTPStatus.UNAUTHORIZED, "the token is needed")
            case "/statusz":
                return Reply(HTTPStatus.OK, orjson.dumps(self._status()), "application/json")
            case "/metrics":
                told = write_metrics(self._state.tally, list_gauges(self._watch(), self._find_unready()))
                return Reply(HTTPStatus.OK, told, CONTENT_TYPE)
        return _say(HTTPStatus.NOT_FOUND, "there are /livez, /readyz, /statusz and /metrics")

    def _holds_token(self, authorization: str) -> bool:
        kind, _, told = authorization.partition(" ")
        # The comparison takes as long for a wrong token as for the right one.
        is_right = hmac.compare_digest(told.strip().encode(), self._token)
        return bool(self._token) and kind.casefold() == "bearer" and is_right

    def _may_be_called(self, host: str) -> bool:
        """By number, as probes and Prometheus call it, or by a name of this machine."""
        name = host.rpartition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
        try:
            ip_address(name)
        except ValueError:
            return name.casefold() in self._hosts
        return True

    def _live(self) -> Reply:
        if self._state.is_turning():
            return _say(HTTPStatus.OK, "alive")
        return _say(HTTPStatus.SERVICE_UNAVAILABLE, "the loop stands still")

    def _ready(self, *, with_reason: bool) -> Reply:
        if unready := self._find_unready():
            return _say(HTTPStatus.SERVICE_UNAVAILABLE, unready if with_reason else "not ready")
        return _say(HTTPStatus.OK, "ready")

    def _find_unready(self) -> str:
        if unready := self._state.unready():
            return unready
        watched = self._watch()
        if watched is None:
            return "the database does not answer"
        return "" if watched.is_schema_current else "the schema of the database is not the present one"

    def _watch(self) -> Watched | None:
        """None where the database does not answer. One asks; the others wait, and get the same."""
        with self._asking:
            if self._watched is None or time.monotonic() - self._watched[0] > FRESH_SECONDS:
                try:
                    watched: Watched | None = watch(self._state.app)
                except AlignSyncError:
                    watched = None
                self._watched = (time.monotonic(), watched)
            return self._watched[1]

    def _status(self) -> Mapping[str, Any]:
        watched = self._watch()
        told: dict[str, Any] = {"unready": self._find_unready(), "is_turning": self._state.is_turning()}
        if watched is None:
            return told
        return told | {
            "at": watched.at,
            "engine": watched.engine,
            "daemons": [
                {"owner": one.owner, "version": one.version, "seen_at": one.seen_at} for one in watched.daemons
            ],
            "sources": [
                {
                    "source": one.source,
                    "complete_at": one.complete_at,
                    "items": one.members,
                    "failures": one.failures,
                    "blocked_until_at": _still(one.blocked_until_at, watched.at),
                    "failure": one.failure or one.error,
                }
                for one in watched.sources
            ],
            "channels": [
                {
                    "channel": one.channel,
                    "kind": one.kind,
                    "is_closed": one.is_closed,
                    "reason": one.reason,
                    "blocked_until_at": _still(one.blocked_until_at, watched.at),
                    "waiting": one.waiting,
                    "held": one.held,
                    "dead": one.dead,
                }
                for one in watched.channels
            ],
            "dead_runs": watched.dead_runs,
        }


def _still(until: datetime | None, now: datetime) -> datetime | None:
    return until if until is not None and until > now else None


def _say(status: HTTPStatus, text: str) -> Reply:
    return Reply(status, f"{text}\n".encode())


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: str, port: int, probes: _Probes) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.probes = probes
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)
        super().__init__((host, port), _Request)

    def process_request(self, request: Requested, client_address: object) -> None:
        """Whoever comes while all places are taken is turned away before a thread is made."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Requested, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that went away in mid-way is nobody's fault; the library would print a traceback."""
        del request, client_address


class _Request(BaseHTTPRequestHandler):
    timeout = LINE_SECONDS
    server_version, sys_version = "align-sync", ""
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        try:
            reply = self.server.probes.answer(
                self.path, self.headers.get("Host", ""), self.headers.get("Authorization", "")
            )
        except Exception:
            log.exception("probe.failed")
            reply = _say(HTTPStatus.INTERNAL_SERVER_ERROR, "a fault of ours")
        self._write(reply)

    def _write(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        if reply.status is HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", "Bearer")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Not one line for each: probes come every few seconds."""

    def log_error(self, *what: object) -> None:
        """Neither for those who speak no HTTP."""
