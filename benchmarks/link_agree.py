"""Whether two linked stores say the same of every item: its bucket, and what each key result was found by."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

_BUCKETS = ("SELECT item_id, bucket FROM main.verdict", "SELECT item_id, bucket FROM theirs.verdict")
_EVIDENCE = (
    """SELECT e.item_id, g.key_result, g.rule, g.found, coalesce(e.via_id, e.item_id), e.distance
    FROM main.evidence e JOIN main.ground g ON g.id = e.ground_id WHERE e.gone_run_id IS NULL""",
    "SELECT item_id, key_result, rule, found, via, distance FROM theirs.evidence",
)
SHOWN = 5


def check_agreement(ours: Path, theirs: Path) -> int:
    """How many items were compared. Raises `RuntimeError` with some of the differences, if there are any."""
    with closing(sqlite3.connect(ours)) as connection:
        connection.execute("ATTACH ? AS theirs", (str(theirs),))
        differing = [*_compare(connection, *_BUCKETS), *_compare(connection, *_EVIDENCE)]
        if differing:
            raise RuntimeError("ours and pandas differ:\n" + "\n".join(differing))
        (items,) = connection.execute("SELECT count(*) FROM main.verdict").fetchone()
    if not items:
        raise RuntimeError("nothing was linked, so that nothing can be compared")
    return int(items)


def _compare(connection: sqlite3.Connection, ours: str, theirs: str) -> Iterator[str]:
    for name, first, second in (("ours", ours, theirs), ("pandas", theirs, ours)):
        for row in connection.execute(f"{first} EXCEPT {second} LIMIT {SHOWN}"):
            yield f"only {name}: {row}"
