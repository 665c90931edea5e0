"""Readings of one metric as a list, and the release of one that is quarantined."""

from dataclasses import replace
from datetime import datetime

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.okr.hand_values import series_of
from align_sync.okr.readings import GOOD, Reading, ReadingStatus
from align_sync.okr.said import Said
from align_sync.okr.targets import Target
from align_sync.register import find_metric
from align_sync.reports.readings_list import ReadingList, list_readings
from align_sync.store.readings import find_reading, load_readings, save_readings
from align_sync.store.sources import has_samples


def show_readings(app: App, name: str, *, at: datetime | None = None) -> ReadingList:
    """All that was ever read of it, or known at an instant; by the name of the metric or of a key result."""
    with app.store.read() as connection:
        target = find_metric(app, connection, name)
        readings = load_readings(connection, (target.metric,), at=at).get(target.metric, ())
        is_sample = has_samples(connection)
    return list_readings(target, readings, timezone=app.settings.timezone, is_sample=app.is_sample or is_sample)


def release(app: App, name: str, reading_id: int, *, author: str, reason: str) -> tuple[Target, Reading]:
    """A person vouches for a quarantined reading: it is added once more as a good one. Raises `UserError`."""
    said = Said.check(author, reason, needs_reason=True)
    with app.store.write() as connection:
        target = find_metric(app, connection, name)
        held = find_reading(connection, reading_id)
        if held is None or held.metric != target.metric:
            raise UserError(
                f"{target.metric} has no reading {reading_id}",
                where="--release",
                advice=f"align-sync okr readings {target.name} lists them, with their numbers",
            )
        _check_held(target, held)
        readings = load_readings(connection, (target.metric,)).get(target.metric, ())
        for later in readings:
            is_after = later.reading_id > held.reading_id and later.status in GOOD
            if is_after and (later.series, later.as_of_at) == (held.series, held.as_of_at):
                raise UserError(
                    f"a good reading of the same moment came after it: {later.value:g}, recorded by"
                    f" {later.author or later.source.value}",
                    where="--release",
                    advice=f"align-sync okr readings {target.name} shows what counts",
                )
        released = replace(
            held,
            status=ReadingStatus.OK,
            recorded_at=app.now(),
            author=said.author,
            reason=said.reason,
            reading_id=0,
        )
        save_readings(connection, [released])
    return target, released


def _check_held(target: Target, held: Reading) -> None:
    if held.status is not ReadingStatus.QUARANTINED:
        raise UserError(
            f"reading {held.reading_id} is not quarantined, but {held.status.value}",
            where="--release",
            advice="only what is quarantined is released",
        )
    # Good again, it would be the newest of its series, and the series of the present definition would end.
    if held.series != series_of(target.definition):
        raise UserError(
            f"reading {held.reading_id} was read by an earlier definition of {target.metric}",
            where="--release",
            advice=f"read it anew: align-sync okr read {target.metric}",
        )
