"""Slack by a bot's token: messages carry their key, so that it can be looked up whether they are there."""

from dataclasses import dataclass
from datetime import timedelta

import orjson
import structlog

from align_sync.delivery.addresses import read_token, read_url
from align_sync.delivery.base import ChannelCheck
from align_sync.delivery.slack_api import No, SlackApi, Told, Yes
from align_sync.delivery.slack_checks import check_slack
from align_sync.delivery.slack_errors import UNFIT_BLOCKS
from align_sync.delivery.web import Web
from align_sync.sending.entry import Certainty, OutboxEntry
from align_sync.sending.outcome import Delivered, Outcome, Refused, Unclear
from align_sync.settings_channels import ChannelSettings

log = structlog.get_logger(__name__)

EVENT_TYPE = "align_sync_digest"
LOOK_BACK = timedelta(seconds=120)
"""How far clocks may differ from Slack's, whose own is in the names of messages."""

_PLAIN: Told = {"parse": "none", "link_names": False}
_NO_PREVIEWS: Told = {"unfurl_links": False, "unfurl_media": False}


@dataclass(slots=True, kw_only=True)
class SlackChannel:
    """Messages go to, and are looked for in, the channel that their entry was made for."""

    name: str
    address: str
    api: SlackApi
    certainty: Certainty = Certainty.VERIFIABLE

    def send(self, entry: OutboxEntry) -> Outcome:
        """See `Channel`. An edit leaves the key alone, which is that of the first message."""
        if missing := find_missing(entry):
            return missing
        payload = orjson.loads(entry.payload)
        ends = self.api.web.ends()
        called = self._post(entry, payload, payload["blocks"], ends)
        if isinstance(called, No) and called.word in UNFIT_BLOCKS and payload.get("plain_blocks"):
            # The first answer was a definite no, so that a second attempt cannot make a second message.
            log.warning("blocks.refused", channel=self.name, entry=entry.id, error=called.word)
            called = self._post(entry, payload, payload["plain_blocks"], ends)
        if isinstance(called, No):
            return called.outcome
        ts = called.told.get("ts")
        return Delivered(ts) if isinstance(ts, str) and ts else Unclear("slack says yes, and not what it is called")

    def _post(self, entry: OutboxEntry, payload: Told, blocks: object, ends: float) -> Yes | No:
        message = {"channel": entry.address, "text": payload["text"], "blocks": blocks, **_PLAIN}
        if entry.replaces_external_id:
            return self.api.write("chat.update", {**message, "ts": entry.replaces_external_id}, ends=ends)
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": entry.id}}
        thread = {"thread_ts": entry.parent_external_id} if entry.parent_external_id else {}
        return self.api.write(
            "chat.postMessage", {**message, **_NO_PREVIEWS, **thread, "metadata": metadata}, ends=ends
        )

    def find(self, entry: OutboxEntry) -> tuple[str, ...]:
        """See `Channel`. Of an edit none are found: made twice it is the same as once."""
        if entry.first_send_at is None or entry.replaces_id:
            return ()
        since = f"{(entry.first_send_at - LOOK_BACK).timestamp():.6f}"
        asked: dict[str, str | int] = {"channel": entry.address, "oldest": since, "include_all_metadata": "true"}
        if entry.parent_external_id:
            pages = self.api.pages("conversations.replies", ts=entry.parent_external_id, **asked)
        else:
            pages = self.api.pages("conversations.history", **asked)
        found = {str(message.get("ts")) for message in pages if _key_of(message) == entry.id}
        return tuple(sorted(found, key=_order_of))

    def delete(self, entry: OutboxEntry, external_id: str) -> Outcome:
        """See `Channel`. What is gone already counts as deleted."""
        called = self.api.write("chat.delete", {"channel": entry.address, "ts": external_id})
        if isinstance(called, No) and called.word != "message_not_found":
            return called.outcome
        return Delivered(external_id)

    def check(self) -> tuple[ChannelCheck, ...]:
        return check_slack(self.api, self.address)

    def close(self) -> None:
        """Nothing is kept open."""


def open_slack(settings: ChannelSettings, web: Web) -> SlackChannel:
    url = read_url(settings, settings.api_url, member=f"channels.{settings.name}.api_url")
    api = SlackApi(web=web, url=url, token=read_token(settings))
    return SlackChannel(name=settings.name, address=settings.address, api=api)


def find_missing(entry: OutboxEntry) -> Refused | None:
    """The message that an entry hangs on or replaces has to be out first."""
    if (entry.parent_id and not entry.parent_external_id) or (entry.replaces_id and not entry.replaces_external_id):
        return Refused(reason="the message that it belongs to is not out yet")
    return None


def _key_of(message: Told) -> object:
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return None
    payload = metadata.get("event_payload")
    return payload.get("key") if isinstance(payload, dict) else None


def _order_of(ts: str) -> tuple[int, str]:
    """Seconds of ten digits today; texts alone would put those of eleven first."""
    return len(ts.partition(".")[0]), ts
