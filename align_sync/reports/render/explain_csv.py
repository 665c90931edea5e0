"""An explanation as RFC 4180: one record for each rule that was asked, each decision and each piece of evidence."""

from collections.abc import Iterator, Sequence

from align_sync.reports.explain import Explanation
from align_sync.reports.render.decisions_records import write_csv
from align_sync.reports.render.explain_words import name_decision_state, name_evidence_state
from align_sync.reports.words import SAMPLE_NOTICE, stamp

COLUMNS = ("sample", "item", "bucket", "because", "part", "where", "rule", "verdict", "says", "since", "until")


def render_explain_csv(explanation: Explanation) -> str:
    """The verdict stands in every record, so that each can be read alone."""
    item = explanation.item
    head = (SAMPLE_NOTICE if explanation.is_sample else "", item.key, item.bucket.value, item.because)
    return write_csv(COLUMNS, ((*head, *record) for record in _records(explanation)))


def _records(explanation: Explanation) -> Iterator[Sequence[str]]:
    for line in explanation.chain:
        for rule in line.rules:
            yield "chain", line.key, rule.rule.value, rule.verdict.value, "; ".join(rule.says), "", ""
    for met in explanation.policy:
        yield "settings", met.name, met.kind.value, met.verdict.value, met.says, "", ""
    for decision in explanation.decisions:
        since, until = stamp(decision.since_at) or "", stamp(decision.ended_at) or ""
        yield "decision", decision.author, "", name_decision_state(decision), decision.says, since, until
    for known in explanation.ledger:
        since, until = stamp(known.first_seen_at) or "", (stamp(known.last_seen_at) or "") if known.is_gone else ""
        yield "evidence", known.key_result, known.strength, name_evidence_state(known), known.says, since, until
