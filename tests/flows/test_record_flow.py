"""Values by hand and by push: judged as others are, never changed afterwards, and refused with the way out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from align_sync.app import draw_secret
from align_sync.errors import AuthError
from align_sync.flows.readings import release
from align_sync.flows.record import push
from align_sync.flows.register import TOKEN_BYTES, make_token
from align_sync.okr.metrics import SourceKind
from align_sync.okr.model import Metric
from align_sync.okr.readings import BY_HAND, Reading, ReadingStatus
from align_sync.register import definitions_of
from align_sync.reports.readings_list import Part
from align_sync.store.confidences import load_confidences
from align_sync.store.readings import load_readings, save_readings
from tests.flows.metric_world import CHURN, DAY, PUSHED, TOKEN, MetricWorld, refused, world
from tests.make import make_book, make_kr

__all__ = ["world"]


class TestRecord:
    def test_a_value_belongs_to_the_metric_and_to_its_definition_of_today(self, world: MetricWorld) -> None:
        result = world.record("ret90", "6,5 %", reason="from the survey")
        assert result.reading == Reading(
            metric="churn",
            as_of_at=world.now,
            value=6.5,
            source=SourceKind.MANUAL,
            series=definitions_of(world.app)["churn"].query_hash,
            status=ReadingStatus.OK,
            recorded_at=world.now,
            author="Ana",
            reason="from the survey",
        )
        assert [replace(one, reading_id=0) for one in world.stored()] == [result.reading]
        assert (result.before, result.confidence, result.target.is_key_result) == (None, None, True)
        again = world.record("CHURN", "7")
        assert again.before is not None
        assert (again.before.value, again.target.is_key_result) == (6.5, False)

    @pytest.mark.parametrize(
        ("name", "value", "metric", "expected"),
        [
            ("ret-old", "6", "churn", 6),
            ("zones", "target", "kr:zones", 2),
            ("kr:zones", "fail", "kr:zones", 0),
            ("steps", "3/5", "kr:steps", 0.6),
            ("done", "12", "kr:done", 12),  # what is over gets its last value
            ("pushed", "5", "pushed", 5),
        ],
    )
    def test_it_is_found_by_key_by_metric_and_by_former_key(
        self, world: MetricWorld, name: str, value: str, metric: str, expected: float
    ) -> None:
        reading = world.record(name, value).reading
        assert reading is not None
        assert (reading.metric, reading.value, reading.source) == (metric, expected, SourceKind.MANUAL)
        assert (reading.series == BY_HAND) == (metric.startswith("kr:"))

    def test_of_two_key_results_with_one_metric_the_first_says_how_it_is_read(self, world: MetricWorld) -> None:
        first, second = (replace(make_kr(key), metric=Metric(source="x:both", unit=unit)) for key, unit in ("a%", "bh"))
        world.apply(make_book(first, second))
        assert world.record("both", "9 %").reading is not None
        assert world.record("b", "9 h").reading is not None
        assert "its unit is %" not in refused(lambda: world.record("both", "9 h"))

    def test_of_a_day_noon_is_meant_and_this_moment_where_that_is_ahead(self, world: MetricWorld) -> None:
        world.now = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # past midnight in Rome
        for on, expected in (
            ("2026-11-20", datetime(2026, 11, 20, 12, tzinfo=UTC)),
            ("2026-11-23", world.now + timedelta(minutes=2)),
            ("2026-11-20T09:30", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
        ):
            reading = world.record("churn", "6", on=on).reading
            assert reading is not None
            assert reading.as_of_at == expected

    def test_far_in_the_east_yesterday_is_not_today(self, world: MetricWorld) -> None:
        world.reopen(CHURN, timezone="Pacific/Auckland")
        world.now = datetime(2026, 11, 23, 8, tzinfo=UTC)  # the evening of the 23rd there
        yesterday, today = (world.record("churn", "6", on=on).reading for on in ("2026-11-22", "2026-11-23"))
        assert yesterday is not None
        assert yesterday.as_of_at == datetime(2026, 11, 22, 12, tzinfo=UTC)
        assert today is not None
        assert today.as_of_at > datetime(2026, 11, 23, 7, tzinfo=UTC)

    def test_what_is_said_of_a_day_takes_the_place_of_what_was_read_on_it(self, world: MetricWorld) -> None:
        world.record("churn", "5", on="2026-11-20T18:30")
        world.record("churn", "6", on="2026-11-20")
        world.record("churn", "7", on="2026-11-19")
        today = world.record("churn", "8", on=world.now.astimezone(ZoneInfo("Europe/Rome")).date().isoformat())
        assert today.reading is not None
        assert today.reading.as_of_at > datetime(2026, 11, 20, 18, tzinfo=UTC)
        assert today.before is not None
        assert today.before.value == 6
        late = world.record("churn", "9", on="2026-11-18")
        assert (late.before, late.newer and late.newer.value) == (None, 8)

    @pytest.mark.parametrize(
        ("named", "words"),
        [
            ({"on": "2026-11-24"}, "--on: 2026-11-24 is yet to come"),
            ({"on": "2026-11-23T18:00Z"}, "is yet to come"),
            ({"on": "2026-02-30"}, "there is no such day as 2026-02-30"),
            ({"on": "yesterday"}, "'yesterday' is no day; write it as 2026-10-01"),
            ({"on": "20261001"}, "is no day"),
            ({"on": "1960-01-01"}, "is long ago"),
            ({"author": " "}, "nobody knows who says so"),
            ({"value": "many"}, "VALUE: 'many' is no number"),
            ({"value": None}, "nothing is told"),
            ({"name": "ret9"}, "there is no key result and no metric 'ret9'; did you mean RET90?"),
            ({"name": "chrun"}, "did you mean churn?"),
            ({"name": "xyzzy"}, "align-sync okr metrics lists the metrics"),
            ({"confidence": "7"}, "--confidence: '7' is no share"),
            ({"name": "churn", "confidence": "0.7"}, "churn is a metric, and people are sure of key results"),
            ({"force": True}, "a reason is missing"),
            ({"restate": 1}, "a reason is missing"),
            ({"restate": 99, "reason": "x"}, "churn has no reading 99"),
            ({"restate": 1, "reason": "x", "on": "2026-11-20"}, "what is restated keeps its moment"),
            ({"restate": 1, "value": None, "confidence": "1"}, "what is restated keeps its moment"),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_nothing_is_written(
        self, world: MetricWorld, named: dict[str, Any], words: str
    ) -> None:
        told = {"name": "ret90", "value": "6", **named}
        assert words in refused(lambda: world.record(told.pop("name"), told.pop("value"), **told))
        with world.app.store.read() as connection:
            assert load_readings(connection) == {}
            assert load_confidences(connection) == {}

    def test_what_cannot_be_believed_needs_a_person_who_insists(self, world: MetricWorld) -> None:
        said = refused(lambda: world.record("ret90", "650"))
        assert "650 is above 100, the highest that is believed; check it; if it is right, say so with --force" in said
        assert world.stored() == []
        result = world.record("ret90", "650", force=True, reason="per mille since today")
        assert result.reading is not None
        assert (result.reading.status, result.reading.reason) == (ReadingStatus.OK, "per mille since today")
        assert world.record("zones", "commit").reading is not None  # without a definition nothing is strange

    def test_a_jump_is_judged_by_the_values_before_it(self, world: MetricWorld) -> None:
        for day, value in enumerate(("6", "7", "6", "7", "6", "7"), start=1):
            world.record("churn", value, on=f"2026-11-0{day}")
        assert "a change of" in refused(lambda: world.record("churn", "40"))
        assert world.record("churn", "9").reading is not None

    def test_a_wrong_one_is_restated_at_its_own_moment(self, world: MetricWorld) -> None:
        world.record("churn", "65")
        (wrong,) = world.stored()
        before = world.now
        world.record("churn", "6.5", restate=wrong.reading_id, reason="a slip")
        assert world.parts() == [(65, "restated"), (6.5, "counts")]
        assert [one.as_of_at for one in world.stored()] == [wrong.as_of_at] * 2
        assert world.values(at=before) == [("11-23", 65)]

    def test_confidence_is_kept_apart_from_values(self, world: MetricWorld) -> None:
        world.record("RET-old", None, confidence="70%", reason="the survey is late")
        result = world.record("zones", "commit", confidence="1/2")
        with world.app.store.read() as connection:
            told = load_confidences(connection)
        assert [(one.share, one.author, one.note) for one in told["RET90"]] == [(0.7, "Ana", "the survey is late")]
        assert told["zones"] == (result.confidence,)
        assert world.stored() == []


class TestPush:
    def test_the_value_is_of_now_or_of_when_its_system_says(self, world: MetricWorld) -> None:
        push(world.app, "pushed", "5", token=TOKEN)
        push(world.app, "pushed", "4", token=f" {TOKEN}\n", as_of="2026-11-23T08:00Z")
        push(world.app, "pushed", "3", token=TOKEN, as_of="2026-11-20")
        push(world.app, "pushed", "200", token=TOKEN)
        assert [(one.value, one.status.value, one.source, one.author) for one in world.stored("pushed")] == [
            (3, "stale", SourceKind.PUSH, ""),
            (4, "ok", SourceKind.PUSH, ""),
            (5, "ok", SourceKind.PUSH, ""),
            (200, "quarantined", SourceKind.PUSH, ""),
        ]

    @pytest.mark.parametrize("token", ["", " ", "asy_wrong", TOKEN[:-1], TOKEN.upper(), PUSHED["token_sha256"]])
    def test_without_its_token_nothing_is_written_or_even_read(self, world: MetricWorld, token: str) -> None:
        with pytest.raises(AuthError) as caught:
            push(world.app, "pushed", "no number", token=token)
        assert "ALIGN_SYNC_PUSH_TOKEN" in str(caught.value)
        assert not token.strip() or token not in str(caught.value)
        assert world.stored("pushed") == []

    def test_only_metrics_of_kind_push_take_one(self, world: MetricWorld) -> None:
        for metric, words in (("churn", "'churn' is no metric of kind push"), ("x", "define no metric 'x'")):
            said = refused(partial(push, world.app, metric, "5", token=TOKEN))
            assert words in said
            assert f"okr metrics token {metric}" in said
        assert "--as-of: 2027-01-01 is yet" in refused(
            lambda: push(world.app, "pushed", "5", token=TOKEN, as_of="2027-01-01")
        )
        assert "VALUE: 'x' is no number" in refused(lambda: push(world.app, "pushed", "x", token=TOKEN))

    def test_a_new_token_is_256_bits_and_opens_the_metric_with_its_hash(self, world: MetricWorld) -> None:
        first, second = (make_token(world.app, "pushed", draw_secret(TOKEN_BYTES)) for _ in range(2))
        assert first.token != second.token
        assert first.token.startswith("asy_")
        assert len(first.token) == 4 + 43
        assert make_token(world.app, "not-yet", bytes(32)).token == "asy_" + "A" * 43
        series = definitions_of(world.app)["pushed"].query_hash
        world.reopen(CHURN, {**PUSHED, "token_sha256": first.sha256})
        assert push(world.app, "pushed", "5", token=first.token).reading is not None
        assert definitions_of(world.app)["pushed"].query_hash == series  # a new token is no new definition
        with pytest.raises(AuthError):
            push(world.app, "pushed", "5", token=TOKEN)
        assert "churn is read from manual, nobody pushes it" in refused(
            lambda: make_token(world.app, "churn", bytes(32))
        )


class TestRelease:
    def test_a_released_one_counts_from_then_on(self, world: MetricWorld) -> None:
        push(world.app, "pushed", "200", token=TOKEN, as_of="2026-11-23T08:00Z")
        (held,) = world.stored("pushed")
        assert world.parts("pushed") == [(200, "quarantined")]
        before, world.now = world.now, world.now + DAY
        _, released = release(world.app, "pushed", held.reading_id, author="Bo", reason="a sale")
        assert world.parts("pushed") == [(200, "quarantined"), (200, "counts")]
        assert world.values("pushed", at=before) == [("11-23", 200)]
        assert (released.as_of_at, released.recorded_at, released.author) == (held.as_of_at, world.now, "Bo")
        assert (released.source, released.series, released.reason) == (held.source, held.series, "a sale")
        assert released.reading_id == 0
        said = refused(lambda: release(world.app, "pushed", held.reading_id, author="Bo", reason="again"))
        assert "a good reading of the same moment came after it: 200, recorded by Bo" in said

    def test_it_may_restate_a_good_one_that_came_before(self, world: MetricWorld) -> None:
        for value in ("5", "200"):
            push(world.app, "pushed", value, token=TOKEN, as_of="2026-11-23T08:00Z")
        held = world.stored("pushed")[-1]
        release(world.app, "pushed", held.reading_id, author="Bo", reason="a sale")
        assert world.parts("pushed") == [(5, "restated"), (200, "quarantined"), (200, "counts")]

    def test_what_is_not_held_back_is_not_released(self, world: MetricWorld) -> None:
        world.record("churn", "6")
        push(world.app, "pushed", "200", token=TOKEN)
        (good,), (held,) = world.stored(), world.stored("pushed")
        for name, number, words in (
            ("churn", good.reading_id, "is not quarantined, but ok"),
            ("churn", held.reading_id, "churn has no reading"),
            ("churn", 99, "churn has no reading 99"),
        ):
            assert words in refused(partial(release, world.app, name, number, author="Bo", reason="x"))
        assert "a reason" in refused(lambda: release(world.app, "pushed", held.reading_id, author="Bo", reason=""))
        world.reopen(CHURN, {**PUSHED, "unit": "h"})
        said = refused(lambda: release(world.app, "pushed", held.reading_id, author="Bo", reason="x"))
        assert "was read by an earlier definition of pushed" in said

    def test_the_list_tells_what_each_is_worth(self, world: MetricWorld) -> None:
        world.record("churn", "6", on="2026-11-20")
        world.record("churn", "6.5", on="2026-11-20")
        with world.app.store.write() as connection:
            (first, *_) = load_readings(connection)["churn"]
            failed = replace(first, value=None, status=ReadingStatus.FAILED, recorded_at=world.now)
            earlier = replace(first, series="earlier", as_of_at=first.as_of_at - DAY)
            save_readings(connection, [failed, earlier])
        assert world.parts("ret90") == [
            (6, Part.EARLIER),
            (6, Part.RESTATED),
            (6.5, Part.COUNTS),
            (None, Part.FAILED),
        ]
