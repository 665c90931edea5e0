"""The queue in PostgreSQL that hands runs to the workers of any number of hosts; loaded only where it is asked for."""

from importlib import import_module

from align_sync.app import App
from align_sync.daemon.dispatcher import Dispatcher
from align_sync.flows.queue import prepare_queue


def open_queue(app: App) -> Dispatcher:
    """A dispatcher over the queue; its tables are made where there are none.

    Raises `UserError` where the database is none of PostgreSQL or the library is missing, `StoreError` where the
    tables are of another version.
    """
    arguments = prepare_queue(app)
    queue = import_module("align_sync.daemon.queue.dispatcher")
    dispatcher: Dispatcher = queue.ProcrastinateDispatcher(arguments, serve=app.settings.serve)
    return dispatcher
