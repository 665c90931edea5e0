"""Sentences of an explanation that its outputs share."""

from collections.abc import Iterator
from dataclasses import dataclass

from align_sync.linking.evidence import RuleKind
from align_sync.reports.explain import ChainLine, DecisionLine, Explanation, LedgerLine, RuleLine, RuleVerdict
from align_sync.reports.model import PolicyRuleKind
from align_sync.reports.render.item_words import say_date, say_dispute
from align_sync.reports.render.wording import BUCKET_WORDS, say_source
from align_sync.reports.words import count, moment, percent, team_name

RULE_WORDS = {
    RuleKind.MANUAL: "link by hand",
    RuleKind.FIELD: "field",
    RuleKind.NAMED: "OKR book",
    RuleKind.RELATION: "relation",
    RuleKind.LABEL: "label",
    RuleKind.URL: "address",
    RuleKind.MENTION: "description",
    RuleKind.MAPPING: "mapping rule",
}
POLICY_WORDS = {PolicyRuleKind.MAPPING: "mapping rule", PolicyRuleKind.EXEMPTION: "exemption rule"}
SAME_BASIS = "the same basis gives the same verdict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of a section: how it stands, and the sentence. `counts` where the verdict rests on it, or still may."""

    state: str
    says: str
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    title: str
    facts: tuple[Fact, ...]


def say_verdict(explanation: Explanation) -> str:
    """The words of every report, and nothing added."""
    return f"{BUCKET_WORDS[explanation.item.bucket]}: {explanation.item.because}"


def say_serves(explanation: Explanation) -> Iterator[str]:
    """`ret90 (Retention ...) with 70 % of the item`."""
    for link in explanation.item.links:
        title = f" ({link.title})" if link.title else ""
        yield f"{link.key_result}{title}" + (f" with {percent(link.share)} of the item" if link.share < 1 else "")


def say_circumstances(explanation: Explanation) -> Iterator[str]:
    """From when on its grace counts and until when, how long an exemption holds, and who disputes the verdict."""
    item, zone = explanation.item, explanation.timezone
    if item.waiting and item.waiting.ends_on:
        since = f"counted from {moment(item.waiting.since_at, zone)}, " if item.waiting.since_at else ""
        yield f"grace: {since}{item.waiting.day} of {item.waiting.days} used, until {say_date(item.waiting.ends_on)}"
    elif item.waiting:
        yield f"grace: {count(item.waiting.days, 'working day')} from the begin of its sprint on"
    if item.exempted:
        until = item.exempted.expires_on
        yield f"exemption: {f'until {say_date(until)}' if until else 'without an end'}"
    if item.dispute:
        settled = "; nobody is asked to act until that is settled" if item.bucket.is_actionable else ""
        yield f"{say_dispute(item.dispute)}, since {moment(item.dispute.since_at, zone)}{settled}"


def say_place(line: ChainLine) -> str:
    """Where in the chain an item stands."""
    return "the item itself" if line.distance == 0 else f"{count(line.distance, 'step')} up"


def say_rule(line: RuleLine) -> str:
    """`label okr/ret90 names ret90`, or that there was nothing."""
    return "; ".join(line.says) or line.verdict.value


def say_about(explanation: Explanation) -> str:
    item = explanation.item
    parts = (item.kind_name or item.kind.value, item.status, team_name(item.team), item.sprint, item.assignee or "")
    return " · ".join(part for part in parts if part)


def say_limits(explanation: Explanation) -> Iterator[str]:
    """What the walk upwards could not see, or did not look at."""
    for key in explanation.unseen:
        yield f"{key} is named as something that it belongs to, but could not be read"
    if explanation.has_loop:
        yield "the parents form a loop; each was asked once"
    if explanation.match.beyond:
        steps = count(explanation.depth, "step")
        yield f"what is farther above than {steps} was not asked, by the setting for depth"


def list_sections(explanation: Explanation) -> tuple[Section, ...]:
    """What is told beside the chain, as far as there is any of it."""
    sections = (
        Section(
            title="Rules of the settings",
            facts=tuple(
                Fact(
                    state=line.verdict.value,
                    says=f"{POLICY_WORDS[line.kind]} {line.name}: {line.says}",
                    counts=line.verdict is RuleVerdict.COUNTS,
                )
                for line in explanation.policy
            ),
        ),
        Section(
            title="What people decided here",
            facts=tuple(_tell_decision(line, explanation.timezone) for line in explanation.decisions),
        ),
        Section(
            title="Evidence on record",
            facts=tuple(_tell_evidence(line, explanation.timezone) for line in explanation.ledger),
        ),
    )
    return tuple(section for section in sections if section.facts)


def name_decision_state(line: DecisionLine) -> str:
    if line.holds:
        return "in force"
    return "ended" if line.ended_at else "ran out"


def name_evidence_state(line: LedgerLine) -> str:
    return "gone" if line.is_gone else "holds"


def _tell_decision(line: DecisionLine, zone: str) -> Fact:
    told = [line.says, f"since {moment(line.since_at, zone)}"]
    if line.recorded_at != line.since_at:
        told.append(f"recorded {moment(line.recorded_at, zone)}")
    if line.ended_at:
        told.append(f"ended {moment(line.ended_at, zone)}")
    return Fact(state=name_decision_state(line), says="; ".join(told), counts=line.holds)


def _tell_evidence(line: LedgerLine, zone: str) -> Fact:
    told = (
        f"{line.says}: {line.key_result}, {line.strength}; first seen {moment(line.first_seen_at, zone)}, "
        f"last seen {moment(line.last_seen_at, zone)}, run {line.run}"
    )
    return Fact(state=name_evidence_state(line), says=told, counts=not line.is_gone)


def say_ground(explanation: Explanation) -> Iterator[str]:
    """What the verdict rests on, so that it can be repeated."""
    basis, zone = explanation.basis, explanation.timezone
    yield f"decided {moment(explanation.decided_at, zone)}, looking up to {count(explanation.depth, 'step')} up"
    linked = "not linked in a run yet" if basis.run is None else f"link run {basis.run}, {moment(basis.run_at, zone)}"
    yield (
        f"basis: OKR book {basis.book_fingerprint or '(none)'}, rules {basis.rules_fingerprint}, "
        f"settings {basis.policy_fingerprint}, item {basis.content_hash or '(not stored)'}, {linked}"
    )
    yield SAME_BASIS
    for line in explanation.sources:
        yield say_source(line, zone)
