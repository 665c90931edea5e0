"""Where settings come from, what is refused, and that no secret is ever shown."""

import os
from pathlib import Path

import pytest

from align_sync.app import build_rules
from align_sync.errors import UserError
from align_sync.settings_origins import list_origins
from align_sync.settings_sources import load_settings

ROOT = Path(__file__).resolve().parents[2]
CANARY = "canary-7f3a9c"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("ALIGN_SYNC_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("ALIGN_SYNC_SECRETS_DIR", str(tmp_path / "secrets"))


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def problems_of(folder: Path) -> str:
    with pytest.raises(UserError) as caught:
        load_settings(folder=folder)
    return "\n".join([str(caught.value), *map(str, caught.value.problems)])


def test_the_first_layer_that_has_a_value_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "align-sync.toml", 'timezone = "Europe/Rome"\n[policy]\ngoal = 60\nwarn = 50\n')
    write(tmp_path / "secrets" / "align_sync_policy__goal", "65")
    assert load_settings(folder=tmp_path).settings.policy.goal == 65
    write(tmp_path / ".env", "ALIGN_SYNC_POLICY__GOAL=70\n")
    assert load_settings(folder=tmp_path).settings.policy.goal == 70
    monkeypatch.setenv("ALIGN_SYNC_POLICY__GOAL", "75")
    assert load_settings(folder=tmp_path).settings.policy.goal == 75
    loaded = load_settings(folder=tmp_path, overrides={"policy": {"goal": 90}})
    assert (loaded.settings.policy.goal, loaded.settings.policy.warn) == (90, 50)
    origins = {origin.name: origin.origin for origin in list_origins(loaded)}
    assert origins["policy.goal"] == "command line"
    assert origins["policy.warn"] == origins["timezone"] == str(tmp_path / "align-sync.toml")
    assert origins["sync.every"] == "default"


def test_the_file_is_found_upward_to_the_root_of_the_repository_only(tmp_path: Path) -> None:
    deep = tmp_path / "outside" / "repository" / "sub" / "folder"
    deep.mkdir(parents=True)
    (tmp_path / "outside" / "repository" / ".git").mkdir()
    write(tmp_path / "outside" / "align-sync.toml", 'timezone = "Asia/Tokyo"\n')
    assert load_settings(folder=deep).settings.timezone == "UTC"
    write(tmp_path / "outside" / "repository" / "align-sync.toml", 'timezone = "Europe/Rome"\n')
    assert load_settings(folder=deep).settings.timezone == "Europe/Rome"


def test_a_named_file_that_is_missing_is_an_error_and_not_a_default(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"does not exist.*--config"):
        load_settings(named=tmp_path / "missing.toml", folder=tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[sync]\nevry = '15m'\n", "sync.evry: there is no such setting; did you mean sync.every?"),
        ("timezone = 'Mars/Base'\n", "is no time zone"),
        ("[jira]\nurl = 'http://jira.example.com'\n", "only https is accepted"),
        ("[jira]\nurl = 'https://user:pw@jira.example.com'\n", "holds no user, password"),
        ("[jira]\nurl = 'https://jira.example.com'\n", "a token is missing: set ALIGN_SYNC_JIRA__TOKEN"),
        ("[jira]\nurl = 'https://jira.example.com'\nauth = 'oauth'\n", "OAuth needs client_id"),
        ("match = [{kind = 'label', pattern = '^okr/(.+)$'}]\n", "needs a group (?P<kr>...)"),
        ("match = [{kind = 'label', pattern = '(?P<kr>'}]\n", "does not compile"),
        ("match = [{kind = 'link'}]\n", "needs a pattern"),
        ("match = [{kind = 'text', in_text = true}]\n", "belongs to a rule of kind link"),
        ("teams = [{name = 'B'}, {name = 'A'}, {name = 'A'}]\n", "team named twice: A"),
        ("teams = [{name = 'Risk'}, {name = 'Pay'}, {name = 'RISK'}]\n", "team named twice: Risk, RISK"),
        ("timezone = \n", "align-sync.toml:1:12: the settings file is not TOML"),
        (f"[jira]\ntoken = '{CANARY}'\n", "a secret stands in the settings file: jira.token"),
        ("[policy]\ngoal = 180\n", "policy.goal"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path / "align-sync.toml", text)
    told = problems_of(tmp_path)
    assert said in told
    assert "align-sync.toml" in told
    assert CANARY not in told


def test_a_mistyped_key_never_shows_the_value_that_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIGN_SYNC_JIRA__TOKN", CANARY)
    told = problems_of(tmp_path)
    assert "did you mean jira.token?" in told
    assert CANARY not in told


def test_a_list_that_is_no_json_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIGN_SYNC_JIRA__BOARDS", "12;34")
    assert "JSON" in problems_of(tmp_path)


def test_an_unknown_variable_of_ours_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIGN_SYNC_JRIA__URL", "https://example.atlassian.net")
    (warning,) = load_settings(folder=tmp_path).warnings
    assert str(warning) == (
        "ALIGN_SYNC_JRIA__URL: there is no such setting; it is not used; did you mean ALIGN_SYNC_JIRA?"
    )


def test_what_other_programs_keep_in_env_files_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path / ".env", "DATABASE_URL=postgres://x\nALIGN_SYNC_TIMEZONE=Europe/Rome\n")
    assert load_settings(folder=tmp_path).settings.timezone == "Europe/Rome"


def test_an_env_file_that_others_can_read_is_warned_of(tmp_path: Path) -> None:
    write(tmp_path / ".env", "ALIGN_SYNC_TIMEZONE=UTC\n", mode=0o644)
    (warning,) = load_settings(folder=tmp_path).warnings
    assert warning.advice == f"chmod 600 {tmp_path / '.env'}"


def test_secrets_are_shown_as_stars_and_database_addresses_without_their_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIGN_SYNC_LINEAR__TOKEN", CANARY)
    monkeypatch.setenv("ALIGN_SYNC_DATABASE__URL", f"postgresql://align:{CANARY}@db.example.com/align")
    write(tmp_path / "secrets" / "align_sync_jira__token", f"{CANARY}\n")
    monkeypatch.setenv("ALIGN_SYNC_JIRA__URL", "https://example.atlassian.net")
    loaded = load_settings(folder=tmp_path)
    shown = {origin.name: origin.value for origin in list_origins(loaded)}
    assert shown["linear.token"] == shown["jira.token"] == "****"
    assert shown["database.url"] == "postgresql://align:****@db.example.com/align"
    assert CANARY not in repr(loaded.settings) + str(loaded.settings.model_dump())
    # A newline at the end of a secret's file is not part of the secret.
    assert loaded.settings.jira.token is not None
    assert loaded.settings.jira.token.get_secret_value() == CANARY


def test_durations_are_written_as_people_write_them(tmp_path: Path) -> None:
    write(tmp_path / "align-sync.toml", "[sync]\nevery = '90s'\noverlap = '2h'\nfull_every = '1d'\n")
    sync = load_settings(folder=tmp_path).settings.sync
    assert [span.total_seconds() for span in (sync.every, sync.overlap, sync.full_every)] == [90, 7200, 86400]


def test_the_example_configuration_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIGN_SYNC_JIRA__TOKEN", "x")
    monkeypatch.setenv("ALIGN_SYNC_JIRA__EMAIL", "me@example.com")
    settings = load_settings(named=ROOT / "config" / "align-sync.toml", folder=tmp_path).settings
    assert [team.name for team in settings.teams] == ["Payments", "Search", "Support"]
    assert build_rules(settings).label_form == "okr/{key}"


def test_the_example_of_secrets_can_be_used(tmp_path: Path) -> None:
    write(tmp_path / ".env", (ROOT / "config" / ".env.example").read_text(encoding="utf-8"))
    settings = load_settings(folder=tmp_path).settings
    assert settings.jira.is_set
    assert settings.linear.is_set
