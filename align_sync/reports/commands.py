"""Which command lists exactly the items behind a figure."""

import shlex

from align_sync.linking.evidence import Bucket
from align_sync.reports.model import Filters
from align_sync.reports.words import team_name

ACTIONABLE = tuple(bucket for bucket in Bucket if bucket.is_actionable)


def list_command(filters: Filters, buckets: tuple[Bucket, ...] = (), *, team: str | None = None) -> str:
    """`align-sync report unlinked -t Payments`: the filters of the report, narrowed to one team and some buckets."""
    teams = filters.teams if team is None else (team_name(team),)
    if set(buckets) == set(ACTIONABLE):
        words = ["align-sync", "report", "unlinked"]
    else:
        words = ["align-sync", "report", "alignment"]
        for bucket in buckets:
            words += ["--bucket", bucket.value]
    for name in teams:
        words += ["-t", name]
    for source in filters.sources:
        words += ["--source", source]
    if filters.sprint != Filters().sprint:
        words += ["--sprint", filters.sprint]
    return shlex.join(words)


def explain_command(key: str) -> str:
    return shlex.join(["align-sync", "explain", key])
