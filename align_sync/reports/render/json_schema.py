"""The JSON Schema of `report -o json`, for who reads it by program."""

from align_sync.linking.evidence import Bucket
from align_sync.reports.model import SCHEMA_VERSION, Lens
from align_sync.reports.render.schema_parts import (
    DISPUTED,
    FIGURE,
    GAP,
    HEADLINE,
    INSTANT,
    INSTANT_OR_NONE,
    ITEM,
    KEY_RESULT,
    OBJECTIVE,
    RULE,
    SHARE,
    SIGNAL,
    SIGNAL_NAME,
    SOURCE,
    SPRINT,
    TALLY,
    TEAM,
    TEXT,
    TEXT_OR_NONE,
    TEXTS,
    YES_OR_NO,
    Schema,
    listed,
    object_of,
    one_of,
)
from align_sync.reports.render.view import View

_ALWAYS: dict[str, Schema] = {
    "schema_version": {"const": SCHEMA_VERSION},
    "view": one_of(View),
    "generated_at": INSTANT,
    "data_as_of": INSTANT_OR_NONE,
    "timezone": TEXT,
    "partial": YES_OR_NO,
    "sample": YES_OR_NO,
    "snapshot": TEXT_OR_NONE,
    "content_hash": TEXT_OR_NONE,
    "filters": object_of(
        teams=TEXTS,
        sprint=TEXT,
        buckets=listed(one_of(Bucket)),
        sources=TEXTS,
        key_results=TEXTS,
        categories=TEXTS,
        rules=TEXTS,
        signals=listed(SIGNAL_NAME),
        only_disputed=YES_OR_NO,
        only_imputed=YES_OR_NO,
        as_of_at=INSTANT_OR_NONE,
    ),
    "policy": object_of(goal=SHARE, warn=SHARE, count_by=one_of(Lens)),
    "headline": HEADLINE,
    "lenses": listed(TALLY),
    "sources": listed(SOURCE),
    "problems": listed(object_of(message=TEXT, where=TEXT_OR_NONE, advice=TEXT_OR_NONE)),
    "notes": TEXTS,
}
_BY_VIEW: dict[str, Schema] = {
    "teams": listed(TEAM),
    "sprints": listed(SPRINT),
    "key_results": listed(KEY_RESULT),
    "objectives": listed(OBJECTIVE),
    "gaps": listed(GAP),
    "signals": listed(SIGNAL),
    "rules": listed(RULE),
    "disputed": listed(DISPUTED),
    "items": listed(ITEM),
    "figures": listed(FIGURE),
}
_NEEDED = {
    View.ALIGNMENT: list(_BY_VIEW),
    View.UNLINKED: ["items"],
    View.KEY_RESULTS: ["key_results", "objectives", "gaps"],
}


def report_schema() -> Schema:
    """The schema of the envelope; the sections that a view must have hang on its `view`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:align-sync:report:{SCHEMA_VERSION}",
        "title": "align-sync report",
        **object_of(**_ALWAYS),
        "properties": {**_ALWAYS, **_BY_VIEW},
        "allOf": [
            {"if": {"properties": {"view": {"const": view.value}}}, "then": {"required": names}}
            for view, names in _NEEDED.items()
        ],
    }
