"""Which readings of a metric count: not the restated ones, nor those of an earlier definition, nor failed ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from align_sync.okr.readings import GOOD, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """`good` are the readings in force in the order of what they are of, one for each moment.

    `failure` is the newest failed or quarantined attempt since the last of them. `earlier` are good readings by other
    definitions, which are not compared with these; `began_at` is the first moment of the present one where there are
    any.
    """

    good: tuple[Reading, ...] = ()
    failure: Reading | None = None
    began_at: datetime | None = None
    earlier: tuple[Reading, ...] = ()

    @property
    def last(self) -> Reading | None:
        return self.good[-1] if self.good else None


def choose_series(readings: Iterable[Reading]) -> Series:
    """What counts of all readings of one metric that were recorded, in whatever order they come.

    The definition in force is the one that the newest recorded good reading was read by. Of one moment the good reading
    recorded last counts: it restates the others. A failed or quarantined reading never takes the place of a good one.
    """
    recorded = sorted(readings, key=_when_recorded)
    good = [reading for reading in recorded if reading.status in GOOD and reading.value is not None]
    bad = [reading for reading in recorded if reading.status not in GOOD]
    if not good:
        return Series(failure=bad[-1] if bad else None)
    series = good[-1].series
    restated = {(reading.series, reading.as_of_at): reading for reading in good}
    standing = sorted(restated.values(), key=lambda reading: reading.as_of_at)
    present = tuple(reading for reading in standing if reading.series == series)
    earlier = tuple(reading for reading in standing if reading.series != series)
    failed_since = bool(bad) and _when_recorded(bad[-1]) > _when_recorded(present[-1])
    return Series(
        good=present,
        failure=bad[-1] if failed_since else None,
        began_at=present[0].as_of_at if earlier else None,
        earlier=earlier,
    )


def _when_recorded(reading: Reading) -> tuple[datetime, int]:
    return reading.recorded_at, reading.reading_id
