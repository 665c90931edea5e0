"""The channel of one entry of the settings."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import httpx

from align_sync.delivery.apprise import open_apprise
from align_sync.delivery.base import Channel
from align_sync.delivery.email import open_email
from align_sync.delivery.file import open_file
from align_sync.delivery.slack import open_slack
from align_sync.delivery.slack_webhook import open_slack_webhook
from align_sync.delivery.web import TOTAL, Web
from align_sync.delivery.webhook import open_webhook
from align_sync.errors import UserError
from align_sync.seams import Seams
from align_sync.settings_channels import ChannelKind, ChannelSettings
from align_sync.wire import trusted

_OVER_THE_WEB: Mapping[ChannelKind, Callable[[ChannelSettings, Web], Channel]] = {
    ChannelKind.SLACK: open_slack,
    ChannelKind.SLACK_WEBHOOK: open_slack_webhook,
    ChannelKind.WEBHOOK: open_webhook,
    ChannelKind.APPRISE: open_apprise,
}


def open_channel(
    settings: ChannelSettings,
    *,
    seams: Seams,
    transport: httpx.BaseTransport | None = None,
    total: timedelta = TOTAL,
) -> Channel:
    """Nothing is asked yet. Raises `UserError` where a setting cannot work."""
    ca_file = str(settings.ca_file) if settings.ca_file else None
    try:
        trusted(ca_file)
    except OSError:
        where = f"channels.{settings.name}.ca_file"
        raise UserError("the file of trusted authorities cannot be read", where=where) from None
    if settings.kind is ChannelKind.FILE:
        return open_file(settings, seams)
    if settings.kind is ChannelKind.EMAIL:
        return open_email(settings, seams, total=total)
    private_hosts = frozenset(settings.custom_hosts)
    web = Web(seams=seams, private_hosts=private_hosts, ca_file=ca_file, total=total, transport=transport)
    return _OVER_THE_WEB[settings.kind](settings, web)
