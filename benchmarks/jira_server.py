"""The pretended Jira of the benchmarks, in a process of its own, so that it takes no time from whoever is measured.

It is told what to do by lines on standard input and answers each with a line of JSON: `latency 150` (milliseconds a
request), `counts` (what it has answered since that was last asked). It ends with its input.
"""

import sys
import threading
from dataclasses import dataclass, field
from datetime import timedelta

import orjson

from align_sync.app import read_clock
from align_sync.demo.fake_jira import FakeJira, JiraSite, generate
from align_sync.demo.http_messages import Request, Response
from align_sync.demo.http_server import FakeServer
from benchmarks.jira_process import BOARD, PROJECT, SIGN_IN, SPRINT
from benchmarks.okr_book import label_of

ISSUE_BYTES = 6_000


@dataclass(slots=True)
class Counted:
    """The fake, and a tally of what it has answered."""

    fake: FakeJira
    requests: int = 0
    sent_bytes: int = 0
    fields: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def name(self) -> str:
        return self.fake.name

    def answer(self, request: Request) -> Response:
        response = self.fake.answer(request)
        with self.lock:
            self.requests += 1
            self.sent_bytes += len(response.body)
            if request.path.endswith("/issue/bulkfetch"):
                self.fields = orjson.loads(request.body)["fields"]
        return response

    def take(self) -> dict[str, object]:
        with self.lock:
            told = {"requests": self.requests, "sent_bytes": self.sent_bytes, "fields": self.fields}
            self.requests = self.sent_bytes = 0
        return told


def make_site(items: int) -> JiraSite:
    """One board with one open sprint that everything but the epics lies in."""
    now = read_clock()
    email, token = SIGN_IN
    site = JiraSite(clock=read_clock, email=email, token=token)
    site.add_project(PROJECT)
    site.add_board(BOARD, "Bulk", project_key=PROJECT)
    site.add_sprint(SPRINT, "Sprint 1", "active", BOARD, start=now - timedelta(days=3), end=now + timedelta(days=11))
    generate(site, items, size=ISSUE_BYTES, sprint_ids=(SPRINT,), project_key=PROJECT, labels_of=label_of)
    return site


def serve(items: int) -> None:
    """Serve until the end of input."""
    counted = Counted(FakeJira(make_site(items)))
    with FakeServer(counted, max_log=0) as server:
        tell({"url": server.url})
        for line in sys.stdin:
            command, _, value = line.strip().partition(" ")
            if command == "latency":
                server.latency = timedelta(milliseconds=int(value))
            tell(counted.take() if command == "counts" else {})


def tell(told: dict[str, object]) -> None:
    sys.stdout.buffer.write(orjson.dumps(told) + b"\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
