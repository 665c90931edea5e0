"""Rules, calendars and budgets of the settings: what is read, what is refused, and where messages point."""

import json
import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from align_sync.app import build_policy, read_today
from align_sync.cli.session import Options, load
from align_sync.errors import UserError
from align_sync.linking.conditions import Conditions
from align_sync.linking.policy import CATEGORIES, DEFAULT_BUDGET
from align_sync.reports.model import Lens
from align_sync.settings import Settings
from align_sync.settings_origins import list_origins
from align_sync.settings_policy import CalendarSettings, Weekday
from align_sync.settings_sources import LoadedSettings, load_settings

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 23)
MAP = 'name = "m", kr = "ret90", projects = ["PAY"], owner = "Ana", expires_on = 2026-12-31'
EXEMPT = 'name = "e", category = "bug", kinds = ["Bug"], reason = "they come in"'


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("ALIGN_SYNC_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("ALIGN_SYNC_SECRETS_DIR", str(tmp_path / "secrets"))


def load_text(folder: Path, text: str, **options: Any) -> LoadedSettings:
    (folder / "align-sync.toml").write_text(text, encoding="utf-8")
    return load_settings(folder=folder, **{"today": TODAY, **options})


def problems_of(folder: Path, text: str, **options: Any) -> list[str]:
    """The problems as a person sees them, without the folder in front."""
    with pytest.raises(UserError, match="the settings cannot be used") as caught:
        load_text(folder, text, **options)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def read_rows() -> list[Any]:
    path = ROOT / "tests" / "cases" / "settings" / "faults.yaml"
    return [pytest.param(row, id=row["reason"]) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("row", read_rows())
def test_what_is_wrong_is_named_with_line_and_column(tmp_path: Path, row: dict[str, str]) -> None:
    told = problems_of(tmp_path, row["text"])
    assert [problem[: len(row["says"])] for problem in told if problem.startswith(row["says"])] == [row["says"]], told


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    rule = MAP.replace("2026-12-31", "2020-01-01")
    told = problems_of(tmp_path, f"map = [{{{rule}}}, {{{rule}}}]\nexempt = [{{{EXEMPT.replace('bug', 'x')}}}]\n")
    assert [problem.split(": ")[1] for problem in told] == [
        "map.1.name", "exempt.0.category", "map.0.expires_on", "map.1.expires_on"
    ]  # fmt: skip


def test_a_fault_in_the_environment_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = "[policy]\nexempt_budget = 20\n[[map]]\nname = 'x'\nowner = 'Ana'\nfilter = 'type = bug'\n"
    rule = {"name": "m", "kr": "a", "filter": "typ = bug", "expires_on": "2026-12-31"}
    monkeypatch.setenv("ALIGN_SYNC_POLICY__EXEMPT_BUDGET", "-1")
    monkeypatch.setenv("ALIGN_SYNC_MAP", json.dumps([rule]))
    budget, condition, owner = problems_of(tmp_path, file)
    assert budget == "ALIGN_SYNC_POLICY__EXEMPT_BUDGET (environment): a budget is between 0 and 100 per cent"
    assert condition.startswith("ALIGN_SYNC_MAP (environment): map.0.filter: there is no field `typ` (at character 1")
    assert owner == "ALIGN_SYNC_MAP (environment): map.0.owner: it is missing; say who answers for the rule"


def test_rules_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "ALIGN_SYNC_EXEMPT",
        '[{"name": "e", "category": "bug", "reason": "r", "labels": ["x"], "expires_on": "2026-12-31"}]',
    )
    (rule,) = load_text(tmp_path, "").settings.exempt
    assert (rule.labels, rule.expires_on) == (("x",), date(2026, 12, 31))


def test_a_fault_in_the_secrets_folder_names_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "align_sync_policy__exempt_budget").write_text("200", encoding="utf-8")
    (told,) = problems_of(tmp_path, "")
    assert told == "secrets: policy.exempt_budget: a budget is between 0 and 100 per cent"


@pytest.mark.parametrize(("written", "share"), [("30", 0.3), ("1.5", 0.015), ("0", 0), ("1", 0.01), ("100", 1)])
def test_a_budget_is_in_per_cent(tmp_path: Path, written: str, share: float) -> None:
    settings = load_text(tmp_path, f"policy.exempt_budget = {written}\n").settings
    assert settings.budget_of("Payments") == pytest.approx(share)


def test_a_team_may_have_a_budget_of_its_own(tmp_path: Path) -> None:
    text = "policy.exempt_budget = 20\nteams = [{name = 'A', exempt_budget = 0}, {name = 'B'}]\n"
    settings = load_text(tmp_path, text).settings
    assert [settings.budget_of(team) for team in ("A", "B", "elsewhere")] == [0, 0.2, 0.2]
    assert Settings().budget_of("A") == DEFAULT_BUDGET


def test_a_rule_holds_through_its_last_day(tmp_path: Path) -> None:
    text = f"map = [{{{MAP}}}]\n"
    last = date(2026, 12, 31)
    assert load_text(tmp_path, text, today=last).settings.map[0].expires_on == last
    assert "ended on 2026-12-31" in problems_of(tmp_path, text, today=last + timedelta(days=1))[0]
    assert load_text(tmp_path, text, today=None).settings.map


@pytest.mark.parametrize(("hour", "day"), [(11, 30), (12, 31), (23, 31)])
def test_the_day_of_commands_is_the_one_that_it_still_is_somewhere(
    monkeypatch: pytest.MonkeyPatch, hour: int, day: int
) -> None:
    monkeypatch.setattr("align_sync.app.read_clock", lambda: datetime(2026, 12, 31, hour, 59, tzinfo=UTC))
    assert read_today() == date(2026, 12, day)


def test_commands_refuse_rules_that_have_ended(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(f"map = [{{{MAP.replace('2026-12-31', '2020-12-31')}}}]\n", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load(Options(config=file))
    assert "ended on 2020-12-31" in str(caught.value.problems[0])


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (
            'teams = ["Payments", "Serach"]',
            ":2:116: map.0.teams.1: no team of the settings is called Serach; did",
        ),
        (
            "filter = 'team in (Payments, Zebra)'",
            ":2:104: map.0.filter: no team of the settings is called Zebra; that",
        ),
        ('teams = ["payments"]', None),
        ("filter = 'team is empty or team ~ zebra'", None),
    ],
)
def test_a_team_that_is_not_configured_is_a_warning(tmp_path: Path, rule: str, told: str | None) -> None:
    rows = f"teams = [{{name = 'Payments'}}, {{name = 'Search'}}]\nmap = [{{{MAP}, {rule}}}]\n"
    warnings = [str(warning) for warning in load_text(tmp_path, rows).warnings]
    assert len(warnings) == (told is not None)
    assert all(warning.startswith(f"{tmp_path / 'align-sync.toml'}{told}") for warning in warnings)


def test_without_configured_teams_no_team_is_strange(tmp_path: Path) -> None:
    assert load_text(tmp_path, f"map = [{{{MAP}, teams = ['Zebra']}}]\n").warnings == ()


def test_the_defaults_are_those_of_the_manual() -> None:
    policy = Settings().policy
    assert (policy.count_by, policy.grace_days, policy.recent_days) == (Lens.ITEMS, 3, 14)
    assert (policy.exempt_budget, policy.imputed_limit, policy.categories) == (30, 20, ())
    assert Settings().calendar_of("anybody") == CalendarSettings(weekend=(Weekday.SATURDAY, Weekday.SUNDAY))
    assert build_policy(Settings()).is_empty


def test_a_calendar_is_filled_in_from_the_default_one(tmp_path: Path) -> None:
    text = """
        teams = [
            {name = "Rome", days_off = [2026-06-29]},
            {name = "Berlin", calendar = "DE", subdivision = "BE"},
            {name = "Paris", calendar = "FR"},
            {name = "Italy", calendar = "IT", subdivision = ""},
            {name = "Dubai", calendar = "AE", weekend = ["Saturday", "sun", "FRI"]},
            {name = "Always", weekend = []},
        ]
        [calendar]
        country = "IT"
        subdivision = "RM"
        days_off = ["2026-12-24"]
    """
    settings = load_text(tmp_path, text).settings
    rome, berlin, paris, italy, dubai, always = (settings.calendar_of(team.name) for team in settings.teams)
    assert (rome.country, rome.subdivision) == ("IT", "RM")
    assert rome.days_off == (date(2026, 6, 29), date(2026, 12, 24))
    assert (berlin.country, berlin.subdivision, berlin.days_off) == ("DE", "BE", (date(2026, 12, 24),))
    assert (paris.country, paris.subdivision) == ("FR", "")
    assert (italy.country, italy.subdivision) == ("IT", "")
    assert dubai.weekend_numbers == {4, 5, 6}
    assert rome.weekend_numbers == {5, 6}
    assert always.weekend_numbers == set()
    assert settings.calendar_of("elsewhere") == settings.calendar


def test_the_policy_holds_the_rules_in_their_order(tmp_path: Path) -> None:
    text = f"""
        exempt = [{{{EXEMPT}}}, {{{EXEMPT.replace('"e"', '"f"')}, expires_on = 2026-11-23}}]
        [[map]]
        name = "second table form"
        kr = "nps"
        components = ["API"]
        teams = ["A"]
        labels = ["x"]
        sources = ["jira"]
        filter = "points > 3"
        owner = "Ben"
        expires_on = "2026-11-23"
    """
    policy = build_policy(load_text(tmp_path, text).settings)
    (rule,) = policy.mappings
    assert (rule.name, rule.key_result, rule.owner, rule.expires_on) == ("second table form", "nps", "Ben", TODAY)
    assert rule.conditions == Conditions(
        components=("API",), teams=("A",), labels=("x",), sources=("jira",), filter="points > 3"
    )
    assert [(one.name, one.category, one.reason, one.expires_on) for one in policy.exemptions] == [
        ("e", "bug", "they come in", None),
        ("f", "bug", "they come in", TODAY),
    ]
    assert policy.exemptions[0].conditions == Conditions(kinds=("Bug",))
    assert len(policy.on(TODAY + timedelta(days=1)).exemptions) == 1


def test_rules_are_shown_without_what_they_do_not_say(tmp_path: Path) -> None:
    shown = {one.name: one.value for one in list_origins(load_text(tmp_path, f"exempt = [{{{EXEMPT}}}]\n"))}
    assert shown["exempt"] == "[{name = e, kinds = [Bug], category = bug, reason = they come in}]"
    assert shown["calendar.weekend"] == "[sat, sun]"


def test_the_rules_of_the_example_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIGN_SYNC_JIRA__TOKEN", "x")
    monkeypatch.setenv("ALIGN_SYNC_CHANNELS__PAYMENTS__TOKEN", "x")
    text = (ROOT / "config" / "align-sync.toml").read_text(encoding="utf-8")
    loaded = load_text(tmp_path, re.sub(r"(?m)^#(?=\S)", "", text))
    assert [rule.name for rule in loaded.settings.map] == ["checkout is retention"]
    assert [rule.category for rule in loaded.settings.exempt] == ["bug", "on-call"]
    assert list(loaded.settings.channels) == ["payments", "directors", "folder"]
    assert loaded.warnings == ()


def test_the_rules_of_the_manual_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIGN_SYNC_CHANNELS__PAYMENTS__TOKEN", "x")
    manual = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", manual, re.DOTALL)
    settings = load_text(tmp_path, "".join(examples)).settings
    assert len(settings.map) == len(settings.exempt) == 1
    assert list(settings.channels) == ["payments", "directors"]
    assert all(f"`{category}`" in manual for category in CATEGORIES)
    members = {*type(settings.map[0]).model_fields, *type(settings.exempt[0]).model_fields}
    assert [member for member in sorted(members) if f"`{member}`" not in manual] == []
