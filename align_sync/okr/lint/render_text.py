"""Findings for people: one line each where a program may read along, grouped by entry on a terminal."""

import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby

from align_sync.okr.lint.catalog import RULES, manual_of
from align_sync.okr.lint.manual import Manual
from align_sync.okr.lint.model import PlacedFinding, Rule, Severity
from align_sync.okr.lint.result import LintResult

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.NOTE: "36"}
_IN_BOOK = "the book in force"


def render_lines(result: LintResult) -> str:
    """`file:line:column: severity rule message → advice`, one line a finding."""
    return "".join(f"{_say_line(one)}\n" for one in result.findings.new)


def _say_line(one: PlacedFinding) -> str:
    finding = one.finding
    place = str(one.place) if one.place is not None else finding.key
    subject = f"{finding.key}: " if finding.key and one.place is not None else ""
    wording = f" → better: {finding.wording}" if finding.wording else ""
    advice = f" → {finding.advice}" if finding.advice else ""
    return f"{place}: {finding.severity} {finding.rule} {subject}{finding.message}{advice}{wording}"


def render_groups(result: LintResult, *, width: int, colour: bool) -> str:
    """By file and entry, with a line that counts them at the end."""
    lines: list[str] = []
    for name, of_file in groupby(result.findings.new, key=_file_of):
        lines += [""] if lines else []
        lines.append(_paint(name, "1", colour=colour))
        for key, of_entry in groupby(of_file, key=lambda one: one.finding.key):
            lines += _show_entry(key, result.titles.get(key, ""), of_entry, width=width, colour=colour)
    return "".join(f"{line}\n" for line in lines)


def _file_of(one: PlacedFinding) -> str:
    return one.place.name if one.place is not None else _IN_BOOK


def _show_entry(key: str, title: str, found: Iterable[PlacedFinding], *, width: int, colour: bool) -> Iterator[str]:
    if key:
        yield f"  {_paint(key, '1', colour=colour)}  {title}"
    for one in found:
        finding = one.finding
        place = f"{one.place.line}:{one.place.column}" if one.place is not None else ""
        severity = _paint(f"{finding.severity.value:<7}", _COLOURS[finding.severity], colour=colour)
        yield f"    {place:<8}{severity} {finding.rule}"
        yield from _wrap(finding.message, "              ", width)
        if finding.advice:
            yield from _wrap(f"→ {finding.advice}", "              ", width)
        if finding.wording:
            yield from _wrap(f"better: {finding.wording}", "              ", width)


def _wrap(text: str, indent: str, width: int) -> list[str]:
    return textwrap.wrap(text, width=width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _paint(text: str, code: str, *, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text


def say_summary(result: LintResult) -> str:
    """`12 findings (8 errors, 3 warnings, 1 note) in 4 objectives and 9 key results; 2 accepted`."""
    counts = result.counts
    told = [_count(number, str(severity)) for severity, number in counts.items() if number]
    found = f"{_count(sum(counts.values()), 'finding')} ({', '.join(told)})" if told else "nothing found"
    where = f"{_count(result.objectives, 'objective')} and {_count(result.key_results, 'key result')}"
    accepted = f"; {len(result.findings.accepted)} accepted" if result.findings.accepted else ""
    asked = "" if result.has_register else "; how the metrics are measured was not looked at"
    return f"{found} in {where}{accepted}{asked}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def render_rules(levels: dict[str, Severity]) -> str:
    """All rules with the severity in force and what they say, one line each."""
    longest = max(len(rule.NAME) for rule in RULES)
    return "".join(
        f"{rule.NAME:<{longest}}  {levels.get(rule.NAME, rule.SEVERITY).value:<7}  {manual_of(rule).summary}\n"
        for rule in RULES
    )


def render_manual(rule: Rule) -> str:
    """The manual of one rule, as a person reads it."""
    manual = manual_of(rule)
    return f"{rule.NAME} ({rule.SEVERITY})\n\n{manual.text}\n\n{_show_examples(manual)}"


def _show_examples(manual: Manual) -> str:
    parts = [("Fails", example) for example in manual.fails] + [("Passes", example) for example in manual.passes]
    return "\n".join(f"{heading}:\n{textwrap.indent(example, '    ')}\n" for heading, example in parts)
