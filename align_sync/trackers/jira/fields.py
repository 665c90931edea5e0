"""Which custom field is which on a site: found by what the field is (`schema.custom`), never by its display name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import process

SPRINT = "com.pyxis.greenhopper.jira:gh-sprint"
EPIC_LINK = "com.pyxis.greenhopper.jira:gh-epic-link"
STORY_POINTS = "com.pyxis.greenhopper.jira:jsw-story-points"
PARENT_LINK = "com.atlassian.jpo:jpo-custom-field-parent"

ALWAYS = (
    "summary", "issuetype", "status", "statuscategorychangedate", "project", "components", "labels", "issuelinks",
    "parent", "assignee", "priority", "created", "updated",
)  # fmt: skip
AGILE_SHAPE = ("sprint", "closedSprints", "epic")
"""What the Agile listings call sprints and epics; asked for where a site shows no sprint field of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLayout:
    """Ids of the fields that matter. `points` in the order in which they are tried."""

    sprint: tuple[str, ...] = ()
    epic_link: tuple[str, ...] = ()
    parent_link: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    kr_fields: tuple[str, ...] = ()
    wants_text: bool = False

    def asked(self) -> list[str]:
        """All fields to ask for: Jira Cloud answers only identifiers unless fields are named."""
        custom = (*self.sprint, *self.epic_link, *self.parent_link, *self.points, *self.kr_fields)
        shape = () if self.sprint else AGILE_SHAPE
        text = ("description",) if self.wants_text else ()
        return list(dict.fromkeys((*ALWAYS, *custom, *shape, *text)))


def find_fields(listed: Iterable[Mapping[str, object]]) -> dict[str, list[str]]:
    """Ids by `schema.custom`, of those kinds that matter here, from the answer of `GET /field`."""
    found: dict[str, list[str]] = {SPRINT: [], EPIC_LINK: [], STORY_POINTS: [], PARENT_LINK: []}
    for field in listed:
        schema = field.get("schema")
        kind = schema.get("custom") if isinstance(schema, Mapping) else None
        name = field.get("id")
        if kind in found and isinstance(name, str) and name not in found[str(kind)]:
            found[str(kind)].append(name)
    return found


def find_unknown(named: Iterable[str], listed: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """The named ids that are not listed, each with the field that was probably meant, "" where none is like it."""
    names = {str(one["id"]): str(one.get("name") or "") for one in listed if one.get("id")}
    return {name: _find_near(name, names) for name in named if name not in names}


def _find_near(wanted: str, names: Mapping[str, str]) -> str:
    """By display name first: that is what people write where the id is asked for."""
    by_name = [one for one, name in names.items() if name.casefold() == wanted.casefold()]
    near = by_name[0] if by_name else (process.extractOne(wanted, list(names), score_cutoff=80) or ("",))[0]
    return f"{near} ({names[near]})" if near else ""
