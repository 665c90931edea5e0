"""Reads the date values of JQL: epoch milliseconds, minutes in the account's zone, and spans such as -90m."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from align_sync.demo.fake_jira.jql.tokens import JqlError

_EPOCH_MS = re.compile(r"\d{6,}")
_SPAN = re.compile(r"([+-]?)((?:\d+[wdhm]\s*)+)")
_PART = re.compile(r"(\d+)([wdhm])")
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}
_FORMATS = ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d")


def parse_instant(text: str, *, field: str, now: datetime, zone: ZoneInfo) -> datetime:
    """An aware UTC instant; raise JqlError with Jira's words for a form it does not take (seconds, offsets, T)."""
    text = text.strip()
    if _EPOCH_MS.fullmatch(text):
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    span = parse_span(text)
    if span is not None:
        return now + span
    for form in _FORMATS:
        try:
            # the zone of the account is what gives the text its meaning
            return datetime.strptime(text, form).replace(tzinfo=zone).astimezone(UTC)
        except ValueError:
            continue
    raise JqlError(
        f"Date value '{text}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
        "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )


def parse_span(text: str) -> timedelta | None:
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        return None
    total = timedelta()
    for amount, unit in _PART.findall(match[2]):
        total += timedelta(**{_UNITS[unit]: int(amount)})
    return -total if match[1] == "-" else total
