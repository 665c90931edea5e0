"""Which values are believed at once: a table, and what a reading keeps."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from align_sync.okr.judging import judge_value, list_good, record_failure
from align_sync.okr.metrics import MetricDefinition, SourceKind
from align_sync.okr.readings import Reading, ReadingStatus
from tests.make import NOW

DAY = timedelta(days=1)
CASES = Path(__file__).resolve().parents[2] / "cases" / "readings" / "judging.yaml"
DEFINITION = MetricDefinition(name="refunds", kind=SourceKind.SQL, connection="w", query=(("sql", "select 1"),))


def read_rows() -> list[Any]:
    return [pytest.param(row, id=row["reason"]) for row in yaml.safe_load(CASES.read_text(encoding="utf-8"))]


def make(
    value: float | None,
    days_ago: float,
    status: ReadingStatus = ReadingStatus.OK,
    series: str = DEFINITION.query_hash,
    recorded: float | None = None,
) -> Reading:
    as_of_at = NOW - days_ago * DAY
    return Reading(
        metric="refunds",
        as_of_at=as_of_at,
        value=value,
        source=SourceKind.SQL,
        series=series,
        status=status,
        recorded_at=as_of_at if recorded is None else NOW - recorded * DAY,
    )


def make_earlier(written: list[Any]) -> Iterator[Reading]:
    for at, one in enumerate(written):
        days_ago = len(written) - at
        if one == "x":
            yield make(None, days_ago, ReadingStatus.FAILED)
        elif isinstance(one, str):
            yield make(float(one.removeprefix("?")), days_ago, ReadingStatus.QUARANTINED)
        elif isinstance(one, list):
            yield make(one[0], days_ago, series="other")
        else:
            yield make(one, days_ago, ReadingStatus.STALE if at % 2 else ReadingStatus.OK)


@pytest.mark.parametrize("row", read_rows())
def test_a_value_is_judged(row: dict[str, Any]) -> None:
    said = dict(row.get("define", {}))
    if "refresh_days" in said:
        said["refresh"] = said.pop("refresh_days") * DAY
    reading = judge_value(
        replace(DEFINITION, **said),
        row["value"],
        told_at=NOW - row["told"] * DAY if "told" in row else None,
        asked_at=NOW - row["asked"] * DAY if "asked" in row else None,
        earlier=reversed(list(make_earlier(row.get("earlier", [])))),
        now=NOW,
    )
    assert (reading.status, reading.value) == (row["status"], row["value"]), reading.reason
    assert row.get("says", "") in reading.reason
    assert bool(reading.reason) == ("says" in row)


def test_a_reading_is_of_the_moment_asked_for_else_of_the_one_told_else_of_now() -> None:
    def as_of(told: float | None, asked: float | None) -> Any:
        told_at, asked_at = (None if days is None else NOW - days * DAY for days in (told, asked))
        read = judge_value(DEFINITION, 1, told_at=told_at, asked_at=asked_at, earlier=(), now=NOW, run=7)
        assert (read.metric, read.series, read.source) == ("refunds", DEFINITION.query_hash, SourceKind.SQL)
        assert (read.recorded_at, read.run, read.author) == (NOW, 7, "")
        return (NOW - read.as_of_at) / DAY

    assert as_of(None, None) == 0
    assert as_of(3, None) == 3
    assert as_of(3, 2) == 2


def test_a_failure_has_no_value_and_a_reason() -> None:
    failed = record_failure(DEFINITION, "no answer", asked_at=None, now=NOW, run=7)
    assert (failed.status, failed.value, failed.reason, failed.run) == (ReadingStatus.FAILED, None, "no answer", 7)
    assert (failed.as_of_at, failed.recorded_at, failed.series) == (NOW, NOW, DEFINITION.query_hash)
    assert record_failure(DEFINITION, "x", asked_at=NOW - DAY, now=NOW).as_of_at == NOW - DAY


def test_of_a_moment_the_reading_recorded_last_restates_the_others() -> None:
    restated = make(9, 3, recorded=1)
    readings = [restated, make(1, 3), make(2, 2), make(3, 0)]
    assert [one.value for one in list_good(DEFINITION, readings, before=NOW)] == [9, 2]
    twice = [replace(make(4, 1), reading_id=2), replace(make(5, 1), reading_id=1)]
    assert [one.value for one in list_good(DEFINITION, twice, before=NOW)] == [4]


def test_a_value_that_is_read_again_for_the_same_moment_is_not_compared_with_itself() -> None:
    definition = replace(DEFINITION, jump=2.0)
    earlier = [*make_earlier([0, 2, 4, 6, 8, 10]), make(900, 0)]
    again = judge_value(definition, 12, told_at=NOW, asked_at=None, earlier=earlier, now=NOW)
    assert again.status is ReadingStatus.OK
