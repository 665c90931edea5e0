"""Report: what the store knows of the sprints in question, as one value that every output is drawn from."""

from align_sync.flows.report.choose import CURRENT, LAST, choose_sprints, load_past_sprints, was_known
from align_sync.flows.report.run import report

__all__ = ["CURRENT", "LAST", "choose_sprints", "load_past_sprints", "report", "was_known"]
