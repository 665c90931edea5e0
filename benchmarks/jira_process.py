"""The pretended Jira of the benchmarks, in a process of its own, so that it takes no time from whoever is measured.

It is told what to do by lines on standard input and answers with a line of JSON each: `latency 150` (milliseconds a
request), `counts` (requests and bytes since they were last asked for, and the fields of the last bulk fetch), and the
end of input, which ends it.
"""

import subprocess
import sys
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import orjson

EMAIL = "demo@example.com"
TOKEN = "demo-token"  # noqa: S105 -- the token of a pretended server
BOARD = 1
SPRINT = 1
PROJECT = "BULK"
"""All items are in it; those of the sprint and their epics, which our pull finds by itself."""

KEY_RESULTS = 12


@dataclass(frozen=True, slots=True)
class Counts:
    """What the server answered; `fields` are those of the last bulk fetch."""

    requests: int
    sent_bytes: int
    fields: tuple[str, ...]


class JiraProcess:
    """Starts the server and waits until it answers; ends it on leaving."""

    def __init__(self, items: int) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.jira_process", str(items)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.url = str(self._read()["url"])

    def set_latency(self, milliseconds: int) -> None:
        self._tell(f"latency {milliseconds}")

    def take_counts(self) -> Counts:
        """What was answered since the last call."""
        told = self._tell("counts")
        return Counts(told["requests"], told["sent_bytes"], tuple(told["fields"]))

    def _tell(self, line: str) -> dict[str, Any]:
        if self._child.stdin is None:
            raise RuntimeError("the server has no standard input")
        self._child.stdin.write(line.encode() + b"\n")
        self._child.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        line = self._child.stdout.readline() if self._child.stdout else b""
        if not line:
            raise RuntimeError("the server of the benchmark has ended")
        told: dict[str, Any] = orjson.loads(line)
        return told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.communicate()


def label_of(place: int) -> tuple[str, ...]:
    """Every fortieth issue is an epic: of these three in five name a key result, as does one in ten of the others."""
    if place % 40 == 0:
        return (f"okr/KR-{place // 40 % KEY_RESULTS}",) if place // 40 % 5 < 3 else ()
    return (f"okr/KR-{place % KEY_RESULTS}", "backend") if place % 10 == 7 else ("backend",) if place % 3 else ()


@dataclass(slots=True)
class _Tally:
    requests: int = 0
    sent_bytes: int = 0
    fields: tuple[str, ...] = ()
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> dict[str, object]:
        with self.lock:
            told = {"requests": self.requests, "sent_bytes": self.sent_bytes, "fields": self.fields}
            self.requests = self.sent_bytes = 0
        return told


def serve(items: int) -> None:
    """Make the issues, serve them, and obey until the end of input."""
    # Imported here: the process that measures others stays small, as a child's peak counts from its parent's size.
    from align_sync.demo.fake_jira import FakeJira, JiraSite, generate  # noqa: PLC0415
    from align_sync.demo.http_messages import Request, Response  # noqa: PLC0415
    from align_sync.demo.http_server import FakeServer  # noqa: PLC0415

    site = JiraSite(clock=_now, email=EMAIL, token=TOKEN)
    site.add_project(PROJECT)
    site.add_board(BOARD, "Bulk", project_key=PROJECT)
    site.add_sprint(
        SPRINT, "Sprint 1", "active", BOARD, start=_now() - timedelta(days=3), end=_now() + timedelta(days=11)
    )
    generate(site, items, size=6_000, sprint_ids=(SPRINT,), labels_of=label_of)
    fake = FakeJira(site)
    tally = _Tally()

    class Counted:
        name = fake.name

        def answer(self, request: Request) -> Response:
            response = fake.answer(request)
            with tally.lock:
                tally.requests += 1
                tally.sent_bytes += len(response.body)
                if request.path.endswith("/issue/bulkfetch"):
                    tally.fields = tuple(orjson.loads(request.body)["fields"])
            return response

    with FakeServer(Counted(), max_log=0) as server:
        _tell({"url": server.url})
        for line in sys.stdin:
            command, _, value = line.strip().partition(" ")
            if command == "latency":
                server.latency = timedelta(milliseconds=int(value))
                _tell({})
            else:
                _tell(tally.take())


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 -- the server is the world: the program that is measured has its own clock


def _tell(told: dict[str, object]) -> None:
    sys.stdout.buffer.write(orjson.dumps(told) + b"\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
