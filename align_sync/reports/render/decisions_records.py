"""Lists as records of equal length: tabs for pipes, RFC 4180 for spreadsheets; nothing cut, nothing that acts."""

import csv
import io
from collections.abc import Iterable, Sequence

from align_sync.reports.plain import make_plain
from align_sync.reports.render.csv import guard


def write_tabs(columns: Sequence[str], records: Iterable[Sequence[str]]) -> str:
    """A row that names the columns, then one row a record."""
    rows = ("\t".join(make_plain(text) for text in record) for record in records)
    return "".join(f"{row}\n" for row in ("\t".join(columns), *rows))


def write_csv(columns: Sequence[str], records: Iterable[Sequence[str]]) -> str:
    """The same, safe to open in a spreadsheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([guard(text) for text in record] for record in records)
    return out.getvalue()
