"""The probes as those see them who ask over real HTTP: kubelets, Prometheus, containers, and strangers."""

import logging
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any

import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert, text

from align_sync.app import App, name_process
from align_sync.daemon import probes
from align_sync.daemon.probes import ServiceState, open_probes
from align_sync.errors import UserError
from align_sync.flows.watch import find_ailment, watch
from align_sync.sending.entry import EntryState
from align_sync.settings_service import ServeSettings
from align_sync.store import schema
from align_sync.telemetry.metrics import Counter, Duration, Tally
from tests.flows.test_prune_flow import message, run_row
from tests.make import NOW, make_sprint
from tests.store.told_world import ToldWorld, made, told_world

TOKEN = "a-long-token"
CHANNELS = {"posts": {"kind": "file", "folder": "posts", "teams": ["*"]}}


@dataclass
class Service:
    """What the service would say of itself; the tests change it."""

    app: App
    is_turning: bool = True
    unready: str = ""
    tally: Tally = field(default_factory=Tally)

    def state(self) -> ServiceState:
        return ServiceState(
            app=self.app, is_turning=lambda: self.is_turning, unready=lambda: self.unready, tally=self.tally
        )


@pytest.fixture
def world(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ToldWorld]:
    monkeypatch.setattr(probes, "FRESH_SECONDS", -1.0)
    with told_world(sqlite_url, channels=CHANNELS) as world:
        world.tell(made("PAY-1"), sprints=[make_sprint("42")])
        yield world


@pytest.fixture
def service(world: ToldWorld) -> Service:
    return Service(world.app)


def serving(*, probes: str = "127.0.0.1:0", **named: Any) -> ServeSettings:
    """With a port that is free, which the settings of a deployment cannot ask for."""
    return ServeSettings.model_validate(named).model_copy(update={"probes": probes})


@dataclass(frozen=True)
class Got:
    status: int
    text: str
    headers: Mapping[str, str]


def get(address: str, path: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Got:
    place = f"127.0.0.1:{address.rpartition(':')[2]}"
    with closing(HTTPConnection(place, timeout=5)) as connection:
        connection.request(method, path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return Got(answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.getheaders()})


def test_the_service_is_alive_while_it_turns_whatever_else_fails(service: Service) -> None:
    with open_probes(serving(), service.state()) as address:
        service.unready = "its clock stands still"
        service.app.store.close()
        assert get(address, "/livez").status == 200
        service.is_turning = False
        assert get(address, "/livez").status == 503


def test_it_is_ready_while_it_works_and_the_database_answers(service: Service, world: ToldWorld) -> None:
    with open_probes(serving(), service.state()) as address:
        got = get(address, "/readyz")
        assert (got.status, got.text, got.headers["cache-control"]) == (200, "ready\n", "no-store")
        service.unready = "it is ending"
        assert (get(address, "/readyz").status, get(address, "/readyz").text) == (503, "it is ending\n")
        service.unready = ""
        with world.app.store.write() as connection:
            connection.execute(insert(schema.source_health).values(source="jira", failures=9, blocked_until_at=NOW))
        assert get(address, "/readyz").status == 200  # a tracker that fails is no ailment of ours
        with world.app.store.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
        assert get(address, "/readyz").text == "the schema of the database is not the present one\n"
        with world.app.store.write() as connection:
            connection.execute(text("DROP TABLE alembic_version"))
            connection.execute(text("CREATE TABLE alembic_version (other INTEGER)"))
        assert get(address, "/readyz").text == "the database does not answer\n"
        assert get(address, "/statusz").status == 200
        assert "align_sync_database_up 0.0" in get(address, "/metrics").text


def test_the_status_tells_of_each_source_and_channel(service: Service, world: ToldWorld) -> None:
    with world.app.store.write() as connection:
        connection.execute(insert(schema.outbox).values(message("1", EntryState.HELD, NOW, channel="posts")))
        connection.execute(
            insert(schema.source_health).values(source="jira", failures=2, blocked_until_at=NOW + timedelta(hours=1))
        )
    with open_probes(serving(), service.state()) as address:
        told = orjson.loads(get(address, "/statusz").text)
    assert (told["unready"], told["is_turning"], told["dead_runs"]) == ("", True, 0)
    assert [(one["source"], one["failures"], bool(one["blocked_until_at"])) for one in told["sources"]] == [
        ("jira", 2, True)
    ]
    assert [(one["channel"], one["held"], one["is_closed"]) for one in told["channels"]] == [("posts", 1, False)]


def samples(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_can_be_read_by_prometheus(service: Service, world: ToldWorld) -> None:
    service.tally.count(Counter.DELIVERIES, "posts", "sent")
    service.tally.count(Counter.DELIVERIES, "posts", "sent", by=2)
    service.tally.measure(Duration.RUN, "sync", seconds=0.3)
    service.tally.measure(Duration.RUN, "sync", seconds=5000)
    with world.app.store.write() as connection:
        connection.execute(insert(schema.run).values(run_row(1, NOW)))
        connection.execute(
            insert(schema.outbox).values(message("1", EntryState.PENDING, NOW - timedelta(minutes=20), channel="posts"))
        )
    with open_probes(serving(), service.state()) as address:
        got = get(address, "/metrics")
    told = samples(got.text)
    assert got.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert told["align_sync_deliveries_total", "posts", "sent"] == 3
    assert told["align_sync_run_duration_seconds_bucket", "sync", "0.25"] == 0
    assert told["align_sync_run_duration_seconds_bucket", "sync", "0.5"] == 1
    assert told["align_sync_run_duration_seconds_bucket", "sync", "+Inf"] == 2
    assert told["align_sync_run_duration_seconds_count", "sync"] == 2
    assert told["align_sync_run_duration_seconds_sum", "sync"] == 5000.3
    assert told["align_sync_sync_last_success_timestamp_seconds", "jira"] == NOW.timestamp()
    assert told["align_sync_items", "jira"] == 1
    assert told["align_sync_outbox_oldest_seconds", "posts"] == 1200
    assert told["align_sync_runs_kept", "sync", "done"] == 1
    assert told[("align_sync_ready",)] == 1
    assert not re.search(r"PAY-1|Retry failed|python_info|process_", got.text)


def test_a_count_with_another_number_of_labels_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="deliveries is told by channel, outcome"):
        Tally().count(Counter.DELIVERIES, "posts")


RIGHT, WRONG = {"Authorization": f"Bearer {TOKEN}"}, {"Authorization": f"Bearer {TOKEN}x"}


@pytest.mark.parametrize(
    ("serve", "headers", "codes"),
    [
        ({}, {}, (200, 200, 200, 200)),
        ({"probes_token": TOKEN}, {}, (200, 200, 401, 401)),
        ({"probes_token": TOKEN}, WRONG, (200, 200, 401, 401)),
        ({"probes_token": TOKEN}, {"Authorization": f"Basic {TOKEN}"}, (200, 200, 401, 401)),
        ({"probes_token": TOKEN}, RIGHT, (200, 200, 200, 200)),
        ({"probes": "0.0.0.0:0", "probes_token": TOKEN}, {}, (200, 200, 401, 401)),
        ({"probes": "0.0.0.0:0", "probes_token": TOKEN}, RIGHT, (200, 200, 200, 200)),
        # a name that somebody else gave this machine
        ({}, {"Host": "evil.example"}, (421, 421, 421, 421)),
        ({}, {"Host": "evil.example:80"}, (421, 421, 421, 421)),
        ({}, {"Host": "127.0.0.1.evil.example"}, (421, 421, 421, 421)),
        ({}, {"Host": ""}, (421, 421, 421, 421)),
        ({}, {"Host": "localhost:1"}, (200, 200, 200, 200)),
        ({}, {"Host": "[::1]:1"}, (200, 200, 200, 200)),
        ({"probes": "0.0.0.0:0", "probes_token": TOKEN}, {"Host": "10.1.2.3:80"}, (200, 200, 401, 401)),
        ({"probes": "0.0.0.0:0", "probes_token": TOKEN}, {"Host": "align.svc", **RIGHT}, (200, 200, 200, 200)),
        ({"probes": "0.0.0.0:0", "probes_token": TOKEN}, {"Host": "align.svc", **WRONG}, (421, 421, 421, 421)),
    ],
)
def test_who_may_see_what(
    service: Service, serve: dict[str, Any], headers: dict[str, str], codes: tuple[int, ...]
) -> None:
    with open_probes(serving(**serve), service.state()) as address:
        got = [get(address, path, headers) for path in ("/livez", "/readyz", "/statusz", "/metrics")]
    assert tuple(one.status for one in got) == codes
    assert not any(TOKEN in one.text for one in got)


def test_without_the_token_the_reason_is_not_told(service: Service) -> None:
    service.unready = "its clock stands still"
    with open_probes(serving(probes_token=TOKEN), service.state()) as address:
        assert get(address, "/readyz").text == "not ready\n"
        assert get(address, "/readyz", RIGHT).text == "its clock stands still\n"


def test_a_port_that_is_taken_is_told(service: Service) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UserError, match="in use"), open_probes(serving(probes=port), service.state()):
            pass


def test_nothing_listens_where_no_address_is_set(service: Service) -> None:
    with open_probes(ServeSettings(), service.state()) as address:
        assert address == ""


def test_other_paths_and_methods_are_refused_and_strange_callers_leave_no_trace(
    service: Service, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with open_probes(serving(), service.state()) as address:
        assert get(address, "/").status == 404
        assert get(address, "/livez", method="POST").status == 501
        head = get(address, "/metrics", method="HEAD")
        assert (head.status, head.text) == (200, "")
        host, _, port = address.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as stranger:
            stranger.sendall(b"\x16\x03\x01 no HTTP at all\r\n\r\n")
        assert get(address, "/livez").status == 200
    assert capfd.readouterr().err == ""


def test_health_asks_the_probes_where_there_are_any(service: Service) -> None:
    with open_probes(serving(), service.state()) as address:
        settings = service.app.settings.model_copy(update={"serve": serving(probes=address.removeprefix("http://"))})
        everywhere = serving(probes=f"0.0.0.0:{address.rpartition(':')[2]}")
        assert find_ailment(settings, NOW) == ""
        assert find_ailment(settings.model_copy(update={"serve": everywhere}), NOW) == ""
        service.unready = "it is ending"
        assert find_ailment(settings, NOW) == "it is not ready: it is ending"
    assert "do not answer" in find_ailment(settings, NOW)


def test_health_asks_the_database_where_there_are_no_probes(world: ToldWorld) -> None:
    settings = world.app.settings
    assert "no service of" in find_ailment(settings, NOW)
    seen = {"engine": "inline", "version": "1", "started_at": NOW, "seen_at": NOW}
    with world.app.store.write() as connection:
        connection.execute(insert(schema.daemon).values(owner="elsewhere:1:1", **seen))
    assert "no service of" in find_ailment(settings, NOW)
    with world.app.store.write() as connection:
        connection.execute(insert(schema.daemon).values(owner=name_process(), **seen))
    assert find_ailment(settings, NOW) == ""
    assert find_ailment(settings, NOW + timedelta(seconds=179)) == ""
    assert "no service of" in find_ailment(settings, NOW + timedelta(seconds=181))
    nowhere = settings.database.model_validate({"url": world.database_url + "-none"})
    assert "no database yet" in find_ailment(settings.model_copy(update={"database": nowhere}), NOW)


def test_the_database_is_asked_once_for_many_who_ask(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "FRESH_SECONDS", 60.0)
    asked: list[int] = []
    store = replace(service.app.store, failpoint=lambda _name: None)
    service.app = replace(service.app, store=store)

    def count(app: App) -> Any:
        asked.append(1)
        return watch(app)

    monkeypatch.setattr(probes, "watch", count)
    with open_probes(serving(), service.state()) as address:
        for _ in range(5):
            get(address, "/readyz")
    assert len(asked) == 1
