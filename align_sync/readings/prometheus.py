"""One sample of an instant query of Prometheus, or of what speaks its interface."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import httpx

from align_sync.errors import ReadingError
from align_sync.readings.addresses import find_access, join_below, name_server
from align_sync.readings.answer import Answer, Probe, say_reason, take_number
from align_sync.readings.plain_numbers import tell
from align_sync.readings.web import Web, patience_for
from align_sync.readings.web_answers import Wanted
from align_sync.seams import Seams
from align_sync.settings import Settings
from align_sync.settings_metrics import PrometheusMetric
from align_sync.trackers.json_text import read_json

PATH = "/api/v1/query"
_SAYS_WHY = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})
"""It answers queries that cannot be run with these, and tells the reason as JSON."""

WANTED = Wanted(kinds=("json",), what="JSON", statuses=_SAYS_WHY)
_PAIR = 2
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_NO_NUMBERS = frozenset({"nan", "+inf", "-inf", "inf"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusProbe:
    settings: Settings
    metric: PrometheusMetric
    web: Web

    def read(self, *, at: datetime | None, now: datetime) -> Answer:
        """See `Probe`. The moment is always told, so that all of an answer is of the same one."""
        asked = at or now
        access = find_access(self.settings, self.metric.connection)
        access = replace(access, url=join_below(access.url, PATH))
        params = {"query": self.metric.query, "time": f"{asked.timestamp():.3f}"}
        page = self.web.get(access, WANTED, params)
        where = name_server(httpx.URL(access.url))
        try:
            return _read_sample(_result_of(read_json(page.body)), asked)
        except ValueError:
            raise ReadingError(f"the answer is not JSON ({len(page.body):,} bytes)", where=where) from None
        except ReadingError as error:
            raise ReadingError(error.problem.message, where=where, advice=error.problem.advice) from None


def open_prometheus(
    settings: Settings, metric: PrometheusMetric, *, seams: Seams, transport: httpx.BaseTransport | None = None
) -> Probe:
    web = Web(seams=seams, patience=patience_for(settings.readings.timeout), transport=transport)
    return PrometheusProbe(settings=settings, metric=metric, web=web)


def _result_of(told: object) -> Mapping[str, Any]:
    """What was found, where nothing at all was wrong with it."""
    if not isinstance(told, Mapping):
        raise ReadingError("the answer is not that of Prometheus: it is no object", advice="check the address")
    if told.get("status") != "success":
        said = told.get("error") if isinstance(told.get("error"), str) else "no reason is told"
        raise ReadingError(f"the query failed: {say_reason(str(said))}", advice="try it in the console of Prometheus")
    if warnings := told.get("warnings"):
        first = warnings[0] if isinstance(warnings, list) else warnings
        # Such as those of a store that could not be reached, whose part is missing in the sum.
        raise ReadingError(f"the answer may be incomplete: {say_reason(str(first))}")
    result = told.get("data")
    if not isinstance(result, Mapping):
        raise ReadingError("the answer is not that of Prometheus: it holds no data", advice="check the address")
    return result


def _read_sample(result: Mapping[str, Any], asked: datetime) -> Answer:
    kind, found = result.get("resultType"), result.get("result")
    if kind == "vector" and isinstance(found, list):
        if not found:
            raise ReadingError("the query finds no series at that moment", advice="a series that is absent is no zero")
        if len(found) > 1:
            raise ReadingError(
                f"the query finds {len(found)} series where one is needed", advice="put sum(…) or another filter in it"
            )
        series = found[0] if isinstance(found[0], Mapping) else {}
        if "histogram" in series:
            raise ReadingError("the query finds a histogram", advice="put histogram_quantile(…) or the like around it")
        return _read_pair(series.get("value"), asked)
    if kind == "scalar":
        return _read_pair(found, asked)
    raise ReadingError(
        f"the query gives a {kind if kind in {'matrix', 'string'} else 'result of another kind'}, not one number",
        advice="an instant vector of one series is needed, or a scalar",
    )


def _read_pair(pair: object, asked: datetime) -> Answer:
    """The moment in seconds and the value as text, the form that the interface gives every number."""
    if not isinstance(pair, list) or len(pair) != _PAIR or not isinstance(pair[1], str):
        raise ReadingError("the answer is not that of Prometheus: its sample is no pair", advice="check the address")
    moment, text = take_number(pair[0]), pair[1].strip()
    if text.lower() in _NO_NUMBERS:
        raise ReadingError(f"the query gives {text}", advice="often a division by nothing: a rate without traffic")
    if not _NUMBER.fullmatch(text):
        raise ReadingError(f"the value of the sample, {tell(text)}, is no number", advice="check the address")
    try:
        as_of_at = datetime.fromtimestamp(moment, UTC)
    except (ValueError, OverflowError, OSError):
        raise ReadingError("the moment of the sample is no time", advice="check the address") from None
    if abs(as_of_at - asked).total_seconds() > 1:
        raise ReadingError(
            f"the sample is of {as_of_at:%Y-%m-%d %H:%M:%S} UTC, and {asked:%Y-%m-%d %H:%M:%S} was asked for",
            advice="something between us and Prometheus answers from its memory",
        )
    return Answer(take_number(float(text)), asked)
