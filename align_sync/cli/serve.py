"""`align-sync serve`: the service in the foreground, for systemd, a container or a terminal."""

import rich_click

from align_sync.app import App
from align_sync.cli import exit_codes
from align_sync.cli.output import emit, say, say_error
from align_sync.cli.rules import show_rules
from align_sync.cli.session import Options, open_session
from align_sync.cli.sync import count_rules, no_source, say_outcome, show_text
from align_sync.daemon.schedule import serve
from align_sync.errors import AlignSyncError
from align_sync.jobs import SyncResult, sync


@rich_click.command("serve")
@rich_click.option("--once", is_flag=True, help="One pass, then end: for a scheduler of your own.")
@rich_click.pass_obj
def command(options: Options, *, once: bool) -> int:
    """Pull and link again and again, until stopped (Ctrl-C, SIGTERM)."""
    with open_session(options) as app:
        if not app.sources:
            raise no_source()
        show = _Shown(app)
        if once:
            result = sync(app)
            show(result)
            return exit_codes.worst_of(source.failure for source in result.pulled.sources)
        say(f"pulling every {app.settings.sync.every}; Ctrl-C ends it after the page under way")
        serve(app, app.stop, show)
    say("stopped")
    return exit_codes.FINE


class _Shown:
    """Shows each pass; after the first, and where they or the book changed, what each rule of the settings catches."""

    def __init__(self, app: App) -> None:
        self._app, self._is_first = app, True

    def __call__(self, result: SyncResult) -> None:
        emit(show_text(result))
        say_outcome(result)
        if self._is_first or result.linked.was_full:
            try:
                rules = count_rules(self._app)
            except AlignSyncError as error:
                say_error(error)
                return
            if rules:
                show_rules(rules)
            self._is_first = False
