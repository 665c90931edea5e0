"""The projects, people, statuses, issue types and fields of a site; unknown ones are made when first named."""

from collections.abc import Iterable, Mapping
from typing import Any

from align_sync.demo.fake_jira.catalogue import known_fields
from align_sync.demo.fake_jira.changes import LINK_TYPES, IssueChanges, category_of, level_of, link_type
from align_sync.demo.fake_jira.model import (
    FieldDefinition,
    FieldIds,
    Flavour,
    IssueType,
    Link,
    Project,
    Status,
    StatusCategory,
    User,
)

FIRST_ID = 10_000
_PLAIN = frozenset(
    {
        "summary",
        "parent_key",
        "epic_key",
        "points",
        "description",
        "created_at",
        "updated_at",
        "category_changed_at",
        "properties",
    }
)


class Directory:
    """Statuses and issue types are kept by their name in lower case, projects by key, users and components by name."""

    def __init__(self, flavour: Flavour, field_ids: FieldIds) -> None:
        self.flavour = flavour
        self.field_ids = field_ids
        self.projects: dict[str, Project] = {}
        self.statuses: dict[str, Status] = {}
        self.issue_types: dict[str, IssueType] = {}
        self.users: dict[str, User] = {}
        self.fields: dict[str, FieldDefinition] = {known.id: known for known in known_fields(flavour, field_ids)}
        self.components: dict[str, str] = {}
        self._links = 0

    def next_link_id(self) -> int:
        self._links += 1
        return FIRST_ID + self._links

    def add_project(self, key: str, name: str | None = None, project_id: str | None = None) -> Project:
        number = project_id or str(FIRST_ID + len(self.projects))
        self.projects[key] = Project(id=number, key=key, name=name or f"Project {key}")
        return self.projects[key]

    def project(self, key: str) -> Project:
        return self.projects.get(key) or self.add_project(key)

    def add_user(
        self, name: str, display_name: str | None = None, *, active: bool = True, email: str | None = None
    ) -> User:
        made = User(
            name=name,
            account_id=f"712020:{name.lower().replace(' ', '-')}",
            display_name=display_name or name,
            active=active,
            email=email,
        )
        self.users[name] = made
        return made

    def user(self, who: str | User) -> User:
        if isinstance(who, User):
            return self.users.setdefault(who.name, who)
        return self.users.get(who) or self.add_user(who)

    def status(self, name: str, given: str | StatusCategory | None = None) -> Status:
        known = self.statuses.get(name.lower())
        category = known.category if known and given is None else category_of(name, given)
        if known is None or known.category is not category:
            number = known.id if known else str(FIRST_ID + len(self.statuses))
            known = Status(id=number, name=name, category=category)
            self.statuses[name.lower()] = known
        return known

    def issue_type(self, name: str) -> IssueType:
        known = self.issue_types.get(name.lower())
        if known is None:
            known = IssueType(id=str(FIRST_ID + len(self.issue_types)), name=name, level=level_of(name))
            self.issue_types[name.lower()] = known
        return known

    def link(self, words: str, other_key: str) -> Link:
        place, is_outward = link_type(words)
        name, inward, outward = LINK_TYPES[place]
        return Link(
            id=str(self.next_link_id()),
            type_id=str(FIRST_ID + place),
            name=name,
            inward=inward,
            outward=outward,
            is_outward=is_outward,
            other_key=other_key,
        )

    def values_of(self, content: IssueChanges, kept: Mapping[str, object]) -> dict[str, Any]:
        """Arguments for an `Issue`; `kept` is what `fields` adds to."""
        values: dict[str, Any] = {name: value for name, value in content.items() if name in _PLAIN}
        if "labels" in content:
            values["labels"] = tuple(content["labels"])
        if "sprint_ids" in content:
            values["sprint_ids"] = tuple(content["sprint_ids"])
        if "hidden_fields" in content:
            values["hidden_fields"] = frozenset(content["hidden_fields"])
        if "links" in content:
            values["links"] = tuple(self._links_of(content["links"]))
        if "components" in content or "fields" in content:
            named = {"components": self._components_of(content["components"])} if "components" in content else {}
            values["extra"] = {**kept, **named, **content.get("fields", {})}
        return values | self._nouns_of(content)

    def _nouns_of(self, content: IssueChanges) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if "issue_type" in content:
            values["issue_type"] = self.issue_type(content["issue_type"])
        if "status" in content:
            values["status"] = self.status(content["status"], content.get("status_category"))
        if "assignee" in content:
            values["assignee"] = None if content["assignee"] is None else self.user(content["assignee"])
        if "reporter" in content:
            values["reporter"] = None if content["reporter"] is None else self.user(content["reporter"])
        return values

    def _components_of(self, names: Iterable[str]) -> tuple[dict[str, str], ...]:
        return tuple(
            {"id": self.components.setdefault(name, str(FIRST_ID + len(self.components))), "name": name}
            for name in names
        )

    def _links_of(self, links: Iterable[tuple[str, str] | Link]) -> Iterable[Link]:
        for link in links:
            yield link if isinstance(link, Link) else self.link(*link)
