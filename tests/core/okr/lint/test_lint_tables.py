"""The tables of `tests/cases/lint`: what a rule finds in an entry, and why."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.core.okr.lint.book_around import lint_example

CASES = Path(__file__).parents[3] / "cases" / "lint"
TABLES = ("milestones.yaml", "texts_and_fields.yaml", "entries.yaml")
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
