"""Guards of a connection: where it may lead, whom it trusts, and how long it may take."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx

from align_sync.settings_metrics import LOOPBACK_HOSTS

_METADATA = frozenset(
    ipaddress.ip_address(text) for text in ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16")
)
"""Where clouds tell a machine its own secrets, beside the link-local 169.254.169.254 that most of them share."""

_CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")
_LEAVES = ".send_request_headers.started"


class OverError(Exception):
    """The time is over, and what was received until then is not used."""


class ObjectionError(Exception):
    """The connection leads to where nothing is sent; its words say why."""


def find_objection(*, host: str, peer: str, is_secure: bool, allows_private: bool = True) -> str:
    """Why a server that answers at this network address is not asked, "" where nothing speaks against it.

    Looked at once the connection stands, so that a name which changes its address in between gains nothing.
    """
    address = ipaddress.ip_address(peer.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    if address.is_loopback:
        return "" if host in LOOPBACK_HOSTS else "its name leads to this machine itself"
    if not is_secure:
        return "its name leads away from this machine, and it is not https"
    if address.is_link_local or address.is_unspecified or address.is_multicast or address in _METADATA:
        return "its name leads to an address that serves only machines of the same network"
    if not (allows_private or address.is_global):
        return "its name leads into the own network, and custom_hosts does not list it"
    return ""


@dataclass(slots=True)
class Deadline:
    """Cuts a connection from outside once its time is over, whatever it is waiting for, and looks at where it leads.

    `object_to` gets the network address of the other side; `has_left` is true from the first byte of a request on.
    """

    object_to: Callable[[str], str]
    is_over: bool = False
    has_left: bool = False
    _socket: socket.socket | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def running(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(max(seconds, 0.0), self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
            if self.is_over:
                # What has no announced length ends, once it is cut, as if it were complete.
                raise OverError
        finally:
            timer.cancel()

    def watch(self, event: str, told: Mapping[str, Any]) -> None:
        """Called by the client with every step it takes."""
        if event.endswith(_LEAVES):
            self.has_left = True
        if event not in _CONNECTED:
            return
        stream = told["return_value"]
        try:
            self.hold(stream.get_extra_info("socket"), stream.get_extra_info("server_addr")[0])
        except ObjectionError:
            stream.close()
            raise

    def hold(self, connection: socket.socket, peer: str) -> None:
        """From now on this is what is cut. Raises `ObjectionError` where the other side is not to be asked."""
        if objection := self.object_to(peer):
            raise ObjectionError(objection)
        with self._lock:
            self._socket = connection
            if self.is_over:
                self._shut()

    def _cut(self) -> None:
        with self._lock:
            self.is_over = True
            self._shut()

    def _shut(self) -> None:
        """Below any TLS, whose own way of closing waits for the other side."""
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


@cache
def trusted(ca_file: str | None) -> ssl.SSLContext:
    """Whom we trust: reading all authorities takes 20 ms, so that it is done once. Raises `OSError`."""
    return ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context()
