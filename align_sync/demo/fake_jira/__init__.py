"""A pretended Jira site, Cloud or Data Center, which pages, limits, fails and validates as the real one does."""

from align_sync.demo.fake_jira.bulk import generate
from align_sync.demo.fake_jira.changes import IssueChanges
from align_sync.demo.fake_jira.model import (
    AuthMode,
    Board,
    BoardType,
    FieldDefinition,
    FieldIds,
    Flavour,
    Issue,
    OAuthApp,
    PageLimits,
    RateLimit,
    Sprint,
    SprintState,
    StatusCategory,
    User,
)
from align_sync.demo.fake_jira.recorded import Loaded, load_recorded
from align_sync.demo.fake_jira.server import FakeJira
from align_sync.demo.fake_jira.site import JiraSite
from align_sync.demo.fake_jira.visitor import Visitor, credentials_of

__all__ = [
    "AuthMode",
    "Board",
    "BoardType",
    "FakeJira",
    "FieldDefinition",
    "FieldIds",
    "Flavour",
    "Issue",
    "IssueChanges",
    "JiraSite",
    "Loaded",
    "OAuthApp",
    "PageLimits",
    "RateLimit",
    "Sprint",
    "SprintState",
    "StatusCategory",
    "User",
    "Visitor",
    "credentials_of",
    "generate",
    "load_recorded",
]
