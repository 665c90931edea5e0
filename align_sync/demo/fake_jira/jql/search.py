"""Answers a JQL query with the identifiers of the issues that match, in order."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from align_sync.demo.fake_jira.jql.matching import Compiler
from align_sync.demo.fake_jira.jql.parser import parse_jql
from align_sync.demo.fake_jira.jql.syntax import Query, Sort
from align_sync.demo.fake_jira.jql.tokens import JqlError
from align_sync.demo.fake_jira.jql.world import World
from align_sync.demo.fake_jira.model import Issue

UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."


@dataclass(frozen=True, slots=True)
class Found:
    ids: tuple[int, ...]
    warnings: tuple[str, ...] = ()


def _number_of(key: str) -> int:
    tail = key.rpartition("-")[2]
    return int(tail) if tail.isdecimal() else 0


def _key_order(issue: Issue) -> tuple[str, int]:
    return (issue.key.rpartition("-")[0], _number_of(issue.key))


def _priority_order(issue: Issue) -> str:
    priority = issue.extra.get("priority")
    return str(priority.get("id", "")) if isinstance(priority, dict) else ""


_BY_ID: Callable[[Issue], int] = operator.attrgetter("id")
_SORT_KEYS: dict[str, Callable[[Issue], Any]] = {
    "id": _BY_ID,
    "rank": _BY_ID,
    "key": _key_order,
    "issue": _key_order,
    "issuekey": _key_order,
    "updated": operator.attrgetter("updated_at"),
    "updateddate": operator.attrgetter("updated_at"),
    "created": operator.attrgetter("created_at"),
    "createddate": operator.attrgetter("created_at"),
    "summary": operator.attrgetter("summary"),
    "project": operator.attrgetter("project.key"),
    "status": operator.attrgetter("status.name"),
    "issuetype": operator.attrgetter("issue_type.name"),
    "type": operator.attrgetter("issue_type.name"),
    "assignee": lambda issue: issue.assignee.display_name if issue.assignee else "\uffff",
    "reporter": lambda issue: issue.reporter.display_name if issue.reporter else "\uffff",
    "priority": _priority_order,
    "sprint": lambda issue: issue.sprint_ids,
}


def search(world: World, jql: str, *, strict: bool, bounded: bool) -> Found:
    """Raise JqlError where the query is wrong; unless `strict`, unknown names become warnings and match nothing.

    `bounded` refuses a query without a restriction, as Cloud does.
    """
    query = parse_jql(jql)
    if bounded and query.where is None:
        raise JqlError(UNBOUNDED)
    issues, problems = _matching(world, query)
    sorts = query.sorts or (Sort("id", descending=True),)
    for sort in reversed(sorts):
        key = _sort_key(world, sort, problems)
        if key is not None:
            issues.sort(key=key, reverse=sort.descending)
    if strict and problems:
        raise JqlError(*dict.fromkeys(problems))
    return Found(tuple([issue.id for issue in issues]), tuple(dict.fromkeys(problems)))


def _matching(world: World, query: Query) -> tuple[list[Issue], list[str]]:
    held = world.index.issues
    if query.where is None:
        return [held[number] for number in world.index.ids()], []
    compiler = Compiler(world)
    match = compiler.compile(query.where)
    if match.candidates is None:
        candidates = [held[number] for number in world.index.ids()]
    else:
        candidates = [held[number] for number in sorted(match.candidates) if number in held]
    return [issue for issue in candidates if match.accepts(issue)], compiler.problems


def _sort_key(world: World, sort: Sort, problems: list[str]) -> Callable[[Issue], Any] | None:
    key = _SORT_KEYS.get(sort.field.lower())
    if key is None and not any(
        sort.field.lower() in (known.id.lower(), known.name.lower()) for known in world.directory.fields.values()
    ):
        problems.append(f"Field '{sort.field}' does not exist or you do not have permission to view it.")
    return key
