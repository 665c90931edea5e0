"""`align-sync serve`: the service in the foreground, for systemd, a container or a terminal."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import rich_click

from align_sync.app import App, open_app
from align_sync.cli import exit_codes
from align_sync.cli.ended import code_of, show_ended
from align_sync.cli.output import say, say_error
from align_sync.cli.rules import show_rules
from align_sync.cli.session import Options, load, open_session
from align_sync.cli.sync import count_rules, no_source
from align_sync.daemon.once import work_once
from align_sync.daemon.service import serve
from align_sync.errors import AlignSyncError
from align_sync.jobs import Ended
from align_sync.jobs.kinds import ALL_JUDGED
from align_sync.schedules import build_schedules
from align_sync.scheduling.run import RunKind, RunState
from align_sync.scheduling.schedule import Schedule

ONE_SIGNAL = 1.0
"""Seconds. A supervisor may send one SIGTERM to the process and again to its group: that insists on nothing."""


@rich_click.command("serve")
@rich_click.option("--once", is_flag=True, help="One pass of all that is due, then end: for a scheduler of your own.")
@rich_click.pass_obj
def command(options: Options, *, once: bool) -> int:
    """Pull, link, measure and deliver by the clock, until stopped (Ctrl-C, SIGTERM; a second one insists)."""
    return _work_once(options) if once else _work(options)


def _work_once(options: Options) -> int:
    with open_session(options) as app:
        show = _Shown(app)
        delivered = work_once(app, _schedules(app), show)
        code = code_of(app, show.ended)
        if delivered.counts or delivered.problems:
            say(f"outbox: {delivered.says}")
    if app.stop.is_set():
        return exit_codes.INTERRUPTED
    return exit_codes.HELD if code == exit_codes.FINE and delivered.needs_person else code


def _work(options: Options) -> int:
    settings = load(options).settings
    leave, stop = threading.Event(), threading.Event()
    with _leaving_by_signal(leave), open_app(settings, stop=stop) as app:
        schedules = _schedules(app)
        say(f"pulling every {settings.sync.every}, {len(schedules)} schedules in all; Ctrl-C ends it")
        serve(app, schedules, leave, _Shown(app, keeps=False))
    say("stopped")
    return exit_codes.FINE


def _schedules(app: App) -> tuple[Schedule, ...]:
    if not app.sources:
        raise no_source()
    return build_schedules(app.settings, [opener.source for opener in app.sources])


@contextmanager
def _leaving_by_signal(leave: threading.Event) -> Iterator[None]:
    """The first signal asks to end what is under way, a second one ends the process as it is."""
    asked_at: list[float] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        asked_at.append(time.monotonic())
        if number == signal.SIGINT and len(asked_at) > 1:
            os._exit(exit_codes.INTERRUPTED)
        if asked_at[-1] - asked_at[0] > ONE_SIGNAL:
            os._exit(exit_codes.INTERRUPTED)
        leave.set()
        if number == signal.SIGINT:
            say("ending what is under way; once more to end at once")

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


class _Shown:
    """Shows each run; after the first pull, and where they or the book changed, what each rule of the settings catches.

    `ended` are all of them where it `keeps` them.
    """

    def __init__(self, app: App, *, keeps: bool = True) -> None:
        self.ended: list[Ended] = []
        self._app, self._keeps, self._is_first = app, keeps, True
        self._one_at_a_time = threading.Lock()

    def __call__(self, ended: Ended) -> None:
        with self._one_at_a_time:
            if self._keeps:
                self.ended.append(ended)
            try:
                self._show(ended)
            except AlignSyncError as error:
                say_error(error)

    def _show(self, ended: Ended) -> None:
        show_ended(self._app, ended)
        run = ended.run
        if run.kind is not RunKind.SYNC or run.state is not RunState.DONE:
            return
        if self._is_first or ALL_JUDGED in run.outcome:
            if rules := count_rules(self._app):
                show_rules(rules)
            self._is_first = False
