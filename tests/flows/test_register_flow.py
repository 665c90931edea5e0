"""The register of metrics, who answers for one, and the values that a book brings."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from align_sync.flows.record import push
from align_sync.flows.register import show_register, verify
from align_sync.okr.metrics import Measurability, SourceKind
from align_sync.okr.model import Book, Metric
from align_sync.okr.readings import BY_HAND, Reading, ReadingStatus
from align_sync.register import definitions_of, load_register, record_book_values
from align_sync.store.readings import load_readings, save_readings
from tests.flows.metric_world import BOOK, CHURN, DAY, PUSHED, TOKEN, MetricWorld, refused, world
from tests.make import make_book, make_kr

__all__ = ["world"]


class TestRegister:
    def states(self, world: MetricWorld) -> dict[str, tuple[str, str]]:
        return {line.target.metric: (line.measurability.value, line.advice) for line in show_register(world.app).lines}

    def test_it_has_each_metric_with_what_to_do_next(self, world: MetricWorld) -> None:
        assert self.states(world) == {
            "churn": ("declared", "align-sync okr record churn VALUE"),
            "kr:zones": ("unknown", "align-sync okr record zones VALUE"),
            "kr:steps": ("unknown", "align-sync okr record steps VALUE"),
            "pushed": ("declared", "let its system call align-sync okr push pushed VALUE"),
        }
        world.record("churn", "6")
        world.record("zones", "commit")
        push(world.app, "pushed", "200", token=TOKEN)
        (held,) = world.stored("pushed")
        states = self.states(world)
        assert states["churn"][1] == "align-sync okr metrics verify churn --evidence URL --reason …"
        assert states["kr:zones"][1] == "align-sync okr metrics verify zones --evidence URL --reason …"
        assert states["pushed"][1].endswith(f"okr readings pushed --release {held.reading_id} --reason …")
        told = show_register(world.app)
        assert (told.missing, [line.key_results for line in told.lines]) == (
            3,
            [("RET90",), ("zones",), ("steps",), ()],
        )

    def test_a_person_answers_until_a_day_or_until_the_definition_changes(self, world: MetricWorld) -> None:
        world.record("churn", "6")
        said: dict[str, Any] = {"evidence": "https://wiki.example.com/churn", "reason": "I looked", "author": "Bo"}
        verified = verify(world.app, "ret90", until=date(2026, 11, 30), **said)
        assert (verified.metric, verified.expires_on) == ("churn", date(2026, 11, 30))
        assert self.states(world)["churn"] == ("verified-manual", "")
        world.now += 8 * DAY
        overdue = "what Bo verified ran out on 2026-11-30: align-sync okr metrics verify churn --evidence URL"
        assert self.states(world)["churn"] == ("declared", overdue)
        verify(world.app, "churn", **said)
        verify(world.app, "zones", **said)
        assert self.states(world)["kr:zones"][0] == "verified-manual"
        world.reopen({**CHURN, "unit": "h"}, PUSHED)
        assert self.states(world)["churn"][0] == "declared"
        assert "was of an earlier definition" in self.states(world)["churn"][1]
        world.now += 14 * DAY
        assert self.states(world)["churn"][1] == "align-sync okr record churn VALUE"

    def test_a_verification_needs_a_page_a_reason_and_a_day_to_come(self, world: MetricWorld) -> None:
        good: dict[str, Any] = {"evidence": "https://x.example/y", "reason": "seen", "author": "Bo"}
        for changed, words in (
            ({"evidence": "javascript:alert(1)"}, "is no address"),
            ({"evidence": "the wiki"}, "is no address"),
            ({"reason": ""}, "a reason is missing"),
            ({"until": date(2026, 11, 22)}, "2026-11-22 is over"),
        ):
            assert words in refused(partial(verify, world.app, "churn", **{**good, **changed}))
        assert verify(world.app, "churn", **good, until=date(2026, 11, 23)).evidence == "https://x.example/y"

    def test_what_a_probe_reads_is_read_again_and_a_failure_says_what_to_mend(self, world: MetricWorld) -> None:
        sheet = {"name": "sheet", "kind": "csv", "file": "x.csv", "date_column": "day", "value_column": "value"}
        world.reopen(CHURN, sheet)
        assert self.states(world)["sheet"] == ("declared", "align-sync okr read sheet")
        good = Reading(
            metric="sheet",
            as_of_at=world.now,
            value=6,
            source=SourceKind.CSV,
            series=definitions_of(world.app)["sheet"].query_hash,
            status=ReadingStatus.OK,
            recorded_at=world.now,
        )
        with world.app.store.write() as connection:
            save_readings(connection, [good])
        assert self.states(world)["sheet"] == ("verified-live", "")
        world.now += 14 * DAY
        assert self.states(world)["sheet"] == ("verified-live", "")
        world.now += DAY
        assert self.states(world)["sheet"] == ("declared", "align-sync okr read sheet")
        with world.app.store.write() as connection:
            save_readings(connection, [replace(good, value=None, status=ReadingStatus.FAILED, recorded_at=world.now)])
        assert self.states(world)["sheet"] == ("declared", "mend the source, then align-sync okr read sheet")

    def test_where_book_and_register_differ_it_says_so(self, world: MetricWorld) -> None:
        def book(source: str) -> Book:
            return make_book(replace(make_kr("a"), metric=Metric(source=source)))

        world.apply(book("sql:churn"))
        assert self.states(world)["churn"][1] == "the book says sql, the register manual: correct one of them"
        world.apply(book("sql:other"))
        assert 'define it in align-sync.toml: [[metrics]] name = "other"' in self.states(world)["other"][1]

    def test_the_linter_gets_it_as_it_was_known_then(self, world: MetricWorld) -> None:
        before, world.now = world.now, world.now + DAY
        verify(world.app, "churn", evidence="https://x.example/y", reason="seen", author="Bo")
        with world.app.store.read() as connection:
            now = load_register(world.app, connection, BOOK)
            then = load_register(world.app, connection, BOOK, at=before)
        assert now.keys() == then.keys() == {"churn", "pushed", "kr:zones", "kr:steps"}
        assert now["churn"].measurability is Measurability.VERIFIED_MANUAL
        assert then["churn"].measurability is Measurability.DECLARED


class TestBookValues:
    def book(self, *values: tuple[str, str, float | None, date | None], formerly: tuple[str, ...] = ()) -> Book:
        return make_book(
            *(
                replace(make_kr(key), metric=Metric(source=source, current=current, current_on=on), formerly=formerly)
                for key, source, current, on in values
            )
        )

    def store(self, world: MetricWorld, old: Book | None, new: Book) -> list[tuple[str, float | None, str]]:
        world.now += DAY
        with world.app.store.write() as connection:
            record_book_values(connection, old, new, now=world.now, author="Ana", definitions=definitions_of(world.app))
            told = [one for readings in load_readings(connection).values() for one in readings]
        fresh = sorted((one for one in told if one.recorded_at == world.now), key=lambda one: one.reading_id)
        return [(one.metric, one.value, one.status.value) for one in fresh]

    def test_only_what_is_new_is_stored(self, world: MetricWorld) -> None:
        on = date(2026, 11, 20)
        first = self.book(("a", "sql:churn", 6.0, on), ("b", "", 0.0, None), ("c", "sql:nps", None, None))
        assert self.store(world, None, first) == [("churn", 6, "ok"), ("kr:b", 0, "ok")]
        assert self.store(world, first, first) == []
        assert self.store(world, first, self.book(("A", "sql:churn", 6.0, on))) == []
        assert self.store(world, first, self.book(("z", "sql:churn", 6.0, on), formerly=("A",))) == []
        assert self.store(world, first, self.book(("a", "sql:churn", 6.0, date(2026, 11, 21)))) == [("churn", 6, "ok")]
        assert self.store(world, first, self.book(("a", "sql:other", 6.0, on))) == [("other", 6, "ok")]
        assert self.store(world, first, self.book(("a", "sql:churn", 5.0, on))) == [("churn", 5, "ok")]
        twice = self.book(("d", "churn", 7.0, on), ("e", "churn", 7.0, on), ("f", "churn", 8.0, on))
        assert self.store(world, first, twice) == [("churn", 7, "ok"), ("churn", 8, "ok")]
        assert self.store(world, first, self.book(("a", "churn", 650.0, None))) == [("churn", 650, "quarantined")]

    def test_they_are_of_noon_of_their_day_and_of_the_series_of_today(self, world: MetricWorld) -> None:
        on = date(2026, 11, 20)
        self.store(
            world, None, self.book(("a", "churn", 6.0, on), ("b", "nps", 6.0, None), ("c", "", 1.0, world.now.date()))
        )
        (churn,), (nps,) = world.stored(), world.stored("nps")
        assert (churn.as_of_at, churn.author) == (datetime(2026, 11, 20, 12, tzinfo=UTC), "Ana")
        assert churn.series == definitions_of(world.app)["churn"].query_hash
        assert (nps.as_of_at, nps.series, nps.source) == (world.now, BY_HAND, SourceKind.MANUAL)
        ahead = self.book(("a", "churn", 7.0, date(2027, 1, 1)))
        self.store(world, None, ahead)
        assert world.stored()[-1].as_of_at == world.now
