"""Sentences of an explanation that its outputs share."""

from collections.abc import Iterator

from align_sync.linking.evidence import RuleKind
from align_sync.reports.explain import ChainLine, Explanation, RuleLine
from align_sync.reports.render.wording import BUCKET_WORDS, say_source
from align_sync.reports.words import count, moment, percent, team_name

RULE_WORDS = {
    RuleKind.FIELD: "field",
    RuleKind.NAMED: "OKR book",
    RuleKind.RELATION: "relation",
    RuleKind.LABEL: "label",
    RuleKind.URL: "address",
    RuleKind.MENTION: "description",
}


def say_verdict(explanation: Explanation) -> str:
    return f"{BUCKET_WORDS[explanation.item.bucket]}: {explanation.item.because}"


def say_serves(explanation: Explanation) -> Iterator[str]:
    """`ret90 (Retention ...) with 70 % of the item`."""
    for link in explanation.item.links:
        title = f" ({link.title})" if link.title else ""
        yield f"{link.key_result}{title}" + (f" with {percent(link.share)} of the item" if link.share < 1 else "")


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
    """What the walk upwards could not see."""
    for key in explanation.unseen:
        yield f"{key} is named as something that it belongs to, but could not be read"
    if explanation.has_loop:
        yield "the parents form a loop; each was asked once"


def say_ground(explanation: Explanation) -> Iterator[str]:
    """What the verdict rests on, so that it can be repeated."""
    yield (
        f"decided {moment(explanation.decided_at, explanation.timezone)} with the OKR book "
        f"{explanation.book_fingerprint or '(none)'} and the rules {explanation.rules_fingerprint}, "
        f"looking up to {count(explanation.depth, 'step')} up"
    )
    for line in explanation.sources:
        yield say_source(line, explanation.timezone)
