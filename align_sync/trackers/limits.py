"""What answers say about waiting: every form of Retry-After and of the X-RateLimit headers, read into an instant."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

SHORTEST_WAIT = timedelta(seconds=0.2)
"""`Retry-After: 0` is legal and does not mean "at once": Data Center sends it while its bucket refills."""

NEARLY_SPENT_SHARE = 0.1
_EPOCH_MILLISECONDS_FROM = 10**11
"""Above this a bare number counts milliseconds (Linear), below it seconds."""


def parse_retry_after(text: str | None, *, now: datetime) -> datetime | None:
    """The earliest instant to ask again. Seconds may come as whole or broken numbers, or as an HTTP date."""
    if not text or not text.strip():
        return None
    text = text.strip()
    try:
        seconds = float(text)
    except ValueError:
        instant = _parse_date(text)
        return None if instant is None else max(instant, now + SHORTEST_WAIT)
    if not math.isfinite(seconds) or seconds < 0:
        return None
    return now + max(timedelta(seconds=min(seconds, 86_400.0)), SHORTEST_WAIT)


def parse_reset(text: str | None, *, now: datetime) -> datetime | None:
    """When a bucket is full again: an ISO time (Jira), epoch milliseconds (Linear) or epoch seconds."""
    if not text or not text.strip():
        return None
    text = text.strip()
    try:
        number = float(text)
    except ValueError:
        instant = _parse_date(text)
    else:
        if not math.isfinite(number) or number <= 0:
            return None
        seconds = number / 1000 if number > _EPOCH_MILLISECONDS_FROM else number
        try:
            instant = datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, ValueError, OSError):
            return None
    return instant if instant is not None and instant > now else None


def _parse_date(text: str) -> datetime | None:
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            instant = parse(text)
        except (ValueError, TypeError, IndexError):
            continue
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return None


def parse_wait(headers: Mapping[str, str], *, now: datetime) -> datetime | None:
    """When a throttled answer says to come back. Retry-After is a minimum and wins over the reset of a bucket."""
    named = parse_retry_after(headers.get("retry-after"), now=now)
    if named is not None:
        return named
    resets = (
        headers.get("x-ratelimit-reset"),
        headers.get("x-ratelimit-requests-reset"),
        headers.get("x-ratelimit-complexity-reset"),
        headers.get("x-ratelimit-endpoint-requests-reset"),
    )
    instants = [instant for text in resets if (instant := parse_reset(text, now=now)) is not None]
    return min(instants) if instants else None


def is_nearly_spent(headers: Mapping[str, str]) -> bool:
    """Whether a good answer warns that the budget is almost used up."""
    if headers.get("x-ratelimit-nearlimit", "").strip().lower() == "true":
        return True
    for kind in ("", "requests-", "complexity-"):
        limit = _number(headers.get(f"x-ratelimit-{kind}limit"))
        remaining = _number(headers.get(f"x-ratelimit-{kind}remaining"))
        if limit and remaining is not None and remaining / limit < NEARLY_SPENT_SHARE:
            return True
    return False


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is None or math.isfinite(number) else None
