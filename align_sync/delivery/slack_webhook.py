"""Slack by an incoming webhook: one message at a time, with no name out there, so that nobody can look it up."""

from dataclasses import dataclass, field

import httpx
import orjson
import structlog

from align_sync.delivery.addresses import read_url, variable_of
from align_sync.delivery.base import ChannelCheck, UnreadableError
from align_sync.delivery.slack_errors import UNFIT_BLOCKS, judge_word, read_word
from align_sync.delivery.web import CLOSED_DOORS, Answer, Reached, Web
from align_sync.sending.entry import Certainty, OutboxEntry
from align_sync.sending.outcome import Delivered, Outcome, Refused, Unclear
from align_sync.settings_channels import ChannelSettings

log = structlog.get_logger(__name__)

_ALIVE = frozenset({"no_text", "invalid_payload", "missing_text_or_fallback_or_attachments"})
_LONGEST_WORD = 100


@dataclass(slots=True, kw_only=True)
class SlackWebhookChannel:
    """A reply or an edit is sent as a message of its own: without a name there is nothing to hang it on."""

    name: str
    address: str
    web: Web
    url: httpx.URL = field(repr=False)
    certainty: Certainty = Certainty.NONE

    def send(self, entry: OutboxEntry) -> Outcome:
        payload = orjson.loads(entry.payload)
        ends = self.web.ends()
        outcome, word = self._post({**_message(payload["text"]), "blocks": payload["blocks"]}, ends)
        if word in UNFIT_BLOCKS and isinstance(outcome, Refused) and payload.get("plain_blocks"):
            log.warning("blocks.refused", channel=self.name, entry=entry.id, error=word)
            outcome, _ = self._post({**_message(payload["text"]), "blocks": payload["plain_blocks"]}, ends)
        return outcome

    def _post(self, message: object, ends: float | None = None) -> tuple[Outcome, str]:
        """The outcome, and Slack's word where it gave one."""
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return _judge(self.web.ask("POST", self.url, content=orjson.dumps(message), headers=headers, ends=ends))

    def find(self, entry: OutboxEntry) -> tuple[str, ...]:
        """See `Channel`. Not to be had here."""
        raise UnreadableError(
            "an incoming webhook tells nothing of what was posted", where=self.name, advice=f"look for {entry.id}"
        )

    def delete(self, entry: OutboxEntry, external_id: str) -> Outcome:
        del entry, external_id
        return Refused(reason="an incoming webhook deletes nothing", is_permanent=True)

    def check(self) -> tuple[ChannelCheck, ...]:
        """A message without a text is refused, and by what word tells whether the webhook is alive."""
        outcome, word = self._post({})
        is_fine = word in _ALIVE
        reason = "" if isinstance(outcome, Delivered) else outcome.reason
        return (
            ChannelCheck(
                name="webhook",
                is_fine=is_fine,
                says="takes messages" if is_fine else reason or "it took a message without a text, as slack never does",
                advice="" if is_fine else "make a new webhook, and set its address",
            ),
            ChannelCheck(
                name="certainty",
                is_fine=None,
                says="a message may be missed or repeated after a crash, and a person is asked",
                advice="use a channel of kind slack, whose messages can be looked up",
            ),
        )

    def close(self) -> None:
        """Nothing is kept open."""


def open_slack_webhook(settings: ChannelSettings, web: Web) -> SlackWebhookChannel:
    text = settings.url.get_secret_value() if settings.url else ""
    url = read_url(settings, text, member=variable_of(settings.name, "URL"))
    return SlackWebhookChannel(name=settings.name, address=settings.address, web=web, url=url)


def _message(text: object) -> dict[str, object]:
    return {"text": text, "unfurl_links": False, "unfurl_media": False, "parse": "none", "link_names": False}


def _judge(reached: Reached) -> tuple[Outcome, str]:
    if not isinstance(reached, Answer):
        return reached, ""
    said = reached.body[:_LONGEST_WORD].decode("utf-8", "replace").strip()
    if reached.is_good:
        return (Delivered(""), "") if said == "ok" else (Unclear("the answer is not slack's ok"), "")
    word = read_word(said)
    outcome = judge_word(word) if word else None
    if isinstance(outcome, Refused):
        return outcome, word
    # Here every status of 4xx is a no, by whatever word; one that is not known may be anybody's.
    reason = f"slack says no ({reached.status})"
    return Refused(reason=reason, is_permanent=True, closes_channel=reached.status in CLOSED_DOORS), word
