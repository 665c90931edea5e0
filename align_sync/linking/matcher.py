"""From an item and its ancestors to one verdict: collect, order by precedence, inherit, keep what was rejected.

The matcher fetches nothing and stores nothing. The first level on which the item itself has valid evidence wins; only
an item without any asks its ancestors, nearest first. What could not be read makes an item unknown, never unlinked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from math import fsum

from align_sync.linking.ancestry import Ancestry
from align_sync.linking.evidence import LEVEL_OF, Bucket, Evidence, Finding, Link, Match, Rejected, RejectReason
from align_sync.linking.index import BookIndex
from align_sync.linking.rules import RULES
from align_sync.linking.ruleset import RuleSet
from align_sync.linking.words import say_found, say_inherited, say_rejected
from align_sync.work import ItemRef, WorkItem


@dataclass(frozen=True, slots=True)
class _Read:
    """What the rules say of one item of the chain, resolved against the book."""

    valid: tuple[Evidence, ...]
    rejected: tuple[Rejected, ...]


def match_item(item: WorkItem, ancestry: Ancestry, index: BookIndex, rules: RuleSet) -> Match:
    """The verdict on one item, with all that was found and all that was rejected on the way."""
    own = _read(item, 0, index, rules)
    chain = tuple(ancestor.ref for _, ancestor in ancestry.steps)
    rejected = list(own.rejected)
    if own.valid:
        won, weaker = _strongest(own.valid)
        rejected += _reject(weaker, RejectReason.WEAKER)
        rejected += _read_farther(ancestry, index, rules, beyond=-1, won=won)
        return Match(
            ref=item.ref,
            bucket=Bucket.DIRECT,
            because=say_found(won[0]),
            links=_split(won),
            evidence=won,
            rejected=tuple(rejected),
            chain=chain,
        )
    for distance, steps in groupby(ancestry.steps, key=lambda step: step[0]):
        reads = [_read(ancestor, distance, index, rules) for _, ancestor in steps]
        rejected += [entry for read in reads for entry in read.rejected]
        found = [_strongest(read.valid) for read in reads if read.valid]
        if found:
            won = tuple(evidence for winners, _ in found for evidence in winners)
            rejected += _reject((e for _, weaker in found for e in weaker), RejectReason.WEAKER)
            rejected += _read_farther(ancestry, index, rules, beyond=distance, won=won)
            return Match(
                ref=item.ref,
                bucket=Bucket.INHERITED,
                because=say_inherited(won[0]),
                links=_split(won),
                evidence=won,
                rejected=tuple(rejected),
                chain=chain,
            )
    return _without_evidence(item.ref, tuple(rejected), ancestry, chain)


def _without_evidence(
    ref: ItemRef, rejected: tuple[Rejected, ...], ancestry: Ancestry, chain: tuple[ItemRef, ...]
) -> Match:
    if ancestry.unseen:
        names = ", ".join(str(unseen) for unseen in ancestry.unseen)
        because = f"what it belongs to could not be read: {names}"
        return Match(ref=ref, bucket=Bucket.UNKNOWN, because=because, rejected=rejected, chain=chain)
    if rejected:
        return Match(ref=ref, bucket=Bucket.INVALID, because=say_rejected(rejected[0]), rejected=rejected, chain=chain)
    because = "no field, label, link or address names a key result"
    if chain:
        because += f", on the item or above it ({', '.join(str(above) for above in chain)})"
    return Match(ref=ref, bucket=Bucket.UNLINKED, because=because, chain=chain)


def _read(item: WorkItem, distance: int, index: BookIndex, rules: RuleSet) -> _Read:
    valid: dict[tuple[str, str, str], Evidence] = {}
    rejected: dict[tuple[str, str, str], Rejected] = {}
    for rule in RULES:
        for finding in rule(item, index, rules):
            outcome = _resolve(finding, item.ref, distance, index)
            if isinstance(outcome, Evidence):
                valid.setdefault((outcome.key_result, outcome.rule, outcome.found), outcome)
            else:
                rejected.setdefault((outcome.key, outcome.rule, outcome.found), outcome)
    return _Read(tuple(valid.values()), tuple(rejected.values()))


def _resolve(finding: Finding, via: ItemRef, distance: int, index: BookIndex) -> Evidence | Rejected:
    key_result = index.find(finding.named)
    refusal = RejectReason.UNKNOWN_KEY if key_result is None else index.refusal(key_result)
    if key_result is not None and refusal is None:
        return Evidence(
            key_result=key_result.key,
            rule=finding.rule,
            field=finding.field,
            found=finding.found,
            via=via,
            distance=distance,
            weight=finding.weight,
        )
    suggestion = index.suggest(finding.named[0]) if key_result is None else key_result.successor
    return Rejected(
        reason=refusal or RejectReason.UNKNOWN_KEY,
        key=key_result.key if key_result else finding.named[0],
        rule=finding.rule,
        field=finding.field,
        found=finding.found,
        via=via,
        distance=distance,
        suggestion=suggestion,
    )


def _strongest(valid: tuple[Evidence, ...]) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
    best = min(LEVEL_OF[evidence.rule] for evidence in valid)
    won = tuple(evidence for evidence in valid if LEVEL_OF[evidence.rule] == best)
    return won, tuple(evidence for evidence in valid if LEVEL_OF[evidence.rule] != best)


def _read_farther(
    ancestry: Ancestry, index: BookIndex, rules: RuleSet, *, beyond: int, won: tuple[Evidence, ...]
) -> list[Rejected]:
    """What is said farther up and differs: the child wins over the parent, and the conflict stays visible."""
    decided = {evidence.key_result for evidence in won}
    farther = (
        evidence
        for distance, ancestor in ancestry.steps
        if distance > beyond
        for evidence in _read(ancestor, distance, index, rules).valid
        if evidence.key_result not in decided
    )
    return _reject(farther, RejectReason.FARTHER)


def _reject(evidence: Iterable[Evidence], reason: RejectReason) -> list[Rejected]:
    return [
        Rejected(
            reason=reason, key=e.key_result, rule=e.rule, field=e.field, found=e.found, via=e.via, distance=e.distance
        )
        for e in evidence
    ]


def _split(won: tuple[Evidence, ...]) -> tuple[Link, ...]:
    """Shares that sum to 1: as written (`okr/ret90=0.7`), the rest in equal parts to those without a share."""
    weights: dict[str, float | None] = {}
    for evidence in won:
        known = weights.get(evidence.key_result)
        weights[evidence.key_result] = known if evidence.weight is None else max(known or 0.0, evidence.weight)
    # Sorted and summed exactly: the order in which a tracker lists its labels must change no link.
    written = fsum(weight for weight in weights.values() if weight is not None)
    silent = [key for key, weight in weights.items() if weight is None]
    rest = max(0.0, 1.0 - written) / len(silent) if silent else 0.0
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
