"""What a command works with: settings, logs, the app, and a stop that first asks and then insists."""

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from align_sync.cli.output import say, say_problems

if TYPE_CHECKING:
    from align_sync.app import App
    from align_sync.settings_sources import LoadedSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What stands before the command: `align-sync --config FILE --debug …`."""

    config: Path | None = None
    debug: bool = False
    colour: str = "auto"


def load(options: Options, overrides: Mapping[str, Any] | None = None) -> "LoadedSettings":
    """The settings in force; warnings are said at once, logs are set up."""
    from align_sync.app import read_today
    from align_sync.settings_sources import load_settings
    from align_sync.telemetry.log import configure_logs

    loaded = load_settings(named=options.config, overrides=overrides, today=read_today())
    settings = loaded.settings
    configure_logs(
        level="debug" if options.debug else settings.log.level,
        form=settings.log.format,
        secrets=loaded.secrets(),
    )
    say_problems(loaded.warnings)
    return loaded


@contextmanager
def open_session(
    options: Options, *, overrides: Mapping[str, Any] | None = None, is_sample: bool = False
) -> "Iterator[App]":
    """The app under the settings in force; a first Ctrl-C or SIGTERM stops at a page, a second Ctrl-C at once."""
    from align_sync.app import open_app

    loaded = load(options, overrides)
    stop = threading.Event()
    with stopping_by_signal(stop), open_app(loaded.settings, stop=stop, is_sample=is_sample) as app:
        yield app


@contextmanager
def stopping_by_signal(stop: threading.Event) -> Iterator[None]:
    def ask(number: int, _frame: FrameType | None) -> None:
        # A supervisor may send SIGTERM to the process and to its group: only a person insists.
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()
        if number == signal.SIGINT:
            say("stopping at the next page; once more to stop at once")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
