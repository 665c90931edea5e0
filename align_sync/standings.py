"""Where the book stands, from what the store holds: loaded once for every flow that shows it."""

from collections.abc import Container
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from align_sync.app import App
from align_sync.okr.forecast import Bounds
from align_sync.okr.health import HealthRules
from align_sync.okr.model import Book
from align_sync.okr.stand import build_standings, metric_names
from align_sync.okr.standing import Standings
from align_sync.store.confidences import load_confidences
from align_sync.store.readings import load_readings


def load_standings(
    app: App,
    connection: Connection,
    book: Book,
    *,
    today: date,
    at: datetime | None = None,
    forecasts: Container[str] = (),
) -> Standings:
    """The book on a day, by what is known now or was known at an instant of the past.

    Rules, refresh and bounds are those of the present settings also for the past. `forecasts` are the keys of the key
    results to make one for.
    """
    definitions = app.settings.metric_definitions()
    wanted = {name for kr in book.key_results for name in metric_names(kr)}
    return build_standings(
        book,
        readings=load_readings(connection, wanted, at=at),
        confidences=load_confidences(connection, at=at),
        today=today,
        at=at or app.now(),
        refresh={definition.name: definition.refresh for definition in definitions},
        rules=read_health_rules(app),
        bounds={one.name: Bounds(lowest=one.lowest, highest=one.highest) for one in definitions},
        forecasts=forecasts,
    )


def read_health_rules(app: App) -> HealthRules:
    policy = app.settings.policy
    return HealthRules(
        policy=policy.health,
        cadence=timedelta(days=policy.cadence_days),
        stale_after=timedelta(days=policy.stale_days),
    )
