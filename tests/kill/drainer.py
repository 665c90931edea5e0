"""A process that forks one that drains the outbox, as often as it is asked to, and tells how each ended.

`python -m tests.kill.drainer` reads orders as lines of JSON. A fork of a process that has everything loaded costs a
tenth of a start, and it has no threads that a fork would leave behind.
"""

import os
import random
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import orjson

from align_sync.app import open_app
from align_sync.flows.deliver import deliver
from align_sync.seams import Seams
from align_sync.settings import Settings
from align_sync.telemetry.log import configure_logs
from align_sync.wire import trusted

ROOT = Path(__file__).parents[2]
KILLED = -9


@dataclass
class PretendedClock:
    """Starts where it is told to, and sleeps in no time."""

    at: datetime
    started: float

    def __call__(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self.started)

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def kill_at(number: int) -> Callable[[str], None]:
    """The end, as kill -9 is, at the commit or request of this number; 0 is none."""
    left = [number]

    def reach(_name: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), 9)

    return reach


def drain(order: dict[str, Any]) -> None:
    clock = PretendedClock(datetime.fromtimestamp(order["at"], UTC), time.monotonic())
    seams = Seams(
        now=clock,
        sleep=clock.sleep,
        uniform=random.Random(order["seed"]).uniform,
        failpoint=kill_at(order["kill_at"]),
    )
    configure_logs(level="error", form="json", secrets=())
    with open_app(Settings.model_validate(order["settings"]), seams=seams) as app:
        deliver(app)


def fork(order: dict[str, Any]) -> int:
    """The exit code of one that drains."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            drain(order)
            code = 0
        finally:
            if code:
                traceback.print_exc()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def warm_up() -> None:
    """Load everything that a drain loads, once for all forks."""
    trusted(None)
    with TemporaryDirectory() as folder:
        settings = {"database": {"url": f"sqlite:///{folder}/a.db"}}
        drain({"settings": settings, "at": 0.0, "seed": 0, "kill_at": 0})


def serve(orders: IO[bytes], answers: IO[bytes]) -> None:
    for line in orders:
        answers.write(b"%d\n" % fork(orjson.loads(line)))
        answers.flush()


@dataclass(frozen=True)
class Drainer:
    process: "subprocess.Popen[bytes]"

    def run(self, settings: dict[str, Any], at: datetime, *, kill_at: int = 0, seed: int = 0) -> int:
        """Drain once; `KILLED` where the point was reached, 0 where it was not."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        order = {"settings": settings, "at": at.timestamp(), "kill_at": kill_at, "seed": seed}
        self.process.stdin.write(orjson.dumps(order) + b"\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        assert code in {0, KILLED}, f"a drain ended with {code}"
        return code


@contextmanager
def running_drainer() -> Iterator[Drainer]:
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": "/nonexistent"}
    command = [sys.executable, "-m", "tests.kill.drainer"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ, cwd="/") as process:
        yield Drainer(process)
        assert process.stdin is not None
        process.stdin.close()


if __name__ == "__main__":
    warm_up()
    serve(sys.stdin.buffer, sys.stdout.buffer)
