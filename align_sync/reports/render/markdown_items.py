"""The items of a report as Markdown: what asks for action, what is set aside and why, and all other work."""

from collections.abc import Iterator

from align_sync.linking.evidence import Bucket
from align_sync.reports.commands import ACTIONABLE, list_command
from align_sync.reports.model import AlignmentReport, ReportItem
from align_sync.reports.render.item_words import (
    group_exempt,
    line_up,
    say_doubts,
    say_own_points,
    say_until,
    say_waiting,
)
from align_sync.reports.render.markdown_text import code, escape, link, table
from align_sync.reports.render.view import View, asks_for_actionable, items_of
from align_sync.reports.render.wording import BUCKET_WORDS, say_nothing_to_do, without_address
from align_sync.reports.words import count, team_name


def list_actionable(report: AlignmentReport, view: View) -> Iterator[str]:
    """What asks for action, then what somebody disputes: that is listed, but asks nobody."""
    queue = line_up(items_of(report, view))
    if queue.asking or asks_for_actionable(report):
        yield f"## Work that serves no key result ({len(queue.asking)})"
        yield ""
        if not queue.asking:
            yield "none but disputed items" if queue.disputed else say_nothing_to_do(report)
            yield ""
    if queue.asking:
        yield f"With the disputed ones: {code(list_command(report.filters, ACTIONABLE))}"
        yield ""
        yield from table(
            ("Item", "Title", "Team", "Points", "Assignee", "Why", "What to do"),
            (
                (
                    *_name(item),
                    escape(item.assignee or ""),
                    escape(f"{BUCKET_WORDS[item.bucket]}: {item.because}"),
                    escape(without_address(item.fixes[0], item.address) if item.fixes else ""),
                )
                for item in queue.asking
            ),
            numbers=(3,),
        )
    if queue.disputed:
        yield f"## Disputed, so that nobody is asked to act ({len(queue.disputed)})"
        yield ""
        yield from table(
            ("Item", "Title", "Team", "Points", "Assignee", "Why", "Disputed"),
            (
                (
                    *_name(item),
                    escape(item.assignee or ""),
                    escape(f"{BUCKET_WORDS[item.bucket]}: {item.because}"),
                    escape("; ".join(say_doubts(item))),
                )
                for item in queue.disputed
            ),
            numbers=(3,),
        )


def _name(item: ReportItem) -> tuple[str, str, str, str]:
    return (
        link(item.key, item.address),
        escape(item.title),
        escape(team_name(item.team)),
        escape(say_own_points(item)),
    )


def list_set_aside(report: AlignmentReport) -> Iterator[str]:
    """Grace with its days; exemptions with category, reason and end."""
    queue = line_up(report.items)
    if queue.waiting:
        yield f"## In grace ({len(queue.waiting)})"
        yield ""
        yield code(list_command(report.filters, (Bucket.GRACE,)))
        yield ""
        yield from table(
            ("Item", "Title", "Team", "Points", "Assignee", "Grace", "Why"),
            (
                (
                    *_name(item),
                    escape(item.assignee or ""),
                    say_waiting(item.waiting) if item.waiting else "",
                    escape("; ".join((item.because, *say_doubts(item)))),
                )
                for item in queue.waiting
            ),
            numbers=(3,),
        )
    if queue.exempt:
        yield f"## Exempt ({len(queue.exempt)})"
        yield ""
        yield code(list_command(report.filters, (Bucket.EXEMPT,)))
        yield ""
        groups = group_exempt(queue.exempt)
        for category, items in groups.items():
            command = code(list_command(report.filters, category=category))
            yield f"- {escape(category)}: {count(len(items), 'item')}, {command}"
        yield ""
        yield from table(
            ("Item", "Title", "Team", "Points", "Category", "Reason", "Until"),
            ((*_name(item), *_say_exemption(item)) for items in groups.values() for item in items),
            numbers=(3,),
        )


def _say_exemption(item: ReportItem) -> tuple[str, str, str]:
    line = item.exempted
    if line is None:
        return "", escape(item.because), ""
    said = "; ".join((line.says, *say_doubts(item)))
    return escape(line.category), escape(said), say_until(line.expires_on)


def list_others(report: AlignmentReport) -> Iterator[str]:
    others = line_up(report.items).others
    if others:
        yield f"## Other work ({len(others)})"
        yield ""
        yield from table(
            ("Item", "Title", "Team", "Points", "Verdict", "Key results", "Why"),
            (
                (
                    *_name(item),
                    BUCKET_WORDS[item.bucket],
                    escape(", ".join(part.key_result for part in item.links)),
                    escape("; ".join((item.because, *say_doubts(item)))),
                )
                for item in others
            ),
            numbers=(3,),
        )
