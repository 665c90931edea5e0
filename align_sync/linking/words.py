"""The reasons in words: the same sentence in every report, page and message."""

from align_sync.linking.evidence import Evidence, Rejected, RejectReason, RuleKind

_RULE_WORDS = {
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
    return say_source(evidence.rule, evidence.field, evidence.found)


def say_inherited(evidence: Evidence) -> str:
    return f"inherited from {evidence.via}: {say_found(evidence)}"


def say_rejected(rejected: Rejected) -> str:
    """Why a piece of evidence does not count, and what was probably meant."""
    source = say_source(rejected.rule, rejected.field, rejected.found)
    on = f" on {rejected.via}" if rejected.distance else ""
    verb = "under" if rejected.rule is RuleKind.NAMED else "names"
    match rejected.reason:
        case RejectReason.UNKNOWN_KEY:
            hint = f"; did you mean {rejected.suggestion}?" if rejected.suggestion else ""
            return f"{source}{on} names no key result of the book{hint}"
        case RejectReason.CLOSED | RejectReason.ARCHIVED:
            hint = f"; its successor is {rejected.suggestion}" if rejected.suggestion else ""
            article = "an" if rejected.reason is RejectReason.ARCHIVED else "a"
            return f"{source}{on} {verb} {rejected.key}, {article} {rejected.reason.value}{hint}"
        case _:
            return f"{source}{on} {verb} {rejected.key}, but {rejected.reason.value}"
