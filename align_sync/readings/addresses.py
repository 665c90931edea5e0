"""Which addresses readings are asked of: https, or this machine itself, and never what only the network's host sees."""

import base64
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from align_sync import wire
from align_sync.errors import ReadingError
from align_sync.settings import Settings
from align_sync.settings_metrics import LOOPBACK_HOSTS

AS_OF_MARK = "{as_of}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A server, how to sign in to it, and whom to trust for it. Neither address nor credentials enter a message."""

    url: str = field(repr=False)
    authorization: str = field(default="", repr=False)
    ca_file: str | None = None


def find_access(settings: Settings, name: str) -> Access:
    """The connection of this name. A user and password in its address sign in by basic authentication."""
    connection = settings.connections.get(name)
    variable = f"ALIGN_SYNC_CONNECTIONS__{name.upper()}__"
    if connection is None or connection.url is None:
        raise ReadingError(f"the connection {name} has no address", advice=f"set {variable}URL")
    url = _parse(connection.url.get_secret_value().strip(), advice=f"check {variable}URL")
    token = connection.token.get_secret_value().strip() if connection.token else ""
    if url.userinfo and token:
        raise ReadingError(
            f"the connection {name} has both a token and a password in its address",
            advice=f"keep one of them: {variable}URL or {variable}TOKEN",
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ReadingError(
            f"the token of the connection {name} holds a character that no token has, such as a space",
            advice=f"set {variable}TOKEN to the token alone, without the word Bearer",
        )
    authorization = f"Bearer {token}" if token else ""
    if url.userinfo:
        pair = f"{url.username}:{url.password}".encode()
        authorization = f"Basic {base64.b64encode(pair).decode()}"
    return Access(
        url=str(url.copy_with(username=None, password=None)),
        authorization=authorization,
        ca_file=str(connection.ca_file) if connection.ca_file else None,
    )


def join_below(base: str, below: str) -> str:
    """The address with a path and parameters put after its own; never one on another host."""
    path, _, query = base.partition("?")
    more_path, _, more_query = below.partition("?")
    if more_path:
        path = f"{path.rstrip('/')}/{more_path.lstrip('/')}"
    query = "&".join(filter(None, (more_query, query)))
    return f"{path}?{query}" if query else path


def fill_in(text: str, at: datetime) -> str:
    """The day that is asked for in the place of `{as_of}`."""
    return text.replace(AS_OF_MARK, at.date().isoformat())


def check_address(text: str) -> httpx.URL:
    """The address, parsed once by the library that will use it. Raises `ReadingError`, without the address in it."""
    url = _parse(text, advice="write it as https://metrics.example.com/refunds.json")
    if url.userinfo or url.fragment:
        raise ReadingError(
            "the address holds a user, a password or a fragment",
            advice="sign in through a connection, whose address and token stand in the environment",
        )
    if url.scheme == "http" and url.host not in LOOPBACK_HOSTS:
        raise ReadingError("the address is not https, so that what it tells could be read or changed on its way")
    return url


def _parse(text: str, *, advice: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise ReadingError("the address cannot be read", advice=advice) from None
    if url.scheme not in {"https", "http"} or not url.host:
        raise ReadingError("the address is not one of the web", advice=advice)
    return url


def name_server(url: httpx.URL) -> str:
    """The server alone: paths and parameters may be as good as a password."""
    return url.netloc.decode("ascii", "replace")


def find_objection(url: httpx.URL, peer: str) -> str:
    """Why a server that answers at this network address is not asked, "" where nothing speaks against it."""
    return wire.find_objection(host=url.host, peer=peer, is_secure=url.scheme == "https")
