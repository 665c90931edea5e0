"""A number in an answer of JSON, found by a JMESPath."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import httpx
import jmespath
from jmespath.exceptions import JMESPathError

from align_sync.errors import ReadingError
from align_sync.readings.addresses import AS_OF_MARK, Access, fill_in, find_access, join_below, name_server
from align_sync.readings.answer import Answer, Probe, take_number
from align_sync.readings.plain_numbers import read_plain, tell
from align_sync.readings.web import Web, patience_for
from align_sync.readings.web_answers import Wanted
from align_sync.seams import Seams
from align_sync.settings import Settings
from align_sync.settings_metrics import HttpMetric
from align_sync.trackers.json_text import read_json

JSON = Wanted(kinds=("json", "text/plain", "octet-stream"), what="JSON")
MOST_AHEAD = timedelta(minutes=10)
"""How far the clock of a source may run before ours."""

NOON = time(12)
EARLIEST_NOON = timedelta(hours=26)
"""Where a day begins first, 14 hours before UTC, its noon is 26 hours ahead of the moment it begins there."""

_MILLISECONDS_FROM = 10**11
"""Above this a bare number counts milliseconds since 1970, below it seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpProbe:
    settings: Settings
    metric: HttpMetric
    web: Web

    def read(self, *, at: datetime | None, now: datetime) -> Answer:
        """See `Probe`."""
        access = self._access()
        if at is not None and AS_OF_MARK not in access.url:
            raise ReadingError(
                "the address can be asked for the value of today only", advice="put {as_of} where it takes a day"
            )
        url = fill_in(access.url, at or now)
        page = self.web.get(replace(access, url=url), JSON)
        where = name_server(httpx.URL(url))
        try:
            told = read_json(page.body)
        except ValueError:
            raise ReadingError(f"the answer is not JSON ({len(page.body):,} bytes)", where=where) from None
        value = take_value(_find(told, self.metric.path, "path", where))
        if self.metric.as_of_path is None:
            return Answer(value)
        as_of_at = read_moment(_find(told, self.metric.as_of_path, "as_of_path", where), now=now)
        if at is not None and as_of_at.date() > at.date():
            raise ReadingError(
                f"the value of {at:%Y-%m-%d} was asked for, and one of {as_of_at:%Y-%m-%d} came", where=where
            )
        return Answer(value, as_of_at)

    def _access(self) -> Access:
        if self.metric.connection is None:
            return Access(url=self.metric.url or "")
        access = find_access(self.settings, self.metric.connection)
        return replace(access, url=join_below(access.url, self.metric.address or ""))


def open_http(
    settings: Settings, metric: HttpMetric, *, seams: Seams, transport: httpx.BaseTransport | None = None
) -> Probe:
    web = Web(seams=seams, patience=patience_for(settings.readings.timeout), transport=transport)
    return HttpProbe(settings=settings, metric=metric, web=web)


def take_value(value: object) -> float:
    """A number, or its digits in quotes as many interfaces send it. Raises `ReadingError`."""
    return read_plain(value) if isinstance(value, str) else take_number(value)


def read_moment(value: object, *, now: datetime) -> datetime:
    """An ISO day or time, or seconds or milliseconds since 1970; what tells no zone is in UTC. Never after `now`.

    A value of the future is refused, but for clocks that run ahead, and for the day that has begun in the east.
    """
    if isinstance(value, str):
        moment, ahead = _read_iso(value.strip())
    else:
        number = take_number(value)
        try:
            moment = datetime.fromtimestamp(number / 1000 if abs(number) >= _MILLISECONDS_FROM else number, UTC)
        except (OverflowError, ValueError, OSError):
            raise ReadingError("the moment of the value is no time") from None
        ahead = MOST_AHEAD
    if moment > now + ahead:
        raise ReadingError(f"the value is of {moment:%Y-%m-%d %H:%M} UTC, which is still to come")
    return min(moment, now)


def _read_iso(text: str) -> tuple[datetime, timedelta]:
    """The moment, of a day its noon, and how far it may be ahead of us."""
    try:
        if len(text) <= len("2026-11-23"):
            return datetime.combine(date.fromisoformat(text), NOON, UTC), EARLIEST_NOON
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ReadingError(
            f"the moment of the value, {tell(text)}, is no date", advice="such as 2026-11-23T10:00:00Z"
        ) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC), MOST_AHEAD


def _find(told: object, path: str, name: str, where: str) -> object:
    try:
        found: object = jmespath.search(path, told)
    except (JMESPathError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
        # The library puts what it stumbled over into its words, which may be anything.
        raise ReadingError(
            f"{name} cannot be applied to the answer ({type(error).__name__})", where=where, advice=f"path: {path}"
        ) from None
    if found is None:
        raise ReadingError(f"{name} leads to nothing in the answer", where=where, advice=f"check {name} = {path!r}")
    return found
