"""An explanation as JSON: the verdict, each rule with its own, and what was rejected, with the keys to check them."""

from align_sync.linking.evidence import Evidence, Exempted, Rejected
from align_sync.reports.explain import ChainLine, DecisionLine, Explanation, LedgerLine, PolicyLine
from align_sync.reports.model import SCHEMA_VERSION
from align_sync.reports.render.explain_words import SAME_BASIS, name_decision_state, say_verdict
from align_sync.reports.render.json_parts import Json, describe_day, describe_report_item, describe_source, dump
from align_sync.reports.words import stamp


def render_explain_json(explanation: Explanation) -> str:
    """One object; `item` is as in a report."""
    match = explanation.match
    return dump(
        {
            "schema_version": SCHEMA_VERSION,
            "decided_at": stamp(explanation.decided_at),
            "timezone": explanation.timezone,
            "partial": explanation.is_partial,
            "sample": explanation.is_sample,
            "verdict": say_verdict(explanation),
            "item": describe_report_item(explanation.item),
            "evidence": [_evidence(evidence) for evidence in match.evidence],
            "rejected": [_rejected(rejected) for rejected in match.rejected],
            "exemption": _exempted(match.exempted) if match.exempted else None,
            "chain": [_chain_line(line) for line in explanation.chain],
            "policy": [_policy_line(line) for line in explanation.policy],
            "decisions": [_decision(line) for line in explanation.decisions],
            "ledger": [_ledger_line(line) for line in explanation.ledger],
            "unseen": list(explanation.unseen),
            "has_loop": explanation.has_loop,
            "depth": explanation.depth,
            "beyond_depth": match.beyond,
            "sources": [describe_source(line) for line in explanation.sources],
            "basis": _basis(explanation),
        }
    )


def _evidence(evidence: Evidence) -> Json:
    return {
        "key_result": evidence.key_result,
        "rule": evidence.rule.value,
        "strength": evidence.strength.value,
        "field": evidence.field,
        "found": evidence.found,
        "via": str(evidence.via),
        "distance": evidence.distance,
        "weight": evidence.weight,
        "author": evidence.author or None,
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
        "since_on": describe_day(rejected.since_on),
    }


def _exempted(exempted: Exempted) -> Json:
    return {
        "category": exempted.category,
        "reason": exempted.reason,
        "via": str(exempted.via),
        "distance": exempted.distance,
        "rule": exempted.rule or None,
        "author": exempted.author or None,
        "expires_on": describe_day(exempted.expires_on),
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


def _policy_line(line: PolicyLine) -> Json:
    return {"kind": line.kind.value, "name": line.name, "verdict": line.verdict.value, "says": line.says}


def _decision(line: DecisionLine) -> Json:
    return {
        "says": line.says,
        "author": line.author,
        "since_at": stamp(line.since_at),
        "recorded_at": stamp(line.recorded_at),
        "ended_at": stamp(line.ended_at),
        "state": name_decision_state(line),
    }


def _ledger_line(line: LedgerLine) -> Json:
    return {
        "says": line.says,
        "key_result": line.key_result,
        "strength": line.strength,
        "first_seen_at": stamp(line.first_seen_at),
        "last_seen_at": stamp(line.last_seen_at),
        "run": line.run,
        "gone": line.is_gone,
    }


def _basis(explanation: Explanation) -> Json:
    basis = explanation.basis
    return {
        "book_fingerprint": basis.book_fingerprint,
        "rules_fingerprint": basis.rules_fingerprint,
        "policy_fingerprint": basis.policy_fingerprint,
        "content_hash": basis.content_hash,
        "run": basis.run,
        "run_at": stamp(basis.run_at),
        "says": SAME_BASIS,
    }
