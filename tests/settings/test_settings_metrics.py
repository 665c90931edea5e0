"""The register of metrics in the settings: what is read, what is refused where, and that connections stay secret."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from align_sync.errors import UserError
from align_sync.okr.metrics import DEFAULT_REFRESH, SourceKind
from align_sync.settings import Settings
from align_sync.settings_metrics import METRIC_KINDS
from align_sync.settings_origins import list_origins
from align_sync.settings_sources import LoadedSettings, load_settings
from align_sync.telemetry.log import Redaction

ROOT = Path(__file__).resolve().parents[2]
CANARY = "canary-7f3a9c"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("ALIGN_SYNC_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("ALIGN_SYNC_SECRETS_DIR", str(tmp_path / "secrets"))


def load_text(folder: Path, text: str) -> LoadedSettings:
    (folder / "align-sync.toml").write_text(text, encoding="utf-8")
    return load_settings(folder=folder)


def problems_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        load_text(folder, text)
    assert CANARY not in str(caught.value)
    told = caught.value.problems or (caught.value.problem,)
    return [str(problem).removeprefix(f"{folder}/") for problem in told]


def read_rows() -> list[Any]:
    path = ROOT / "tests" / "cases" / "readings" / "metric_settings.yaml"
    return [pytest.param(row, id=row["reason"]) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("row", read_rows())
def test_what_is_wrong_is_named_with_line_and_column(tmp_path: Path, row: dict[str, str]) -> None:
    told = problems_of(tmp_path, row["text"])
    assert [problem[: len(row["says"])] for problem in told if problem.startswith(row["says"])] == [row["says"]], told
    assert CANARY not in " ".join(told)


ALL_KINDS = (ROOT / "tests" / "cases" / "readings" / "every_kind.toml").read_text(encoding="utf-8")


def test_every_kind_of_metric_can_be_written(tmp_path: Path) -> None:
    loaded = load_text(tmp_path, ALL_KINDS)
    assert loaded.warnings == ()
    definitions = {one.name: one for one in loaded.settings.metric_definitions()}
    assert {one.kind for one in definitions.values()} == set(SourceKind) == set(METRIC_KINDS)
    first = definitions["refund-errors"]
    assert (first.title, first.owner, first.unit, first.connection) == (
        "Refunds that failed", "Ana", "errors", "warehouse"
    )  # fmt: skip
    assert (first.refresh, definitions["nps"].refresh) == (timedelta(days=7), DEFAULT_REFRESH)
    assert (first.lowest, first.highest, first.jump, first.noise, first.tolerance) == (0, 1e6, 6, 1.5, 0)
    assert {name for name, one in definitions.items() if one.is_dated} == {
        "refund-errors", "nps", "latency", "retention"
    }  # fmt: skip
    assert {name: dict(one.query) for name, one in definitions.items() if one.kind is not SourceKind.SQL} == {
        "nps": {
            "url": "https://example.com/nps.json?team=pay&on={as_of}",
            "path": "scores[-1].value",
            "as_of_path": "scores[-1].at",
        },
        "uptime": {"address": "/v1/uptime?days=30", "path": "value"},
        "latency": {"query": "histogram_quantile(0.95, sum(rate(request_seconds_bucket[7d])) by (le))"},
        "retention": {
            "file": "retention.csv",
            "date_column": "week",
            "value_column": "share",
            "where": '{"age":"90","country":"IT"}',
            "delimiter": ";",
            "decimal": ",",
        },
        "bugs.open": {"jql": "type = Bug and resolution is empty"},
        "bugs.share": {"jql": "type = Bug", "measure": "ratio", "of_jql": "project = PAY"},
        "points": {"filter": '{"state":{"type":{"eq":"completed"}}}', "measure": "sum"},
        "deploys": {},
        "trust": {},
    }
    settings = loaded.settings
    assert (settings.readings.timeout, settings.readings.concurrency) == (timedelta(seconds=5), 2)
    assert (dict(settings.lint.levels), settings.lint.baseline) == (
        {"vague-words": "off", "too-few-key-results": "note"}, Path("okrs/accepted.json")
    )  # fmt: skip


def test_only_what_is_read_makes_another_series(tmp_path: Path) -> None:
    def hashes(*changes: tuple[str, str]) -> dict[str, str]:
        text = ALL_KINDS
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        return {one.name: one.query_hash for one in load_text(tmp_path, text).settings.metric_definitions()}

    before = hashes()
    same = hashes(
        ("Refunds that failed", "Failed"), ('"Ana"', '"Ben"'), ('"7d"', '"1d"'), ("jump = 6", "jump = 7"),
        (HASH.upper(), HASH), ('{country = "IT", age = "90"}', '{age = "90", country = "IT"}'),
        ('jql = "type = Bug"', 'measure = "ratio"\njql = "type = Bug"\n#'), ('measure = "ratio"\nof_jql', "of_jql"),
    )  # fmt: skip
    assert same == before
    changed = hashes(("count(*)", "count(1)"), ('unit = "errors"', 'unit = "%"'), ('decimal = ","', 'decimal = "."'))
    assert {name for name in before if before[name] != changed[name]} == {"refund-errors", "retention"}


def test_the_defaults_are_those_of_the_manual() -> None:
    settings = Settings()
    assert (settings.metrics, settings.connections, settings.metric_definitions()) == ((), {}, ())
    assert (settings.readings.sql, settings.readings.timeout, settings.readings.concurrency) == (
        False, timedelta(seconds=30), 8
    )  # fmt: skip
    assert (settings.lint.levels, settings.lint.baseline) == ({}, None)


def test_addresses_and_tokens_come_from_the_environment_a_file_or_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "align_sync_connections__warehouse__url").write_text("sqlite:///a.db\n", encoding="utf-8")
    monkeypatch.setenv("ALIGN_SYNC_CONNECTIONS__METRICS__URL", "https://prometheus.example.com")
    (tmp_path / ".env").write_text("ALIGN_SYNC_CONNECTIONS__METRICS__TOKEN=abc\n", encoding="utf-8")
    (tmp_path / ".env").chmod(0o600)
    connections = load_text(tmp_path, ALL_KINDS).settings.connections
    told = {
        name: (one.url and one.url.get_secret_value(), one.token and one.token.get_secret_value(), one.ca_file)
        for name, one in connections.items()
    }
    assert told == {
        "warehouse": ("sqlite:///a.db", None, None),
        "metrics": ("https://prometheus.example.com", "abc", Path("own.pem")),
    }


def test_metrics_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIGN_SYNC_METRICS", json.dumps([{"name": "a", "kind": "manual"}, {"name": "b", "kind": "x"}]))
    (told,) = problems_of(tmp_path, "")
    assert told.startswith("ALIGN_SYNC_METRICS (environment): metrics.1.kind: there is no kind x; the kinds are sql, ")


@pytest.mark.parametrize(
    ("url", "hidden", "shown"),
    [
        (f"postgresql://align:{CANARY}@db.example.com/shop", [CANARY], ["db.example.com", "align"]),
        (f"postgresql://align:{CANARY}%40%2Bx@db.example.com/shop", [f"{CANARY}@+x", f"{CANARY}%40%2Bx"], ["shop"]),
        (f"https://m.example.com/v1?api_key={CANARY}&days=thirty", [CANARY], ["thirty", "m.example.com"]),
        (f"postgresql://h/db?user=align&password={CANARY}&sslmode=require", [CANARY], ["require", "align"]),
    ],
)
def test_what_is_secret_in_an_address_is_hidden_and_the_rest_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, hidden: list[str], shown: list[str]
) -> None:
    monkeypatch.setenv("ALIGN_SYNC_CONNECTIONS__WAREHOUSE__URL", url)
    monkeypatch.setenv("ALIGN_SYNC_CONNECTIONS__METRICS__TOKEN", f"token-{CANARY}")
    loaded = load_text(tmp_path, ALL_KINDS)
    redaction = Redaction(loaded.secrets())
    assert f"token-{CANARY}" in loaded.secrets()
    for secret in hidden:
        assert CANARY not in redaction.hide(f"failed for {secret}.")
    assert redaction.hide(f"about {' and '.join(shown)}") == f"about {' and '.join(shown)}"
    origins = {origin.name: (origin.value, origin.origin) for origin in list_origins(loaded)}
    assert origins["connections.warehouse.url"] == ("****", "environment")
    assert origins["connections.metrics.token"] == ("****", "environment")
    assert origins["connections.metrics.ca_file"] == ("own.pem", str(tmp_path / "align-sync.toml"))
    assert origins["connections.warehouse.token"] == ("", "default")
    assert CANARY not in repr(origins) + repr(loaded.settings) + str(loaded.settings.model_dump())


def test_metrics_and_levels_are_shown_as_they_are_set(tmp_path: Path) -> None:
    shown = {one.name: one.value for one in list_origins(load_text(tmp_path, ALL_KINDS))}
    assert shown["lint.levels"] == "{vague-words = off, too-few-key-results = note}"
    assert shown["readings.sql"] == "True"
    assert "{name = trust, kind = manual, refresh = 14 days, 0:00:00}" in shown["metrics"]
    assert "where = {country = IT, age = 90}" in shown["metrics"]
    empty = load_text(tmp_path, "")
    assert {one.name: one.value for one in list_origins(empty)}["connections"] == ""
