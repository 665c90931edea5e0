"""The linter itself: every rule asked, every wording tried, every finding placed in the files."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from align_sync.errors import Problem
from align_sync.okr.book_yaml import ReadBook
from align_sync.okr.lint.catalog import BY_NAME, RULES
from align_sync.okr.lint.model import Evidence, Finding, PlacedFinding, Severity, Subject
from align_sync.okr.model import Book, KeyResult
from align_sync.okr.period import parse_period
from align_sync.okr.yaml_nodes import Place

_OF_TITLES = ("milestone-not-kr", "no-number", "text-and-fields-disagree", "direction-against-numbers", "vague-words")
"""What a title alone can break: a wording that does is not proposed."""
_LONGEST_TITLE = 300
_QUOTED = re.compile(r'"[^"]*"|`[^`]*`|\d[\d.,]*')


def build_subject(
    book: Book,
    *,
    today: date,
    metrics: Mapping[str, Evidence] | None = None,
    confidences: Mapping[str, float] | None = None,
    problems: tuple[Problem, ...] = (),
    has_readings: bool = True,
) -> Subject:
    """A book for the linter. `metrics` is what the register knows, None where nobody asked it."""
    return Subject(
        book=book,
        today=today,
        metrics=metrics or {},
        has_register=metrics is not None,
        has_readings=has_readings,
        confidences=confidences or {},
        spans={period: parse_period(period) for period in {objective.period for objective in book}},
        problems=problems,
    )


def run_lint(subject: Subject, levels: Mapping[str, Severity] | None = None) -> tuple[Finding, ...]:
    """All findings, in the order of the book; of one entry, in the order of the rules.

    `levels` give rules another severity than their own; rules at `OFF` are not asked.
    """
    levels = levels or {}
    found: list[Finding] = []
    for rule in RULES:
        level = levels.get(rule.NAME)
        if level is not Severity.OFF:
            found += (finding if level is None else replace(finding, severity=level) for finding in rule.check(subject))
    order = _order_of(subject.book)
    found.sort(key=lambda finding: order.get(finding.key, -1))
    key_results = {key_result.key: key_result for key_result in subject.book.key_results}
    return tuple(_keep_sound(finding, key_results, subject) for finding in found)


def _order_of(book: Book) -> dict[str, int]:
    keys = (key for objective in book for key in (objective.key, *(kr.key for kr in objective.key_results)))
    return {key: number for number, key in enumerate(keys)}


def _keep_sound(finding: Finding, key_results: Mapping[str, KeyResult], subject: Subject) -> Finding:
    """The finding, without a wording that would break a rule itself."""
    if not finding.wording:
        return finding
    key_result = key_results[finding.key]
    is_sound = finding.wording != key_result.title and len(finding.wording) <= _LONGEST_TITLE
    return finding if is_sound and not _breaks(key_result, finding, subject) else replace(finding, wording="")


def _breaks(key_result: KeyResult, finding: Finding, subject: Subject) -> bool:
    reworded = replace(key_result, title=finding.wording)
    objective, _ = subject.book.by_key[key_result.key.casefold()]
    book = Book(objectives=(replace(objective, key_results=(reworded,)),))
    trial = replace(subject, book=book)
    return any(True for name in _OF_TITLES for _ in BY_NAME[name].check(trial))


def place_findings(
    findings: Iterable[Finding], read: ReadBook | None = None, names: Sequence[str] = ()
) -> tuple[PlacedFinding, ...]:
    """The findings with the places of their fields, in the order of the files (`names`) and of their lines."""
    counts: Counter[str] = Counter()
    placed = []
    for finding in findings:
        mark = _mark(finding)
        counts[mark] += 1
        place = finding.place or _find_place(finding, read)
        placed.append(PlacedFinding(finding=finding, place=place, fingerprint=_digest(f"{mark}\n{counts[mark]}")))
    if read is not None:
        numbers = {name: number for number, name in enumerate(names)}
        placed.sort(key=lambda one: _line_of(one.place, numbers))
    return tuple(placed)


def _line_of(place: Place | None, numbers: Mapping[str, int]) -> tuple[int, int, int]:
    return (numbers.get(place.name, -1), place.line, place.column) if place is not None else (-1, 0, 0)


def _find_place(finding: Finding, read: ReadBook | None) -> Place | None:
    site = read.sites.get(finding.key.casefold()) if read is not None else None
    if site is None:
        return None
    if finding.field[:1] == ("spec",):
        return site.document.place_of(finding.field)
    return site.place_of(*finding.field)


def _mark(finding: Finding) -> str:
    """What a finding is about, whatever the line and however this version words it: rule, entry, field, and quotes."""
    return "\n".join((finding.rule, finding.key.casefold(), *map(str, finding.field), *_quotes(finding)))


def _quotes(finding: Finding) -> Iterator[str]:
    yield from _QUOTED.findall(finding.message)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=10).hexdigest()
