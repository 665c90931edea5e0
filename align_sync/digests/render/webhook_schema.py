"""The JSON Schema of a digest's data, as `config/schema/digest.v1.json` holds it.

Objects are left open: a reader that checks against it goes on working when a field comes.
"""

from align_sync.digests.model import ChangeSort, DigestKind, DigestState
from align_sync.digests.render.webhook import SCHEMA_VERSION
from align_sync.reports.model import Lens, SourceState
from align_sync.reports.render.schema_parts import (
    COUNT,
    COUNT_OR_NONE,
    INSTANT,
    INSTANT_OR_NONE,
    NUMBER_OR_NONE,
    SHARE,
    SHARE_OR_NONE,
    TEXT,
    TEXTS,
    YES_OR_NO,
    Schema,
    listed,
    object_of,
    one_of,
)

_ITEM = object_of(
    key=TEXT,
    title=TEXT,
    team=TEXT,
    points=NUMBER_OR_NONE,
    address=TEXT,
    because=TEXT,
    wrong_name=TEXT,
    right_key=TEXT,
    fixes=listed(object_of(command=TEXT, key_result=TEXT)),
)
_KEY_RESULT = object_of(key=TEXT, title=TEXT, team=TEXT, health=TEXT, progress=NUMBER_OR_NONE)
_TEAM = object_of(
    team=TEXT,
    coverage=SHARE_OR_NONE,
    coverage_before=SHARE_OR_NONE,
    unlinked=COUNT,
    unlinked_before=COUNT_OR_NONE,
    withheld=TEXT,
)


def digest_schema() -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:align-sync:digest:{SCHEMA_VERSION}",
        "title": "align-sync digest",
        **object_of(
            schema_version={"const": SCHEMA_VERSION},
            kind=one_of(DigestKind),
            team=TEXT,
            week={"type": "string", "pattern": "^[0-9]{4}-W[0-9]{2}$"},
            timezone=TEXT,
            made_at=INSTANT,
            data_as_of=INSTANT_OR_NONE,
            state=one_of(DigestState),
            goal=SHARE,
            warn=SHARE,
            lens=one_of(Lens),
            coverage=SHARE_OR_NONE,
            unlinked=COUNT,
            items=COUNT,
            coverage_before=SHARE_OR_NONE,
            unlinked_before=COUNT_OR_NONE,
            before_week=TEXT,
            withheld=TEXT,
            reason=TEXT,
            quiet_weeks=COUNT,
            largest=listed(_ITEM),
            unlinked_items=listed(_ITEM),
            dead_links=listed(_ITEM),
            idle=listed(_KEY_RESULT),
            in_danger=listed(_KEY_RESULT),
            changes=listed(
                object_of(sort=one_of(ChangeSort), key=TEXT, title=TEXT, team=TEXT, address=TEXT, serves=TEXTS)
            ),
            expiring=listed(_ITEM),
            teams=listed(_TEAM),
            trend=listed(object_of(label=TEXT, coverage=SHARE_OR_NONE)),
            sources=listed(
                object_of(source=TEXT, state=one_of(SourceState), complete_at=INSTANT_OR_NONE, failure=TEXT)
            ),
            closed_channels=TEXTS,
            is_sample=YES_OR_NO,
            snapshot=TEXT,
        ),
    }
