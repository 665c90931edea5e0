"""The tables of tests/cases/linking: one row one case, each with its reason."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from align_sync.linking.ancestry import find_ancestry
from align_sync.linking.index import build_index
from align_sync.linking.matcher import match_item
from align_sync.linking.ruleset import build_ruleset
from align_sync.okr.book_yaml import parse_book
from align_sync.okr.model import Book
from align_sync.work import ItemKind, ItemRef, Parent, ParentKind, Url, WorkItem
from tests.make import make_item, make_ref

CASES = Path(__file__).parents[2] / "cases"
LONG_LABEL = "okr/" + "x" * 5_000
LONG_ADDRESS = "https://align.example/".ljust(1_995, "a") + "KR-123"


def _read_rows() -> Iterator[Any]:
    for path in sorted((CASES / "linking").glob("*.yaml")):
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield pytest.param(row, id=f"{path.stem}: {row['reason']}")


def _read_book() -> Book:
    path = CASES / "books" / "linking.yaml"
    book, problems = parse_book([(str(path), path.read_text(encoding="utf-8"))])
    assert problems == ()
    return book


BOOK = _read_book()
KNOWN_FIELDS = {"reason", "item", "above", "rules", "book"}
KNOWN_EXPECTATIONS = {"bucket", "links", "because", "rejected", "suggestion", "distance", "has_loop"}


def _read_ref(text: str) -> ItemRef:
    if text.startswith("key:"):
        return ItemRef(source="jira", external_id="", key=text.removeprefix("key:"))
    return make_ref(text)


def _read_item(said: dict[str, Any]) -> WorkItem:
    item = make_item(
        said.get("key", "PAY-1"),
        kind=ItemKind(said.get("kind", "story")),
        title=said.get("title", "Retry failed card payments"),
        labels=tuple(label.replace("LONG", LONG_LABEL) for label in said.get("labels", ())),
        relations=tuple((verb, key) for verb, key in said.get("relations", ())),
        marks=tuple((name, value) for name, value in said.get("marks", ())),
        mentions=tuple(said.get("mentions", ())),
    )
    parents = (
        *(Parent(_read_ref(key)) for key in said.get("parents", ())),
        *(Parent(_read_ref(key), ParentKind.CONTAINER) for key in said.get("containers", ())),
    )
    urls = tuple(
        Url(place=place, address=address.replace("LONG", LONG_ADDRESS)) for place, address in said.get("urls", ())
    )
    return replace(item, parents=parents, urls=urls)


def _read_rules(said: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}


@pytest.mark.parametrize("row", tuple(_read_rows()))
def test_the_case_of_the_table_holds(row: dict[str, Any]) -> None:
    assert row.keys() <= KNOWN_FIELDS | KNOWN_EXPECTATIONS
    item = _read_item(row["item"])
    known = {above.key: above for above in map(_read_item, row.get("above", ()))}
    rules = build_ruleset(**_read_rules(row.get("rules", {})))
    ancestry = find_ancestry(item, lambda ref: known.get(ref.key), depth=rules.depth)
    index = build_index(Book() if row.get("book") == "empty" else BOOK)

    match = match_item(item, ancestry, index, rules)

    assert match.bucket.value == row["bucket"]
    links = {link.key_result: round(link.share, 9) for link in match.links}
    assert links == {key: round(share, 9) for key, share in row.get("links", {}).items()}
    rejected = [f"{entry.reason.value}: {entry.key}" for entry in match.rejected]
    if "rejected" in row or row["bucket"] != "invalid":
        assert rejected == row.get("rejected", [])
    if "because" in row:
        assert match.because == row["because"]
    if "suggestion" in row:
        assert match.rejected[0].suggestion == row["suggestion"]
    if "distance" in row:
        assert {evidence.distance for evidence in match.evidence} == {row["distance"]}
    assert ancestry.has_loop == row.get("has_loop", False)


def test_the_reasons_of_a_table_are_told_apart() -> None:
    for path in sorted((CASES / "linking").glob("*.yaml")):
        reasons: Sequence[str] = [row["reason"] for row in yaml.safe_load(path.read_text(encoding="utf-8"))]
        assert len(reasons) == len(set(reasons)), path
