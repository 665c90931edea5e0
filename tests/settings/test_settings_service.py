"""Schedules, probes, engine and channels in the settings: what is read, what is refused, and what stays secret."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from align_sync.errors import UserError
from align_sync.schedules import build_schedules
from align_sync.scheduling.run import RunKind
from align_sync.settings import Settings
from align_sync.settings_channels import ChannelKind, ChannelSettings
from align_sync.settings_origins import list_origins
from align_sync.settings_service import Engine, ServeSettings
from align_sync.settings_sources import LoadedSettings, load_settings
from align_sync.telemetry.log import Redaction

ROOT = Path(__file__).resolve().parents[2]
CANARY = "canary-7f3a9c-0123456789"
SLACK = "[channels.pay]\nkind = 'slack'\nto = ['C0PAY']\n"
EMAIL = "[channels.pay]\nkind = 'email'\nto = ['a@example.com']\nsender = 'b@example.com'\n"
TEAM = "teams = [{name = 'Payments'}]\n"
HOOK = "https://hooks.slack.com/services/T0/B0/"


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
    told = [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems or (caught.value.problem,)]
    assert CANARY not in " ".join(told)
    return told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[schedule]\ndigest = '0 9 * * 1'\n", "align-sync.toml:2:10: schedule.digest: weekdays are written by name"),
        ("[schedule]\nread = 'daily'\n", "align-sync.toml:2:8: schedule.read: five fields are needed"),
        ("[schedule]\nroll_up_after = '7d'\n", "schedule.roll_up_after: Input should be less than or equal to 6 days"),
        ("[[teams]]\nname = 'A'\ndigest = '0 9 * * 5'\n", "align-sync.toml:3:10: teams.0.digest: weekdays are"),
        (
            "[[teams]]\nname = 'A'\ntimezone = 'Rome'\n",
            "align-sync.toml:3:12: teams.0.timezone: 'Rome' is no time zone",
        ),
        ("[sync]\nevery = '0s'\n", "sync.every: a span of nothing is none"),
        ("[serve]\nlease = '1s'\n", "serve.lease: Input should be greater than or equal to 5 seconds"),
        ("[serve]\nreconcile_every = '0s'\n", "serve.reconcile_every: a span of nothing"),
        ("[keep]\nruns = '0d'\n", "keep.runs: a span of nothing is none"),
        ("[serve]\nprobes = ':9464'\n", "align-sync.toml:2:10: serve.probes: an address is written HOST:PORT"),
        ("[serve]\nprobes = 'localhost:0'\n", "an address is written HOST:PORT"),
        ("[serve]\nprobes = '70000'\n", "an address is written HOST:PORT"),
        ("[serve]\nprobes = 'http://a:1'\n", "an address is written HOST:PORT"),
        ("[serve]\nprobes = '0.0.0.0:9464'\n", "need a token: set ALIGN_SYNC_SERVE__PROBES_TOKEN"),
        ("[serve]\nprobes = '[::]:9464'\n", "need a token: set ALIGN_SYNC_SERVE__PROBES_TOKEN"),
        (f"[serve]\nprobes_token = '{CANARY}'\n", "a secret stands in the settings file: serve.probes_token"),
        ("engine = 'procrastinate'\n", "align-sync.toml:1:10: engine: the queue procrastinate keeps its jobs in Post"),
        ("engine = 'celery'\n", "engine: Input should be 'inline' or 'procrastinate'"),
        (SLACK, "channels.pay: a channel of kind slack needs token (ALIGN_SYNC_CHANNELS__PAY__TOKEN)"),
        (
            SLACK + f"token = '{CANARY}'\n",
            "align-sync.toml:4:1: a secret stands in the settings file: channels.pay.tok",
        ),
        (f"[channels.a]\nkind = 'webhook'\nurl = '{CANARY}'\n", "set ALIGN_SYNC_CHANNELS__A__URL in the environment"),
        (f"[channels.a]\nkind = 'webhook'\nsecret = '{CANARY}'\n", "set ALIGN_SYNC_CHANNELS__A__SECRET in"),
        (f"[channels.a]\nkind = 'email'\npassword = '{CANARY}'\n", "set ALIGN_SYNC_CHANNELS__A__PASSWORD in"),
        ("[channels.token]\nkind = 'file'\n", "channels.token: a channel of kind file needs folder"),
        ("[channels.Pay]\nkind = 'file'\n", "'Pay' is no name of a channel"),
        ("[channels.pay]\nkind = 'file'\nfoldr = 'x'\n", "did you mean channels.pay.folder?"),
        (EMAIL + "host = 'mail.example.com'\ntls = 'none'\n", "e-mails leave this machine encrypted only"),
        (
            "[channels.pay]\nto = ['x']\n",
            "align-sync.toml:1:11: channels.pay: its kind is missing; write the table [channels.pay] ",
        ),
        ("[channels.a]\nkind = 'file'\nfolder = 'x'\ncustom_hosts = ['https://x']\n", "a host is a name alone"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_the_way_on(tmp_path: Path, text: str, said: str) -> None:
    assert said in "\n".join(problems_of(tmp_path, text))


def test_a_channel_that_only_the_environment_knows_is_told_to_be_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIGN_SYNC_CHANNELS__OLD__TOKEN", CANARY)
    (told,) = problems_of(tmp_path, "")
    assert told.startswith(
        "ALIGN_SYNC_CHANNELS__OLD (environment): its kind is missing; write the table [channels.old]"
    )


def channel(**members: object) -> ChannelSettings:
    return ChannelSettings.model_validate({"name": "pay", **members})


@pytest.mark.parametrize(
    ("kind", "address", "said"),
    [
        (ChannelKind.SLACK, "https://slack.com/api", ""),
        (ChannelKind.SLACK, "http://127.0.0.1:8080/api", ""),
        (ChannelKind.SLACK, "http://slack.com/api", "not https"),
        (ChannelKind.SLACK, "https://slack.com.example.net/api", "api_url leads to another host than slack.com"),
        (ChannelKind.SLACK, "https://evilslack.com/api", "another host than slack.com"),
        (ChannelKind.SLACK, "https://slack.com@example.net/api", "a user, a password"),
        (ChannelKind.SLACK, "https://proxy.example.com/api", "list the host in custom_hosts"),
        (ChannelKind.SLACK_WEBHOOK, f"{HOOK}{CANARY}", ""),
        (ChannelKind.SLACK_WEBHOOK, f"http://localhost:1/{CANARY}", ""),
        (ChannelKind.SLACK_WEBHOOK, f"https://slack.com/{CANARY}", "__PAY__URL leads to another host than hooks.slack"),
        (ChannelKind.SLACK_WEBHOOK, f"https://hooks.example.com/{CANARY}", "another host than hooks.slack.com"),
        (ChannelKind.WEBHOOK, f"https://hooks.example.com/{CANARY}?a=b", ""),
        (ChannelKind.WEBHOOK, f"http://[::1]:80/{CANARY}", ""),
        (ChannelKind.WEBHOOK, f"http://hooks.example.com/{CANARY}", "is not https"),
        (ChannelKind.WEBHOOK, f"ftp://hooks.example.com/{CANARY}", "holds no address"),
        (ChannelKind.WEBHOOK, f"https://u:{CANARY}@hooks.example.com/", "a user, a password or a fragment"),
        (ChannelKind.WEBHOOK, f"https://hooks.example.com/#{CANARY}", "a user, a password or a fragment"),
        (ChannelKind.WEBHOOK, f"https://[::1/{CANARY}", "holds no address"),
        (ChannelKind.WEBHOOK, CANARY, "holds no address"),
        (ChannelKind.APPRISE, f"discord://1/{CANARY}", ""),
        (ChannelKind.APPRISE, f"jsons://example.com/{CANARY}", ""),
        (ChannelKind.APPRISE, f"json://localhost:1/{CANARY}", ""),
        (ChannelKind.APPRISE, f"json://example.com/{CANARY}", "goes over http"),
        (ChannelKind.APPRISE, CANARY, "holds no address"),
    ],
)
def test_a_channel_leads_only_where_nobody_listens(kind: ChannelKind, address: str, said: str) -> None:
    def build(**more: object) -> ChannelSettings:
        own = {"api_url": address, "token": "x"} if kind is ChannelKind.SLACK else {"url": address, "secret": "x"}
        return channel(kind=kind, to=("C0PAY",), **own, **more)

    if not said:
        build()
        return
    with pytest.raises(ValueError, match="Value error") as caught:
        build()
    assert said in str(caught.value)
    assert CANARY not in str(caught.value)
    if "another host" in said or "custom_hosts" in said:
        assert build(custom_hosts=("proxy.example.com", "hooks.example.com", "SLACK.com.example.net", "evilslack.com",
                                   "slack.com")).kind is kind  # fmt: skip


def test_a_slack_channel_is_named_by_its_id() -> None:
    with pytest.raises(ValueError, match="the id of a channel, as in C0123ABCD"):
        channel(kind="slack", to=("#payments",), token="x")
    with pytest.raises(ValueError, match="leads to one channel"):
        channel(kind="slack", to=("C1", "C2"), token="x")
    assert channel(kind="email", to=("a@b.c",), sender="a@b.c", host="localhost", tls="none").tls == "none"


def test_no_secret_of_a_channel_is_ever_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = SLACK + "[channels.hook]\nkind = 'slack_webhook'\n[channels.other]\nkind = 'webhook'\n" + EMAIL.replace(
        "pay", "mail"
    ) + "host = 'mail.example.com'\nuser = 'me'\n[channels.chat]\nkind = 'apprise'\n"  # fmt: skip
    secrets = {
        "PAY__TOKEN": f"xoxb-{CANARY}",
        "HOOK__URL": f"{HOOK}{CANARY}-hook",
        "OTHER__URL": f"https://hooks.example.com/a/{CANARY}-path?sign={CANARY}%2Bsign",
        "OTHER__SECRET": f"whsec_{CANARY}",
        "MAIL__PASSWORD": f"pw-{CANARY}",
        "CHAT__URL": f"discord://{CANARY}-id/{CANARY}-chat/",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(f"ALIGN_SYNC_CHANNELS__{name}", value)
    monkeypatch.setenv("ALIGN_SYNC_SERVE__PROBES_TOKEN", f"probe-{CANARY}")
    loaded = load_text(tmp_path, text + "[serve]\nprobes = '0.0.0.0:9464'\n")
    redaction = Redaction(loaded.secrets())
    for secret in (*secrets.values(), f"/services/T0/B0/{CANARY}-hook", f"x {CANARY}-path y", f"s={CANARY}+sign",
                   f"probe-{CANARY}", f"{CANARY}-chat"):  # fmt: skip
        assert CANARY not in redaction.hide(f"failed for {secret}."), secret
    assert redaction.hide("hooks.example.com and /services/ are told") == "hooks.example.com and /services/ are told"
    origins = {origin.name: (origin.value, origin.origin) for origin in list_origins(loaded)}
    assert origins["channels.pay.token"] == origins["channels.hook.url"] == ("****", "environment")
    assert origins["serve.probes_token"] == ("****", "environment")
    assert origins["channels.pay.kind"] == ("slack", str(tmp_path / "align-sync.toml"))
    assert origins["channels.pay.secret"] == ("", "default")
    assert "channels.pay.name" not in origins
    assert CANARY not in repr(origins) + repr(loaded.settings) + str(loaded.settings.model_dump())
    assert loaded.settings.channels["pay"].name == "pay"
    assert loaded.warnings[0].advice == "give it teams, leadership = true or admin = true"


def test_a_team_that_the_settings_do_not_know_is_a_doubt(tmp_path: Path) -> None:
    text = "[channels.pay]\nkind = 'file'\nfolder = 'out'\nteams = ['payments', 'Paymnts', 'Fire brigade', '*']\n"
    warnings = [str(one).removeprefix(f"{tmp_path}/") for one in load_text(tmp_path, TEAM + text).warnings]
    listed = "add it to teams = [{name = …}]: digests are built of those only"
    assert warnings == [
        "align-sync.toml:5:22: channels.pay.teams.1: no team of the settings is called Paymnts; did you mean Payments?",
        f"align-sync.toml:5:33: channels.pay.teams.2: no team of the settings is called Fire brigade; {listed}",
    ]
    (told,) = load_text(tmp_path, text.replace("'payments', 'Paymnts', 'Fire brigade', ", "")).warnings
    assert told.message == "no team gets a digest"


def test_the_engine_is_chosen_by_the_environment_and_needs_postgresql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_text(tmp_path, "").settings.engine is Engine.INLINE
    monkeypatch.setenv("ALIGN_SYNC_ENGINE", "procrastinate")
    (told,) = problems_of(tmp_path, "")
    assert told.startswith("ALIGN_SYNC_ENGINE (environment): the queue procrastinate")
    assert told.endswith(
        "set ALIGN_SYNC_DATABASE__URL=postgresql://USER:PASSWORD@HOST/DATABASE, or ALIGN_SYNC_ENGINE=inline"
    )
    monkeypatch.setenv("ALIGN_SYNC_DATABASE__URL", "postgresql://a:b@db.example.com/c")
    assert load_text(tmp_path, "").settings.engine is Engine.PROCRASTINATE


def test_probes_listen_on_this_machine_unless_they_are_told_otherwise() -> None:
    token = SecretStr("x")
    told = {
        text: ServeSettings(probes=text, probes_token=token).probes_address
        for text in ("", "9464", "localhost:9464", "[::1]:80", "10.0.0.1:9464", "Host-1.example.com:1")
    }
    assert told == {
        "": None,
        "9464": ("127.0.0.1", 9464),
        "localhost:9464": ("localhost", 9464),
        "[::1]:80": ("::1", 80),
        "10.0.0.1:9464": ("10.0.0.1", 9464),
        "Host-1.example.com:1": ("host-1.example.com", 1),
    }
    assert ServeSettings(probes="9464").probes_token is None


EVERYTHING = """
timezone = "Europe/Rome"
teams = [
    {name = "Payments"},
    {name = "Search", timezone = "America/New_York", digest = "30 8 * * TUE"},
    {name = "Silent", digest = ""},
    {name = "Unheard"},
]
metrics = [{name = "trust", kind = "manual"}]
[schedule]
read = ""
[channels.pay]
kind = "file"
folder = "out"
teams = ["PAYMENTS", "Search", "Silent"]
leadership = true
"""


def test_schedules_follow_from_the_settings(tmp_path: Path) -> None:
    settings = load_text(tmp_path, EVERYTHING).settings
    listed = {one.id: one for one in build_schedules(settings, ["jira", "linear"])}
    assert {name: (one.subject, one.cron or one.every, one.zone) for name, one in listed.items()} == {
        "sync:jira": ("source:jira", timedelta(minutes=15), "UTC"),
        "sync:linear": ("source:linear", timedelta(minutes=15), "UTC"),
        "snapshot:Payments": ("team:Payments", "30 23 * * *", "Europe/Rome"),
        "snapshot:Search": ("team:Search", "30 23 * * *", "America/New_York"),
        "snapshot:Silent": ("team:Silent", "30 23 * * *", "Europe/Rome"),
        "snapshot:Unheard": ("team:Unheard", "30 23 * * *", "Europe/Rome"),
        "digest:Payments": ("team:Payments", "0 9 * * mon", "Europe/Rome"),
        "digest:Search": ("team:Search", "30 8 * * tue", "America/New_York"),
        "digest-leadership": ("leadership", "0 9 * * mon", "Europe/Rome"),
        "prune": ("store", "15 3 * * *", "Europe/Rome"),
    }
    assert {one.kind for one in listed.values()} == set(RunKind) - {RunKind.READ}
    roll_up = listed["digest-leadership"]
    assert (roll_up.delay, roll_up.catch_up) == (timedelta(hours=24), timedelta(hours=48))
    assert listed["digest:Search"].catch_up == timedelta(hours=48)
    assert listed["sync:jira"].catch_up == timedelta(minutes=15)


def test_without_teams_channels_and_metrics_only_pulling_and_pruning_are_left(tmp_path: Path) -> None:
    assert [one.id for one in build_schedules(Settings(), ["jira"])] == ["sync:jira", "prune"]
    settings = load_text(tmp_path, EVERYTHING.replace('read = ""', 'prune = " "')).settings
    read = {one.id: one for one in build_schedules(settings, ())}
    assert read["read"].subject == "metrics"
    assert "prune" not in read
    settings = load_text(tmp_path, EVERYTHING.replace('["PAYMENTS", "Search", "Silent"]', '["*"]')).settings
    assert "digest:Unheard" in {one.id for one in build_schedules(settings, ())}
    assert (settings.zone_of("Search"), settings.zone_of("Payments"), settings.zone_of("?")) == (
        "America/New_York", "Europe/Rome", "Europe/Rome"
    )  # fmt: skip
    assert settings.zone_of("SEARCH") == "America/New_York"
    placed = Settings.model_validate(
        {"teams": [{"name": "Growth", "linear_team": "GRO"}, {"name": "Both", "linear_team": "B", "jira_board": 7}]}
    )
    kinds = [placed.kinds_of(team) for team in ("growth", "Both", "?")]
    assert kinds == [("linear",), ("jira", "linear"), ()]


def test_the_manual_names_every_member_of_a_channel() -> None:
    manual = (
        (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").partition("## Channels")[2].partition("\n## ")[0]
    )
    assert [member for member in ChannelSettings.model_fields if f"`{member}`" not in manual] == ["name"]
    assert [kind for kind in ChannelKind if f"`{kind}`" not in manual] == []
