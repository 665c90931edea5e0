"""What is said of the rules of the settings, of disputes about rules, and of patterns worth a second look."""

from collections.abc import Iterator
from dataclasses import dataclass

from align_sync.linking.evidence import Bucket, RuleKind
from align_sync.reports.commands import list_command
from align_sync.reports.model import AlignmentReport, PolicyRuleKind
from align_sync.reports.render.item_words import RULE_KIND_WORDS
from align_sync.reports.render.wording import BUCKET_WORDS
from align_sync.reports.words import count

SIGNALS_TITLE = "Worth a second look"
SIGNALS_LEAD = "patterns that make a good figure less certain; most have a good reason, and none is about a person"
DISPUTES_TITLE = "Possible rule faults"
POLICY_KIND_WORDS = {PolicyRuleKind.MAPPING: "maps to", PolicyRuleKind.EXEMPTION: "exempts as"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalText:
    """One signal in words, with the command that lists the items behind it."""

    says: str
    command: str


def say_signals(report: AlignmentReport) -> tuple[SignalText, ...]:
    return tuple(
        SignalText(
            says=f"{signal.kind.value}: {signal.says}",
            command=list_command(report.filters, team=signal.team, signal=signal.kind),
        )
        for signal in report.signals
    )


def say_disputes(report: AlignmentReport) -> Iterator[str]:
    """`decided by a label: 2 disputes`; by the bucket where no rule decided."""
    rules = {kind.value: RULE_KIND_WORDS[kind] for kind in RuleKind}
    buckets = {bucket.value: BUCKET_WORDS[bucket] for bucket in Bucket}
    for name, number in report.disputed.items():
        decided = f"decided by {rules[name]}" if name in rules else f"{buckets[name]}, no rule decided"
        yield f"{decided}: {count(number, 'dispute')}"
