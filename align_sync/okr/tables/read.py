"""A table made into a book: what it creates and changes in a file, and which of its rows cannot be imported and why.

A row with a fault is left out with all that cannot stand without it, and the others are judged again without it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from align_sync.errors import Problem
from align_sync.okr.book_values import SetHead, SetKey
from align_sync.okr.book_yaml import MOST_TOLD, ReadBook, compare_documents
from align_sync.okr.model import Book, Objective
from align_sync.okr.tables.columns import COLUMNS, OBJECTIVE_ID, Column, Part
from align_sync.okr.tables.grid import BLANK, GridRow
from align_sync.okr.tables.merge import Defaults, Merge, Merged
from align_sync.okr.tables.rows import Row, TableRows
from align_sync.okr.yaml_nodes import Document, Fault, Place, Site

_WITHIN = re.compile(r"spec\.objectives\[[0-9]+\](?P<kr>\.keyResults\[[0-9]+\])?(?:\.(?P<path>[^:]+))?: ")
_NUMBERS = re.compile(r"\[[0-9]+\]")
_MISSING = re.compile(r"`(\w+)` is missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the table is laid over: the file that is written, and the other files that make one book with it."""

    book: Book
    sites: Mapping[str, Site]
    heads: Mapping[SetKey, SetHead]
    others: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row that was not imported; `reasons` are its own, or that of the row it depends on."""

    row: GridRow
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedTable:
    """`book` is that of the file after the import of all rows but the `rejected` ones.

    `is_blocked` says that nothing may be written: the table as a whole, or the file, is at fault.
    """

    book: Book
    heads: Mapping[SetKey, SetHead]
    imported: int
    rejected: tuple[Rejected, ...] = ()
    problems: tuple[Problem, ...] = ()
    is_blocked: bool = False


def import_rows(table: TableRows, around: Surroundings, defaults: Defaults) -> ImportedTable:
    """Lay the table over the file, row by row."""
    return _Import(table, around, defaults).run()


class _Import:
    def __init__(self, table: TableRows, around: Surroundings, defaults: Defaults) -> None:
        self.table, self.around, self.defaults = table, around, defaults
        self.told: list[tuple[int, Problem]] = []
        self.reasons: dict[int, list[str]] = {}
        self.cells: dict[str, tuple[Row, Column | None]] = {}
        self.elsewhere = {str(problem) for problem in compare_documents(around.others).problems}
        for row in table.rows:
            self.cells.setdefault(str(row.place), (row, None))
            for found in row.fields.values():
                self.cells[str(found.place)] = (row, found.column)

    def run(self) -> ImportedTable:
        for source, fault in self.table.broken:
            self.told.append((source.line, _problem_of(fault)))
            self.reasons[source.line] = [fault.message]
        merged, read, problems = self._merge()
        if self.table.headings.faults:
            self.told = [(0, _problem_of(fault)) for fault in self.table.headings.faults]
            return self._finish(merged, read, is_blocked=True)
        is_blocked = False
        while problems:
            before = len(self.reasons)
            has_others = self._reject(merged, problems)
            merged, read, problems = self._merge()
            if has_others or len(self.reasons) == before:
                is_blocked = True
                break
        return self._finish(merged, read, is_blocked=is_blocked)

    def _merge(self) -> tuple[Merged, ReadBook, list[Problem]]:
        """The file with all rows that were not rejected so far, and what is wrong with that."""
        merge = Merge(self._known(), self.defaults)
        merge.lay(self.table.rows, self.table.headings.known, self.reasons)
        merged = merge.build(self.around.heads)
        read = compare_documents((*self.around.others, *merged.documents), merged.faults)
        return merged, read, [problem for problem in read.problems if str(problem) not in self.elsewhere]

    def _known(self) -> Iterator[tuple[Objective, Place]]:
        for objective in self.around.book:
            yield objective, self.around.sites[objective.key.casefold()].place_of()

    def _reject(self, merged: Merged, problems: Iterable[Problem]) -> bool:
        """Reject the rows that are at fault. Whether there are problems that belong to none."""
        has_others = False
        for problem in problems:
            if not problem.where:  # only says how many more there are; the next pass finds them
                continue
            row, column = self.cells.get(problem.where, (None, None))
            told = _in_words_of_the_table(problem)
            self.told.append((row.place.line if row else 0, told))
            if row is None:
                has_others = True
                continue
            for one in _spoiled(row, column, problem, merged):
                self.reasons.setdefault(one.place.line, []).append(told.message)
        return has_others

    def _finish(self, merged: Merged, read: ReadBook, *, is_blocked: bool) -> ImportedTable:
        ours = {key for document in merged.documents for key in _keys_of(document)}
        problems = tuple(problem for _, problem in sorted(self.told, key=lambda pair: pair[0]))
        if len(problems) > MOST_TOLD:
            rest = Problem(message=f"and {len(problems) - MOST_TOLD} more problems", advice="mend the first ones")
            problems = (*problems[:MOST_TOLD], rest)
        sources = [row.source for row in self.table.rows] + [source for source, _ in self.table.broken]
        rejected = sorted((row for row in sources if row.line in self.reasons), key=lambda row: row.line)
        return ImportedTable(
            book=Book(objectives=tuple(one for one in read.book if one.key in ours)),
            heads=merged.heads,
            imported=len(sources) - len(rejected),
            rejected=tuple(self._describe(row) for row in rejected),
            problems=problems,
            is_blocked=is_blocked,
        )

    def _describe(self, source: GridRow) -> Rejected:
        """The row with what other rows say of its objective, so that it can be fed again without them."""
        reasons = tuple(dict.fromkeys(self.reasons[source.line]))
        row = next((row for row in self.table.rows if row.source is source), None)
        key = row.text_of(OBJECTIVE_ID).casefold() if row else ""
        if row is None or not key:
            return Rejected(row=source, reasons=reasons)
        others = [other for other in self.table.rows if other.text_of(OBJECTIVE_ID).casefold() == key]
        cells = list(source.cells) + [BLANK] * (len(self.table.headings.row.cells) - len(source.cells))
        for position, column in self.table.headings.columns:
            if column.is_of_objective and cells[position].is_blank:
                said = (other.source.cells[position] for other in others if not other.field_of(column).is_blank)
                cells[position] = next(said, BLANK)
        return Rejected(row=replace(source, cells=tuple(cells)), reasons=reasons)


def _spoiled(row: Row, column: Column | None, problem: Problem, merged: Merged) -> Iterable[Row]:
    """The row alone, or all rows of its objective where that is at fault."""
    within = _WITHIN.match(problem.message)
    is_of_objective = within["kr"] is None if within else column is not None and column.is_of_objective
    objective = merged.objective_of.get(row.place.line)
    if problem.where in merged.alone or not is_of_objective or objective is None:
        return (row,)
    return merged.rows_of[objective]


def _keys_of(document: Document) -> Iterator[str]:
    number = 0
    while ("spec", "objectives", number) in document.values_at:
        yield document.typed.get(("spec", "objectives", number, "id"), "")
        number += 1


def _problem_of(fault: Fault) -> Problem:
    return Problem(message=fault.message, where=str(fault.place), advice=fault.advice)


def _in_words_of_the_table(problem: Problem) -> Problem:
    """With the heading of the column instead of the path in a document that nobody sees."""
    found = _WITHIN.match(problem.message)
    if found is None:
        return problem
    part = Part.KEY_RESULT if found["kr"] else Part.OBJECTIVE
    path = tuple(_NUMBERS.sub("", found["path"] or "").split(".")) if found["path"] else ()
    message = problem.message[found.end() :]
    missing = _MISSING.fullmatch(message)
    if missing is not None:
        heading = _heading_of(part, (*path, missing[1]))
        return replace(problem, message=f"{heading} is missing", advice=problem.advice or "fill the cell")
    return replace(problem, message=f"{_heading_of(part, path)}: {message}" if path else message)


def _heading_of(part: Part, path: tuple[str, ...]) -> str:
    """The name of the column; of pairs within a cell that of the cell."""
    names = (column.name for column in COLUMNS if column.part is part and column.path == path[: len(column.path)])
    return next(names, ".".join(path))
