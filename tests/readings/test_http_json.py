"""A number out of JSON: what counts as one, of which moment it is, and every way in which there is none."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.readings.reading_world import NOON, ReadingWorld, read, why

METRIC = {"kind": "http", "connection": "here", "address": "/refunds", "path": "value"}
OCTOBER = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "path", "value"),
    [
        ({"value": 0}, "value", 0),
        ({"value": -1.5}, "value", -1.5),
        ({"value": "12.50"}, "value", 12.5),
        ({"value": " 7 "}, "value", 7),
        ({"value": 9007199254740992}, "value", 2**53),
        ({"rows": [{"team": "a", "n": 1}, {"team": "b", "n": 2}]}, "rows[?team=='b'].n | [0]", 2),
        ({"rows": [1, 2, 4]}, "sum(rows)", 7),
        ([3], "[0]", 3),
    ],
)
def test_a_number_or_its_digits_is_a_value(world: ReadingWorld, told: Any, path: str, value: float) -> None:
    world.tell(told)
    answer = read(world.probe({**METRIC, "path": path}))
    assert (answer.value, answer.as_of_at) == (value, None)


@pytest.mark.parametrize(
    ("body", "path", "said"),
    [
        (b'{"value": null}', "value", "path leads to nothing in the answer; check path = 'value'"),
        (b'{"other": 4}', "value", "path leads to nothing"),
        (b'{"value": true}', "value", "the answer is true or false and no number"),
        (b'{"value": [4]}', "value", "the answer is a list and no number"),
        (b'{"value": {"n": 4}}', "value", "the answer is an object and no number"),
        (b'{"value": "four"}', "value", "'four' is not a number in plain notation"),
        (b'{"value": ""}', "value", "'' is not a number in plain notation"),
        (b'{"value": "1,234"}', "value", "'1,234' is not a number in plain notation"),
        (b'{"value": "1e3"}', "value", "'1e3' is not a number in plain notation"),
        (b'{"value": "NaN"}', "value", "'NaN' is not a number in plain notation"),
        (b'{"value": "Infinity"}', "value", "not a number in plain notation"),
        (b'{"value": "\xd9\xa3"}', "value", "not a number in plain notation"),
        (b'{"value": "12%"}', "value", "'12%' is not a number in plain notation"),
        (b'{"value": NaN}', "value", "the answer is not JSON"),
        (b'{"value": 1e999}', "value", "the answer is not JSON"),
        (b'{"value": NaN, "x": "\\ud800"}', "value", "no number (NaN)"),
        (b'{"value": Infinity, "x": "\\ud800"}', "value", "infinite"),
        (b'{"value": 9007199254740993}', "value", "too many digits"),
        (b'{"value": "9007199254740993"}', "value", "too many digits"),
        (b'{"value": 4', "value", "the answer is not JSON (11 bytes)"),
        (b"[" * 100_000 + b"]" * 100_000, "value", "the answer is not JSON"),
        (b'{"value": "a"}', "sum(value)", "path cannot be applied to the answer (JMESPathTypeError)"),
        (b'{"value": 4}', "nosuch(value)", "path cannot be applied to the answer (UnknownFunctionError)"),
    ],
)
def test_what_is_no_number_is_a_reason(world: ReadingWorld, body: bytes, path: str, said: str) -> None:
    world.source.body = body
    assert said in why(world.probe({**METRIC, "path": path}))


class TestMoments:
    @pytest.mark.parametrize(
        ("told", "moment"),
        [
            ("2026-11-22", datetime(2026, 11, 22, 12, tzinfo=UTC)),
            ("2026-11-23", datetime(2026, 11, 23, 10, tzinfo=UTC)),
            ("2026-11-24", datetime(2026, 11, 23, 10, tzinfo=UTC)),
            ("2026-11-23T09:30:00+02:00", datetime(2026, 11, 23, 7, 30, tzinfo=UTC)),
            ("2026-11-23 09:30", datetime(2026, 11, 23, 9, 30, tzinfo=UTC)),
            ("2026-11-23T10:05:00Z", datetime(2026, 11, 23, 10, tzinfo=UTC)),
            (1795420800, datetime(2026, 11, 23, 8, tzinfo=UTC)),
            (1795420800000, datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ],
    )
    def test_the_source_says_of_when_its_value_is(self, world: ReadingWorld, told: Any, moment: datetime) -> None:
        world.tell({"value": 7, "at": told})
        probe = world.probe({**METRIC, "as_of_path": "at"})
        assert read(probe, now=NOON - timedelta(hours=2)).as_of_at == moment

    @pytest.mark.parametrize(
        ("told", "said"),
        [
            (None, "as_of_path leads to nothing in the answer"),
            ("yesterday", "the moment of the value, 'yesterday', is no date"),
            ("23/11/2026", "is no date"),
            ("2026-11-26", "which is still to come"),
            ("2026-11-23T12:30:00Z", "the value is of 2026-11-23 12:30 UTC, which is still to come"),
            (1e300, "is no time"),
            (True, "true or false"),
        ],
    )
    def test_a_moment_that_is_none_is_a_reason(self, world: ReadingWorld, told: Any, said: str) -> None:
        world.tell({"value": 7, "at": told})
        assert said in why(world.probe({**METRIC, "as_of_path": "at"}))

    def test_an_earlier_day_is_asked_for_in_the_address(self, world: ReadingWorld) -> None:
        world.tell({"value": 7, "at": "2026-10-01"})
        probe = world.probe({**METRIC, "address": "/refunds/{as_of}?until={as_of}", "as_of_path": "at"})
        assert read(probe, at=OCTOBER).as_of_at == OCTOBER
        read(probe)
        assert [(one.path, one.query["until"]) for one in world.server.requests] == [
            ("/refunds/2026-10-01", ("2026-10-01",)),
            ("/refunds/2026-11-23", ("2026-11-23",)),
        ]

    def test_a_source_that_tells_of_another_day_did_not_answer_the_question(self, world: ReadingWorld) -> None:
        world.tell({"value": 7, "at": "2026-11-23"})
        probe = world.probe({**METRIC, "address": "/refunds?until={as_of}", "as_of_path": "at"})
        assert "the value of 2026-10-01 was asked for, and one of 2026-11-23 came" in why(probe, at=OCTOBER)

    def test_an_address_without_a_day_knows_today_only(self, world: ReadingWorld) -> None:
        assert "for the value of today only; put {as_of} where it takes a day" in why(world.probe(METRIC), at=OCTOBER)
        assert len(world.server.requests) == 0


def test_a_whole_address_needs_no_connection_and_gets_no_token(world: ReadingWorld) -> None:
    world.tell({"value": 7})
    probe = world.probe({"kind": "http", "url": f"{world.server.url}/refunds", "path": "value"})
    assert read(probe).value == 7
    assert "authorization" not in world.server.requests[0].headers


@pytest.mark.parametrize(
    ("connection", "said"),
    [
        ({}, "the connection here has no address; set ALIGN_SYNC_CONNECTIONS__HERE__URL"),
        ({"url": "postgresql://a:hidden@b/c"}, "not one of the web; check ALIGN_SYNC_CONNECTIONS__HERE__URL"),
        ({"url": "https://a.example", "token": "Bearer hidden"}, "holds a character that no token has"),
        ({"url": "https://a.example/#hidden"}, "holds a user, a password or a fragment"),
    ],
)
def test_a_connection_that_cannot_work_is_told_before_anything_is_sent(
    world: ReadingWorld, connection: dict[str, str], said: str
) -> None:
    assert said in why(world.probe(METRIC, connections={"here": connection}))
