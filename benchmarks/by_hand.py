"""What people write by hand: the `jira` package's objects, all fields, and an ORM class with `session.add_all`."""

import json
import sys
from datetime import datetime
from typing import Any

from jira import JIRA, Issue
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks.jira_process import PROJECT, SIGN_IN

SPRINTS = "customfield_10020"
POINTS = "customfield_10016"
ITEMS_A_COMMIT = 100


class Table(DeclarativeBase):
    pass


class Item(Table):
    """The same columns as ours, and what our document holds as columns of their own."""

    __tablename__ = "item"

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(unique=True)
    key: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    kind: Mapped[str]
    status: Mapped[str]
    status_category: Mapped[str]
    project: Mapped[str]
    assignee: Mapped[str | None]
    priority: Mapped[str | None]
    points: Mapped[float | None]
    labels: Mapped[str]
    links: Mapped[str]
    parent_key: Mapped[str | None] = mapped_column(index=True)
    sprint_ids: Mapped[str]
    address: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


def to_row(issue: Issue, site: str) -> Item:
    fields: Any = issue.fields
    parent = getattr(fields, "parent", None)
    return Item(
        external_id=issue.id,
        key=issue.key,
        title=fields.summary,
        kind=fields.issuetype.name,
        status=fields.status.name,
        status_category=fields.status.statusCategory.key,
        project=fields.project.key,
        assignee=fields.assignee.displayName if fields.assignee else None,
        priority=fields.priority.name if fields.priority else None,
        points=getattr(fields, POINTS, None),
        labels=json.dumps(fields.labels),
        links=json.dumps([link.raw for link in fields.issuelinks]),
        parent_key=parent.key if parent else None,
        sprint_ids=json.dumps([sprint.id for sprint in getattr(fields, SPRINTS, None) or ()]),
        address=f"{site}/browse/{issue.key}",
        created_at=datetime.fromisoformat(fields.created),
        updated_at=datetime.fromisoformat(fields.updated),
    )


def pull(url: str, database: str, api_version: str) -> None:
    """With version 3 issues come with their texts as documents, of 6 KB in all; the package's own choice is 2."""
    jira = JIRA(server=url, basic_auth=SIGN_IN, options={"rest_api_version": api_version})
    engine = create_engine(f"sqlite:///{database}")
    Table.metadata.create_all(engine)
    issues = jira.enhanced_search_issues(f"project = {PROJECT} ORDER BY id ASC", maxResults=False)
    with Session(engine) as session:
        for start in range(0, len(issues), ITEMS_A_COMMIT):
            session.add_all([to_row(issue, url) for issue in issues[start : start + ITEMS_A_COMMIT]])
            session.commit()
    engine.dispose()


if __name__ == "__main__":
    pull(sys.argv[1], sys.argv[2], sys.argv[3])
