"""Earlier values of a metric from a table of two columns, day and value: each row sound, or a problem with its line."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from align_sync.errors import Problem, UserError
from align_sync.okr.hand_values import read_moment
from align_sync.okr.model import Metric
from align_sync.okr.typed_values import read_value

MOST_ROWS = 10_000
SEPARATORS = (";", "\t", ",")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillRow:
    line: int
    as_of_at: datetime
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`file` is how problems name it, `measure` how its values are written, `zone` that of times without one."""

    text: str
    file: str
    measure: Metric
    now: datetime
    zone: str

    def read(self) -> tuple[tuple[BackfillRow, ...], tuple[Problem, ...]]:
        """The sound rows in the order of time, and what is wrong with the others."""
        rows: dict[datetime, BackfillRow] = {}
        problems: list[Problem] = []
        for line, cells in self._split(problems):
            try:
                row = self._read_row(line, cells)
            except UserError as error:
                problems.append(self.problem_at(line, error.problem.message, error.problem.advice))
                continue
            if (twin := rows.setdefault(row.as_of_at, row)) is not row:
                problems.append(
                    self.problem_at(line, f"{cells[0]} stands in line {twin.line} too", "keep one of the two")
                )
        if not rows and not problems:
            problems.append(Problem(message="it has no rows", where=self.file, advice="write rows as 2026-10-01,64.9"))
        return tuple(sorted(rows.values(), key=lambda row: row.as_of_at)), tuple(problems)

    def problem_at(self, line: int, message: str, advice: str) -> Problem:
        return Problem(message=message, where=f"{self.file}:{line}", advice=advice)

    def _split(self, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
        """Rows with something in them, with their lines, without the heading."""
        text = self.text.removeprefix("\ufeff")
        first = text.lstrip().partition("\n")[0]
        separator = next((one for one in SEPARATORS if one in first), SEPARATORS[-1])
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        count = 0
        try:
            for row in reader:
                cells = [cell.strip() for cell in row]
                is_heading = count == 0 and not any(cell[:1].isdigit() for cell in cells)
                count += any(cells)
                if count > MOST_ROWS:
                    problems.append(
                        self.problem_at(reader.line_num, f"it has more than {MOST_ROWS} rows", "split the file")
                    )
                    return
                if any(cells) and not is_heading:
                    yield reader.line_num, cells
        except csv.Error as error:
            problems.append(self.problem_at(reader.line_num, f"it is no table: {error}", "mend the quotes"))

    def _read_row(self, line: int, cells: list[str]) -> BackfillRow:
        if len(cells) != len(("day", "value")):
            raise UserError(
                f"{len(cells)} {'cell' if len(cells) == 1 else 'cells'}, where a day and a value are needed",
                advice="write 2026-10-01,64.9, or 2026-10-01;64,9 where values have a decimal comma",
            )
        at = read_moment(cells[0], where="", now=self.now, zone=self.zone)
        return BackfillRow(line=line, as_of_at=at, value=read_value(cells[1], self.measure))
