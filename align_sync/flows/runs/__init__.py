"""Runs: what is to be done, who does it, what became of it, and how the sources and services behind it fare."""

from align_sync.flows.runs.asking import (
    Enlist,
    Transaction,
    ask,
    enlist_nowhere,
    list_due,
    list_missing,
    list_newest,
    retry,
    show,
    tick,
)
from align_sync.flows.runs.ending import Ending, end_badly, end_well
from align_sync.flows.runs.health import health_of, list_healths, note_source, source_of
from align_sync.flows.runs.presence import begin_service, end_service, find_first_life, list_services, note_service
from align_sync.flows.runs.working import Claimed, claim, finish, renew, subject_lease

__all__ = [
    "Claimed",
    "Ending",
    "Enlist",
    "Transaction",
    "ask",
    "begin_service",
    "claim",
    "end_badly",
    "end_service",
    "end_well",
    "enlist_nowhere",
    "find_first_life",
    "finish",
    "health_of",
    "list_due",
    "list_healths",
    "list_missing",
    "list_newest",
    "list_services",
    "note_service",
    "note_source",
    "renew",
    "retry",
    "show",
    "source_of",
    "subject_lease",
    "tick",
]
