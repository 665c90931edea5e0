"""Record: a value that a person writes down, or that another system pushes, and how sure an owner is."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from align_sync.app import App
from align_sync.errors import AuthError, UserError
from align_sync.okr.hand_values import insist, is_day, read_moment, write_down
from align_sync.okr.judging import judge_value
from align_sync.okr.metrics import MetricDefinition
from align_sync.okr.readings import Confidence, Reading, ReadingStatus
from align_sync.okr.said import Said
from align_sync.okr.series import choose_series
from align_sync.okr.targets import Target
from align_sync.okr.typed_values import read_share, read_value
from align_sync.register import find_metric
from align_sync.settings_metrics import PushMetric
from align_sync.store.confidences import save_confidence
from align_sync.store.readings import load_readings, save_readings

PUSH_VARIABLE = "ALIGN_SYNC_PUSH_TOKEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResult:
    """What was written. `before` is the value that came before it, `newer` one of a later moment: it still counts."""

    target: Target
    reading: Reading | None = None
    before: Reading | None = None
    newer: Reading | None = None
    confidence: Confidence | None = None


def record(
    app: App,
    name: str,
    value: str | None,
    *,
    author: str,
    reason: str = "",
    on: str = "",
    restate: int | None = None,
    confidence: str | None = None,
    force: bool = False,
) -> RecordResult:
    """Write down a value, a confidence, or both. Raises `UserError`, and nothing is written then.

    A value that cannot be believed is refused unless the person insists, with a reason. `restate` is the number of a
    reading of the metric that was wrong: the value takes its place, and what was known before stays known.
    """
    if value is None and confidence is None:
        raise UserError("nothing is told", where="VALUE", advice="name a value, or --confidence, or both")
    if restate is not None and (on or value is None):
        raise UserError(
            "what is restated keeps its moment, and gets a value", where="--restate", advice="leave --on away"
        )
    said = Said.check(author, reason, needs_reason=force or restate is not None)
    now = app.now()
    as_of_at = read_moment(on, where="--on", now=now, zone=app.settings.timezone) if on else now
    with app.store.write() as connection:
        target = find_metric(app, connection, name)
        reading, before, newer, stated = None, None, None, None
        if value is not None:
            readings = load_readings(connection, (target.metric,)).get(target.metric, ())
            if restate is not None:
                as_of_at = _find_moment(target, readings, restate)
            good = choose_series(readings).good
            if is_day(on):
                on_day = date.fromisoformat(on.strip())
                as_of_at = _find_end(on_day, as_of_at, good, now, ZoneInfo(app.settings.timezone))
            before = next((one for one in reversed(good) if one.as_of_at <= as_of_at), None)
            newer = good[-1] if good and good[-1].as_of_at > as_of_at else None
            number = read_value(value, target.measure)
            reading = write_down(
                target.metric, target.definition, number, as_of_at=as_of_at, earlier=readings, now=now, said=said
            )
            reading = insist(reading, said) if force else _believe(reading)
            save_readings(connection, [reading])
        if confidence is not None:
            stated = _state(target, read_share(confidence, where="--confidence"), said, now)
            save_confidence(connection, stated)
    return RecordResult(target=target, reading=reading, before=before, newer=newer, confidence=stated)


def _find_moment(target: Target, readings: Iterable[Reading], reading_id: int) -> datetime:
    found = next((one for one in readings if one.reading_id == reading_id), None)
    if found is None:
        raise UserError(
            f"{target.metric} has no reading {reading_id}",
            where="--restate",
            advice=f"align-sync okr readings {target.name} lists them, with their numbers",
        )
    return found.as_of_at


def _find_end(on: date, noon: datetime, good: Sequence[Reading], now: datetime, zone: ZoneInfo) -> datetime:
    """What is said of a day takes the place of the last value of that day; of today it is said now.

    The day is the written one: noon, which is one of UTC, lies in the next day far in the east.
    """
    if on == now.astimezone(zone).date():
        return now
    return max([noon, *(one.as_of_at for one in good if one.as_of_at.astimezone(zone).date() == on)])


def _believe(reading: Reading) -> Reading:
    if reading.status is ReadingStatus.QUARANTINED:
        raise UserError(
            f"{reading.metric}: {reading.reason}",
            where="VALUE",
            advice="check it; if it is right, say so with --force --reason …",
        )
    return reading


def push(app: App, metric: str, value: str, *, token: str, as_of: str = "") -> RecordResult:
    """Store the value that another system tells. Raises `AuthError` for a wrong token, `UserError`.

    A value that cannot be believed is stored in quarantine, where it counts for nothing until a person releases it.
    """
    definition = _admit(app, metric, token)
    now = app.now()
    told_at = read_moment(as_of, where="--as-of", now=now, zone=app.settings.timezone) if as_of else None
    with app.store.write() as connection:
        target = find_metric(app, connection, metric)
        readings = load_readings(connection, (metric,)).get(metric, ())
        number = read_value(value, target.measure)
        reading = judge_value(definition, number, told_at=told_at, asked_at=None, earlier=readings, now=now)
        save_readings(connection, [reading])
    return RecordResult(target=target, reading=reading, before=choose_series(readings).last)


def _admit(app: App, metric: str, token: str) -> MetricDefinition:
    """The definition, for one who has its token."""
    found = next((one for one in app.settings.metrics if one.name == metric), None)
    if not isinstance(found, PushMetric):
        raise UserError(
            f"{metric!r} is no metric of kind push" if found else f"the settings define no metric {metric!r}",
            where="METRIC",
            advice=f"align-sync okr metrics token {metric} tells what to write into align-sync.toml",
        )
    digest = hashlib.sha256(token.strip().encode()).hexdigest()
    if not hmac.compare_digest(digest, found.token_sha256):
        raise AuthError(
            "the token is not the one of this metric" if token.strip() else "there is no token",
            where=metric,
            advice=f"tell it in {PUSH_VARIABLE} or on standard input;"
            f" align-sync okr metrics token {metric} makes a new one",
        )
    return found.definition()


def _state(target: Target, share: float, said: Said, now: datetime) -> Confidence:
    if target.key_result is None or not target.is_key_result:
        raise UserError(
            f"{target.metric} is a metric, and people are sure of key results",
            where="--confidence",
            advice="name the key result: align-sync okr tree lists them",
        )
    return Confidence(
        key_result=target.key_result.key, share=share, stated_at=now, author=said.author, note=said.reason
    )
