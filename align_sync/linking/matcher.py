"""From an item and its ancestors to one verdict in full: the bucket, the evidence, what was rejected, and why.

The matcher fetches nothing and stores nothing. The order of precedence is in `deciding.py`; here the outcome gets its
words. What could not be read makes an item unknown, never unlinked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import fsum

from align_sync.linking.ancestry import Ancestry
from align_sync.linking.deciding import Asked, Outcome, decide
from align_sync.linking.decisions import NO_DECISIONS, DecisionLookup, Decisions, decide_nothing
from align_sync.linking.evidence import Bucket, Evidence, Finding, Link, Match, Rejected, RejectReason, RuleKind
from align_sync.linking.index import BookIndex
from align_sync.linking.line import Line, Node
from align_sync.linking.policy import NO_POLICY, MappingRule, Policy
from align_sync.linking.reading import Ground, Reader, Reading, ground_of
from align_sync.linking.ruleset import RuleSet
from align_sync.linking.words import say_exempted, say_found, say_inherited, say_rejected, say_unlinked
from align_sync.work import ItemRef, WorkItem


class Judge:
    """Book, rules, policy and decisions of one moment, by which any number of items is judged."""

    def __init__(
        self,
        index: BookIndex,
        rules: RuleSet,
        *,
        policy: Policy = NO_POLICY,
        decisions: DecisionLookup = decide_nothing,
    ) -> None:
        self.index, self.rules, self.policy, self.decisions = index, rules, policy, decisions
        self.reader = Reader(index, rules)
        self._mapped: dict[str, Ground] = {}

    def match(self, item: WorkItem, ancestry: Ancestry[WorkItem], *, team: str = "") -> Match:
        """The verdict on one item, with all that was found and all that was rejected on the way."""
        decisions = self.decisions(item.ref)
        own = self.reader.read(item, decisions)
        line = Line(
            Ancestry(
                steps=tuple((distance, self.node(ancestor)) for distance, ancestor in ancestry.steps),
                unseen=ancestry.unseen,
                has_loop=ancestry.has_loop,
                has_more=ancestry.has_more,
            )
        )
        outcome = self.decide(_Whole(item, team), own, line, decisions)
        return _Wording(item.ref, own, line, outcome, decisions).match

    def decide(self, asked: Asked, own: Reading, line: Line, decisions: Decisions = NO_DECISIONS) -> Outcome:
        return decide(asked, own, line, decisions=decisions, policy=self.policy, ground_of_rule=self.ground_of_rule)

    def node(self, ancestor: WorkItem) -> Node:
        decisions = self.decisions(ancestor.ref)
        return Node(
            ref=ancestor.ref,
            parents=ancestor.parents,
            reading=self.reader.read(ancestor, decisions),
            exemption=decisions.exemption,
            item=lambda: ancestor,
        )

    def ground_of_rule(self, rule: MappingRule) -> Ground:
        known = self._mapped.get(rule.name)
        if known is None:
            finding = Finding(rule=RuleKind.MAPPING, field="settings", found=rule.name, named=(rule.key_result,))
            known = self._mapped[rule.name] = ground_of(finding, self.index, author=rule.owner)
        return known


@dataclass(frozen=True, slots=True)
class _Whole:
    """An item that is there as a whole."""

    whole: WorkItem
    team: str

    @property
    def ref(self) -> ItemRef:
        return self.whole.ref

    def item(self) -> WorkItem:
        return self.whole


def match_item(
    item: WorkItem,
    ancestry: Ancestry[WorkItem],
    index: BookIndex,
    rules: RuleSet,
    *,
    policy: Policy = NO_POLICY,
    decisions: DecisionLookup = decide_nothing,
    team: str = "",
) -> Match:
    """The verdict on a single item."""
    return Judge(index, rules, policy=policy, decisions=decisions).match(item, ancestry, team=team)


class _Wording:
    """One outcome with all that was rejected on the way to it, and the reason in words."""

    def __init__(self, ref: ItemRef, own: Reading, line: Line, outcome: Outcome, decisions: Decisions) -> None:
        self.ref, self.own, self.line, self.outcome, self.decisions = ref, own, line, outcome, decisions

    @cached_property
    def match(self) -> Match:
        return Match(
            ref=self.ref,
            bucket=self.outcome.bucket,
            because=self._because(),
            links=split_shares(self.won),
            evidence=self.won,
            rejected=self.rejected,
            chain=tuple(node.ref for _, node in self.line),
            exempted=self.outcome.exempted,
            beyond=self.line.ancestry.has_more,
        )

    @cached_property
    def won(self) -> tuple[Evidence, ...]:
        return tuple(
            _evidence(ground, self.ref if node is None else node.ref, self.outcome.distance)
            for node, ground in self.outcome.won
        )

    def _because(self) -> str:
        if self.won:
            return say_inherited(self.won[0]) if self.outcome.distance else say_found(self.won[0])
        if self.outcome.exempted is not None:
            return say_exempted(self.outcome.exempted)
        if self.outcome.bucket is Bucket.UNKNOWN:
            names = ", ".join(str(unseen) for unseen in self.line.ancestry.unseen)
            return f"what it belongs to could not be read: {names}"
        if self.outcome.bucket is Bucket.INVALID:
            return say_rejected(next(one for one in self.rejected if one.reason.is_refusal))
        return say_unlinked([node.ref for _, node in self.line], has_more=self.line.ancestry.has_more)

    @cached_property
    def rejected(self) -> tuple[Rejected, ...]:
        """What was refused on the item and on what was asked above it, then what was valid and did not decide."""
        return tuple(self._reject())

    def _reject(self) -> Iterator[Rejected]:
        distance, bucket = self.outcome.distance, self.outcome.bucket
        yield from self._refuse(self.own, self.ref, 0)
        if bucket is Bucket.EXEMPT and self.own.won:
            yield from self._outdo((*self.own.won, *self.own.weaker), self.ref, 0, RejectReason.EXEMPT)
        elif bucket is Bucket.DIRECT:
            yield from self._outdo(self.own.weaker, self.ref, 0, RejectReason.WEAKER)
        else:
            yield from self._pass_by(self._asked_up_to())
        if bucket is Bucket.INVALID and self.outcome.mapped is not None:
            yield _rejected(self.outcome.mapped, self.ref, 0, self.outcome.mapped.refusal)
        if self.outcome.won:
            beyond = -1 if bucket is Bucket.DIRECT else distance if bucket is Bucket.INHERITED else None
            yield from self._contradict(beyond)

    def _asked_up_to(self) -> int | None:
        """How far up somebody looked: to where the link is inherited from, else all the way."""
        return self.outcome.distance if self.outcome.bucket is Bucket.INHERITED else None

    def _pass_by(self, up_to: int | None) -> Iterator[Rejected]:
        for distance, node in self.line:
            if up_to is not None and distance > up_to:
                return
            yield from self._refuse(node.reading, node.ref, distance)
        if up_to is not None:
            for distance, node in self.line:
                if distance == up_to:
                    yield from self._outdo(node.reading.weaker, node.ref, distance, RejectReason.WEAKER)

    def _contradict(self, beyond: int | None) -> Iterator[Rejected]:
        """What is said farther up and differs: the child wins over the parent, and the conflict stays visible."""
        decided = {evidence.key_result for evidence in self.won}
        for distance, node in self.line:
            if beyond is not None and distance > beyond:
                differing = [g for g in (*node.reading.won, *node.reading.weaker) if g.key not in decided]
                yield from self._outdo(differing, node.ref, distance, RejectReason.FARTHER)

    def _refuse(self, reading: Reading, via: ItemRef, distance: int) -> Iterator[Rejected]:
        for ground in reading.refused:
            yield _rejected(ground, via, distance, ground.refusal)

    def _outdo(
        self, grounds: Iterable[Ground], via: ItemRef, distance: int, reason: RejectReason
    ) -> Iterator[Rejected]:
        for ground in grounds:
            yield _rejected(ground, via, distance, reason)


def _evidence(ground: Ground, via: ItemRef, distance: int) -> Evidence:
    return Evidence(
        key_result=ground.key,
        rule=ground.rule,
        field=ground.field,
        found=ground.found,
        via=via,
        distance=distance,
        weight=ground.weight,
        author=ground.author,
    )


def _rejected(ground: Ground, via: ItemRef, distance: int, reason: RejectReason | None) -> Rejected:
    return Rejected(
        reason=reason or RejectReason.UNKNOWN_KEY,
        key=ground.key,
        rule=ground.rule,
        field=ground.field,
        found=ground.found,
        via=via,
        distance=distance,
        suggestion=ground.suggestion,
        since_on=ground.since_on,
    )


def split_shares(won: Iterable[Evidence]) -> tuple[Link, ...]:
    """Shares that sum to 1: as written (`okr/ret90=0.7`), the rest in equal parts to those without a share.

    Where what is written leaves no rest, each of those counts like the average of the written ones: none counts for
    nothing unless somebody wrote so.
    """
    weights: dict[str, float | None] = {}
    for evidence in won:
        known = weights.get(evidence.key_result)
        weights[evidence.key_result] = known if evidence.weight is None else max(known or 0.0, evidence.weight)
    # Sorted and summed exactly: the order in which a tracker lists its labels must change no link.
    written = fsum(weight for weight in weights.values() if weight is not None)
    silent = [key for key, weight in weights.items() if weight is None]
    rest = max(0.0, 1.0 - written) / len(silent) if silent else 0.0
    if silent and not rest:
        rest = written / (len(weights) - len(silent))
    shares = {key: rest if weight is None else weight for key, weight in sorted(weights.items())}
    total = fsum(shares.values())
    if not total:
        shares, total = dict.fromkeys(shares, 1.0), float(len(shares))
    return tuple(Link(key, share / total) for key, share in shares.items())


def with_source_unread(match: Match, reason: str) -> Match:
    """The same verdict where its source was not read to the end: what is missing may be the missing link."""
    if match.bucket is not Bucket.UNLINKED and match.bucket is not Bucket.INVALID:
        return match
    return replace(match, bucket=Bucket.UNKNOWN, because=reason)
