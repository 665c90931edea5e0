"""Fields that are compared by equality: what an issue holds there, and what a word of a query means there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from align_sync.demo.fake_jira.jql.syntax import Call, Literal
from align_sync.demo.fake_jira.jql.tokens import JqlError
from align_sync.demo.fake_jira.jql.world import World
from align_sync.demo.fake_jira.model import Flavour, Issue, SprintState, StatusCategory, User

Value = str | int
Resolve = Callable[[World, Literal | Call], Iterable[Value]]


@dataclass(frozen=True, slots=True)
class ValueField:
    """`held` gives what an issue has, `meant` what a word stands for; `meant` raises JqlError for unknown words."""

    held: Callable[[Issue], tuple[Value, ...]]
    meant: Resolve


def unknown_value(text: str, field: str) -> JqlError:
    return JqlError(f"The value '{text}' does not exist for the field '{field}'.")


def unknown_function(name: str) -> JqlError:
    return JqlError(f"Unable to find JQL function '{name}()'.")


def _plain(operand: Literal | Call) -> str:
    if isinstance(operand, Call):
        raise unknown_function(operand.name)
    return operand.text


_SPRINT_FUNCTIONS = {
    "opensprints": SprintState.ACTIVE,
    "closedsprints": SprintState.CLOSED,
    "futuresprints": SprintState.FUTURE,
}


def _sprints_meant(world: World, operand: Literal | Call) -> Iterable[Value]:
    if isinstance(operand, Call):
        state = _SPRINT_FUNCTIONS.get(operand.name.lower())
        if state is None:
            raise unknown_function(operand.name)
        return [sprint.id for sprint in world.sprints.values() if sprint.state is state]
    text = operand.text
    if text.isdecimal() and int(text) in world.sprints:
        return [int(text)]
    found = [sprint.id for sprint in world.sprints.values() if sprint.name.lower() == text.lower()]
    if not found:
        what = "id" if text.isdecimal() else "name"
        raise JqlError(f"Sprint with {what} '{text}' does not exist or you do not have permission to view it.")
    return found


def _projects_meant(world: World, operand: Literal | Call) -> Iterable[Value]:
    text = _plain(operand).lower()
    for project in world.directory.projects.values():
        if text in (project.key.lower(), project.name.lower(), project.id):
            return [project.key]
    raise unknown_value(_plain(operand), "project")


def _issues_meant(world: World, operand: Literal | Call) -> Iterable[Value]:
    text = _plain(operand)
    number = int(text) if text.isdecimal() else world.id_of(text.upper())
    if number is None or world.visible(number) is None:
        if text.isdecimal():
            raise JqlError(f"A value with ID '{text}' does not exist for the field 'id'.")
        raise JqlError(f"An issue with key '{text}' does not exist for field 'key'.")
    return [number]


def _parents_meant(world: World, operand: Literal | Call) -> Iterable[Value]:
    (number,) = _issues_meant(world, operand)
    issue = world.visible(int(number))
    return [issue.key] if issue else []


def _statuses_meant(world: World, operand: Literal | Call) -> Iterable[Value]:
    text = _plain(operand).lower()
    found = [
        status.name.lower() for status in world.directory.statuses.values() if text in (status.name.lower(), status.id)
    ]
    if not found:
        raise unknown_value(_plain(operand), "status")
    return found


def _categories_meant(_: World, operand: Literal | Call) -> Iterable[Value]:
    text = _plain(operand).lower()
    for category in StatusCategory:
        if text in (category.value.key, category.value.name.lower(), str(category.value.id)):
            return [category.value.key]
    raise unknown_value(_plain(operand), "statusCategory")


def _types_meant(world: World, operand: Literal | Call) -> Iterable[Value]:
    types = world.directory.issue_types.values()
    if isinstance(operand, Call):
        wanted = {"subtaskissuetypes": True, "standardissuetypes": False}.get(operand.name.lower())
        if wanted is None:
            raise unknown_function(operand.name)
        return [kind.name.lower() for kind in types if kind.is_subtask is wanted]
    found = [kind.name.lower() for kind in types if operand.text.lower() in (kind.name.lower(), kind.id)]
    if not found:
        raise unknown_value(operand.text, "issuetype")
    return found


def _users_meant(field: str) -> Resolve:
    def meant(world: World, operand: Literal | Call) -> Iterable[Value]:
        if isinstance(operand, Call):
            if operand.name.lower() != "currentuser":
                raise unknown_function(operand.name)
            return [world.me.account_id]
        text = operand.text.lower()
        for user in (world.me, *world.directory.users.values()):
            if text in _names_of(user, world.directory.flavour):
                return [user.account_id]
        raise unknown_value(operand.text, field)

    return meant


def _names_of(user: User, flavour: Flavour) -> tuple[str, ...]:
    identifier = user.account_id if flavour is Flavour.CLOUD else user.name
    return (identifier.lower(), user.display_name.lower(), (user.email or identifier).lower())


def _text_meant(_: World, operand: Literal | Call) -> Iterable[Value]:
    return [_plain(operand).lower()]


def _names_in(issue: Issue, field: str) -> tuple[Value, ...]:
    """The names or values that a field of any shape holds, in lower case."""
    held = issue.extra.get(field)
    entries = held if isinstance(held, list | tuple) else [] if held is None else [held]
    return tuple(_name_of(entry).lower() for entry in entries)


def _name_of(entry: object) -> str:
    if isinstance(entry, dict):
        return str(entry.get("name") or entry.get("value") or entry.get("id") or "")
    return str(entry)


def named_field(field: str) -> ValueField:
    """A field that the fake only keeps: priority, components, a custom field of any type."""
    return ValueField(lambda issue: _names_in(issue, field), _text_meant)


def _parent_held(flavour: Flavour) -> Callable[[Issue], tuple[Value, ...]]:
    def on_cloud(issue: Issue) -> tuple[Value, ...]:
        key = issue.parent_key or issue.epic_key
        return (key,) if key else ()

    def on_datacenter(issue: Issue) -> tuple[Value, ...]:
        return (issue.parent_key,) if issue.parent_key and issue.issue_type.is_subtask else ()

    return on_cloud if flavour is Flavour.CLOUD else on_datacenter


def _epic_held(issue: Issue) -> tuple[Value, ...]:
    if issue.epic_key:
        return (issue.epic_key,)
    return (issue.parent_key,) if issue.parent_key and issue.issue_type.level == 0 else ()


_ISSUES = ValueField(lambda issue: (issue.id,), _issues_meant)
_TYPES = ValueField(lambda issue: (issue.issue_type.name.lower(),), _types_meant)
_VALUE_FIELDS: dict[str, ValueField] = {
    "sprint": ValueField(lambda issue: issue.sprint_ids, _sprints_meant),
    "project": ValueField(lambda issue: (issue.project.key,), _projects_meant),
    "key": _ISSUES,
    "issuekey": _ISSUES,
    "issue": _ISSUES,
    "id": _ISSUES,
    "labels": ValueField(lambda issue: tuple(label.lower() for label in issue.labels), _text_meant),
    "status": ValueField(lambda issue: (issue.status.name.lower(),), _statuses_meant),
    "statuscategory": ValueField(lambda issue: (issue.status.category.value.key,), _categories_meant),
    "issuetype": _TYPES,
    "type": _TYPES,
    "assignee": ValueField(
        lambda issue: (issue.assignee.account_id,) if issue.assignee else (), _users_meant("assignee")
    ),
    "reporter": ValueField(
        lambda issue: (issue.reporter.account_id,) if issue.reporter else (), _users_meant("reporter")
    ),
    "epic link": ValueField(_epic_held, _parents_meant),
    "priority": named_field("priority"),
    "resolution": named_field("resolution"),
    "component": named_field("components"),
    "fixversion": named_field("fixVersions"),
}


def value_field(name: str, flavour: Flavour) -> ValueField | None:
    if name == "parent":
        return ValueField(_parent_held(flavour), _parents_meant)
    return _VALUE_FIELDS.get(name)
