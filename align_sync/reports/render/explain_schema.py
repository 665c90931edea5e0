"""The JSON Schema of `explain -o json`, for who reads it by program. Objects are left open, as those of the report."""

from align_sync.linking.evidence import RejectReason, RuleKind, Strength
from align_sync.reports.explain import RuleVerdict
from align_sync.reports.model import SCHEMA_VERSION, PolicyRuleKind
from align_sync.reports.render.explain_words import SAME_BASIS
from align_sync.reports.render.schema_parts import (
    COUNT,
    COUNT_OR_NONE,
    DAY_OR_NONE,
    INSTANT,
    INSTANT_OR_NONE,
    ITEM,
    NUMBER_OR_NONE,
    SOURCE,
    TEXT,
    TEXT_OR_NONE,
    TEXTS,
    YES_OR_NO,
    Schema,
    listed,
    object_of,
    one_of,
    one_of_texts,
    or_none,
)

_WHERE: dict[str, Schema] = {
    "rule": one_of(RuleKind),
    "field": TEXT,
    "found": TEXT,
    "via": TEXT,
    "distance": COUNT,
}
_EVIDENCE = object_of(key_result=TEXT, strength=one_of(Strength), weight=NUMBER_OR_NONE, author=TEXT_OR_NONE, **_WHERE)
_REJECTED = object_of(reason=one_of(RejectReason), key=TEXT, suggestion=TEXT_OR_NONE, since_on=DAY_OR_NONE, **_WHERE)
_EXEMPTION = object_of(
    category=TEXT,
    reason=TEXT,
    via=TEXT,
    distance=COUNT,
    rule=TEXT_OR_NONE,
    author=TEXT_OR_NONE,
    expires_on=DAY_OR_NONE,
)
_CHAIN_LINE = object_of(
    distance=COUNT,
    key=TEXT,
    title=TEXT,
    kind=TEXT,
    address=TEXT_OR_NONE,
    rules=listed(object_of(rule=one_of(RuleKind), verdict=one_of(RuleVerdict), says=TEXTS)),
)
_DECISION = object_of(
    says=TEXT,
    author=TEXT,
    since_at=INSTANT,
    recorded_at=INSTANT,
    ended_at=INSTANT_OR_NONE,
    state=one_of_texts(("in force", "ended", "ran out")),
)
_LEDGER_LINE = object_of(
    says=TEXT,
    key_result=TEXT,
    strength=one_of(Strength),
    first_seen_at=INSTANT,
    last_seen_at=INSTANT,
    run=COUNT,
    gone=YES_OR_NO,
)


def explanation_schema() -> Schema:
    """The schema of `explain -o json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:align-sync:explanation:{SCHEMA_VERSION}",
        "title": "align-sync explanation",
        **object_of(
            schema_version={"const": SCHEMA_VERSION},
            decided_at=INSTANT,
            timezone=TEXT,
            partial=YES_OR_NO,
            sample=YES_OR_NO,
            verdict=TEXT,
            item=ITEM,
            evidence=listed(_EVIDENCE),
            rejected=listed(_REJECTED),
            exemption=or_none(_EXEMPTION),
            chain=listed(_CHAIN_LINE),
            policy=listed(object_of(kind=one_of(PolicyRuleKind), name=TEXT, verdict=one_of(RuleVerdict), says=TEXT)),
            decisions=listed(_DECISION),
            ledger=listed(_LEDGER_LINE),
            unseen=TEXTS,
            has_loop=YES_OR_NO,
            depth=COUNT,
            beyond_depth=YES_OR_NO,
            sources=listed(SOURCE),
            basis=object_of(
                book_fingerprint=TEXT,
                rules_fingerprint=TEXT,
                policy_fingerprint=TEXT,
                content_hash=TEXT,
                run=COUNT_OR_NONE,
                run_at=INSTANT_OR_NONE,
                says={"const": SAME_BASIS},
            ),
        ),
    }
