"""The JSON Schemas of `report -o json` and `explain -o json`, for who reads them by program.

Objects are left open: a reader that checks against this schema goes on working when a field comes.
"""

from enum import StrEnum

from align_sync.linking.evidence import Bucket, RejectReason, RuleKind
from align_sync.reports.explain import RuleVerdict
from align_sync.reports.model import SCHEMA_VERSION, SourceState, Standing
from align_sync.reports.render.view import View
from align_sync.work import ItemKind, SprintState, StatusCategory

Schema = dict[str, object]

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NONE: Schema = {"type": ["string", "null"]}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_NUMBER_OR_NONE: Schema = {"type": ["number", "null"]}
_YES_OR_NO: Schema = {"type": "boolean"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_SHARE_OR_NONE: Schema = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_INSTANT_OR_NONE: Schema = {"type": ["string", "null"], "format": "date-time"}


def _one_of(words: type[StrEnum]) -> Schema:
    return {"type": "string", "enum": [word.value for word in words]}


def _object(**members: Schema) -> Schema:
    return {"type": "object", "properties": dict(members), "required": list(members)}


def _listed(member: Schema) -> Schema:
    return {"type": "array", "items": member}


_TALLY: dict[str, Schema] = {
    "counts": _object(**{bucket.value: _COUNT for bucket in Bucket}),
    "total": _COUNT,
    "linked": _COUNT,
    "actionable": _COUNT,
    "coverage": _SHARE_OR_NONE,
    "unknown_share": _SHARE,
    "withheld": _TEXT_OR_NONE,
    "standing": _one_of(Standing),
    "list_command": _TEXT,
}
TEAM = _object(team=_TEXT, source=_TEXT, sprints=_TEXTS, **_TALLY)
SPRINT = _object(
    source=_TEXT,
    external_id=_TEXT,
    name=_TEXT,
    state=_one_of(SprintState),
    team=_TEXT,
    starts_at=_INSTANT_OR_NONE,
    ends_at=_INSTANT_OR_NONE,
    items=_COUNT,
)
KEY_RESULT = _object(
    key=_TEXT,
    title=_TEXT,
    objective_key=_TEXT,
    objective=_TEXT,
    team=_TEXT,
    period=_TEXT,
    owner=_TEXT,
    items=_COUNT,
    share_sum={"type": "number", "minimum": 0},
    idle=_YES_OR_NO,
)
SOURCE = _object(
    source=_TEXT,
    kind=_TEXT,
    state=_one_of(SourceState),
    complete_at=_INSTANT_OR_NONE,
    attempted_at=_INSTANT_OR_NONE,
    items=_COUNT,
    failure=_TEXT_OR_NONE,
    problems=_COUNT,
)
ITEM = _object(
    source=_TEXT,
    external_id=_TEXT,
    key=_TEXT,
    title=_TEXT,
    kind=_one_of(ItemKind),
    kind_name=_TEXT,
    status=_TEXT,
    status_category=_one_of(StatusCategory),
    team=_TEXT,
    sprint=_TEXT,
    sprint_id=_TEXT,
    bucket=_one_of(Bucket),
    because=_TEXT,
    links=_listed(_object(key_result=_TEXT, title=_TEXT, share=_SHARE)),
    evidence=_TEXTS,
    rejected=_TEXTS,
    suggestion=_TEXT_OR_NONE,
    fixes=_TEXTS,
    labels=_TEXTS,
    parent=_TEXT_OR_NONE,
    relations=_TEXTS,
    container=_TEXT,
    assignee=_TEXT_OR_NONE,
    priority=_TEXT_OR_NONE,
    points=_NUMBER_OR_NONE,
    address=_TEXT_OR_NONE,
    updated_at=_INSTANT_OR_NONE,
    entered_at=_INSTANT_OR_NONE,
)
_ALWAYS: dict[str, Schema] = {
    "schema_version": {"const": SCHEMA_VERSION},
    "view": _one_of(View),
    "generated_at": _INSTANT,
    "data_as_of": _INSTANT_OR_NONE,
    "timezone": _TEXT,
    "partial": _YES_OR_NO,
    "sample": _YES_OR_NO,
    "filters": _object(teams=_TEXTS, sprint=_TEXT, buckets=_listed(_one_of(Bucket)), sources=_TEXTS),
    "policy": _object(goal=_SHARE, warn=_SHARE),
    "headline": _object(**_TALLY),
    "sources": _listed(SOURCE),
    "problems": _listed(_object(message=_TEXT, where=_TEXT_OR_NONE, advice=_TEXT_OR_NONE)),
    "notes": _TEXTS,
}
_BY_VIEW: dict[str, Schema] = {
    "teams": _listed(TEAM),
    "sprints": _listed(SPRINT),
    "key_results": _listed(KEY_RESULT),
    "items": _listed(ITEM),
}
_NEEDED = {
    View.ALIGNMENT: ["teams", "sprints", "key_results", "items"],
    View.UNLINKED: ["items"],
    View.KEY_RESULTS: ["key_results"],
}


def report_schema() -> Schema:
    """The schema of the envelope; the sections that a view must have hang on its `view`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:align-sync:report:{SCHEMA_VERSION}",
        "title": "align-sync report",
        **_object(**_ALWAYS),
        "properties": {**_ALWAYS, **_BY_VIEW},
        "allOf": [
            {"if": {"properties": {"view": {"const": view.value}}}, "then": {"required": names}}
            for view, names in _NEEDED.items()
        ],
    }


_RULE_LINE = _object(rule=_one_of(RuleKind), verdict=_one_of(RuleVerdict), says=_TEXTS)
_WHERE: dict[str, Schema] = {
    "rule": _one_of(RuleKind),
    "field": _TEXT,
    "found": _TEXT,
    "via": _TEXT,
    "distance": _COUNT,
}


def explanation_schema() -> Schema:
    """The schema of `explain -o json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:align-sync:explanation:{SCHEMA_VERSION}",
        "title": "align-sync explanation",
        **_object(
            schema_version={"const": SCHEMA_VERSION},
            decided_at=_INSTANT,
            timezone=_TEXT,
            partial=_YES_OR_NO,
            sample=_YES_OR_NO,
            book_fingerprint=_TEXT,
            rules_fingerprint=_TEXT,
            item=ITEM,
            evidence=_listed(_object(key_result=_TEXT, weight=_SHARE_OR_NONE, **_WHERE)),
            rejected=_listed(_object(reason=_one_of(RejectReason), key=_TEXT, suggestion=_TEXT_OR_NONE, **_WHERE)),
            chain=_listed(
                _object(
                    distance=_COUNT,
                    key=_TEXT,
                    title=_TEXT,
                    kind=_TEXT,
                    address=_TEXT_OR_NONE,
                    rules=_listed(_RULE_LINE),
                )
            ),
            unseen=_TEXTS,
            has_loop=_YES_OR_NO,
            depth=_COUNT,
            sources=_listed(SOURCE),
        ),
    }
