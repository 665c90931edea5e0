"""The chart of one key result: its plan, what was read, target changes and the forecast, as places on a canvas."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import isfinite

from align_sync.okr.metrics import SourceKind
from align_sync.okr.model import Direction, Metric
from align_sync.okr.readings import Reading
from align_sync.reports.key_result_page import KeyResultPage
from align_sync.reports.render.progress_words import say_number, say_value

WIDTH = 720
HEIGHT = 260
LEFT = 8
RIGHT = 16
TOP = 16
BOTTOM = 34
_HEADROOM = 0.08
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One reading; one that a person wrote down is drawn larger. `says` is its text."""

    x: str
    y: str
    by_hand: bool
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A line across the chart at a value or a day, with its text; `is_last` sets the text at the right end."""

    at: str
    says: str
    is_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """`plan` and `line` are the points of polylines, `band` those of the forecast's polygon; all may be empty.

    `hold` is the top and the height of the band that a metric to hold should stay in.
    """

    plan: str
    line: str
    band: str
    dots: tuple[Dot, ...]
    values: tuple[Mark, ...]
    days: tuple[Mark, ...]
    changes: tuple[Mark, ...]
    today: str
    description: str
    hold: tuple[str, str] | None = None


def draw_curve(page: KeyResultPage) -> Curve | None:
    """None where there is neither a plan in values nor a reading: nothing could be drawn."""
    canvas = _measure(page)
    return canvas.draw() if canvas else None


def _measure(page: KeyResultPage) -> "_Canvas | None":
    metric = page.key_result.metric
    values = [point.value for point in page.plan if point.value is not None]
    values += [reading.value for reading in page.readings if reading.value is not None]
    values += [end for end in (metric.low, metric.high) if end is not None and metric.direction is Direction.HOLD]
    if page.standing.forecast:
        values += [page.standing.forecast.low, page.standing.forecast.high]
    days = [point.on for point in page.plan] + [reading.as_of_at.date() for reading in page.readings]
    values = [value for value in values if isfinite(value)]
    if not values or not days:
        return None
    least, most = min(values), max(values)
    room = (most - least or abs(most) or 1.0) * _HEADROOM
    first, last = min(days), max(*days, min(days) + _DAY)
    return _Canvas(page=page, first=first, last=last, least=least - room, most=most + room)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Canvas:
    page: KeyResultPage
    first: date
    last: date
    least: float
    most: float

    def draw(self) -> Curve:
        page = self.page
        metric = page.key_result.metric
        read = [reading for reading in page.readings if reading.value is not None]
        planned = [(point.on, point.value) for point in page.plan if point.value is not None]
        return Curve(
            plan=" ".join(self._point(on, value) for on, value in planned),
            line=" ".join(f"{self._x_at(one.as_of_at)},{self._y(one.value or 0.0)}" for one in read),
            band=self._draw_band(),
            dots=tuple(self._dot(reading, metric) for reading in read),
            values=tuple(self._mark_values(metric)),
            days=(
                Mark(at=self._x(self.first), says=self.first.isoformat()),
                Mark(at=self._x(self.last), says=self.last.isoformat()),
            ),
            changes=tuple(
                Mark(at=self._x(change.at.date()), says=f"{change.field}: {change.before} → {change.after}")
                for change in page.changes
                if self.first <= change.at.date() <= self.last
            ),
            # At its end, so that what was read today does not lie behind it.
            today=self._x(page.on + _DAY) if self.first <= page.on <= self.last else "",
            description=self._describe(read, metric),
            hold=self._draw_hold(metric),
        )

    def _draw_hold(self, metric: Metric) -> tuple[str, str] | None:
        if metric.direction is not Direction.HOLD or metric.low is None or metric.high is None:
            return None
        top, bottom = float(self._y(metric.high)), float(self._y(metric.low))
        return f"{top:.1f}", f"{max(bottom - top, 1.0):.1f}"

    def _draw_band(self) -> str:
        forecast, last = self.page.standing.forecast, self.page.standing.last
        if forecast is None or last is None or last.value is None:
            return ""
        start = f"{self._x_at(last.as_of_at)},{self._y(last.value)}"
        return " ".join((start, self._point(forecast.on, forecast.high), self._point(forecast.on, forecast.low)))

    def _mark_values(self, metric: Metric) -> Iterator[Mark]:
        named = (
            ("baseline", metric.baseline),
            ("target", metric.target),
            ("commit", metric.commit),
            ("stretch", metric.stretch),
        )
        for name, value in named:
            if value is not None and self.least <= value <= self.most:
                # The plan leaves the baseline at the left, and comes to the target at the right.
                yield Mark(at=self._y(value), says=f"{name} {say_number(value)}", is_last=name == "baseline")

    def _dot(self, reading: Reading, metric: Metric) -> Dot:
        by_hand = reading.source is SourceKind.MANUAL
        who = f", written down by {reading.author}" if by_hand and reading.author else ""
        return Dot(
            x=self._x_at(reading.as_of_at),
            y=self._y(reading.value or 0.0),
            by_hand=by_hand,
            says=f"{reading.as_of_at.date().isoformat()}: {say_value(reading.value, metric)}{who}",
        )

    def _describe(self, read: list[Reading], metric: Metric) -> str:
        if not read:
            return "the plan alone; nothing was read yet"
        first, last = read[0], read[-1]
        return (
            f"{len(read)} readings, from {say_value(first.value, metric)} on {first.as_of_at.date().isoformat()}"
            f" to {say_value(last.value, metric)} on {last.as_of_at.date().isoformat()}"
        )

    def _point(self, on: date, value: float) -> str:
        return f"{self._x(on)},{self._y(value)}"

    def _x(self, on: date) -> str:
        return self._x_at(datetime.combine(on, time(), UTC))

    def _x_at(self, at: datetime) -> str:
        start = datetime.combine(self.first, time(), UTC)
        share = (at.astimezone(UTC) - start) / (self.last - self.first)
        return f"{LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT):.1f}"

    def _y(self, value: float) -> str:
        share = (value - self.least) / (self.most - self.least)
        return f"{HEIGHT - BOTTOM - min(max(share, 0.0), 1.0) * (HEIGHT - TOP - BOTTOM):.1f}"
