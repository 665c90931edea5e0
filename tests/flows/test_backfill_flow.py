"""Earlier values from a table: all rows or none, each problem with its line, and nothing known is forgotten."""

from datetime import UTC, datetime

import pytest

from align_sync.errors import UserError
from align_sync.okr.backfill import MOST_ROWS
from align_sync.okr.metrics import SourceKind
from tests.flows.metric_world import CHURN, MetricWorld, refused, world

__all__ = ["world"]


class TestBackfill:
    def test_rows_become_values_by_hand_of_noon(self, world: MetricWorld) -> None:
        text = "\ufeffDate;Value\n2026-10-02;7,5 %\n\n2026-10-01T08:00Z;8\n"
        result = world.backfill(text, "ret90", reason="the old sheet")
        assert [one.as_of_at for one in result.new] == [
            datetime(2026, 10, 1, 8, tzinfo=UTC),
            datetime(2026, 10, 2, 12, tzinfo=UTC),
        ]
        told = {(one.source, one.author, one.reason, one.recorded_at) for one in world.stored()}
        assert told == {(SourceKind.MANUAL, "Ana", "the old sheet", world.now)}
        assert world.values() == [("10-01", 8), ("10-02", 7.5)]

    def test_the_same_file_twice_changes_nothing_and_another_value_restates(self, world: MetricWorld) -> None:
        world.backfill("2026-10-01,8\n2026-10-02,7\n")
        before = world.now
        again = world.backfill("2026-10-02,7\n2026-10-01,8\n")
        assert (again.new, again.restated, again.known) == ((), (), 2)
        other = world.backfill("2026-10-01,8.5\n2026-10-02,7\n2026-10-03,6\n")
        assert ([one.value for one in other.new], [one.value for one in other.restated], other.known) == ([6], [8.5], 1)
        assert world.parts() == [(8, "restated"), (8.5, "counts"), (7, "counts"), (6, "counts")]
        assert world.values(at=before) == [("10-01", 8), ("10-02", 7)]

    BAD = "2026-10-01,8\n2026-10-02,many\n2026-13-01,7\n2026-10-01,9\n2026-10-04\n2027-01-01,5\n2026-10-05,650\n"
    WORDS = (
        "b.csv:2: 'many' is no number",
        "b.csv:3: there is no such day as 2026-13-01",
        "b.csv:4: 2026-10-01 stands in line 1 too",
        "b.csv:5: 1 cell, where a day and a value are needed",
        "b.csv:6: 2027-01-01 is yet to come",
        "b.csv:7: 650 is above 100, the highest that is believed",
    )

    def test_every_bad_row_is_told_with_its_line_and_nothing_is_written(self, world: MetricWorld) -> None:
        with pytest.raises(UserError, match="6 of the rows cannot be used; nothing was written") as caught:
            world.backfill(self.BAD)
        told = [str(problem) for problem in caught.value.problems]
        assert [line.startswith(words) for line, words in zip(told, self.WORDS, strict=True)] == [True] * 6
        assert world.stored() == []

    def test_bad_rows_may_be_left_out_and_a_dry_run_writes_nothing(self, world: MetricWorld) -> None:
        dry = world.backfill(self.BAD, skip_bad=True, dry_run=True)
        assert (len(dry.new), len(dry.left_out), world.stored()) == (1, 6, [])
        assert len(world.backfill(self.BAD, skip_bad=True).left_out) == 6
        assert world.values() == [("10-01", 8)]
        assert "6 of the rows" in refused(lambda: world.backfill(self.BAD, dry_run=True))

    def test_each_row_is_judged_by_those_before_it_also_of_earlier_files(self, world: MetricWorld) -> None:
        world.backfill("".join(f"2026-10-0{day},{6 + day % 2}\n" for day in range(1, 7)))
        text = "2026-10-07,7\n2026-10-08,60\n2026-10-09,6\n"
        with pytest.raises(UserError) as caught:
            world.backfill(text)
        assert [problem.where for problem in caught.value.problems] == ["b.csv:2"]  # what is left out judges no other
        world.backfill(text, force=True, reason="it was so")
        assert world.values()[-2:] == [("10-08", 60), ("10-09", 6)]

    def test_rows_of_one_file_judge_each_other_too(self, world: MetricWorld) -> None:
        text = "".join(f"2026-10-0{day},{6 + day % 2}\n" for day in range(1, 7))
        with pytest.raises(UserError) as caught:
            world.backfill(f"2026-10-07,60\n{text}")
        assert [problem.where for problem in caught.value.problems] == ["b.csv:1"]

    def test_what_an_earlier_definition_read_is_not_known(self, world: MetricWorld) -> None:
        world.backfill("2026-10-01,8\n")
        world.reopen({**CHURN, "unit": "h"})
        result = world.backfill("2026-10-01,8\n")
        assert (len(result.new), result.known) == (1, 0)
        assert world.parts() == [(8, "earlier definition"), (8, "counts")]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "b.csv: it has no rows"),
            ("date,value\n", "b.csv: it has no rows"),
            ('2026-10-01,"8\n', "b.csv:1: it is no table"),
            ("2026-10-01,1,5\n", "b.csv:1: 3 cells, where a day and a value are needed"),
            ("x,y\nz,7\n", "b.csv:2: 'z' is no day"),
            ("0-1,\n" * 2, "b.csv:1: '0-1' is no day"),
            (
                "\n".join(f"2026-10-01T00:00:00.{number:06},5" for number in range(MOST_ROWS + 1)),
                "more than 10000 rows",
            ),
        ],
    )
    def test_what_is_no_table(self, world: MetricWorld, text: str, words: str) -> None:
        with pytest.raises(UserError) as caught:
            world.backfill(text)
        assert words in "\n".join(str(problem) for problem in caught.value.problems)
        assert world.stored() == []
