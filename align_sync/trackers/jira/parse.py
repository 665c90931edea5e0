"""From Jira's JSON to a `WorkItem`: pure, for both flavours, and never stopped by one odd record.

What a site leaves out stays unknown. What it says in a form that nobody foresaw becomes a problem of that record.
Objects are looked for as `dict`, which decoded JSON is made of: asking for a `Mapping` takes five times as long, and
this is asked a dozen times an issue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from align_sync.errors import Problem
from align_sync.linking.text import read_mentions, read_urls
from align_sync.trackers.jira.adf import read_rich_text
from align_sync.trackers.jira.fields import FieldLayout
from align_sync.trackers.jira.sprint_text import read_sprint_text
from align_sync.work import ItemKind, ItemRef, Parent, Relation, StatusCategory, Url, WorkItem, unique

_CATEGORIES = {"new": StatusCategory.TODO, "indeterminate": StatusCategory.IN_PROGRESS, "done": StatusCategory.DONE}
_KINDS = {
    "epic": ItemKind.EPIC, "story": ItemKind.STORY, "user story": ItemKind.STORY, "task": ItemKind.TASK,
    "technical task": ItemKind.TASK, "bug": ItemKind.BUG, "defect": ItemKind.BUG,
}  # fmt: skip
_CANCELLED_RESOLUTIONS = frozenset({"won't do", "won't fix", "cancelled", "canceled", "declined"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the parser needs to know of the site. `browse_url` is where people open items."""

    source: str
    browse_url: str
    layout: FieldLayout


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """An item, or None with the problem; `is_placed` is false where its sprint field could not be read."""

    item: WorkItem | None
    external_id: str = ""
    problems: tuple[Problem, ...] = ()
    is_placed: bool = True


def parse_issue(raw: object, site: Site, *, remote_urls: Sequence[Url] = ()) -> Parsed:
    """One issue as search, bulk fetch or the Agile listing answers it."""
    if not isinstance(raw, dict) or not str(raw.get("id") or "").strip():
        return Parsed(item=None, problems=(Problem(message="a record without an id was skipped", where=site.source),))
    external_id = str(raw["id"])
    key = raw.get("key") if isinstance(raw.get("key"), str) else ""
    fields = raw.get("fields")
    if not isinstance(fields, dict):
        problem = Problem(
            message="the record has no fields, so that nothing is known of it",
            where=f"{site.source}: {key or external_id}",
            advice="check that the account may browse the item's project",
        )
        return Parsed(item=None, external_id=external_id, problems=(problem,))
    return _Reader(site, external_id, str(key), fields).read(remote_urls)


class _Reader:
    """Reads one record and gathers what is odd about it."""

    def __init__(self, site: Site, external_id: str, key: str, fields: dict[str, Any]) -> None:
        self.site, self.external_id, self.key, self.fields = site, external_id, key, fields
        self.problems: list[Problem] = []
        self.is_placed = True

    def read(self, remote_urls: Sequence[Url]) -> Parsed:
        fields, layout = self.fields, self.site.layout
        kind_name = _name(fields.get("issuetype"))
        text = read_rich_text(fields.get("description")) if layout.wants_text else ""
        in_text = (Url(address=found, place="text") for found in read_urls(text)) if text else ()
        item = WorkItem(
            ref=ItemRef(source=self.site.source, external_id=self.external_id, key=self.key),
            title=fields["summary"] if isinstance(fields.get("summary"), str) else "",
            kind=_kind(fields.get("issuetype"), kind_name),
            kind_name=kind_name,
            status=_name(fields.get("status")),
            status_category=self._status_category(),
            # Jira Cloud alone has it.
            category_since=self._instant("statuscategorychangedate"),
            container=_project(fields.get("project")),
            components=_components(fields.get("components")),
            assignee=_person(fields.get("assignee")),
            priority=_name(fields.get("priority")) or None,
            points=self._points(layout.points),
            labels=self._labels(),
            parents=self._parents(),
            relations=self._relations(),
            urls=(*remote_urls, *in_text),
            marks=tuple((name, value) for name in layout.kr_fields for value in _mark_texts(fields.get(name))),
            mentions=read_mentions(text) if text else (),
            sprint_ids=self._sprint_ids(),
            address=f"{self.site.browse_url}/browse/{self.key}" if self.key else "",
            created_at=self._instant("created"),
            updated_at=self._instant("updated"),
        )
        return Parsed(item=item, external_id=self.external_id, problems=tuple(self.problems), is_placed=self.is_placed)

    def _note(self, message: str, advice: str = "") -> None:
        self.problems.append(
            Problem(message=message, where=f"{self.site.source}: {self.key or self.external_id}", advice=advice)
        )

    def _status_category(self) -> StatusCategory:
        status = self.fields.get("status")
        category = status.get("statusCategory") if isinstance(status, dict) else None
        key = category.get("key") if isinstance(category, dict) else None
        known = _CATEGORIES.get(key) if isinstance(key, str) else None
        if known is StatusCategory.DONE and _name(self.fields.get("resolution")).lower() in _CANCELLED_RESOLUTIONS:
            return StatusCategory.CANCELLED
        return known or StatusCategory.UNKNOWN

    def _points(self, names: Sequence[str]) -> float | None:
        for name in names:
            value = self.fields.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return float(value)
        return None

    def _labels(self) -> tuple[str, ...]:
        value = self.fields.get("labels")
        if value is None:
            return ()
        if not isinstance(value, list):
            self._note(f"the labels are not a list but {type(value).__name__}")
            return ()
        return tuple(dict.fromkeys(label for label in value if isinstance(label, str) and label))

    def _parents(self) -> tuple[Parent, ...]:
        """The parent, else the epic, else the parent link: a sub-task has its story, and the story has the epic."""
        parent = self._ref(self.fields.get("parent")) or self._ref(self.fields.get("epic"))
        if parent is None:
            layout = self.site.layout
            for name in (*layout.epic_link, *layout.parent_link):
                parent = self._ref(self.fields.get(name))
                if parent is not None:
                    break
        return (Parent(parent),) if parent is not None else ()

    def _ref(self, value: object) -> ItemRef | None:
        if isinstance(value, str) and value.strip():
            return ItemRef(source=self.site.source, external_id="", key=value.strip())
        if not isinstance(value, dict):
            return None
        nested = value.get("data")  # the Parent Link of Advanced Roadmaps wraps the parent once more
        inner = nested if isinstance(nested, dict) else value
        external_id, key = str(inner.get("id") or ""), str(inner.get("key") or "")
        if not external_id and not key:
            return None
        return ItemRef(source=self.site.source, external_id=external_id, key=key)

    def _relations(self) -> tuple[Relation, ...]:
        value = self.fields.get("issuelinks")
        if not isinstance(value, list):
            return ()
        found = []
        for link in value:
            if not isinstance(link, dict):
                continue
            told = link.get("type")
            kind: dict[str, Any] = told if isinstance(told, dict) else {}
            for side, verb in (("outwardIssue", "outward"), ("inwardIssue", "inward")):
                target = self._ref(link.get(side))
                if target is not None:
                    found.append(Relation(str(kind.get(verb) or kind.get("name") or "is linked to"), target))
        return tuple(dict.fromkeys(found))

    def _sprint_ids(self) -> tuple[str, ...]:
        names = self.site.layout.sprint or ("sprint", "closedSprints")
        # A field that is not there says nothing, other than one that is there and empty.
        self.is_placed = any(name in self.fields for name in names)
        is_readable = True
        values = [self.fields.get(name) for name in names]
        ids: list[str] = []
        for value in values:
            entries = value if isinstance(value, list) else [] if value is None else [value]
            for entry in entries:
                try:
                    ids.append(_sprint_id(entry))
                except ValueError:
                    self.is_placed = is_readable = False
        if not is_readable:
            self._note(
                "the sprint field cannot be read; the sprints are taken from the listings",
                "report the field's value as `GET issue/<key>` shows it",
            )
        return tuple(dict.fromkeys(ids))

    def _instant(self, name: str) -> datetime | None:
        value = self.fields.get(name)
        if value is None:
            return None
        try:
            return read_instant(value)
        except ValueError:
            self._note(f"the field {name} is not an instant")
            return None


def _sprint_id(entry: object) -> str:
    if isinstance(entry, dict):
        number = entry.get("id")
    elif isinstance(entry, str):
        number = read_sprint_text(entry).get("id") if "[" in entry else entry
    else:
        number = entry
    if isinstance(number, bool) or not str(number).isdigit():
        raise ValueError("no sprint")
    return str(number)


def read_instant(value: object) -> datetime:
    """An instant with its offset (`+0000` without a colon is Jira's form). Raises `ValueError`."""
    instant = datetime.fromisoformat(str(value))
    if instant.tzinfo is None:
        raise ValueError("no offset")
    return instant


def _name(value: object) -> str:
    name = value.get("name") if isinstance(value, dict) else value
    return name if isinstance(name, str) else ""


def _project(value: object) -> str:
    return str(value.get("key") or value.get("name") or "") if isinstance(value, dict) else ""


def _components(value: object) -> tuple[str, ...]:
    return unique(_name(entry) for entry in value) if isinstance(value, list) else ()


def _person(value: object) -> str | None:
    if not isinstance(value, dict):
        return None
    return str(value.get("displayName") or value.get("accountId") or value.get("name") or "") or None


def _kind(value: object, name: str) -> ItemKind:
    if isinstance(value, dict) and value.get("subtask") is True:
        return ItemKind.SUBTASK
    if isinstance(value, dict) and value.get("hierarchyLevel") == 1:
        return ItemKind.EPIC
    return _KINDS.get(name.strip().lower(), ItemKind.OTHER)


def _mark_texts(value: object) -> tuple[str, ...]:
    """The texts of a field of any kind: plain, choice, list of choices, cascading choice, rich text."""
    if isinstance(value, str):
        return (value,) if value.strip() else ()
    if isinstance(value, list):
        return tuple(text for entry in value for text in _mark_texts(entry))
    if isinstance(value, dict):
        if value.get("type") == "doc":
            return _mark_texts(read_rich_text(value))
        own = next((value[name] for name in ("value", "name", "key") if isinstance(value.get(name), str)), "")
        return (*_mark_texts(own), *_mark_texts(value.get("child")))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (str(value),)
    return ()
