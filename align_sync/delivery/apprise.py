"""Other services by the library Apprise, which is an extra; Microsoft Teams gets its card by a request of our own.

Apprise says whether it worked, and no more: what it says no to may have arrived all the same. Its request is made once
and follows no redirect; how long it takes in all, and by which proxy of the environment it goes, is out of our hands.
"""

import importlib
import logging
import warnings
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Protocol

import httpx
import orjson

from align_sync.delivery.addresses import read_url, variable_of
from align_sync.delivery.base import ChannelCheck, UnreadableError
from align_sync.delivery.web import CLOSED_DOORS, CONNECT, TOTAL, Answer, Web, name_server
from align_sync.errors import UserError
from align_sync.sending.entry import Certainty, OutboxEntry
from align_sync.sending.outcome import Delivered, Outcome, Refused, Unclear
from align_sync.settings_channels import ChannelSettings

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
_CERTAINTY = ChannelCheck(
    name="certainty", is_fine=None, says="a message may be missed or repeated after a failure, and a person is asked"
)


@dataclass(slots=True, kw_only=True)
class AppriseChannel:
    """`sender` is Apprise's own, with one address. A reply or an edit is a message of its own."""

    name: str
    address: str
    service: str
    sender: Any = field(repr=False)
    web: Web
    certainty: Certainty = Certainty.NONE

    def send(self, entry: OutboxEntry) -> Outcome:
        payload = orjson.loads(entry.payload)
        self.web.seams.failpoint("request.before")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            is_sent = self.sender.notify(title=payload["title"], body=payload["text"], body_format="text")
        self.web.seams.failpoint("request.after")
        return Delivered("") if is_sent else Unclear(f"{self.service}: apprise says that it failed")

    def find(self, entry: OutboxEntry) -> tuple[str, ...]:
        return refuse_to_find(self.name, entry)

    def delete(self, entry: OutboxEntry, external_id: str) -> Outcome:
        del entry, external_id
        return Refused(reason="apprise deletes nothing", is_permanent=True)

    def check(self) -> tuple[ChannelCheck, ...]:
        """Nothing can be tried without sending."""
        says = f"the address is one of {self.service}; it was not tried"
        return (ChannelCheck(name="service", is_fine=None, says=says), _CERTAINTY)

    def close(self) -> None:
        """Nothing is kept open."""


@dataclass(slots=True, kw_only=True)
class TeamsChannel:
    """A workflow of Power Automate. It takes a message before it posts it, and gives it no name."""

    name: str
    address: str
    url: httpx.URL = field(repr=False)
    web: Web
    certainty: Certainty = Certainty.NONE

    def send(self, entry: OutboxEntry) -> Outcome:
        card = orjson.loads(entry.payload)["card"]
        attachment = {"contentType": CARD_TYPE, "contentUrl": None, "content": card}
        content = orjson.dumps({"type": "message", "attachments": [attachment]})
        reached = self.web.ask("POST", self.url, content=content, headers={"Content-Type": "application/json"})
        if not isinstance(reached, Answer):
            return reached
        if reached.is_good:
            return Delivered("")
        reason = f"{name_server(self.url)}: the workflow refused it ({reached.status})"
        return Refused(reason=reason, is_permanent=True, closes_channel=reached.status in CLOSED_DOORS)

    def find(self, entry: OutboxEntry) -> tuple[str, ...]:
        return refuse_to_find(self.name, entry)

    def delete(self, entry: OutboxEntry, external_id: str) -> Outcome:
        del entry, external_id
        return Refused(reason="a workflow deletes nothing", is_permanent=True)

    def check(self) -> tuple[ChannelCheck, ...]:
        """A workflow runs with whatever it gets: only that its server answers can be tried."""
        reached = self.web.ask("HEAD", self.url.copy_with(raw_path=b"/"), headers={})
        is_there = isinstance(reached, Answer)
        says = f"{name_server(self.url)} answers" if isinstance(reached, Answer) else reached.reason
        return (ChannelCheck(name="workflow", is_fine=is_there, says=says), _CERTAINTY)

    def close(self) -> None:
        """Nothing is kept open."""


def refuse_to_find(name: str, entry: OutboxEntry) -> tuple[str, ...]:
    raise UnreadableError("the service cannot be asked what it has", where=name, advice=f"look for {entry.id}")


def open_apprise(settings: ChannelSettings, web: Web) -> AppriseChannel | TeamsChannel:
    where, variable = f"channels.{settings.name}", variable_of(settings.name, "URL")
    library = _load(where)
    # What it warns of repeats parts of the address.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    asset = library.AppriseAsset(http_redirects=False, default_service_retry=0, storage_mode="memory")
    text = settings.url.get_secret_value().strip() if settings.url else ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plugin = library.Apprise.instantiate(text, asset=asset, suppress_exceptions=True)
    if plugin is None:
        advice = f"check {variable} against https://appriseit.com/services/"
        raise UserError("apprise does not know this kind of address", where=where, advice=advice)
    if type(plugin).__name__ == "NotifyWorkflows":
        url = read_url(settings, _workflow_url(plugin), member=variable)
        return TeamsChannel(name=settings.name, address=settings.address, url=url, web=web)
    plugin.retry, plugin.redirects = 0, False
    plugin.socket_connect_timeout = CONNECT.total_seconds()
    plugin.socket_read_timeout = (TOTAL - CONNECT).total_seconds()
    sender = library.Apprise(asset=asset)
    sender.add(plugin)
    service = str(plugin.service_name)
    return AppriseChannel(name=settings.name, address=settings.address, service=service, sender=sender, web=web)


def _load(where: str) -> ModuleType:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module("apprise")
    except ImportError:
        advice = "install it with `pip install 'align-sync[notify]'`"
        raise UserError("this kind of channel needs the library apprise", where=where, advice=advice) from None


class _Workflow(Protocol):
    """What Apprise reads of the address of a workflow."""

    host: str
    port: int | None
    workflow: str
    signature: str
    power_automate: bool
    routing_id: str | None
    api_version: str


def _workflow_url(plugin: _Workflow) -> str:
    """Apprise reads its many spellings; its own card holds 1,000 characters, and takes mentions out of any text."""
    path = "/powerautomate/automations/direct" if plugin.power_automate else ""
    if path and plugin.routing_id:
        path += f"/cu/{plugin.routing_id}"
    port = f":{plugin.port}" if plugin.port else ""
    query = httpx.QueryParams(
        {"api-version": plugin.api_version, "sp": "/triggers/manual/run", "sv": "1.0", "sig": plugin.signature}
    )
    return f"https://{plugin.host}{port}{path}/workflows/{plugin.workflow}/triggers/manual/paths/invoke?{query}"
