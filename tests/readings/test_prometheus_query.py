"""One sample of an instant query: which answers are one, and why the others are none."""

from datetime import UTC, datetime
from typing import Any

import pytest

from align_sync.demo.http_messages import json_response
from tests.readings.reading_world import NOON, ReadingWorld, read, why

METRIC = {"kind": "prometheus", "connection": "here", "query": 'sum(rate(errors{job="pay"}[1d]))'}
AT = 1795435200
"""Noon of 23 November 2026."""


def vector(*values: object, **more: object) -> dict[str, Any]:
    series = [{"metric": {"n": str(number)}, "value": [AT, value]} for number, value in enumerate(values)]
    return {"status": "success", "data": {"resultType": "vector", "result": series}, **more}


def scalar(pair: object) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": "scalar", "result": pair}}


@pytest.mark.parametrize(
    ("told", "value"),
    [
        (vector("0"), 0),
        (vector("12.5"), 12.5),
        (vector("1.2e+06"), 1_200_000),
        (vector("-3", infos=["metric might not be a counter"]), -3),
        (scalar([AT, "7"]), 7),
        (scalar([AT + 0.4, "7"]), 7),
    ],
)
def test_one_sample_is_a_value_of_the_moment_that_was_asked_for(world: ReadingWorld, told: Any, value: float) -> None:
    world.tell(told)
    answer = read(world.probe(METRIC))
    assert (answer.value, answer.as_of_at) == (value, NOON)
    (asked,) = world.server.requests
    assert asked.path == "/api/v1/query"
    assert asked.query == {"query": (METRIC["query"],), "time": (f"{AT}.000",)}


def test_an_earlier_moment_is_asked_for_below_the_path_of_the_connection(world: ReadingWorld) -> None:
    october = datetime(2026, 10, 1, 12, tzinfo=UTC)
    told = vector("5")
    told["data"]["result"][0]["value"][0] = october.timestamp()
    world.source.pages["/prometheus/api/v1/query"] = json_response(told)
    probe = world.probe(METRIC, connections={"here": {"url": f"{world.server.url}/prometheus/"}})
    assert read(probe, at=october).as_of_at == october
    assert "the sample is of 2026-10-01 12:00:00 UTC, and 2026-11-23 12:00:00 was asked for" in why(probe)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (vector(), "the query finds no series at that moment"),
        (vector("1", "2"), "the query finds 2 series where one is needed"),
        (vector("NaN"), "the query gives NaN"),
        (vector("+Inf"), "the query gives +Inf"),
        (vector("twelve"), "the value of the sample, 'twelve', is no number"),
        (vector("1_0"), "is no number"),
        (vector(12), "its sample is no pair"),
        (vector("1", warnings=["store 2 not reached"]), "the answer may be incomplete: store 2 not reached"),
        (scalar([AT]), "its sample is no pair"),
        (scalar([AT, "1", "2"]), "its sample is no pair"),
        (scalar([1e300, "1"]), "the moment of the sample is no time"),
        (scalar(None), "its sample is no pair"),
        ({"status": "success", "data": {"resultType": "matrix", "result": []}}, "the query gives a matrix"),
        ({"status": "success", "data": {"resultType": "string", "result": [AT, "4"]}}, "the query gives a string"),
        ({"status": "success", "data": {"resultType": "vector", "result": {}}}, "result of another kind"),
        (
            {"status": "success", "data": {"resultType": "vector", "result": [{"histogram": [AT, {}]}]}},
            "the query finds a histogram",
        ),
        ({"status": "success", "data": {"resultType": "vector", "result": [4]}}, "its sample is no pair"),
        ({"status": "success"}, "it holds no data"),
        ({"status": "error", "error": "bad\nthing"}, "the query failed: bad thing"),
        ({"data": vector("1")["data"]}, "the query failed: no reason is told"),
        ([1], "it is no object"),
    ],
)
def test_whatever_is_not_one_sample_is_a_reason(world: ReadingWorld, told: Any, said: str) -> None:
    world.tell(told)
    assert said in why(world.probe(METRIC))


@pytest.mark.parametrize("status", [400, 422])
def test_a_query_that_cannot_be_run_is_told_in_the_words_of_the_server(world: ReadingWorld, status: int) -> None:
    world.tell({"status": "error", "errorType": "bad_data", "error": "1:5: parse error: unclosed left brace"})
    world.source.status = status
    assert "the query failed: 1:5: parse error" in why(world.probe(METRIC))


def test_an_answer_that_is_no_json_is_told_by_its_length(world: ReadingWorld) -> None:
    world.source.body = b'{"status":"succ'
    assert "the answer is not JSON (15 bytes)" in why(world.probe(METRIC))
