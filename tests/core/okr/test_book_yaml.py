"""The OKR files: what is read, and every fault with its place, while the sound entries stay."""

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from align_sync.errors import Problem
from align_sync.okr.book_yaml import MOST_TOLD, parse_book
from align_sync.okr.model import (
    Book,
    Commitment,
    Direction,
    Indicator,
    KeyResult,
    KeyResultState,
    Metric,
    Names,
    Objective,
    Pace,
)

CASES = Path(__file__).parents[2] / "cases" / "okr"
HEAD = """\
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata: {name: payments}
spec:
  team: payments
  period: 2026-Q4
  objectives:
"""
KEY_RESULTS = HEAD + "    - id: O-1\n      title: An objective\n      keyResults:\n"
"""Ten lines: the first key result stands in line 11."""


def read(text: str) -> tuple[Book, tuple[Problem, ...]]:
    return parse_book([("okrs/a.yaml", text)])


def told(problems: Sequence[Problem]) -> list[str]:
    return [str(problem) for problem in problems]


def test_an_objective_is_read_with_all_it_says() -> None:
    text = """\
# yaml-language-server: $schema=../schema/okrset.v1.json
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata:
  name: payments-2026-q4
  labels: {department: product}
spec:
  team: payments
  period: 2026-Q4
  objectives:
    - id: O-2
      title: Payments nobody has to think about
      owner: giulia@acme.example
      contributesTo: [O-2.9]
      keyResults:
        - id: KR-2.3
          title: Refund error rate falls from 2.4 % to 0.5 %
          owner: luca@acme.example
          type: aspirational
          weight: 2
          state: closed
          successor: kr-2.4
          closedOn: 2026-11-02
          metric:
            {unit: percent, direction: decrease, baseline: 2.4, target: .5, source: "sql:refund_errors",
             current: 1.5, currentOn: "2026-10-30"}
          pace: [[2026-11-15, 0.3], ["2026-12-31", 1]]
          due: 2026-12-20
          indicator: lag
          match:
            labels: [okr-a]
            jiraLabels: [okr-b, okr-a]
            linearLabels: [okr/c]
            items: [X-1]
            jiraEpics: [PAY-301]
            jiraIssues: [GOAL-1]
            linearIssues: [LIN-1]
            containers: [P-1]
            linearProjects: [Smart retries]
            linearInitiatives: [Delight]
            urls: ["https://wiki.example/refunds"]
            keywords: [refund, chargeback]
        - {id: KR-2.4, title: The successor}
    - {id: O-2.9, title: The parent}
"""
    book, problems = read(text)

    assert problems == ()
    key_result = KeyResult(
        key="KR-2.3",
        title="Refund error rate falls from 2.4 % to 0.5 %",
        owner="luca@acme.example",
        commitment=Commitment.ASPIRATIONAL,
        weight=2,
        indicator=Indicator.LAG,
        due=date(2026, 12, 20),
        pace=Pace.PHASED,
        phases=((date(2026, 11, 15), 0.3), (date(2026, 12, 31), 1)),
        metric=Metric(
            unit="percent",
            direction=Direction.DECREASE,
            baseline=2.4,
            target=0.5,
            source="sql:refund_errors",
            current=1.5,
            current_on=date(2026, 10, 30),
        ),
        names=Names(
            labels=("okr-a", "okr-b", "okr/c"),
            items=("X-1", "GOAL-1", "LIN-1"),
            epics=("PAY-301",),
            containers=("P-1", "Smart retries", "Delight"),
            urls=("https://wiki.example/refunds",),
            keywords=("refund", "chargeback"),
        ),
        state=KeyResultState.CLOSED,
        successor="KR-2.4",
        closed_on=date(2026, 11, 2),
    )
    first = Objective(
        key="O-2",
        title="Payments nobody has to think about",
        team="payments",
        period="2026-Q4",
        owner="giulia@acme.example",
        contributes_to=("O-2.9",),
        key_results=(key_result, KeyResult(key="KR-2.4", title="The successor")),
    )
    second = Objective(key="O-2.9", title="The parent", team="payments", period="2026-Q4")
    assert book.objectives == (first, second)


def test_all_documents_of_all_files_make_one_book() -> None:
    one = f"{HEAD}    - {{id: O-1, title: One}}\n---\n{HEAD}    - {{id: O-2, title: Two}}\n---\n"
    other = f"---\n{HEAD}    - {{id: O-3, title: Three}}\n...\n"

    book, problems = parse_book([("a.yaml", one), ("b.yaml", other)])

    assert problems == ()
    assert [objective.key for objective in book] == ["O-1", "O-2", "O-3"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: "\ufeff" + text, "a byte order mark"),
        (lambda text: text.replace("\n", "\r\n"), "line ends of Windows"),
    ],
)
def test_what_editors_leave_behind_changes_nothing(change: object, reason: str) -> None:
    assert callable(change), reason
    text = f"{KEY_RESULTS}        - {{id: a b, title: x}}\n"

    assert read(change(text)) == read(text)
    assert read(text)[1][0].where == "okrs/a.yaml:11:16"


def test_values_left_empty_say_no_more_than_no_such_line() -> None:
    lines = ("- id: a", "  title: x", "  owner:", "  match: ~", "  metric: {target: 1, unit: }")

    book, problems = read(KEY_RESULTS + "".join(f"        {line}\n" for line in lines))

    assert problems == ()
    assert book.key_results == (KeyResult(key="a", title="x", metric=Metric(target=1)),)


def read_table(name: str) -> list[Any]:
    rows = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    assert isinstance(rows, list)
    return rows


NO_NUMBER = "a number is expected; write it like 0.5 or 120, without quotes, units or separators"
LONG_ENTRIES: list[dict[str, str]] = [
    {"entry": f"{{id: {'a' * 101}, title: x}}", "fault": "16: {}.id: must have at most 100 characters"},
    {"entry": f"{{id: a, title: {'x' * 301}}}", "fault": "26: {}.title: must have at most 300 characters"},
    {"entry": f"{{id: a, title: x, weight: {'9' * 5000}}}", "fault": f"37: {{}}.weight: {NO_NUMBER}"},
]


@pytest.mark.parametrize(
    "row",
    [*read_table("key_result_faults"), *LONG_ENTRIES],
    ids=lambda row: f"{row['entry'][:50]} -> {row['fault'][:40]}",
)
def test_a_key_result_with_a_fault_is_left_out_and_its_sibling_stays(row: dict[str, str]) -> None:
    book, problems = read(f"{KEY_RESULTS}        - {row['entry']}\n        - {{id: good, title: It stays}}\n")

    assert told(problems) == ["okrs/a.yaml:11:" + row["fault"].replace("{}", "spec.objectives[0].keyResults[0]", 1)]
    assert [kr.key for kr in book.key_results] == ["good"]


def test_all_faults_of_an_entry_are_told_in_reading_order() -> None:
    _, problems = read(f"{KEY_RESULTS}        - {{id: a b, weight: -1, titel: x}}\n        - {{id: no, title: x}}\n")

    assert [problem.where for problem in problems] == [
        "okrs/a.yaml:11:11",
        "okrs/a.yaml:11:16",
        "okrs/a.yaml:11:29",
        "okrs/a.yaml:11:33",
        "okrs/a.yaml:12:16",
    ]


@pytest.mark.parametrize("row", read_table("envelope_faults"), ids=lambda row: row["faults"][0])
def test_a_fault_around_the_entries_is_told_and_what_is_sound_stays(row: dict[str, Any]) -> None:
    book, problems = read(row["file"])

    assert told(problems) == [f"okrs/a.yaml:{fault}" for fault in row["faults"]]
    assert [objective.key for objective in book] == row["objectives"]


TOO_LARGE = "1:1: the file is larger than 1 MB; split it into several files"
TOO_DEEP = "no valid YAML: it is nested more than 20 levels deep; no OKR file needs that; check the brackets"
SURROGATE = "a character that no YAML file may hold: U+D800; remove it; it is often invisible"
LONG_FILES = [
    {"file": "x" * 1_000_001, "fault": TOO_LARGE},
    {"file": "é" * 500_001, "fault": TOO_LARGE},
    {"file": "[" * 1_000, "fault": f"1:21: {TOO_DEEP}"},
    {"file": "a: \ud800\n", "fault": f"1:4: {SURROGATE}"},
]


@pytest.mark.parametrize("row", [*read_table("syntax_faults"), *LONG_FILES], ids=lambda row: row["fault"])
def test_what_is_no_yaml_is_told_with_its_place_and_hides_no_other_file(row: dict[str, str]) -> None:
    sound = f"{HEAD}    - {{id: O-1, title: x}}\n"
    book, problems = parse_book([("okrs/a.yaml", row["file"]), ("okrs/b.yaml", sound)])

    assert told(problems) == [f"okrs/a.yaml:{row['fault']}"]
    assert [objective.key for objective in book] == ["O-1"]


def test_the_documents_before_a_broken_one_stay() -> None:
    book, problems = read(f"{HEAD}    - {{id: O-1, title: x}}\n---\na: @b\n")

    assert [objective.key for objective in book] == ["O-1"]
    assert [problem.where for problem in problems] == ["okrs/a.yaml:10:4"]


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
SLOW_FILES = {
    "a billion laughs": LAUGHS,
    "aliases of nothing": f"{HEAD}    - {{id: O-1, title: [{'*a,' * 200_000}]}}\n",
    "brackets": "[" * 200_000,
    "braces": "{a: " * 100_000,
    "dashes": "- " * 100_000,
}


@pytest.mark.parametrize("text", SLOW_FILES.values(), ids=SLOW_FILES.keys())
def test_files_made_to_be_slow_are_refused_at_once(text: str) -> None:
    started = time.monotonic()

    book, problems = read(text)

    assert time.monotonic() - started < 1
    assert len(book.objectives) == 0
    assert 0 < len(problems) < 30


def test_no_more_problems_are_told_than_anybody_reads() -> None:
    _, problems = read(f"{KEY_RESULTS}{'        - {id: no, title: x}' + chr(10)}" + "        - 1\n" * MOST_TOLD)

    assert len(problems) == MOST_TOLD + 1
    assert str(problems[-1]) == "and 1 more problems; mend the first ones and look again"


def test_an_id_is_used_once_in_all_files_whatever_its_case() -> None:
    first = f"{KEY_RESULTS}        - {{id: KR-1, title: x}}\n        - {{id: kr-1, title: y}}\n"
    second = f"{HEAD}    - {{id: o-1, title: y}}\n    - {{id: O-2, title: z, keyResults: [{{id: KR-1, title: z}}]}}\n"

    book, problems = parse_book([("a.yaml", first), ("b.yaml", second)])

    assert [problem.where for problem in problems] == ["a.yaml:12:16", "b.yaml:8:12", "b.yaml:9:45"]
    key_result = "names a key result at a.yaml:11:16 already"
    assert [problem.message.partition(": ")[2] for problem in problems] == [
        f"the id kr-1 {key_result} (as KR-1: case does not count)",
        "the id o-1 names an objective at a.yaml:8:11 already (as O-1: case does not count)",
        f"the id KR-1 {key_result}",
    ]
    assert {problem.advice for problem in problems} == {"give one of them another id; this one is left out of the book"}
    assert [(objective.key, [kr.title for kr in objective.key_results]) for objective in book] == [
        ("O-1", ["x"]),
        ("O-2", []),
    ]


def test_an_objective_and_a_key_result_share_no_id() -> None:
    book, problems = read(f"{KEY_RESULTS}        - {{id: O-1, title: x}}\n")

    assert [problem.where for problem in problems] == ["okrs/a.yaml:11:16"]
    assert "names an objective at okrs/a.yaml:8:11 already" in problems[0].message
    assert book.key_results == ()


NO_GUESS = "check the id, or add the file that defines it"


@pytest.mark.parametrize(
    ("successor", "kept", "fault"),
    [
        ("KR-B", "kr-b", ""),
        ("broken", "broken", ""),
        ("kr-c", None, "the successor kr-c is no key result of these files; did you mean kr-b?"),
        ("O-1", None, f"the successor O-1 is no key result of these files; {NO_GUESS}"),
        ("KR-A", None, "kr-a is its own successor; name the key result that takes over the work"),
    ],
)
def test_a_successor_must_exist(successor: str, kept: str | None, fault: str) -> None:
    entries = [f"id: kr-a, title: x, state: closed, successor: {successor}", "id: kr-b, title: y", "id: broken"]
    book, problems = read(KEY_RESULTS + "".join(f"        - {{{entry}}}\n" for entry in entries))

    assert book.key_results[0].successor == kept
    place = "okrs/a.yaml:11:58: spec.objectives[0].keyResults[0].successor: "
    assert told(problems)[:-1] == ([place + fault] if fault else [])


def test_an_unknown_parent_is_told_and_the_objective_stays() -> None:
    entries = ["id: O-1, title: x, contributesTo: [O-3, o-2]", "id: O-2, title: y, contributesTo: [zzzzzz]"]
    book, problems = read(HEAD + "".join(f"    - {{{entry}}}\n" for entry in entries))

    stranger = "is no objective or key result of these files"
    place = "spec.objectives[0].contributesTo[0]"
    assert told(problems) == [
        f"okrs/a.yaml:8:43: {place}: O-3 {stranger}; O-1 stays without it; did you mean O-2?",
        f"okrs/a.yaml:9:43: spec.objectives[1].contributesTo[0]: zzzzzz {stranger}; O-2 stays without it; {NO_GUESS}",
    ]
    assert [objective.contributes_to for objective in book] == [("O-3", "o-2"), ("zzzzzz",)]


@settings(deadline=None)
@given(st.text())
def test_no_text_makes_reading_fail(text: str) -> None:
    book, problems = read(text)

    assert not book.objectives
    assert problems
    for problem in problems:
        assert problem.where.startswith("okrs/a.yaml:")
        assert problem.message.encode()


scalars = st.one_of(
    st.sampled_from(("x", "no", "2.10", "~", "*a", "!t x", '"\\ud800"', "1e3", ".nan")), st.integers().map(str)
)
keys = st.sampled_from(("id", "title", "match", "labels", "pace", "metric", "zzz"))
entries = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
        st.lists(st.tuples(keys, inner), max_size=4).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        ),
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(entries)
def test_no_entry_hides_its_siblings(entry: str) -> None:
    book, problems = read(f"{KEY_RESULTS}        - {entry}\n        - {{id: good, title: It stays}}\n")

    assert book.key_results[-1].key == "good"
    assert len(book.key_results) == 2 or problems


def test_the_example_company_is_without_fault() -> None:
    folder = Path(__file__).parents[3] / "config" / "okrs"
    files = sorted(folder.glob("*.yaml"))

    book, problems = parse_book([(path.name, path.read_text(encoding="utf-8")) for path in files])

    assert problems == ()
    assert {objective.team for objective in book} == {
        "company",
        "product",
        "support",
        "customer-success",
        "engineering",
    }
    assert {objective.period for objective in book} == {"2026-Q4"}
    states = [kr.state for kr in book.key_results]
    assert (states.count(KeyResultState.CLOSED), states.count(KeyResultState.ARCHIVED)) == (2, 1)
    assert len(states) == 16
    assert all(kr.closed_on for kr in book.key_results if kr.state is not KeyResultState.ACTIVE)
    assert [kr.metric.current is None for kr in book.key_results].count(True) == 7  # unknown is a case too
    assert book.by_key["kr-2.2"][1].successor == "KR-2.3"
    assert book.by_key["ret90"][1].title == "La retention a 90 giorni sale dal 68 % all'80 % entro fine Q4"


def test_a_former_id_is_kept_and_one_that_is_in_use_is_left_out() -> None:
    text = """
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata: {name: former}
spec:
  team: payments
  period: 2026-Q4
  objectives:
    - id: O-1
      title: Keep them
      keyResults:
        - {id: retention, title: Retention rises, formerly: [ret90, ret60]}
        - {id: nps, title: More of them recommend us, formerly: [RET90, retention]}
"""
    book, problems = parse_book([("a.yaml", text)])

    assert [kr.formerly for kr in book.key_results] == [("ret90", "ret60"), ()]
    assert [(problem.where, problem.message) for problem in problems] == [
        (
            "a.yaml:13:66",
            "spec.objectives[0].keyResults[1].formerly[0]: RET90 names a key result at a.yaml:12:62 already",
        ),
        (
            "a.yaml:13:73",
            "spec.objectives[0].keyResults[1].formerly[1]: retention names a key result at a.yaml:12:16 already",
        ),
    ]
