"""Everything that is told of one key result, as sentences; what nobody knows is said to be unknown."""

from collections.abc import Iterator

from align_sync.okr.model import KeyResult, KeyResultState
from align_sync.okr.readings import GOOD
from align_sync.reports.key_result_page import KeyResultPage
from align_sync.reports.render.key_result_words import say_planned_work
from align_sync.reports.render.progress_words import (
    say_confidence,
    say_expected,
    say_failure,
    say_forecast,
    say_health,
    say_last,
    say_progress,
    say_value,
    say_way,
)
from align_sync.reports.words import count, day


def list_facts(page: KeyResultPage) -> Iterator[tuple[str, str]]:
    """Everything that is told of it in a line, as (name, sentence) pairs; what nobody knows is said to be unknown."""
    standing, key_result, metric = page.standing, page.key_result, page.key_result.metric
    yield "objective", f"{page.objective.key} {page.objective.title}"
    yield "owner", key_result.owner or "nobody"
    yield "kind", _say_kind(key_result)
    yield "team and period", f"{', '.join(page.objective.teams)}; {page.objective.period}"
    yield "from and to", say_way(metric)
    yield "value", say_last(standing, metric)
    if failed := say_failure(standing):
        yield "newest attempt", failed
    expected = f" ({say_expected(standing)})" if standing.expected is not None else ""
    yield "progress", f"{say_progress(standing.progress)}{expected}"
    yield "health", say_health(standing.verdict)
    yield "confidence", say_confidence(standing) or "nobody said how sure they are"
    yield "forecast", say_forecast(standing.forecast, metric) if standing.forecast else "too few readings for one"
    yield "measured by", say_source(page)
    if standing.series_began_at is not None:
        began = day(standing.series_began_at, page.timezone)
        yield "series", f"began {began} with a changed definition; {count(len(page.earlier), 'reading')} before it"
    yield "work", say_planned_work(page.work, page.timezone)
    if page.command:
        yield "list the work", page.command


def _say_kind(key_result: KeyResult) -> str:
    """`committed`; `aspirational, closed on 2026-10-12, continued by KR-2.3`."""
    state = "" if key_result.state is KeyResultState.ACTIVE else key_result.state.value
    if state and key_result.closed_on:
        state = f"{state} on {key_result.closed_on.isoformat()}"
    successor = f"continued by {key_result.successor}" if key_result.successor else ""
    return ", ".join(part for part in (key_result.commitment.value, state, successor) if part)


def say_source(page: KeyResultPage) -> str:
    """`refund_errors by sql, owner Luca; verified-live`."""
    if page.definition is None:
        name = page.key_result.metric.source
        return f"{name}, which the register does not have; {page.measurability.value}" if name else "by hand"
    owner = f", owner {page.definition.owner}" if page.definition.owner else ""
    return f"{page.definition.name} by {page.definition.kind.value}{owner}; {page.measurability.value}"


def list_changes(page: KeyResultPage) -> Iterator[str]:
    for change in page.changes:
        why = f": {change.reason}" if change.reason else "; no reason was written down"
        when = day(change.at, page.timezone)
        yield f"{when} {change.field} {change.before} → {change.after}, by {change.author or 'somebody'}{why}"


def list_readings(page: KeyResultPage) -> tuple[tuple[str, str, str, str, str], ...]:
    """The newest ones first, those that do not count among them."""
    told = [(one, "") for one in page.readings]
    told += [(one, "of a day that is yet to come" if one.status in GOOD else "") for one in page.odd]
    told += [(one, "of an earlier definition") for one in page.earlier]
    told.sort(key=lambda one: (one[0].as_of_at, one[0].recorded_at), reverse=True)
    return tuple(
        (
            day(one.as_of_at, page.timezone),
            "" if one.value is None else say_value(one.value, page.key_result.metric),
            one.source.value,
            one.status.value,
            "; ".join(part for part in (f"by {one.author}" if one.author else "", one.reason, remark) if part),
        )
        for one, remark in told
    )
