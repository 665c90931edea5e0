"""Read the metrics of the register from where their values come from, judge what comes, and store it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from align_sync.app import App
from align_sync.errors import AlignSyncError, UserError
from align_sync.okr.baselines import list_baselines
from align_sync.okr.hand_values import noon_of
from align_sync.okr.judging import judge_value, list_good, record_failure
from align_sync.okr.metrics import PROBED, MetricDefinition, SourceKind
from align_sync.okr.model import Book
from align_sync.okr.readings import Reading, ReadingStatus
from align_sync.readings.answer import Answer, say_reason
from align_sync.readings.asking import ask_each
from align_sync.readings.opening import Transports, open_probe
from align_sync.settings_metrics import MetricSettings
from align_sync.settings_policy import find_near
from align_sync.settings_sources import list_secrets
from align_sync.store.books import load_book
from align_sync.store.readings import begin_run, finish_run, load_readings, save_readings
from align_sync.telemetry.log import Redaction

GRACE = timedelta(seconds=2)
"""Sources keep to the limit themselves, and know better than we why they did not answer."""

NOT_ASKED: Mapping[SourceKind, str] = {
    SourceKind.PUSH: "another system tells its value: align-sync okr push",
    SourceKind.MANUAL: "people write its value down: align-sync okr record",
}
ONLY_TODAY = "its source tells the value of today only"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureLine:
    """What came of one metric, or of one metric for the day of a baseline.

    `status` is None where nobody was asked; `reason` says why then, and else why the value is not simply good. `before`
    is the last good value of an earlier moment. `key_results` are those whose baseline it is, where it is one.
    """

    metric: str
    kind: SourceKind
    status: ReadingStatus | None
    unit: str = ""
    value: float | None = None
    as_of_at: datetime | None = None
    before: float | None = None
    reason: str = ""
    key_results: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureResult:
    """`run` is 0 where nothing was asked."""

    lines: tuple[MeasureLine, ...]
    run: int = 0

    def count(self, status: ReadingStatus | None) -> int:
        return sum(line.status is status for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What is to be read. `refusal` says why nobody can be asked for it."""

    metric: MetricSettings
    definition: MetricDefinition
    at: datetime | None = None
    key_results: tuple[str, ...] = ()
    refusal: str = ""


def measure(
    app: App,
    names: Iterable[str] = (),
    *,
    author: str,
    at: datetime | None = None,
    baselines: bool = False,
    transports: Transports | None = None,
) -> MeasureResult:
    """Read these metrics, or all. Raises `UserError` for a name that is none, `InterruptedPullError`.

    With `at` only dated definitions are asked, for their value of that moment; with `baselines` they are asked for the
    baselines of the key results too. What cannot be read is a failed reading with its reason, and stops nothing.
    """
    chosen = _choose(app.settings.metrics, tuple(names))
    started_at = app.now()
    book = _load_book(app) if baselines else Book()
    wishes = tuple(wish for metric in chosen for wish in _list_wishes(metric, book, at=at, now=started_at))
    asked = tuple(wish for wish in wishes if not wish.refusal)
    if not asked:
        return MeasureResult(lines=tuple(map(_tell_refusal, wishes)))
    with app.store.write() as connection:
        run = begin_run(connection, now=started_at, author=author)
    outcomes = ask_each(
        [_ask_for(app, wish, started_at, transports) for wish in asked],
        workers=app.settings.readings.concurrency,
        timeout=app.settings.readings.timeout + GRACE,
        stopping=app.seams.stopping,
    )
    told = iter(_store(app, asked, outcomes, run))
    return MeasureResult(lines=tuple(_tell_refusal(wish) if wish.refusal else next(told) for wish in wishes), run=run)


def _choose(metrics: tuple[MetricSettings, ...], names: tuple[str, ...]) -> tuple[MetricSettings, ...]:
    if not metrics:
        raise UserError("no metric is defined", where="settings", advice="write [[metrics]] tables in align-sync.toml")
    known = {metric.name: metric for metric in metrics}
    wanted = [name.strip().casefold() for name in names]
    unknown = next((name for name in wanted if name not in known), None)
    if unknown is not None:
        near = find_near(unknown, known)
        advice = f"did you mean {near}?" if near else "align-sync okr metrics lists them all"
        raise UserError(f"no metric is called {unknown!r}", where="METRIC", advice=advice)
    return tuple(known[name] for name in dict.fromkeys(wanted)) if wanted else metrics


def _load_book(app: App) -> Book:
    with app.store.read() as connection:
        applied = load_book(connection)
    return applied.book if applied else Book()


def _list_wishes(metric: MetricSettings, book: Book, *, at: datetime | None, now: datetime) -> Iterator[_Wish]:
    """Baselines first: they are of earlier moments, so that what comes after is compared with them."""
    definition = metric.definition()
    refusal = "" if definition.kind in PROBED else NOT_ASKED[definition.kind]
    for day, key_results in sorted(_find_baselines(book, metric.name).items()) if not refusal else ():
        ahead = "the day of the baseline is yet to come" if day > now.date() else ""
        yield _Wish(
            metric=metric,
            definition=definition,
            at=noon_of(day, now),
            key_results=key_results,
            refusal=ahead or ("" if definition.is_dated else ONLY_TODAY),
        )
    if at is not None and not definition.is_dated:
        refusal = refusal or ONLY_TODAY
    yield _Wish(metric=metric, definition=definition, at=at, refusal=refusal)


def _find_baselines(book: Book, metric: str) -> dict[date, tuple[str, ...]]:
    """The days of the baselines of the key results that use it, each with those key results."""
    found: dict[date, tuple[str, ...]] = {}
    for name, day, key_result in list_baselines(book):
        if name == metric:
            found[day] = (*found.get(day, ()), key_result.key)
    return found


def _ask_for(app: App, wish: _Wish, now: datetime, transports: Transports | None) -> Callable[[], Answer]:
    def ask() -> Answer:
        return open_probe(app.settings, wish.metric, seams=app.seams, transports=transports).read(at=wish.at, now=now)

    return ask


def _store(app: App, asked: tuple[_Wish, ...], outcomes: list[Answer | AlignSyncError], run: int) -> list[MeasureLine]:
    redaction, now = Redaction(list_secrets(app.settings)), app.now()
    lines = []
    with app.store.write() as connection:
        stored = load_readings(connection, {wish.metric.name for wish in asked})
        earlier = {name: list(readings) for name, readings in stored.items()}
        for wish, outcome in zip(asked, outcomes, strict=True):
            known = earlier.setdefault(wish.metric.name, [])
            if isinstance(outcome, Answer):
                reading = judge_value(
                    wish.definition,
                    outcome.value,
                    told_at=outcome.as_of_at,
                    asked_at=wish.at,
                    earlier=known,
                    now=now,
                    run=run,
                )
            else:
                reason = redaction.hide(say_reason(str(outcome.problem)))
                reading = record_failure(wish.definition, reason, asked_at=wish.at, now=now, run=run)
            lines.append(_tell(wish, reading, known))
            save_readings(connection, [reading])
            known.append(reading)
        finish_run(connection, run, now=now)
    return lines


def _tell(wish: _Wish, reading: Reading, known: Iterable[Reading]) -> MeasureLine:
    before = list_good(wish.definition, known, before=reading.as_of_at)
    return MeasureLine(
        metric=wish.metric.name,
        kind=wish.definition.kind,
        status=reading.status,
        unit=wish.definition.unit,
        value=reading.value,
        as_of_at=reading.as_of_at,
        before=before[-1].value if before else None,
        reason=reading.reason,
        key_results=wish.key_results,
    )


def _tell_refusal(wish: _Wish) -> MeasureLine:
    return MeasureLine(
        metric=wish.metric.name,
        kind=wish.definition.kind,
        status=None,
        unit=wish.definition.unit,
        as_of_at=wish.at,
        reason=wish.refusal,
        key_results=wish.key_results,
    )
