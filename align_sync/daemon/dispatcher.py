"""The port to whatever hands runs to workers: this process itself, or a queue in PostgreSQL."""

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from align_sync.jobs.transport import Transport


class Dispatcher(Transport, Protocol):
    """`name` is what the settings call it. Before `start` runs may be enlisted and woken, and wait."""

    name: str

    def start(self, execute: Callable[[int], None]) -> None:
        """Let workers call `execute` with the number of each run, from threads; it never raises."""
        ...

    def stop(self, grace: timedelta) -> None:
        """Begin nothing more, and return once nothing is under way, or after `grace`."""
        ...

    def health(self) -> str:
        """What is wrong with it, in one line; empty where all is well."""
        ...
