"""The OKR book of the benchmark of linking: 500 key results, first as applied and then as changed, and as a table."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

OBJECTIVES = 100
KEY_RESULTS_AN_OBJECTIVE = 5
KEY_RESULTS = OBJECTIVES * KEY_RESULTS_AN_OBJECTIVE
CLOSED_AT_FIRST = 10
CLOSED_LATER = KEY_RESULTS // 20
LABELLED_LATER = 10
_STEP = 7
"""A stride through the key results, so that those that change are spread over all objectives."""

_HEAD = """\
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata: {{name: benchmark}}
spec:
  team: everyone
  period: {period}
  objectives:
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeKeyResult:
    """`label` is an ordinary label that the book takes for the key result's own; empty where there is none."""

    key: str
    is_active: bool = True
    label: str = ""


def make_book() -> tuple[MadeKeyResult, ...]:
    """The book as it is applied first: ten of the key results are closed already."""
    keys = [f"KR-{number}.{n}" for number in range(1, OBJECTIVES + 1) for n in range(1, KEY_RESULTS_AN_OBJECTIVE + 1)]
    closed = set(_choose(CLOSED_AT_FIRST, after=0))
    return tuple(MadeKeyResult(key=key, is_active=place not in closed) for place, key in enumerate(keys))


def change_book(book: Sequence[MadeKeyResult], labels: Sequence[str]) -> tuple[MadeKeyResult, ...]:
    """The same with 5 per cent of the key results closed and some others known by one of these ordinary labels."""
    closed = set(_choose(CLOSED_LATER, after=CLOSED_AT_FIRST))
    labelled = dict(zip(_choose(LABELLED_LATER, after=CLOSED_AT_FIRST + CLOSED_LATER), labels, strict=False))
    return tuple(
        replace(kr, is_active=kr.is_active and place not in closed, label=labelled.get(place, ""))
        for place, kr in enumerate(book)
    )


def _choose(count: int, *, after: int) -> Iterator[int]:
    return ((number * _STEP) % KEY_RESULTS for number in range(after, after + count))


def write_yaml(book: Sequence[MadeKeyResult], period: str) -> str:
    lines = [_HEAD.format(period=period)]
    for place, kr in enumerate(book):
        number, within = divmod(place, KEY_RESULTS_AN_OBJECTIVE)
        if within == 0:
            lines.append(f"    - id: O-{number + 1}\n      title: Objective {number + 1}\n      keyResults:\n")
        state = "" if kr.is_active else ", state: closed"
        match = f", match: {{labels: [{kr.label}]}}" if kr.label else ""
        lines.append(f"        - {{id: {kr.key}, title: Key result {kr.key}{state}{match}}}\n")
    return "".join(lines)


def write_table(book: Sequence[MadeKeyResult]) -> str:
    """The same as CSV, as an analyst has it."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(("key", "is_active", "label"))
    table.writerows((kr.key, int(kr.is_active), kr.label) for kr in book)
    return text.getvalue()
