"""What a Jira site is and has: flavour, account, fields and boards, found out once and remembered between runs."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from align_sync.errors import FatalError, RefusedError
from align_sync.settings import JiraSettings
from align_sync.trackers.base import Facts
from align_sync.trackers.http import JsonClient
from align_sync.trackers.jira.fields import (
    EPIC_LINK,
    PARENT_LINK,
    SPRINT,
    STORY_POINTS,
    FieldLayout,
    find_fields,
    find_unknown,
)
from align_sync.trackers.jira.site import Board, JiraPackage

KANBAN = "kanban"
FACTS_VERSION = 1
FIRST_CLOUD_VERSION = 1000


class Flavour(StrEnum):
    CLOUD = "cloud"
    DATACENTER = "datacenter"

    @property
    def api(self) -> str:
        """The version of the platform's API: rich text is a JSON document in 3, wiki text in 2."""
        return "3" if self is Flavour.CLOUD else "2"


@dataclass(slots=True, kw_only=True)
class SiteFacts:
    """Remembered as JSON. `points_of` is the estimation field of each board that was asked for it, "" for none.

    `named_fields` are those of the settings, `unknown_fields` those of them that the site does not have, each with the
    one that was probably meant. `sprintless` boards can have no sprints; `dormant` ones had no open sprint when they
    were looked at last.
    """

    flavour: str = ""
    fields: dict[str, list[str]] = field(default_factory=dict)
    boards: list[dict[str, Any]] = field(default_factory=list)
    points_of: dict[str, str] = field(default_factory=dict)
    sprintless: list[int] = field(default_factory=list)
    dormant: list[int] = field(default_factory=list)
    named_fields: list[str] = field(default_factory=list)
    unknown_fields: dict[str, str] = field(default_factory=dict)
    version: int = FACTS_VERSION

    def to_facts(self) -> Facts:
        return asdict(self)

    @property
    def known_boards(self) -> tuple[Board, ...]:
        return tuple(Board(**board) for board in self.boards)

    def layout(self, settings: JiraSettings, *, wants_text: bool) -> FieldLayout:
        """The fields to ask for; estimates by the settings first, then as the boards estimate."""
        points = (*settings.points_fields, *filter(None, self.points_of.values()), *self.fields.get(STORY_POINTS, ()))
        return FieldLayout(
            sprint=tuple(self.fields.get(SPRINT, ())),
            epic_link=tuple(self.fields.get(EPIC_LINK, ())),
            parent_link=tuple(self.fields.get(PARENT_LINK, ())),
            points=tuple(dict.fromkeys(points)),
            kr_fields=settings.kr_fields,
            wants_text=wants_text,
        )


def read_facts(facts: Facts) -> SiteFacts | None:
    """What an earlier run remembered; None where it is nothing, or of another version of this code."""
    if facts.get("version") != FACTS_VERSION:
        return None
    names = {one for one in SiteFacts.__slots__ if one in facts}
    return SiteFacts(**{name: facts[name] for name in names})  # type: ignore[arg-type]


def find_flavour(settings: JiraSettings, client: JsonClient) -> Flavour:
    """By setting, else by what the server says: only `Cloud` is Cloud, every other word is not.

    A server that leaves the word out (Atlassian's own description of it does) is told by its version: Cloud counts from
    1000 upward, Data Center from 8 to 10.
    """
    if settings.flavour != "auto":
        return Flavour(settings.flavour)
    told = _server_info(client)
    word = told.get("deploymentType")
    numbers = told.get("versionNumbers")
    major = numbers[0] if isinstance(numbers, list) and numbers else 0
    is_cloud = word == "Cloud" if word else isinstance(major, int) and major >= FIRST_CLOUD_VERSION
    return Flavour.CLOUD if is_cloud else Flavour.DATACENTER


def _server_info(client: JsonClient) -> Mapping[str, Any]:
    for version in ("2", "3"):
        try:
            told = client.get_json(f"/rest/api/{version}/serverInfo")
        except RefusedError:
            continue
        if isinstance(told, dict):
            return told
    raise FatalError(
        "this is not the address of a Jira site: it does not say what it is",
        where=f"{client.source}: /rest/api/2/serverInfo",
        advice=f"{client.advice.url}, or set ALIGN_SYNC_JIRA__FLAVOUR to cloud or datacenter",
    )


def discover(
    flavour: Flavour, package: JiraPackage, *, wants_boards: bool, named_fields: tuple[str, ...] = ()
) -> SiteFacts:
    """Ask for fields and, where the settings name no boards, for all boards that can have sprints; both at once."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        fields = pool.submit(package.fetch_fields)
        boards = package.fetch_boards() if wants_boards else ()
    listed = fields.result()
    return SiteFacts(
        flavour=flavour.value,
        fields=find_fields(listed),
        named_fields=list(named_fields),
        unknown_fields=find_unknown(named_fields, listed),
        boards=[asdict(board) for board in boards if board.kind != KANBAN],
    )


def fetch_points_field(client: JsonClient, board_id: int) -> str:
    """The field a board estimates in; "" where it does not, or does not say."""
    try:
        told = client.get_json(f"/rest/agile/1.0/board/{board_id}/configuration")
    except RefusedError:
        return ""
    estimation = told.get("estimation") if isinstance(told, dict) else None
    of_field = estimation.get("field") if isinstance(estimation, dict) else None
    name = of_field.get("fieldId") if isinstance(of_field, dict) else None
    return name if isinstance(name, str) else ""
