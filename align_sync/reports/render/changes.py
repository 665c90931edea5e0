"""What changed between two reports, in every format; there is none as a page."""

from collections.abc import Iterator
from typing import Protocol

from align_sync.reports.changes import Change, Changes, Decided
from align_sync.reports.model import SCHEMA_VERSION
from align_sync.reports.plain import make_plain
from align_sync.reports.render.changes_terminal import render_changes_terminal
from align_sync.reports.render.changes_words import (
    BOOK_TITLE,
    PARTIAL_SENTENCE,
    TITLE,
    list_groups,
    say_cause,
    say_coverage,
    say_decided,
    say_number,
    say_span,
    say_step,
)
from align_sync.reports.render.decisions_records import write_csv
from align_sync.reports.render.json_parts import Json, dump
from align_sync.reports.render.markdown_text import escape, link
from align_sync.reports.render.markdown_text import table as write_table
from align_sync.reports.render.piped_policy import section
from align_sync.reports.render.view import PIPE, Format, Screen
from align_sync.reports.render.wording import SAMPLE_SENTENCE
from align_sync.reports.words import SAMPLE_NOTICE, stamp, team_name

COLUMNS = (
    *("sample", "since", "until", "change", "source", "item", "title", "team", "before", "after"),
    *("served_before", "serves", "disputed", "because", "through", "cause", "address"),
)


class _Renderer(Protocol):
    def __call__(self, changes: Changes, screen: Screen, /) -> str: ...


def _draw(changes: Changes, screen: Screen) -> str:
    if not screen.is_terminal:
        return "".join(f"{line}\n" for line in _list_plainly(changes))
    return render_changes_terminal(changes, width=screen.width, colour=screen.colour)


def _list_plainly(changes: Changes) -> Iterator[str]:
    """Figures first, then sections of rows separated by tabs; each opens with `# name` and names its columns."""
    yield f"# {TITLE} {say_span(changes)}"
    yield from (warning for warning in _warn(changes) if warning)
    yield make_plain(say_coverage(changes))
    yield say_number(changes)
    yield from section("changes", COLUMNS, (_record(change, changes) for change in changes.changes))
    yield from section(
        "OKR book", ("at", "by", "what"), ((stamp(one.at) or "", one.author, one.says) for one in changes.book)
    )


def _warn(changes: Changes) -> tuple[str, str]:
    return SAMPLE_SENTENCE if changes.is_sample else "", PARTIAL_SENTENCE if changes.is_partial else ""


def _write_markdown(changes: Changes) -> str:
    return "\n".join(_lines(changes)).rstrip() + "\n"


def _lines(changes: Changes) -> Iterator[str]:
    yield f"# {TITLE} {escape(say_span(changes))}"
    yield ""
    for warning in _warn(changes):
        if warning:
            yield f"> **{warning}**"
            yield ""
    yield f"**{escape(say_coverage(changes))}**; {escape(say_number(changes))}"
    yield ""
    for group in list_groups(changes):
        yield f"## {group.title}"
        yield ""
        yield from write_table(
            ("Item", "Title", "Team", "Before and after", "By what"),
            (
                (
                    link(change.key, change.address),
                    escape(change.title),
                    escape(team_name(change.team)),
                    escape(say_step(change)),
                    escape(say_cause(change, changes.timezone)),
                )
                for change in group.changes
            ),
        )
    if changes.book:
        yield f"## {BOOK_TITLE}"
        yield ""
        yield from (f"- {escape(say_decided(one, changes.timezone))}" for one in changes.book)


def _write_json(changes: Changes) -> str:
    return dump(
        {
            "schema_version": SCHEMA_VERSION,
            "view": "changes",
            "since": stamp(changes.since),
            "until": stamp(changes.until),
            "timezone": changes.timezone,
            "partial": changes.is_partial,
            "sample": changes.is_sample,
            "coverage_before": changes.coverage_before,
            "coverage_after": changes.coverage_after,
            "unchanged": changes.unchanged,
            "changes": [_describe(change) for change in changes.changes],
            "book": [_describe_decided(one) for one in changes.book],
        }
    )


RENDERERS: dict[Format, _Renderer] = {
    Format.TABLE: _draw,
    Format.MARKDOWN: lambda changes, _screen: _write_markdown(changes),
    Format.JSON: lambda changes, _screen: _write_json(changes),
    Format.CSV: lambda changes, _screen: write_csv(COLUMNS, _records(changes)),
}
CHANGES_FORMATS = tuple(RENDERERS)


def render_changes(changes: Changes, form: Format, *, screen: Screen = PIPE) -> str:
    """The changes in this format; only tables look at the screen."""
    return RENDERERS[form](changes, screen)


def _records(changes: Changes) -> Iterator[tuple[str, ...]]:
    """One record an item, then one for each thing that happened to the book."""
    for change in changes.changes:
        yield _record(change, changes)
    for one in changes.book:
        told = say_decided(one, changes.timezone)
        yield (*_head(changes), "OKR book", *[""] * (len(COLUMNS) - len(_head(changes)) - 3), told, "")


def _head(changes: Changes) -> tuple[str, ...]:
    return SAMPLE_NOTICE if changes.is_sample else "", stamp(changes.since) or "", stamp(changes.until) or ""


def _record(change: Change, changes: Changes) -> tuple[str, ...]:
    return (
        *_head(changes),
        change.kind.value,
        change.source,
        change.key,
        change.title,
        change.team,
        change.before.value if change.before else "",
        change.after.value if change.after else "",
        "; ".join(change.served_before),
        "; ".join(change.serves),
        "disputed" if change.is_disputed else "",
        change.because,
        change.through.value if change.through else "",
        say_cause(change, changes.timezone),
        change.address,
    )


def _describe(change: Change) -> Json:
    return {
        "kind": change.kind.value,
        "source": change.source,
        "external_id": change.external_id,
        "key": change.key,
        "title": change.title,
        "team": change.team,
        "before": change.before.value if change.before else None,
        "after": change.after.value if change.after else None,
        "served_before": list(change.served_before),
        "serves": list(change.serves),
        "disputed": change.is_disputed,
        "because": change.because,
        "through": change.through.value if change.through else None,
        "says": change.says or None,
        "by": [_describe_decided(one) for one in change.by],
        "address": change.address or None,
    }


def _describe_decided(one: Decided) -> Json:
    return {"says": one.says, "author": one.author, "at": stamp(one.at)}
