"""The tables of tests/cases/linking: one row one case, each with its reason."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from align_sync.linking.ancestry import find_ancestry
from align_sync.linking.conditions import Conditions
from align_sync.linking.decisions import NO_DECISIONS, Decisions, ManualExemption, ManualLink
from align_sync.linking.evidence import Match
from align_sync.linking.index import build_index
from align_sync.linking.matcher import match_item, with_source_unread
from align_sync.linking.policy import ExemptionRule, MappingRule, Policy
from align_sync.linking.ruleset import build_ruleset
from align_sync.okr.book_yaml import parse_book
from align_sync.okr.model import Book
from align_sync.work import ItemKind, ItemRef, Parent, ParentKind, Url, WorkItem
from tests.make import NOW, make_item, make_ref

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
KNOWN_FIELDS = {"reason", "item", "above", "rules", "book", "decisions", "policy", "today", "team", "unread"}
KNOWN_EXPECTATIONS = {
    *("bucket", "links", "because", "rejected", "suggestion", "since", "distance", "has_loop"),
    *("exempted", "beyond", "rule"),
}
EXPIRES_ON = date(2026, 12, 31)


def _read_ref(text: str) -> ItemRef:
    if text.startswith("key:"):
        return ItemRef(source="jira", external_id="", key=text.removeprefix("key:"))
    now, _, before = text.partition(" formerly ")
    return replace(make_ref(now), key=before or now)


def _read_item(said: dict[str, Any]) -> WorkItem:
    item = make_item(
        said.get("key", "PAY-1"),
        kind=ItemKind(said.get("kind", "story")),
        title=said.get("title", "Retry failed card payments"),
        labels=tuple(label.replace("LONG", LONG_LABEL) for label in said.get("labels", ())),
        relations=tuple((verb, key) for verb, key in said.get("relations", ())),
        marks=tuple((name, value) for name, value in said.get("marks", ())),
        mentions=tuple(said.get("mentions", ())),
        points=said.get("points", 3),
    )
    parents = (
        *(Parent(_read_ref(key)) for key in said.get("parents", ())),
        *(Parent(_read_ref(key), ParentKind.CONTAINER) for key in said.get("containers", ())),
    )
    urls = tuple(
        Url(place=place, address=address.replace("LONG", LONG_ADDRESS)) for place, address in said.get("urls", ())
    )
    return replace(item, parents=parents, urls=urls, components=tuple(said.get("components", ())))


def _read_decisions(said: dict[str, Any]) -> Decisions:
    """`links` are key results, or pairs of one and its share; `exempt` is a category."""
    links = (link if isinstance(link, list) else [link, None] for link in said.get("links", ()))
    exemption = ManualExemption(
        category=said.get("exempt", ""), author="Bo", reason="it is broken", since_at=NOW, expires_on=said.get("until")
    )
    return Decisions(
        links=tuple(
            ManualLink(key_result=key, author="Ana", reason="agreed in planning", since_at=NOW, share=share)
            for key, share in links
        ),
        exemption=exemption if "exempt" in said else None,
    )


def _read_conditions(said: dict[str, Any]) -> Conditions:
    names = ("projects", "components", "teams", "kinds", "labels", "sources")
    return Conditions(filter=said.get("filter", ""), **{name: tuple(said.get(name, ())) for name in names})


def _read_policy(said: dict[str, Any], today: date | None) -> Policy:
    policy = Policy(
        mappings=tuple(
            MappingRule(
                name=rule["name"],
                key_result=rule["kr"],
                conditions=_read_conditions(rule),
                owner="Ana",
                expires_on=rule.get("until", EXPIRES_ON),
            )
            for rule in said.get("map", ())
        ),
        exemptions=tuple(
            ExemptionRule(
                name=rule["name"],
                category=rule["category"],
                conditions=_read_conditions(rule),
                reason="it keeps the lights on",
                expires_on=rule.get("until"),
            )
            for rule in said.get("exempt", ())
        ),
    )
    return policy.on(today) if today else policy


def _read_rules(said: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}


@pytest.mark.parametrize("row", tuple(_read_rows()))
def test_the_case_of_the_table_holds(row: dict[str, Any]) -> None:
    assert row.keys() <= KNOWN_FIELDS | KNOWN_EXPECTATIONS
    item = _read_item(row["item"])
    above = tuple(map(_read_item, row.get("above", ())))
    known = {one.ref.external_id: one for one in above} | {f"key:{one.key}": one for one in above}
    rules = build_ruleset(**_read_rules(row.get("rules", {})))
    ancestry = find_ancestry(item, lambda ref: known.get(ref.external_id or f"key:{ref.key}"), depth=rules.depth)
    index = build_index(Book() if row.get("book") == "empty" else BOOK, today=row.get("today"))
    decisions = {key: _read_decisions(said) for key, said in row.get("decisions", {}).items()}

    match = match_item(
        item,
        ancestry,
        index,
        rules,
        policy=_read_policy(row.get("policy", {}), row.get("today")),
        decisions=lambda ref: decisions.get(ref.key, NO_DECISIONS),
        team=row.get("team", ""),
    )
    if row.get("unread"):
        match = with_source_unread(match, "jira was not read to the end")

    assert match.bucket.value == row["bucket"]
    links = {link.key_result: round(link.share, 9) for link in match.links}
    assert links == {key: round(share, 9) for key, share in row.get("links", {}).items()}
    assert ancestry.has_loop == row.get("has_loop", False)
    _check_rejected(row, match)
    _check_words(row, match)


def _check_rejected(row: dict[str, Any], match: Match) -> None:
    rejected = [f"{entry.reason.value}: {entry.key}" for entry in match.rejected]
    if "rejected" in row or row["bucket"] != "invalid":
        assert rejected == row.get("rejected", [])
    if "suggestion" in row:
        assert match.rejected[0].suggestion == row["suggestion"]
    if "since" in row:
        assert match.rejected[0].since_on == row["since"]


def _check_words(row: dict[str, Any], match: Match) -> None:
    if "because" in row:
        assert match.because == row["because"]
    if "distance" in row:
        assert {evidence.distance for evidence in match.evidence} == {row["distance"]}
    if "rule" in row:
        assert {evidence.rule.value for evidence in match.evidence} == {row["rule"]}
    if "beyond" in row:
        assert match.beyond == row["beyond"]
    exempted = match.exempted
    assert (exempted is not None) == (row["bucket"] == "exempt")
    if exempted is not None:
        by = exempted.rule or exempted.author
        assert f"{exempted.category}, {by}, {exempted.via} at {exempted.distance}" == row["exempted"]


def test_the_reasons_of_a_table_are_told_apart() -> None:
    for path in sorted((CASES / "linking").glob("*.yaml")):
        reasons: Sequence[str] = [row["reason"] for row in yaml.safe_load(path.read_text(encoding="utf-8"))]
        assert len(reasons) == len(set(reasons)), path
