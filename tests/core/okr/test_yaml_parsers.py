"""libyaml and PyYAML's own parser read the same: every case file, what people write, and what a machine makes up."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from align_sync.okr import yaml_events
from align_sync.okr.yaml_documents import read_documents
from align_sync.okr.yaml_events import YamlRefusedError, compose_quickly, compose_slowly, has_libyaml, is_plain_yaml
from align_sync.okr.yaml_nodes import Document

ROOT = Path(__file__).parents[3]
CASES = ROOT / "tests" / "cases"
needs_libyaml = pytest.mark.skipif(not has_libyaml(), reason="PyYAML was built without libyaml")


def slowly(text: str) -> tuple[Document, ...] | str:
    try:
        return tuple(compose_slowly(0, "a.yaml", text))
    except YamlRefusedError as refusal:
        return refusal.message


def case_texts() -> Iterator[Any]:
    rows = [
        *rows_of("syntax_faults", "file"),
        *rows_of("envelope_faults", "file"),
        *rows_of("key_result_faults", "entry"),
    ]
    yield from rows
    for path in sorted((*(ROOT / "config" / "okrs").glob("*.yaml"), *CASES.rglob("*.yaml"))):
        yield pytest.param(path.read_text(encoding="utf-8"), id=path.name)


def rows_of(name: str, part: str) -> list[str]:
    rows = yaml.safe_load((CASES / "okr" / f"{name}.yaml").read_text(encoding="utf-8"))
    return [row[part] for row in rows]


@needs_libyaml
@pytest.mark.parametrize("text", list(case_texts()))
def test_every_case_is_read_alike_by_both_parsers(text: str) -> None:
    quick = compose_quickly(0, "a.yaml", text)

    assert quick is None or repr(quick) == repr(slowly(text))  # as text: .nan is not equal to itself


@needs_libyaml
@pytest.mark.parametrize("path", sorted((ROOT / "config" / "okrs").glob("*.yaml")), ids=lambda path: path.stem)
def test_ordinary_files_are_read_by_libyaml(path: Path) -> None:
    assert compose_quickly(0, "a.yaml", path.read_text(encoding="utf-8"))


PIECES = (
    "a", "b: ", "key: ", "- ", "\n", "\n  ", "\n    ", "{", "}", "[", "]", ", ", ":", ": ", "?", "? ", "#", " #", '"',
    "'", "|", ">-\n", "&x ", "*x ", "!t ", "!", "%", "@", "1.5", "no", "\t", "\\", "\u2028", "\x85", "é", "😀", "---",
    "...", "\r", "\r\n", "-", " ", "%YAML 1.2\n---\n", "|2\n", "<<", "=", "\xa0", "\ufeff", '"a"', "{a: 1}", "\n- ",
    "\na: ", "\n  b: ",
)  # fmt: skip
"""What makes up YAML, and what its two parsers read differently."""


@needs_libyaml
@settings(deadline=None, max_examples=400)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_made_up_texts_are_read_alike_by_both_parsers(text: str) -> None:
    quick = compose_quickly(0, "a.yaml", text)

    assert quick is None or quick == slowly(text)


@pytest.mark.parametrize(
    ("text", "is_plain"),
    [
        ("a: b\n", True),
        ("a: why # really?\n", False),
        ("# really?\na: b\n", True),
        ("url: https://wiki.example/?page=3\n", False),
        ("? a\n: b\n", False),
        ("a:\tb\n", False),
        ("a: !!str b\n", False),
        ("a: Hello!\n", True),
        ("%YAML 1.1\n---\na: b\n", False),
        ("a: 5 %\n", True),
        ("[b: ]\n", False),
        ("a: >#\n", False),
        ("a: b\rc: d\n", False),
        ("a: b\r\nc: d\r\n", True),
        ("a: \ufeffb\n", False),
    ],
)
def test_what_the_two_parsers_read_differently_is_kept_from_libyaml(text: str, is_plain: bool) -> None:
    assert is_plain_yaml(text) is is_plain


def test_without_libyaml_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: [1, two, no]\n---\nb: {c: *d}\n"
    quick = read_documents(0, "a.yaml", text)

    monkeypatch.setattr(yaml_events, "_QUICK", None)

    assert not has_libyaml()
    assert compose_quickly(0, "a.yaml", text) is None
    assert read_documents(0, "a.yaml", text) == quick
    assert read_documents(0, "a.yaml", "")[1][0].message == "the file is empty"


@pytest.mark.parametrize(
    ("text", "line", "column", "why"),
    [
        ("a: {b: &x 1, c: &x 2}", 1, 17, "stands here twice"),
        ("? [&x 1, &x 2]\n: b", 1, 10, "stands here twice"),
        ("!t {a: &x 1, b: &x 2}", 1, 17, "stands here twice"),
        ("? " + "[" * 30, 1, 22, "nested more than 20 levels"),
        ("a: 1\na: " + "[" * 30, 2, 23, "nested more than 20 levels"),
        ("!t " + "[" * 30, 1, 24, "nested more than 20 levels"),
        ("- &a 1\n" + "- *a\n" * 21, 22, 3, "more than 20 aliases"),
        ("- &a 1\n- !t [" + "*a, " * 21 + "]", 2, 87, "more than 20 aliases"),
    ],
)
def test_what_no_okr_file_needs_is_refused_where_nobody_reads_it_too(
    text: str, line: int, column: int, why: str
) -> None:
    documents, faults = read_documents(0, "a.yaml", text)

    assert documents == ()
    assert [(fault.place.line, fault.place.column) for fault in faults] == [(line, column)]
    assert why in faults[0].message


def test_keys_that_are_no_text_are_told_and_cost_their_value_only() -> None:
    (document,), _ = read_documents(0, "a.yaml", "{? [a, *b, [c]] : [d, {e: f}], ? *g : h, ? !t i : j, k: l}")

    assert document.value == {"k": "l"}
    assert [fault.place.column for fault in document.faults] == [4, 34, 44]


@needs_libyaml
def test_a_large_book_is_read_within_a_second() -> None:
    entry = "- {id: KR-1, title: Refunds fall, metric: {baseline: 2.4, target: 0.5}, match: {labels: [a, b]}}\n"
    text = entry * (1_000_000 // len(entry))
    started = time.monotonic()

    (document,), faults = read_documents(0, "a.yaml", text)

    assert isinstance(document.value, list)
    assert (len(document.value), faults) == (1_000_000 // len(entry), ())
    assert time.monotonic() - started < 2
