"""What the tests of readings share."""

from collections.abc import Iterator

import pytest

from align_sync.demo.http_server import FakeServer
from tests.flows.jira_world import Clock
from tests.readings.reading_world import ReadingWorld, Source


@pytest.fixture
def world() -> Iterator[ReadingWorld]:
    source = Source()
    with FakeServer(source) as server:
        yield ReadingWorld(server, source, Clock())
