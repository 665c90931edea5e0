"""A webhook of anybody's: an event of CloudEvents 1.0, signed as Standard Webhooks are, by the id that it keeps."""

import base64
import binascii
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx
import orjson
from standardwebhooks import Webhook

from align_sync.delivery.addresses import read_url, variable_of
from align_sync.delivery.base import ChannelCheck, UnreadableError
from align_sync.delivery.web import Answer, Web, name_server, read_retry_after
from align_sync.errors import UserError
from align_sync.sending.entry import Certainty, OutboxEntry
from align_sync.sending.outcome import Delivered, Outcome, Refused
from align_sync.settings_channels import ChannelSettings

SOURCE = "/align-sync"
_PREFIX = "whsec_"
_SHORTEST_KEY, _LONGEST_KEY = 24, 64
"""In bytes, https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md."""

_PASSING = frozenset({HTTPStatus.TOO_EARLY, HTTPStatus.LOCKED})


@dataclass(slots=True, kw_only=True)
class WebhookChannel:
    """The receiver drops an event whose `webhook-id` it has, as the standard asks of it: sending again is harmless."""

    name: str
    address: str
    web: Web
    url: httpx.URL = field(repr=False)
    signer: Webhook = field(repr=False)
    certainty: Certainty = Certainty.IDEMPOTENT

    def send(self, entry: OutboxEntry) -> Outcome:
        payload = orjson.loads(entry.payload)
        now = self.web.seams.now()
        event = {
            "specversion": "1.0",
            "id": entry.id,
            "source": SOURCE,
            "type": payload["type"],
            "subject": payload["subject"],
            "time": entry.created_at or now,
            "datacontenttype": "application/json",
            "data": payload["data"],
        }
        content = orjson.dumps(event, option=orjson.OPT_UTC_Z)
        headers = {
            "Content-Type": "application/cloudevents+json; charset=utf-8",
            "webhook-id": entry.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self.signer.sign(entry.id, now, content.decode()),
        }
        reached = self.web.ask("POST", self.url, content=content, headers=headers)
        if not isinstance(reached, Answer):
            return reached
        return Delivered(entry.id) if reached.is_good else self._judge(reached)

    def _judge(self, answer: Answer) -> Refused:
        """410 is how a receiver says that it wants no more; what else it refuses it would refuse again."""
        reason = f"{name_server(self.url)}: the receiver refused it ({answer.status})"
        if answer.status in _PASSING:
            return Refused(reason=reason, retry_after=read_retry_after(answer.headers, now=self.web.seams.now()))
        return Refused(reason=reason, is_permanent=True, closes_channel=answer.status == HTTPStatus.GONE)

    def find(self, entry: OutboxEntry) -> tuple[str, ...]:
        """See `Channel`. Not to be had here, and not needed."""
        raise UnreadableError("a webhook cannot be asked what it has", where=self.name, advice=f"look for {entry.id}")

    def delete(self, entry: OutboxEntry, external_id: str) -> Outcome:
        del entry, external_id
        return Refused(reason="an event cannot be taken back", is_permanent=True)

    def check(self) -> tuple[ChannelCheck, ...]:
        """A `HEAD`, whose answer of any kind shows that somebody is there."""
        reached = self.web.ask("HEAD", self.url, headers={})
        if isinstance(reached, Answer):
            is_fine = None if reached.status == HTTPStatus.GONE else True
            says = f"{name_server(self.url)} answers ({reached.status})"
            return (ChannelCheck(name="receiver", is_fine=is_fine, says=says),)
        advice = f"check {variable_of(self.name, 'URL')}"
        return (ChannelCheck(name="receiver", is_fine=False, says=reached.reason, advice=advice),)

    def close(self) -> None:
        """Nothing is kept open."""


def open_webhook(settings: ChannelSettings, web: Web) -> WebhookChannel:
    text = settings.url.get_secret_value() if settings.url else ""
    url = read_url(settings, text, member=variable_of(settings.name, "URL"))
    secret = settings.secret.get_secret_value().strip() if settings.secret else ""
    signer = Webhook(_read_key(settings, secret))
    return WebhookChannel(name=settings.name, address=settings.address, web=web, url=url, signer=signer)


def _read_key(settings: ChannelSettings, secret: str) -> bytes:
    """The library skips what is no base64, and would sign with what little is left."""
    text = secret.removeprefix(_PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
        raise UserError(
            f"the secret that events are signed with is not {_SHORTEST_KEY} to {_LONGEST_KEY} bytes in base64",
            where=f"channels.{settings.name}",
            advice=f"make one with `openssl rand -base64 32`, and set {variable_of(settings.name, 'SECRET')}",
        )
    return key
