"""Rows of the tables of OKR measures, and the key results that they are about."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from align_sync.okr.model import Commitment, KeyResult, Pace
from align_sync.okr.period import Span

CASES = Path(__file__).parents[2] / "cases"
START = date(2026, 1, 1)
HUNDRED_DAYS = Span(START, START + timedelta(days=100))


def read_rows(name: str) -> list[Any]:
    """The rows of one table, or of all in a folder."""
    found = CASES / name
    paths = sorted(found.glob("*.yaml")) if found.is_dir() else [found]
    return [
        pytest.param(row, id=f"{path.stem}: {row['reason']}")
        for path in paths
        for row in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def day(number: float) -> date:
    return START + timedelta(days=number)


def make_key_result(row: dict[str, Any]) -> KeyResult:
    """With the pace, phases and due day of the row, which count days from the start."""
    pace = Pace.PHASED if "phases" in row else Pace(row.get("pace", "linear"))
    return KeyResult(
        key="KR-1",
        title="t",
        pace=pace,
        phases=tuple((day(number), share) for number, share in row.get("phases", ())),
        due=day(row["due"]) if "due" in row else None,
        commitment=Commitment(row.get("commitment", "aspirational")),
    )
