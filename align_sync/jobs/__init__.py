"""Named units of work, the same ones for the command line and for every engine that does them by the clock."""

from align_sync.jobs.executing import BEATS_A_LEASE, Ended, Work, execute
from align_sync.jobs.history import Rhythm, draw_trend, find_changes
from align_sync.jobs.passes import SyncResult, sync
from align_sync.jobs.reconciling import Reconciled, reconcile
from align_sync.jobs.ticking import ask, tick
from align_sync.jobs.transport import Transport

__all__ = [
    "BEATS_A_LEASE",
    "Ended",
    "Reconciled",
    "Rhythm",
    "SyncResult",
    "Transport",
    "Work",
    "ask",
    "draw_trend",
    "execute",
    "find_changes",
    "reconcile",
    "sync",
    "tick",
]
