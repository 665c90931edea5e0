"""An explanation for pipes and files: the verdict, then sections of rows separated by tabs, nothing cut."""

from collections.abc import Iterator

from align_sync.reports.explain import Explanation
from align_sync.reports.plain import make_plain
from align_sync.reports.render.explain_words import (
    name_decision_state,
    name_evidence_state,
    say_circumstances,
    say_ground,
    say_limits,
    say_serves,
    say_verdict,
)
from align_sync.reports.render.piped_policy import section
from align_sync.reports.render.wording import SAMPLE_SENTENCE
from align_sync.reports.words import stamp


def render_explain_piped(explanation: Explanation) -> str:
    """Each section opens with `# name`; its first row names the columns."""
    lines = (*_open(explanation), *_list_chain(explanation), *_list_beside(explanation))
    return "".join(f"{line}\n" for line in lines)


def _open(explanation: Explanation) -> Iterator[str]:
    item = explanation.item
    if explanation.is_sample:
        yield SAMPLE_SENTENCE
    for text in (
        f"{item.key} {item.title}",
        say_verdict(explanation),
        *(f"serves: {serves}" for serves in say_serves(explanation)),
        *say_circumstances(explanation),
        *(f"to do: {fix}" for fix in item.fixes),
        *(f"note: {limit}" for limit in say_limits(explanation)),
        *(f"ground: {ground}" for ground in say_ground(explanation)),
    ):
        yield make_plain(text)


def _list_chain(explanation: Explanation) -> Iterator[str]:
    return section(
        "chain",
        ("item", "distance", "rule", "verdict", "found", "title"),
        (
            (line.key, str(line.distance), rule.rule.value, rule.verdict.value, "; ".join(rule.says), line.title)
            for line in explanation.chain
            for rule in line.rules
        ),
    )


def _list_beside(explanation: Explanation) -> Iterator[str]:
    if explanation.policy:
        yield from section(
            "rules of the settings",
            ("kind", "name", "verdict", "found"),
            ((line.kind.value, line.name, line.verdict.value, line.says) for line in explanation.policy),
        )
    if explanation.decisions:
        yield from section(
            "decisions",
            ("state", "author", "since", "recorded", "ended", "decision"),
            (
                (
                    name_decision_state(line),
                    line.author,
                    stamp(line.since_at) or "",
                    stamp(line.recorded_at) or "",
                    stamp(line.ended_at) or "",
                    line.says,
                )
                for line in explanation.decisions
            ),
        )
    if explanation.ledger:
        yield from section(
            "evidence",
            ("state", "key result", "strength", "first seen", "last seen", "run", "evidence"),
            (
                (
                    name_evidence_state(line),
                    line.key_result,
                    line.strength,
                    stamp(line.first_seen_at) or "",
                    stamp(line.last_seen_at) or "",
                    str(line.run),
                    line.says,
                )
                for line in explanation.ledger
            ),
        )
