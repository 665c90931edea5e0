"""The reasons in words: the same sentence in every report, page and message."""

from collections.abc import Sequence

from align_sync.linking.evidence import Evidence, Exempted, Rejected, RejectReason, RuleKind
from align_sync.work import ItemRef

_RULE_WORDS = {
    RuleKind.MANUAL: "linked by hand: {found}",
    RuleKind.MAPPING: "mapping rule {found}",
    RuleKind.FIELD: "field {field} says {found}",
    RuleKind.NAMED: "the OKR book lists {field} {found}",
    RuleKind.RELATION: "it {found}",
    RuleKind.LABEL: "label {found}",
    RuleKind.URL: "{field} {found}",
    RuleKind.MENTION: "the description says {found}",
}


def say_source(rule: RuleKind, field: str, found: str) -> str:
    """Where something was found, in a few words."""
    return _RULE_WORDS[rule].format(field=field, found=found)


def say_found(evidence: Evidence) -> str:
    if evidence.rule is RuleKind.MANUAL:
        return f"linked by {evidence.author}: {evidence.found}"
    if evidence.rule is RuleKind.MAPPING:
        return f"mapping rule {evidence.found} of {evidence.author}"
    return say_source(evidence.rule, evidence.field, evidence.found)


def say_inherited(evidence: Evidence) -> str:
    return f"inherited from {evidence.via}: {say_found(evidence)}"


def say_exempted(exempted: Exempted) -> str:
    """`exempt as bug, by rule Support bugs: …, until 2026-12-31`."""
    by = f"by rule {exempted.rule}" if exempted.rule else f"by {exempted.author}"
    until = f", until {exempted.expires_on.isoformat()}" if exempted.expires_on else ""
    said = f"exempt as {exempted.category}, {by}: {exempted.reason}{until}"
    return f"inherited from {exempted.via}: {said}" if exempted.distance else said


def say_unlinked(chain: Sequence[ItemRef], *, has_more: bool) -> str:
    """Where somebody looked, and that there is more above where nobody did."""
    said = "no field, label, link or address names a key result"
    if chain:
        said += f", on the item or above it ({', '.join(str(above) for above in chain)})"
    return f"{said}; what is farther above was not asked, by the setting for depth" if has_more else said


def say_rejected(rejected: Rejected) -> str:
    """Why a piece of evidence does not count, and what was probably meant."""
    source = say_source(rejected.rule, rejected.field, rejected.found)
    on = f" on {rejected.via}" if rejected.distance else ""
    verb = "under" if rejected.rule is RuleKind.NAMED else "names"
    match rejected.reason:
        case RejectReason.UNKNOWN_KEY:
            hint = f"; did you mean {rejected.suggestion}?" if rejected.suggestion else ""
            return f"{source}{on} names no key result of the book{hint}"
        case RejectReason.CLOSED | RejectReason.ARCHIVED | RejectReason.OTHER_PERIOD:
            hint = f"; its successor is {rejected.suggestion}" if rejected.suggestion else ""
            article = "an" if rejected.reason is RejectReason.ARCHIVED else "a"
            return f"{source}{on} {verb} {rejected.key}, {article} {rejected.reason.value}{hint}"
        case _:
            return f"{source}{on} {verb} {rejected.key}, but {rejected.reason.value}"
