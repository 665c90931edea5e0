"""The operations that are sent to Linear, one file each; a test checks them against Linear's own schema."""

from enum import StrEnum
from functools import cache
from importlib.resources import files


class Operation(StrEnum):
    """An operation by the name of its file."""

    VIEWER = "viewer"
    TEAMS = "teams"
    CYCLES = "cycles"
    ISSUE_IDS = "issue_ids"
    LABEL_IDS = "label_ids"
    PROJECT_IDS = "project_ids"
    INITIATIVE_IDS = "initiative_ids"
    PLACEMENTS = "placements"
    ISSUES = "issues"
    MEASURED_ISSUES = "measured_issues"
    PROJECTS = "projects"
    INITIATIVES = "initiatives"
    ISSUE_LABELS = "issue_labels"
    ISSUE_ATTACHMENTS = "issue_attachments"
    ISSUE_RELATIONS = "issue_relations"
    ISSUE_INVERSE_RELATIONS = "issue_inverse_relations"
    PROJECT_LABELS = "project_labels"
    PROJECT_INITIATIVES = "project_initiatives"
    PROJECT_EXTERNAL_LINKS = "project_external_links"
    INITIATIVE_LABELS = "initiative_labels"
    INITIATIVE_LINKS = "initiative_links"


@cache
def text_of(operation: Operation) -> str:
    return files(__name__).joinpath(f"{operation.value}.graphql").read_text(encoding="utf-8")
