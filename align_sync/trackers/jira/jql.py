"""Queries in Jira's language, built from values only.

Instants go as bare epoch milliseconds, the one form that no profile time zone and no minute rounding touches
(https://github.com/airbytehq/airbyte/pull/48838).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def quote(text: str) -> str:
    """A value in double quotes, so that reserved words, spaces and operators in it are only text."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def in_sprints(sprint_ids: Sequence[str]) -> str:
    """All items of these sprints, in an order that does not shift while pages are read. The ids are numbers."""
    return f"sprint in ({_numbers(sprint_ids)}) ORDER BY id ASC"


def in_ids(ids: Sequence[str]) -> str:
    return f"id in ({_numbers(ids)}) ORDER BY id ASC"


def in_keys(keys: Sequence[str]) -> str:
    return f"key in ({', '.join(quote(key) for key in keys)}) ORDER BY id ASC"


def updated_since(instant: datetime) -> str:
    """By id, since an edit moves an item within an order by `updated`, and the page after it loses one."""
    return f"updated >= {to_milliseconds(instant)} ORDER BY id ASC"


def updated_since_minute(instant: datetime, zone: tzinfo) -> str:
    """For servers that refuse milliseconds: whole minutes of the account's own zone, an hour early.

    The hour covers the one that comes twice when summer time ends.
    """
    local = (instant - timedelta(hours=1)).astimezone(zone)
    return f'updated >= "{local:%Y-%m-%d %H:%M}" ORDER BY updated ASC, id ASC'


def to_milliseconds(instant: datetime) -> int:
    """Whole milliseconds since 1970, rounded down: rather one item twice than one never."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def _numbers(ids: Sequence[str]) -> str:
    return ", ".join(str(int(one)) for one in ids)
