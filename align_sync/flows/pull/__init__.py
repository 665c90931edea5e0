"""Pull: tracker to store. One source after the other, each on its own, so that one that fails stops no other."""

from align_sync.flows.pull.result import OnProgress, PullResult, SourceResult, ignore_progress
from align_sync.flows.pull.run import pull

__all__ = ["OnProgress", "PullResult", "SourceResult", "ignore_progress", "pull"]
