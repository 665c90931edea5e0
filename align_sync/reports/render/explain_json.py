"""An explanation as JSON: the verdict, each rule with its own, and what was rejected, with the keys to check them."""

from align_sync.linking.evidence import Evidence, Rejected
from align_sync.reports.explain import ChainLine, Explanation
from align_sync.reports.model import SCHEMA_VERSION
from align_sync.reports.render.json_parts import Json, describe_report_item, describe_source, dump
from align_sync.reports.words import stamp


def render_explain_json(explanation: Explanation) -> str:
    """One object; `item` is as in a report."""
    return dump(
        {
            "schema_version": SCHEMA_VERSION,
            "decided_at": stamp(explanation.decided_at),
            "timezone": explanation.timezone,
            "partial": explanation.is_partial,
            "sample": explanation.is_sample,
            "book_fingerprint": explanation.book_fingerprint,
            "rules_fingerprint": explanation.rules_fingerprint,
            "item": describe_report_item(explanation.item),
            "evidence": [_evidence(evidence) for evidence in explanation.match.evidence],
            "rejected": [_rejected(rejected) for rejected in explanation.match.rejected],
            "chain": [_chain_line(line) for line in explanation.chain],
            "unseen": list(explanation.unseen),
            "has_loop": explanation.has_loop,
            "depth": explanation.depth,
            "sources": [describe_source(line) for line in explanation.sources],
        }
    )


def _evidence(evidence: Evidence) -> Json:
    return {
        "key_result": evidence.key_result,
        "rule": evidence.rule.value,
        "field": evidence.field,
        "found": evidence.found,
        "via": str(evidence.via),
        "distance": evidence.distance,
        "weight": evidence.weight,
    }


def _rejected(rejected: Rejected) -> Json:
    return {
        "reason": rejected.reason.value,
        "key": rejected.key,
        "rule": rejected.rule.value,
        "field": rejected.field,
        "found": rejected.found,
        "via": str(rejected.via),
        "distance": rejected.distance,
        "suggestion": rejected.suggestion,
    }


def _chain_line(line: ChainLine) -> Json:
    return {
        "distance": line.distance,
        "key": line.key,
        "title": line.title,
        "kind": line.kind,
        "address": line.address or None,
        "rules": [
            {"rule": rule.rule.value, "verdict": rule.verdict.value, "says": list(rule.says)} for rule in line.rules
        ],
    }
