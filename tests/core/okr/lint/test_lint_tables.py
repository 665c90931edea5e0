"""The tables of `tests/cases/lint`: what a rule finds in an entry, and why."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from align_sync.okr.lint.outcome import judge_title
from tests.core.okr.lint.book_around import lint_example

CASES = Path(__file__).parents[3] / "cases" / "lint"
TABLES = ("milestones.yaml", "texts_and_fields.yaml", "entries.yaml")
MOST_MISSED = 30
MOST_ACCUSED = 33
"""Of more than 600 each; a change that raises them has to say why."""
ROWS: list[dict[str, Any]] = [
    row for name in TABLES for row in yaml.safe_load((CASES / name).read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['rule']}: {row['because']}")
def test_a_rule_finds_what_the_table_says(row: dict[str, Any]) -> None:
    example = row.get("example") or {name: row[name] for name in ("title", "metric") if name in row}
    found = [finding for finding in lint_example(yaml.safe_dump(example)) if finding.rule == row["rule"]]
    match row["finds"]:
        case bool() as wanted:
            assert bool(found) is wanted, found
        case int() as count:
            assert len(found) == count
        case "note":
            assert [finding.severity.value for finding in found] == ["note"]
        case part:
            assert any(part in finding.message for finding in found), found


def test_the_titles_that_taught_the_rule_are_judged_as_before() -> None:
    titles: dict[str, list[str]] = yaml.safe_load((CASES / "titles.yaml").read_text(encoding="utf-8"))
    missed = [title for title in titles["milestones"] if not judge_title(title).is_milestone]
    accused = [title for title in titles["outcomes"] if judge_title(title).is_milestone]
    assert len(missed) <= MOST_MISSED, missed
    assert len(accused) <= MOST_ACCUSED, accused
