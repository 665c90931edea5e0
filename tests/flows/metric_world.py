"""An app with a book of key results and a register of metrics; the clock runs when told to."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from align_sync.app import App, open_app
from align_sync.errors import UserError
from align_sync.flows.backfill import BackfillResult, backfill
from align_sync.flows.readings import show_readings
from align_sync.flows.record import RecordResult, record
from align_sync.okr.model import Book, KeyResultState, Metric, MetricKind
from align_sync.okr.readings import Reading
from align_sync.seams import Seams
from align_sync.settings import Settings
from align_sync.store.books import save_book
from align_sync.store.readings import load_readings
from tests.make import NOW, make_book, make_kr

DAY = timedelta(days=1)
TOKEN = "asy_right"
CHURN = {"name": "churn", "kind": "manual", "unit": "%", "lowest": 0, "highest": 100, "jump": 3, "owner": "Ana"}
PUSHED = {
    "name": "pushed",
    "kind": "push",
    "highest": 100,
    "refresh": "2d",
    "token_sha256": hashlib.sha256(TOKEN.encode()).hexdigest(),
}
BOOK = make_book(
    replace(make_kr("RET90"), metric=Metric(source="manual:churn", unit="%"), formerly=("ret-old",)),
    replace(make_kr("zones"), metric=Metric(kind=MetricKind.ORDINAL)),
    replace(make_kr("steps"), metric=Metric(kind=MetricKind.MILESTONE)),
    replace(make_kr("done"), state=KeyResultState.CLOSED),
)


@dataclass
class MetricWorld:
    """An app with a book and a register; the clock runs when told to."""

    url: str
    now: datetime = NOW
    app: App = field(init=False)
    _open: ExitStack = field(default_factory=ExitStack)

    def reopen(self, *metrics: Mapping[str, object], **changes: Any) -> None:
        self.close()
        settings = Settings.model_validate(
            {"database": {"url": self.url}, "metrics": metrics, "timezone": "Europe/Rome", **changes}
        )
        seams = Seams(now=lambda: self.now, sleep=lambda _: None, uniform=lambda low, _: low)
        self.app = self._open.enter_context(open_app(settings, seams=seams))

    def close(self) -> None:
        self._open.close()

    def apply(self, book: Book) -> None:
        with self.app.store.write() as connection:
            save_book(connection, book, fingerprint="f", now=self.now, author="Ana")

    def record(self, name: str, value: str | None, **named: Any) -> RecordResult:
        self.now += timedelta(minutes=1)
        return record(self.app, name, value, **{"author": "Ana", **named})

    def backfill(self, text: str, name: str = "churn", **named: Any) -> BackfillResult:
        self.now += timedelta(minutes=1)
        return backfill(self.app, name, text, file="b.csv", **{"author": "Ana", **named})

    def stored(self, metric: str = "churn", at: datetime | None = None) -> list[Reading]:
        with self.app.store.read() as connection:
            return list(load_readings(connection, (metric,), at=at).get(metric, ()))

    def values(self, metric: str = "churn", at: datetime | None = None) -> list[tuple[str, float | None]]:
        return [(one.as_of_at.date().isoformat()[5:], one.value) for one in self.stored(metric, at)]

    def parts(self, name: str = "churn") -> list[tuple[float | None, str]]:
        return [(one.value, part.value) for one, part in show_readings(self.app, name).lines]


@pytest.fixture
def world(sqlite_url: str) -> Iterator[MetricWorld]:
    world = MetricWorld(sqlite_url)
    world.reopen(CHURN, PUSHED)
    world.apply(BOOK)
    yield world
    world.close()


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        call()
    return str(caught.value)
