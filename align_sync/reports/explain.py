"""Why an item stands where it stands: what each rule found on it and above it, and what became of that."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from align_sync.linking.ancestry import Ancestry
from align_sync.linking.conditions import Conditions
from align_sync.linking.evidence import Evidence, Match, Rejected, RejectReason, RuleKind
from align_sync.linking.matcher import Judge
from align_sync.linking.reading import Ground
from align_sync.linking.words import say_found, say_inherited, say_rejected
from align_sync.reports.model import PolicyRuleKind, ReportItem, SourceLine, SourceState
from align_sync.work import ItemRef, WorkItem, unique


class RuleVerdict(StrEnum):
    """What became of what a rule found."""

    COUNTS = "counts"
    REJECTED = "does not count"
    NOTHING = "found nothing"
    OFF = "switched off"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule on one item with one verdict; `says` has a sentence for each thing that it found.

    A rule of whose findings only some count has two lines: what it found that counts, and what does not.
    """

    rule: RuleKind
    verdict: RuleVerdict
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLine:
    """One item that was asked: the item itself at `distance` 0, then what it is part of."""

    distance: int
    key: str
    title: str
    kind: str
    address: str
    rules: tuple[RuleLine, ...]

    @property
    def counts(self) -> bool:
        return any(line.verdict is RuleVerdict.COUNTS for line in self.rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLine:
    """One rule of the settings, held against the item and what is above it."""

    kind: PolicyRuleKind
    name: str
    verdict: RuleVerdict
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """Evidence with the time in which it was known; `is_gone` where it holds no more."""

    says: str
    key_result: str
    strength: str
    first_seen_at: datetime
    last_seen_at: datetime
    run: int
    is_gone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLine:
    """What a person decided here, whether it still holds or not."""

    says: str
    author: str
    since_at: datetime
    recorded_at: datetime
    ended_at: datetime | None
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What decided: the same basis gives the same verdict. `content_hash` is that of the item, `run` the link run."""

    book_fingerprint: str
    rules_fingerprint: str
    policy_fingerprint: str
    content_hash: str
    run: int | None
    run_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The verdict on one item with its reasons, in the order in which they were looked for.

    `unseen` are keys of what the item belongs to but could not be read. `timezone` is an IANA name.
    """

    item: ReportItem
    match: Match
    chain: tuple[ChainLine, ...]
    policy: tuple[PolicyLine, ...]
    decisions: tuple[DecisionLine, ...]
    ledger: tuple[LedgerLine, ...]
    unseen: tuple[str, ...]
    has_loop: bool
    depth: int
    sources: tuple[SourceLine, ...]
    basis: Basis
    decided_at: datetime
    timezone: str
    is_sample: bool

    @property
    def is_partial(self) -> bool:
        return any(line.state is not SourceState.FRESH for line in self.sources)


def explain_chain(item: WorkItem, ancestry: Ancestry[WorkItem], match: Match, judge: Judge) -> tuple[ChainLine, ...]:
    """The item and what is above it, each with what every rule found there and what became of that."""
    return tuple(
        ChainLine(
            distance=distance,
            key=str(member.ref),
            title=member.title,
            kind=member.kind_name or member.kind.value,
            address=member.address,
            rules=_ask_rules(member, match, judge),
        )
        for distance, member in ((0, item), *ancestry.steps)
    )


def explain_policy(
    item: WorkItem, ancestry: Ancestry[WorkItem], match: Match, judge: Judge, team: str
) -> tuple[PolicyLine, ...]:
    """Each rule of the settings: whether the item or anything above it meets it, and whether that decided."""
    members = (item, *(ancestor for _, ancestor in ancestry.steps))
    return (*_hold_mappings(members, match, judge, team), *_hold_exemptions(members, match, judge, team))


def _hold_mappings(members: Sequence[WorkItem], match: Match, judge: Judge, team: str) -> Iterator[PolicyLine]:
    rules = judge.policy.mappings
    places = [_find_place(rule.conditions, members, team) for rule in rules]
    # Of the rules that are met the first on the nearest member is asked, and no other, whatever it says.
    asked = min(((place, number) for number, place in enumerate(places) if place is not None), default=(0, 0))
    is_mapped = any(evidence.rule is RuleKind.MAPPING for evidence in match.evidence)
    for number, (rule, place) in enumerate(zip(rules, places, strict=True)):
        ground = judge.ground_of_rule(rule)
        counts = is_mapped and asked == (place, number)
        if counts:
            became = f"serves {ground.key}"
        elif ground.refusal is not None:
            became = say_rejected(_reject(ground, match.ref, ground.refusal))
        else:
            became = _say_outdone(match) or f"mapping rule {rules[asked[1]].name} comes first"
        yield _say_policy(PolicyRuleKind.MAPPING, rule.name, members, place, became, counts=counts)


def _hold_exemptions(members: Sequence[WorkItem], match: Match, judge: Judge, team: str) -> Iterator[PolicyLine]:
    decided = match.exempted.rule if match.exempted else ""
    for rule in judge.policy.exemptions:
        place = _find_place(rule.conditions, members, team)
        counts = rule.name == decided
        outdone = _say_outdone(match) or "what the item itself names goes before"
        became = f"exempt as {rule.category}" if counts else outdone
        yield _say_policy(PolicyRuleKind.EXEMPTION, rule.name, members, place, became, counts=counts)


def _find_place(conditions: Conditions, members: Sequence[WorkItem], team: str) -> int | None:
    """Where the nearest member stands that meets them: the item itself at 0."""
    return next((place for place, member in enumerate(members) if conditions.are_met(member, team)), None)


def _say_outdone(match: Match) -> str:
    """What decided instead of a rule; empty where nothing did."""
    if match.evidence:
        first = match.evidence[0]
        return f"mapping rule {first.found} decided" if first.rule is RuleKind.MAPPING else "a link decided"
    if match.exempted is None:
        return ""
    rule = match.exempted.rule
    return f"exemption rule {rule} decided" if rule else RejectReason.EXEMPT.value


def _say_policy(
    kind: PolicyRuleKind, name: str, members: Sequence[WorkItem], place: int | None, became: str, *, counts: bool
) -> PolicyLine:
    if place is None:
        return PolicyLine(kind=kind, name=name, verdict=RuleVerdict.NOTHING, says="its conditions are not met")
    who = f"{members[place].ref} meets" if place else "the item meets"
    verdict = RuleVerdict.COUNTS if counts else RuleVerdict.REJECTED
    return PolicyLine(kind=kind, name=name, verdict=verdict, says=f"{who} its conditions: {became}")


def _ask_rules(member: WorkItem, match: Match, judge: Judge) -> tuple[RuleLine, ...]:
    decisions = judge.decisions(member.ref)
    reading = judge.reader.read(member, decisions)
    # What is farther up than the verdict was not asked for, and what repeats it there is no conflict.
    is_exempt = decisions.exemption is not None and not reading.is_decided
    otherwise = RejectReason.EXEMPT if is_exempt else RejectReason.FARTHER
    grounds = (*reading.won, *reading.weaker, *reading.refused)
    return tuple(
        line
        for kind in RuleKind
        if kind is not RuleKind.MAPPING
        for line in _ask_rule(
            kind,
            [_say_outcome(ground, member.ref, match, otherwise) for ground in grounds if ground.rule is kind],
            is_off=kind is RuleKind.MENTION and not judge.rules.with_mentions,
        )
    )


def _ask_rule(kind: RuleKind, said: Sequence[tuple[RuleVerdict, str]], *, is_off: bool) -> Iterator[RuleLine]:
    if not said:
        yield RuleLine(rule=kind, verdict=RuleVerdict.OFF if is_off else RuleVerdict.NOTHING)
    for verdict in (RuleVerdict.COUNTS, RuleVerdict.REJECTED):
        if texts := unique(text for became, text in said if became is verdict):
            yield RuleLine(rule=kind, verdict=verdict, says=texts)


def _say_outcome(ground: Ground, via: ItemRef, match: Match, otherwise: RejectReason) -> tuple[RuleVerdict, str]:
    """Whether the ground decided, and in words what became of it."""
    told = (via, ground.rule, ground.key, ground.found)
    for evidence in match.evidence:
        if (evidence.via, evidence.rule, evidence.key_result, evidence.found) == told:
            return RuleVerdict.COUNTS, f"{say_found(evidence)}, so it serves {ground.key}"
    known = (
        rejected.reason
        for rejected in match.rejected
        if (rejected.via, rejected.rule, rejected.key, rejected.found) == told
    )
    reason = ground.refusal or next(known, otherwise)
    return RuleVerdict.REJECTED, say_rejected(_reject(ground, via, reason))


def _reject(ground: Ground, via: ItemRef, reason: RejectReason) -> Rejected:
    return Rejected(
        reason=reason,
        key=ground.key,
        rule=ground.rule,
        field=ground.field,
        found=ground.found,
        via=via,
        suggestion=ground.suggestion,
    )


def say_evidence(evidence: Evidence) -> str:
    """One line of the ledger in words."""
    return say_inherited(evidence) if evidence.distance else say_found(evidence)
