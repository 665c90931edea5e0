"""A source of values behind real HTTP on loopback, whose answers a test sets, and probes that ask it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from align_sync.demo.http_messages import Request, Response
from align_sync.demo.http_server import FakeServer
from align_sync.errors import SourceError
from align_sync.readings.answer import Answer, Probe
from align_sync.readings.opening import open_probe
from align_sync.seams import Seams
from align_sync.settings import Settings
from tests.flows.jira_world import Clock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOKEN = "s3cret-canary-token"
TIMEOUT = timedelta(seconds=0.6)


@dataclass
class Source:
    """Answers everything alike: with `body`, or with what `pages` holds for a path."""

    name: str = "source"
    body: bytes = b"{}"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    pages: dict[str, Response] = field(default_factory=dict)

    def answer(self, request: Request) -> Response:
        return self.pages.get(request.path) or Response(self.status, self.body, self.headers)


@dataclass
class ReadingWorld:
    server: FakeServer
    source: Source
    clock: Clock

    def seams(self) -> Seams:
        return Seams(now=self.clock, sleep=self.clock.sleep, uniform=lambda low, _high: low)

    def probe(self, metric: Mapping[str, Any], **settings: Any) -> Probe:
        """The probe of a metric; the connection `here` leads to the server, with a token."""
        read = Settings.model_validate(
            {
                "metrics": [{"name": "refunds", **metric}],
                "connections": {"here": {"url": self.server.url, "token": TOKEN}},
                "readings": {"timeout": TIMEOUT},
                **settings,
            }
        )
        probe = open_probe(read, read.metrics[0], seams=self.seams())
        assert probe is not None
        return probe

    def tell(self, value: object, **headers: str) -> None:
        """The next answers are this, as JSON."""
        self.source.body = orjson.dumps(value)
        self.source.headers = {"Content-Type": "application/json", **headers}


def why(probe: Probe, *, at: datetime | None = None, now: datetime = NOON) -> str:
    """The reason for which no value comes, without any secret."""
    with pytest.raises(SourceError) as caught:
        probe.read(at=at, now=now)
    reason = str(caught.value)
    assert TOKEN not in reason
    assert "hidden" not in reason
    return reason


def read(probe: Probe, *, at: datetime | None = None, now: datetime = NOON) -> Answer:
    return probe.read(at=at, now=now)
