"""An explanation as Markdown, to paste into a comment or a chat."""

from collections.abc import Iterable, Iterator

from align_sync.reports.explain import ChainLine, Explanation, RuleVerdict
from align_sync.reports.render.explain_words import (
    RULE_WORDS,
    list_sections,
    say_about,
    say_circumstances,
    say_ground,
    say_limits,
    say_place,
    say_serves,
    say_verdict,
)
from align_sync.reports.render.markdown_text import escape, link
from align_sync.reports.render.wording import SAMPLE_SENTENCE, without_address


def render_explain_markdown(explanation: Explanation) -> str:
    return "\n".join(_lines(explanation)).rstrip() + "\n"


def _lines(explanation: Explanation) -> Iterator[str]:
    item = explanation.item
    yield f"# {link(item.key, item.address)} {escape(item.title)}"
    yield ""
    if explanation.is_sample:
        yield f"> **{SAMPLE_SENTENCE}**"
        yield ""
    yield f"**{escape(say_verdict(explanation))}**"
    yield ""
    yield escape(say_about(explanation))
    yield ""
    serves = (f"serves {serves}" for serves in say_serves(explanation))
    yield from _bullets((*serves, *say_circumstances(explanation)))
    yield from _titled("What to do", (without_address(fix, item.address) for fix in item.fixes))
    yield "## What was asked, in this order"
    yield ""
    for line in explanation.chain:
        yield from _describe(line)
    yield from _bullets(say_limits(explanation))
    for section in list_sections(explanation):
        yield from _titled(section.title, (f"{fact.state}: {fact.says}" for fact in section.facts))
    yield from _titled("What does not count, and why", item.rejected)
    yield from (escape(ground) + "  " for ground in say_ground(explanation))


def _describe(line: ChainLine) -> Iterator[str]:
    """What was found as bullets; the rules that were asked in vain on one line."""
    yield f"**{link(line.key, line.address)}** {escape(line.title)} ({say_place(line)})"
    yield ""
    for rule in line.rules:
        for sentence in rule.says:
            yield f"- {rule.verdict.value}: {escape(sentence)}"
    for verdict in (RuleVerdict.NOTHING, RuleVerdict.OFF):
        if names := [RULE_WORDS[rule.rule] for rule in line.rules if rule.verdict is verdict]:
            yield f"- {verdict.value}: {', '.join(names)}"
    yield ""


def _titled(title: str, sentences: Iterable[str]) -> Iterator[str]:
    bullets = list(_bullets(sentences))
    if bullets:
        yield f"## {title}"
        yield ""
        yield from bullets


def _bullets(sentences: Iterable[str]) -> Iterator[str]:
    lines = [f"- {escape(sentence)}" for sentence in sentences]
    if lines:
        yield from (*lines, "")
