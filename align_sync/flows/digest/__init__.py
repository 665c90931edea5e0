"""Digest: kept with its messages in one transaction, once for each team and week, and sent again on demand."""

from align_sync.flows.digest.background import (
    Background,
    check_served,
    find_team,
    is_served,
    known_teams,
    load_background,
    policy_of,
    week_of,
)
from align_sync.flows.digest.keep import keep_digest
from align_sync.flows.digest.made import MadeDigest, say_present, say_taken
from align_sync.flows.digest.posting import choose_channels, language_of
from align_sync.flows.digest.resend import ToldDigest, find_made, list_digests, resend

__all__ = [
    "Background",
    "MadeDigest",
    "ToldDigest",
    "check_served",
    "choose_channels",
    "find_made",
    "find_team",
    "is_served",
    "keep_digest",
    "known_teams",
    "language_of",
    "list_digests",
    "load_background",
    "policy_of",
    "resend",
    "say_present",
    "say_taken",
    "week_of",
]
