"""A pretended receiver of webhooks: it checks signatures by its own reading of the standard, and keeps each id once.

The rules are those of https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md and of
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md.
"""

import base64
import binascii
import hashlib
import hmac
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from align_sync.demo.http_messages import Request, Response

SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
PATH = "/hooks/okrs"
TOLERANCE = timedelta(minutes=5)
_KIND = "application/cloudevents+json"
_NEEDED = ("id", "source", "specversion", "type")


@dataclass(slots=True)
class FakeWebhook:
    """A `Fake`. `events` holds what was taken; `repeats` counts events that were here already."""

    clock: Callable[[], datetime]
    secret: str = SECRET
    name: str = "webhook"
    is_gone: bool = False
    events: dict[str, Mapping[str, object]] = field(default_factory=dict)
    repeats: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Response:
        if self.is_gone:
            return Response(410)
        if request.path != PATH:
            return Response(404)
        if request.method != "POST":
            return Response(405)
        if objection := self._find_objection(request):
            return Response(401, objection.encode())
        event = self._read_event(request)
        if event is None:
            return Response(400, b"this is no event")
        with self.lock:
            key = request.headers["webhook-id"]
            if key in self.events:
                self.repeats += 1
            self.events.setdefault(key, event)
        return Response(204)

    def _find_objection(self, request: Request) -> str:
        key, at = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
        if not key or not at.isdecimal():
            return "webhook-id or webhook-timestamp is missing"
        if abs(self.clock().timestamp() - int(at)) > TOLERANCE.total_seconds():
            return "too old or too new"
        signed = f"{key}.{at}.".encode() + request.body
        secret = base64.b64decode(self.secret.removeprefix("whsec_"))
        expected = hmac.new(secret, signed, hashlib.sha256).digest()
        given = (_read_signature(one) for one in request.headers.get("webhook-signature", "").split())
        return "" if any(hmac.compare_digest(expected, one) for one in given) else "the signature is not ours"

    def _read_event(self, request: Request) -> Mapping[str, object] | None:
        try:
            event = request.json()
        except ValueError:
            return None
        is_event = isinstance(event, dict) and all(event.get(name) for name in _NEEDED)
        if not is_event or not isinstance(event, dict) or event["specversion"] != "1.0":
            return None
        return event if request.headers.get("content-type", "").startswith(_KIND) else None


def _read_signature(text: str) -> bytes:
    """Of the version v1; nothing where it is another, or none."""
    version, _, signature = text.partition(",")
    try:
        return base64.b64decode(signature, validate=True) if version == "v1" else b""
    except binascii.Error:
        return b""
