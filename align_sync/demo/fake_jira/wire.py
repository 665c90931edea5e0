"""The JSON values of the small nouns: statuses, types, projects, people, sprints, boards, in either flavour."""

import zlib
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from align_sync.demo.fake_jira.model import (
    Board,
    FieldDefinition,
    Flavour,
    IssueType,
    Project,
    RemoteLink,
    Sprint,
    SprintState,
    Status,
    User,
)

Wire = dict[str, object]


def issue_time(at: datetime, zone: ZoneInfo) -> str:
    """As issues carry it: milliseconds, and an offset without a colon, in the zone of the account."""
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03}{local:%z}"


def sprint_time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


@lru_cache(maxsize=4096)
def status_wire(status: Status, root: str) -> Wire:
    if status.wire:
        return dict(status.wire)
    category = status.category.value
    return {
        "self": f"{root}/rest/api/2/status/{status.id}",
        "description": "",
        "iconUrl": f"{root}/images/icons/statuses/generic.png",
        "name": status.name,
        "id": status.id,
        "statusCategory": category_wire(status, root) | {"colorName": category.colour},
    }


def category_wire(status: Status, root: str) -> Wire:
    category = status.category.value
    return {
        "self": f"{root}/rest/api/2/statuscategory/{category.id}",
        "id": category.id,
        "key": category.key,
        "colorName": category.colour,
        "name": category.name,
    }


@lru_cache(maxsize=4096)
def type_wire(kind: IssueType, flavour: Flavour, root: str) -> Wire:
    made = dict(kind.wire) or {
        "self": f"{root}/rest/api/2/issuetype/{kind.id}",
        "id": kind.id,
        "description": "",
        "iconUrl": f"{root}/images/icons/issuetypes/story.svg",
        "name": kind.name,
        "subtask": kind.is_subtask,
    }
    return made | {"hierarchyLevel": kind.level} if flavour is Flavour.CLOUD else made


@lru_cache(maxsize=4096)
def project_wire(project: Project, root: str) -> Wire:
    return dict(project.wire) or {
        "self": f"{root}/rest/api/2/project/{project.id}",
        "id": project.id,
        "key": project.key,
        "name": project.name,
        "projectTypeKey": "software",
    }


@lru_cache(maxsize=65536)
def user_wire(user: User, flavour: Flavour, root: str) -> Wire:
    shown: Wire = {"displayName": user.display_name, "active": user.active, "timeZone": user.time_zone}
    if user.email is not None:
        shown["emailAddress"] = user.email
    if flavour is Flavour.CLOUD:
        address = f"{root}/rest/api/3/user?accountId={user.account_id}"
        return {"self": address, "accountId": user.account_id, "accountType": "atlassian", **shown}
    address = f"{root}/rest/api/2/user?username={user.name}"
    return {"self": address, "name": user.name, "key": user.key or f"JIRAUSER-{user.name}", **shown}


def sprint_field_value(sprint: Sprint, flavour: Flavour) -> object:
    """One entry of the sprint custom field: an object on Cloud, the text of a Java object on Data Center."""
    return _sprint_on_cloud(sprint) if flavour is Flavour.CLOUD else _sprint_as_java(sprint)


def _dates(sprint: Sprint) -> dict[str, datetime | None]:
    completed = sprint.completed_at if sprint.state is SprintState.CLOSED else None
    return {"startDate": sprint.started_at, "endDate": sprint.ends_at, "completeDate": completed}


def _sprint_on_cloud(sprint: Sprint) -> Wire:
    made: Wire = {
        "id": sprint.id,
        "name": sprint.name,
        "state": sprint.state.value,
        "boardId": sprint.board_id,
        "goal": sprint.goal,
    }
    return made | {name: sprint_time(at) for name, at in _dates(sprint).items() if at is not None}


def _sprint_as_java(sprint: Sprint) -> str:
    values = {
        "id": str(sprint.id),
        "rapidViewId": _or_null(sprint.board_id),
        "state": sprint.state.value.upper(),
        "name": sprint.name,
        **{name: "<null>" if at is None else sprint_time(at) for name, at in _dates(sprint).items()},
        "activatedDate": "<null>" if sprint.started_at is None else sprint_time(sprint.started_at),
        "sequence": str(sprint.id),
        "goal": sprint.goal or "<null>",
        "autoStartStop": "false",
        "synced": "false",
    }
    inner = ",".join(f"{name}={value}" for name, value in values.items())
    mark = zlib.crc32(f"sprint {sprint.id}".encode())
    return f"com.atlassian.greenhopper.service.sprint.Sprint@{mark:x}[{inner}]"


def _or_null(value: int | None) -> str:
    return "<null>" if value is None else str(value)


def sprint_resource(sprint: Sprint, root: str) -> Wire:
    """A sprint as the Agile API says it."""
    made: Wire = {
        "id": sprint.id,
        "self": f"{root}/rest/agile/1.0/sprint/{sprint.id}",
        "state": sprint.state.value,
        "name": sprint.name,
    }
    made |= {name: sprint_time(at) for name, at in _dates(sprint).items() if at is not None}
    if sprint.board_id is not None:
        made["originBoardId"] = sprint.board_id
    if sprint.goal:
        made["goal"] = sprint.goal
    return made


def board_resource(board: Board, project: Project | None, root: str) -> Wire:
    made: Wire = {
        "id": board.id,
        "self": f"{root}/rest/agile/1.0/board/{board.id}",
        "name": board.name,
        "type": board.type.value,
    }
    if project is not None:
        made["location"] = {
            "projectId": int(project.id),
            "displayName": f"{project.name} ({project.key})",
            "projectName": project.name,
            "projectKey": project.key,
            "projectTypeKey": "software",
            "name": f"{project.name} ({project.key})",
        }
    return made


def field_resource(definition: FieldDefinition) -> Wire:
    schema: Wire = {"type": definition.value_type}
    if definition.items:
        schema["items"] = definition.items
    names = [definition.id]
    if definition.custom_type:
        number = int(definition.id.removeprefix("customfield_"))
        schema |= {"custom": definition.custom_type, "customId": number}
        names = [f"cf[{number}]", definition.name]
    else:
        schema["system"] = definition.id
    return {
        "id": definition.id,
        "key": definition.id,
        "name": definition.name,
        "custom": definition.is_custom,
        "orderable": True,
        "navigable": True,
        "searchable": True,
        "clauseNames": names,
        "schema": schema,
    }


def remote_link_resource(link: RemoteLink, issue_key: str, root: str) -> Wire:
    made: Wire = {
        "id": link.id,
        "self": f"{root}/rest/api/2/issue/{issue_key}/remotelink/{link.id}",
        "application": {},
        "object": {"url": link.url, "title": link.title, "icon": {}, "status": {"icon": {}}},
    }
    if link.global_id is not None:
        made["globalId"] = link.global_id
    if link.relationship is not None:
        made["relationship"] = link.relationship
    return made
