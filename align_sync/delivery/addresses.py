"""Addresses and secrets that settings give a channel, checked before anything is sent with them."""

from urllib.parse import urlsplit

import httpx

from align_sync.errors import UserError
from align_sync.settings_channels import ChannelSettings
from align_sync.settings_metrics import LOOPBACK_HOSTS


def variable_of(name: str, member: str) -> str:
    return f"ALIGN_SYNC_CHANNELS__{name.upper()}__{member}"


def read_url(settings: ChannelSettings, text: str, *, member: str) -> httpx.URL:
    """Where a channel leads, by the library that will use it; the settings have checked it by another one.

    Raises `UserError` where the two do not read the same server, without the address in it, as its path may be as good
    as a password.
    """
    try:
        url = httpx.URL(text.strip())
        is_same = url.host == urlsplit(text.strip()).hostname and not (url.userinfo or url.fragment)
    except (httpx.InvalidURL, ValueError):
        is_same, url = False, httpx.URL()
    is_secure = url.scheme == "https" or (url.scheme == "http" and url.host in LOOPBACK_HOSTS)
    if not (is_same and is_secure and url.host):
        raise UserError(
            "the address is not one of the web that can be used",
            where=f"channels.{settings.name}",
            advice=f"check {member}",
        )
    return url


def read_token(settings: ChannelSettings) -> str:
    """Raises `UserError` where it could not stand in a header, without telling it."""
    token = settings.token.get_secret_value().strip() if settings.token else ""
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise UserError(
            "the token is empty, or holds a character that no token has, such as a space",
            where=f"channels.{settings.name}",
            advice=f"set {variable_of(settings.name, 'TOKEN')} to the token alone, without the word Bearer",
        )
    return token
