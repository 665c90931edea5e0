"""An explanation as Markdown, to paste into a comment or a chat."""

from collections.abc import Iterator

from align_sync.reports.explain import Explanation
from align_sync.reports.render.explain_words import (
    RULE_WORDS,
    say_about,
    say_ground,
    say_limits,
    say_place,
    say_rule,
    say_serves,
    say_verdict,
)
from align_sync.reports.render.markdown_text import escape, link, table
from align_sync.reports.render.wording import SAMPLE_SENTENCE


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
    yield from _bullets(tuple(f"serves {serves}" for serves in say_serves(explanation)))
    yield "## What was asked, in this order"
    yield ""
    yield from table(
        ("Item", "Rule", "Verdict", "Found"),
        (
            (
                f"{link(line.key, line.address)} {escape(line.title)} ({say_place(line)})",
                RULE_WORDS[rule.rule],
                rule.verdict.value,
                escape(say_rule(rule) if rule.says else ""),
            )
            for line in explanation.chain
            for rule in line.rules
        ),
    )
    yield from _bullets(tuple(say_limits(explanation)))
    for title, sentences in (("What does not count, and why", item.rejected), ("What to do", item.fixes)):
        if sentences:
            yield f"## {title}"
            yield ""
            yield from _bullets(sentences)
    yield from (escape(ground) + "  " for ground in say_ground(explanation))


def _bullets(sentences: tuple[str, ...]) -> Iterator[str]:
    for sentence in sentences:
        yield f"- {escape(sentence)}"
    if sentences:
        yield ""
