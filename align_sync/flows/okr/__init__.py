"""The OKR book: read from files, planned, put in force, compared with its past, and published."""

from align_sync.flows.okr.applying import ApplyResult, Approval, PlanRefusedError, apply, plan
from align_sync.flows.okr.comparing import BookVersion, Comparison, compare_versions, list_versions
from align_sync.flows.okr.in_force import load_current_book, load_publication_state
from align_sync.flows.okr.proposal import Proposal, read_files
from align_sync.flows.okr.publishing import PublishResult, publish

__all__ = [
    "ApplyResult",
    "Approval",
    "BookVersion",
    "Comparison",
    "PlanRefusedError",
    "Proposal",
    "PublishResult",
    "apply",
    "compare_versions",
    "list_versions",
    "load_current_book",
    "load_publication_state",
    "plan",
    "publish",
    "read_files",
]
