"""Why an item stands where it stands: what each rule found on it and above it, and what became of that."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from align_sync.linking.ancestry import Ancestry
from align_sync.linking.evidence import Finding, Match, Rejected, RejectReason, RuleKind
from align_sync.linking.index import BookIndex
from align_sync.linking.rules import RULES
from align_sync.linking.ruleset import RuleSet
from align_sync.linking.words import say_rejected, say_source
from align_sync.reports.fixes import LABEL_FORM, propose_fixes
from align_sync.reports.items import describe_item
from align_sync.reports.model import ReportItem, SourceLine, SourceState
from align_sync.reports.words import source_name
from align_sync.work import ItemRef, WorkItem


class RuleVerdict(StrEnum):
    """What became of what a rule found."""

    COUNTS = "counts"
    REJECTED = "does not count"
    NOTHING = "found nothing"
    OFF = "switched off"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule on one item; `says` has a sentence for each thing that it found."""

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
class Explanation:
    """The verdict on one item with its reasons, in the order in which they were looked for.

    `unseen` are keys of what the item belongs to but could not be read. The fingerprints name the book and the rules
    that decided: the same pair gives the same verdict. `timezone` is an IANA name.
    """

    item: ReportItem
    match: Match
    chain: tuple[ChainLine, ...]
    unseen: tuple[str, ...]
    has_loop: bool
    depth: int
    sources: tuple[SourceLine, ...]
    book_fingerprint: str
    rules_fingerprint: str
    decided_at: datetime
    timezone: str
    is_sample: bool

    @property
    def is_partial(self) -> bool:
        return any(line.state is not SourceState.FRESH for line in self.sources)


def build_explanation(
    *,
    item: WorkItem,
    ancestry: Ancestry,
    match: Match,
    index: BookIndex,
    rules: RuleSet,
    sources: tuple[SourceLine, ...],
    now: datetime,
    timezone: str,
    is_sample: bool,
    team: str = "",
    sprint: str = "",
    sprint_id: str = "",
    entered_at: datetime | None = None,
    label_form: str = LABEL_FORM,
) -> Explanation:
    """`match` is the verdict of the same book and rules; `sources` are shown as far as they are the item's own."""
    own = tuple(line for line in sources if line.source == item.ref.source)
    described = describe_item(item, match, index, team=team, sprint=sprint, sprint_id=sprint_id, entered_at=entered_at)
    tracker = source_name(own[0].source, own[0].kind) if own else item.ref.source
    fixes = propose_fixes(described, tracker=tracker, label_form=label_form)
    return Explanation(
        item=replace(described, fixes=fixes),
        match=match,
        chain=tuple(
            ChainLine(
                distance=distance,
                key=str(member.ref),
                title=member.title,
                kind=member.kind_name or member.kind.value,
                address=member.address,
                rules=_ask_rules(member, match, index, rules),
            )
            for distance, member in ((0, item), *ancestry.steps)
        ),
        unseen=tuple(str(ref) for ref in ancestry.unseen),
        has_loop=ancestry.has_loop,
        depth=rules.depth,
        sources=own,
        book_fingerprint=index.fingerprint,
        rules_fingerprint=rules.fingerprint,
        decided_at=now,
        timezone=timezone,
        is_sample=is_sample,
    )


def _ask_rules(member: WorkItem, match: Match, index: BookIndex, rules: RuleSet) -> tuple[RuleLine, ...]:
    found: dict[RuleKind, list[Finding]] = {kind: [] for kind in RuleKind}
    for rule in RULES:
        for finding in rule(member, index, rules):
            found[finding.rule].append(finding)
    lines = []
    for kind, findings in found.items():
        said = [_judge(finding, member.ref, match, index) for finding in findings]
        if said:
            verdict = RuleVerdict.COUNTS if any(counts for counts, _ in said) else RuleVerdict.REJECTED
        else:
            is_off = kind is RuleKind.MENTION and not rules.with_mentions
            verdict = RuleVerdict.OFF if is_off else RuleVerdict.NOTHING
        lines.append(RuleLine(rule=kind, verdict=verdict, says=tuple(dict.fromkeys(text for _, text in said))))
    return tuple(lines)


def _judge(finding: Finding, via: ItemRef, match: Match, index: BookIndex) -> tuple[bool, str]:
    """Whether the finding decided, and in words what became of it."""
    key_result = index.find(finding.named)
    key = key_result.key if key_result else finding.named[0]
    for evidence in match.evidence:
        if (evidence.via, evidence.rule, evidence.key_result) == (via, finding.rule, key):
            return True, f"{say_source(finding.rule, finding.field, finding.found)}, so it serves {key}"
    for rejected in match.rejected:
        if (rejected.via, rejected.rule, rejected.found, rejected.key) == (via, finding.rule, finding.found, key):
            return False, say_rejected(replace(rejected, distance=0))
    # What is farther up than the verdict was not asked for, and what repeats it there is no conflict.
    refusal = RejectReason.UNKNOWN_KEY if key_result is None else index.refusal(key_result)
    unheard = Rejected(
        reason=refusal or RejectReason.FARTHER,
        key=key,
        rule=finding.rule,
        field=finding.field,
        found=finding.found,
        via=via,
        suggestion=key_result.successor if key_result else index.suggest(key),
    )
    return False, say_rejected(unheard)
