"""validate, plan, apply, diff and template as people run them, in one process."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from align_sync.cli.main import invoke
from tests.make import make_sprint
from tests.store.told_world import made, told_world

HEAD = """\
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata: {name: payments}
spec:
  team: payments
  period: 2026-Q4
  objectives:
    - id: O-1
      title: Customers stay with us
      keyResults:
"""
RET = "{id: ret90, title: Retention rises, metric: {baseline: 68, target: 80}}"
ACT = "{id: act5, title: More are active}"

Ended = tuple[int, str, str]
Run = Callable[..., Ended]


class Terminal(io.StringIO):
    """What a person types, line by line."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit code, standard output and standard error of a command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALIGN_SYNC_DATABASE__URL", f"sqlite:///{tmp_path / 'a.db'}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)

    def run_command(*arguments: str, typed: str | None = None) -> Ended:
        monkeypatch.setattr("sys.stdin", io.StringIO() if typed is None else Terminal(typed))
        capsys.readouterr()
        code = invoke(["okr", *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run_command


def write(*entries: str) -> None:
    text = HEAD + "".join(f"        - {entry}\n" for entry in entries)
    Path("okrs.yaml").write_text(text, encoding="utf-8")


def fingerprint_in(told: str) -> str:
    found = re.search(r"--plan ([0-9a-f]{12})", told)
    assert found, told
    return found[1]


class TestValidate:
    def test_sound_files_are_counted(self, run: Run) -> None:
        write(RET, ACT)
        assert run("validate", "okrs.yaml") == (0, "sound: 1 objective, 2 key results from 1 file\n", "")

    def test_every_problem_is_told_with_its_place_and_what_is_sound_is_counted(self, run: Run) -> None:
        write(RET, "{id: no, title: x}", "{id: b, titel: x}")
        code, out, err = run("validate", ".", "nowhere")
        assert (code, out) == (2, "4 problems; sound: 1 objective, 1 key result from 1 file\n")
        assert "nowhere: no such file or folder" in err
        assert "okrs.yaml:12:16: spec.objectives[0].keyResults[1].id: no without quotes is a truth value" in err
        assert "okrs.yaml:13:19: spec.objectives[0].keyResults[2]: unknown key `titel`" in err

    def test_as_json(self, run: Run) -> None:
        write(RET, "{id: no, title: x}")
        code, out, _ = run("validate", "okrs.yaml", "--json")
        told = json.loads(out)
        assert (code, told["schema_version"], told["files"]) == (2, "1.0", 1)
        assert told["sound"] == {"objectives": 1, "key_results": 1}
        assert [problem["where"] for problem in told["problems"]] == ["okrs.yaml:12:16"]
        assert told["problems"][0]["advice"] == 'put it in quotes: "no"'

    def test_the_files_of_the_settings_are_meant_where_none_is_named(self, run: Run) -> None:
        code, _, err = run("validate")
        assert (code, "no file or folder is named" in err) == (2, True)
        write(RET)
        Path("align-sync.toml").write_text('okrs = ["okrs.yaml"]\n', encoding="utf-8")
        assert run("validate")[:2] == (0, "sound: 1 objective, 1 key result from 1 file\n")


class TestPlanAndApply:
    def test_the_plan_names_the_command_that_applies_exactly_it(self, run: Run) -> None:
        write(RET, ACT)
        code, out, err = run("plan", "okrs.yaml")
        assert code == 0
        assert out.splitlines() == [
            "1 objective, 2 key results from 1 file: 3 created, 0 changed, 0 removed, 0 unchanged",
            "  + objective O-1  Customers stay with us",
            "  + key result act5  More are active",
            "  + key result ret90  Retention rises",
        ]
        assert f"align-sync okr apply okrs.yaml --plan {fingerprint_in(err)}" in err
        assert run("diff")[0] == 2  # nothing was written
        code, out, err = run("apply", "okrs.yaml", "--plan", fingerprint_in(err))
        assert (code, err) == (0, "")
        assert "3 created" in out
        assert run("plan", "okrs.yaml")[1:] == ("1 objective, 2 key results from 1 file: nothing changed\n", "")

    def test_another_plan_is_shown_and_refused(self, run: Run) -> None:
        write(RET)
        _, _, err = run("plan", "okrs.yaml")
        write(RET, ACT)
        code, out, again = run("apply", "okrs.yaml", "--plan", fingerprint_in(err))
        assert code == 2
        assert "  + key result act5  More are active" in out
        assert "no longer" in again
        assert run("apply", "okrs.yaml", "--plan", fingerprint_in(again))[0] == 0

    def test_without_a_terminal_the_plan_is_shown_and_nothing_applied(self, run: Run, tmp_path: Path) -> None:
        write(RET)
        code, out, err = run("apply", "okrs.yaml")
        assert code == 2
        assert "+ key result ret90" in out
        assert "nobody is here to agree" in err
        assert f"align-sync okr apply okrs.yaml --plan {fingerprint_in(err)}" in err
        assert run("apply", "okrs.yaml", "--yes")[0] == 0
        assert run("apply", "okrs.yaml")[0] == 0  # nothing to agree to
        assert tmp_path.joinpath("a.db").exists()

    def test_on_a_terminal_one_question_is_asked(self, run: Run) -> None:
        write(RET)
        code, out, err = run("apply", "okrs.yaml", typed="n\n")
        assert (code, "apply this plan?" in out + err) == (2, True)
        assert "nothing was applied" in err
        code, out, _ = run("apply", "okrs.yaml", typed="y\n")
        assert (code, "2 created" in out) == (0, True)

    def test_a_removal_that_costs_links_is_a_question_of_its_own(self, run: Run, tmp_path: Path) -> None:
        write(RET, ACT)
        run("apply", "okrs.yaml", "--yes")
        with told_world(f"sqlite:///{tmp_path / 'a.db'}") as world:
            world.tell(made("PAY-1", "okr/ret90"), sprints=[make_sprint("42")])
            world.link()
        write(ACT)
        assert "takes away what items are linked to: ret90 (1 item)" in run("plan", "okrs.yaml")[1]
        code, _, err = run("apply", "okrs.yaml", "--yes")
        assert (code, "--allow-removal" in err) == (2, True)
        code, out, err = run("apply", "okrs.yaml", typed="y\nn\n")
        assert (code, "remove ret90 (1 item), and lose these links?" in out + err) == (2, True)
        assert "(LINKED: 1 item loses it)" in out
        assert run("apply", "okrs.yaml", typed="y\ny\n")[0] == 0

    def test_no_question_is_asked_in_an_automatic_run(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        write(RET)
        monkeypatch.setenv("CI", "true")
        assert run("apply", "okrs.yaml", typed="y\n")[0] == 2

    def test_another_target_is_asked_for_its_reason(self, run: Run) -> None:
        write(RET)
        run("apply", "okrs.yaml", "--yes")
        write(RET.replace("80", "76"))
        code, out, err = run("plan", "okrs.yaml")
        assert (code, "needs a reason, as it changes what was agreed: ret90 (metric.target)" in out) == (0, True)
        assert err.rstrip().endswith('--reason "..."')
        code, _, err = run("apply", "okrs.yaml", "--yes")
        assert (code, 'say why: --reason "..."' in err) == (2, True)
        assert run("apply", "okrs.yaml", typed="the market shrank\ny\n")[0] == 0
        code, out, _ = run("diff")
        assert ": the market shrank" in out
        assert "metric.target: 80 -> 76" in out
        write(RET.replace("80", "77"))
        assert run("apply", "okrs.yaml", "--reason", "it grew", typed="y\n")[0] == 0

    def test_the_plan_as_json(self, run: Run) -> None:
        write(RET)
        run("apply", "okrs.yaml", "--yes")
        write(RET.replace("80", "76"), ACT)
        code, out, err = run("plan", "okrs.yaml", "--json")
        told = json.loads(out)
        assert (code, told["schema_version"], told["unchanged"], told["removed"]) == (0, "1.0", 1, [])
        assert [entry["key"] for entry in told["created"]] == ["act5"]
        assert told["changed"][0]["fields"] == [{"name": "metric.target", "before": 80, "after": 76}]
        assert told["needs_reason"] == [{"key": "ret90", "fields": ["metric.target"]}]
        assert told["command"] == f'align-sync okr apply okrs.yaml --plan {told["fingerprint"]} --reason "..."'
        assert told["fingerprint"] in err
        run("apply", "okrs.yaml", "--yes", "--reason", "x")
        assert json.loads(run("plan", "okrs.yaml", "--json")[1])["command"] is None

    def test_the_plan_goes_to_a_file(self, run: Run) -> None:
        write(RET)
        _, out, err = run("plan", "okrs.yaml", "--out", "plan.txt")
        assert (out, "written to plan.txt" in err) == ("", True)
        assert "+ key result ret90" in Path("plan.txt").read_text(encoding="utf-8")

    def test_options_that_mean_nothing_together_are_refused(self, run: Run) -> None:
        write(RET)
        assert "goes with --yes" in run("apply", "okrs.yaml", "--allow-removal")[2]
        assert run("apply", "okrs.yaml", "--yes", "--since", "tomorrow")[0] == 2

    def test_it_holds_since_an_earlier_day_where_that_is_said(self, run: Run) -> None:
        write(RET)
        assert run("apply", "okrs.yaml", "--yes", "--since", "2026-10-01", "--author", "giulia")[0] == 0
        _, out, _ = run("diff", "--log")
        assert "by giulia, in force since Thu 1 Oct 2026" in out


class TestDiff:
    @pytest.fixture(autouse=True)
    def _applied(self, run: Run) -> None:
        write(RET, ACT)
        run("apply", "okrs.yaml", "--yes", "--author", "giulia")
        write(RET.replace("ret90", "stay, formerly: [ret90]"), ACT)
        run("apply", "okrs.yaml", "--yes", "--author", "luca", "--reason", "a better name")

    def test_the_last_two_versions(self, run: Run) -> None:
        code, out, _ = run("diff")
        first, second, *rest = out.splitlines()
        assert code == 0
        assert re.fullmatch(r"from  version 1, applied .* by giulia", first)
        assert re.fullmatch(r"to    version 2, applied .* by luca: a better name", second)
        assert rest == [
            "0 created, 1 changed, 0 removed, 2 unchanged",
            "  ~ key result stay  Retention rises  (was ret90)",
            "      key: ret90 -> stay",
            "      formerly: nothing -> [ret90]",
        ]

    def test_the_log_of_one_key_result_under_its_old_name(self, run: Run) -> None:
        _, out, _ = run("diff", "--log", "RET90")
        assert [line[:9] for line in out.splitlines() if not line.startswith(" ")] == ["version 2", "version 1"]
        assert "act5" not in out
        assert [line for line in run("diff", "--log")[1].splitlines() if "act5" in line] == [
            "  + key result act5  More are active"
        ]

    def test_as_json(self, run: Run) -> None:
        told = json.loads(run("diff", "--json", "stay")[1])
        assert (told["schema_version"], told["key"], told["before"]["number"]) == ("1.0", "stay", 1)
        assert [one["reason"] for one in told["versions"]] == ["a better name"]
        assert told["changed"][0]["key_before"] == "ret90"
        log = json.loads(run("diff", "--json", "--log")[1])
        assert [one["applied_by"] for one in log["versions"]] == ["luca", "giulia"]

    def test_between_two_days(self, run: Run) -> None:
        _, out, _ = run("diff", "--from", "2026-01-01", "act5")
        assert out.splitlines()[0] == "from  before the first version"
        assert "  + key result act5  More are active" in out
        assert run("diff", "act5")[1].splitlines()[-1] == "nothing changed"
        code, _, err = run("diff", "--to", "2026-01-01")
        assert (code, "no book was in force then" in err) == (2, True)
        assert "--log lists all versions" in run("diff", "--log", "--from", "7d")[2]


class TestTemplate:
    def test_what_it_writes_is_sound(self, run: Run) -> None:
        code, out, err = run("template", "--out", "new.yaml", "--team", "Customer success", "--language", "it")
        assert (code, out, "okr validate new.yaml" in err) == (0, "", True)
        assert run("validate", "new.yaml")[0] == 0
        assert "id: CS-1" in Path("new.yaml").read_text(encoding="utf-8")

    def test_a_file_that_is_there_stays_unless_forced(self, run: Run) -> None:
        Path("mine.yaml").write_text("mine", encoding="utf-8")
        code, _, err = run("template", "--out", "mine.yaml")
        assert (code, "add --force" in err) == (2, True)
        assert Path("mine.yaml").read_text(encoding="utf-8") == "mine"
        assert run("template", "--out", "mine.yaml", "--force")[0] == 0
        assert "OKRSet" in Path("mine.yaml").read_text(encoding="utf-8")

    def test_it_is_printed_for_the_period_that_is_named(self, run: Run) -> None:
        code, out, _ = run("template", "--period", "2027-H1", "--owner", "giulia", "--level", "company")
        assert code == 0
        assert "due: 2027-06-30" in out
        assert 'owner: "giulia"' in out

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (("--period", "soon"), "is no period"),
            (("--team", "x" * 300), "one short line"),
            (("--team", ""), "one short"),
        ],
    )
    def test_what_no_file_could_hold_is_refused(self, run: Run, arguments: tuple[str, ...], told: str) -> None:
        code, out, err = run("template", *arguments)
        assert (code, out, told in err) == (2, "", True)


class TestPublish:
    SETTINGS = """
    [[metrics]]
    name = "ret"
    kind = "manual"
    unit = "percent"
    """
    METRIC = "{unit: percent, baseline: 68, baselineOn: 2026-10-01, target: 80, source: 'manual:ret'}"

    @pytest.fixture(autouse=True)
    def _applied(self, run: Run) -> None:
        Path("align-sync.toml").write_text(dedent(self.SETTINGS), encoding="utf-8")
        title = "Retention after 90 days rises from 68 % to 80 %"
        write(f"{{id: ret90, title: {title}, owner: ana, due: 2026-12-31, metric: {self.METRIC}}}")
        run("apply", "okrs.yaml", "--yes", "--author", "giulia")

    def test_what_stops_it_is_told_with_the_gate_and_ends_with_1(self, run: Run) -> None:
        code, out, err = run("publish")
        assert (code, err) == (1, "")
        assert re.search(
            r"^FAILED +measurability: read the register, for 1 active key result: 1 declared$", out, re.MULTILINE
        )
        assert "    ret90: the metric ret is declared and was never verified" in out
        assert re.search(r"^NOT CHECKED +baselines: read 0 stated baselines", out, re.MULTILINE)
        assert "    not checked: ret90: its source tells no value of an earlier day" in out
        assert re.search(r"^not published: \d+ faults$", out, re.MULTILINE)

    def test_once_the_gates_are_open_it_is_published(self, run: Run) -> None:
        levels = "\n".join(f'{name} = "off"' for name in ("no-owner", "too-few-key-results", "orphan"))
        toml = Path("align-sync.toml")
        toml.write_text(toml.read_text(encoding="utf-8") + f"\n[lint.levels]\n{levels}\n", encoding="utf-8")
        assert run("metrics", "verify", "ret", "--evidence", "https://wiki.example", "--reason", "I looked")[0] == 0
        assert "nothing was published (--dry-run)" in run("publish", "--dry-run")[1]
        code, out, _ = run("publish", "--author", "zoe", "--reason", "Q4")
        assert code == 0, out
        assert re.search(r"^published .* by zoe: the version that giulia applied$", out, re.MULTILINE)
        told = json.loads(run("publish", "--author", "zoe", "--json")[1])
        assert (told["published_by"], told["applied_by"]) == ("zoe", "giulia")
        assert [(gate["name"], gate["state"]) for gate in told["gates"]] == [
            ("lint", "passed"),
            ("measurability", "passed"),
            ("baselines", "not checked"),
        ]

    def test_a_long_list_is_cut_and_json_has_all_of_it(self, run: Run) -> None:
        write(*(f"{{id: kr{number}, title: Work on it, owner: ana}}" for number in range(60)))
        run("apply", "okrs.yaml", "--yes", "--allow-removal", "--reason", "x")
        code, out, _ = run("publish")
        assert (code, "    and 10 faults; --json has them all" in out) == (1, True)
        told = json.loads(run("publish", "--json")[1])
        assert (len(told["gates"][1]["faults"]), told["published_at"]) == (60, None)
