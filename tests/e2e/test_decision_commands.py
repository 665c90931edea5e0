"""What people decide on the command line: it holds at once, is listed with who and why, and can be taken back."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from align_sync.app import read_clock
from align_sync.demo.story import MATCHES_NOTHING
from tests.e2e.command_line import CommandLine

ANNA = ("--author", "Anna Conti", "--reason", "we talked it over in the planning")
LATER = str((read_clock() + timedelta(days=40)).date())


@pytest.fixture
def line(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


def find(line: CommandLine, key: str, *arguments: str) -> dict[str, object]:
    items = line.run_json("report", "--json", *arguments)["items"]
    found: dict[str, object] = next(item for item in items if item["key"] == key)
    return found


def decided(line: CommandLine, *arguments: str) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = line.run_json(*arguments, "--json")["decisions"]
    return listed


def test_a_link_holds_at_once_is_listed_and_can_be_removed(sample: CommandLine) -> None:
    added = sample.run("link", "add", "PAY-412", "kr-2.1", "--share", "0.4", *ANNA)
    assert (added.code, added.err) == (0, "")
    assert "PAY-412 Move the ledger export to the batch API: linked to KR-2.1" in added.out
    assert "now direct: linked by Anna Conti" in added.out
    assert find(sample, "PAY-412")["bucket"] == "direct"
    (listed,) = decided(sample, "link", "list", "--item", "PAY-412")
    assert (listed["what"], listed["author"]) == ("KR-2.1 (0.4 of it)", "Anna Conti")
    assert {one["key"] for one in decided(sample, "link", "list")} == {"PAY-412", "PAY-415", "CARE-107"}

    again = sample.run("link", "add", "PAY-412", "KR-2.1", "--share", "0.4", *ANNA)
    assert "nothing changed" in again.out
    removed = sample.run("link", "remove", "PAY-412", "KR-2.1", "--author", "Ben", "--reason", "it was another one")
    assert (removed.code, removed.err) == (0, "")
    assert find(sample, "PAY-412")["bucket"] == "unlinked"
    assert decided(sample, "link", "list", "--item", "PAY-412") == []
    (ended,) = decided(sample, "link", "list", "--item", "PAY-412", "--all")
    assert (ended["ended_by"], ended["end_reason"]) == ("Ben", "it was another one")


def test_an_exemption_is_inherited_listed_and_can_be_ended(sample: CommandLine) -> None:
    added = sample.run("exempt", "add", "PAY-260", "--category", "ktlo", "--until", LATER, *ANNA)
    assert added.code == 0, added.err
    below = find(sample, "PAY-413")
    assert below["bucket"] == "exempt"
    assert f"inherited from PAY-260: exempt as ktlo, by Anna Conti: {ANNA[3]}, until {LATER}" in str(below["because"])
    rows = list(csv.DictReader(io.StringIO(sample.run("exempt", "list", "-o", "csv").out)))
    assert {(row["key"], row["what"]) for row in rows} == {
        ("PLAT-90", "upgrade"), ("MOB-81", "discovery"), ("PAY-260", "ktlo"),
    }  # fmt: skip
    assert {row["until"] for row in rows if row["key"] == "PAY-260"} == {LATER}

    assert sample.run("exempt", "expire", "PAY-260", *ANNA).code == 0
    assert find(sample, "PAY-413")["bucket"] == "unlinked"
    assert {one["key"] for one in decided(sample, "exempt", "list")} == {"PLAT-90", "MOB-81"}


def test_a_dispute_marks_the_item_until_it_is_withdrawn(sample: CommandLine) -> None:
    def disputed() -> set[str]:
        return {item["key"] for item in sample.run_json("report", "--disputed", "--json")["items"]}

    assert disputed() == {"PAY-427"}
    assert sample.run("dispute", "MOB-79", *ANNA).code == 0
    assert disputed() == {"PAY-427", "MOB-79"}
    assert find(sample, "MOB-79")["bucket"] == "inherited"
    assert sample.run("dispute", "MOB-79", "--withdraw", *ANNA).code == 0
    assert disputed() == {"PAY-427"}


REFUSED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("an item that is not there", "link add PAY-4120 KR-2.1 --reason why", ("PAY-4120",)),
    ("a key that is mistyped", "link add PAY-412 KR2.1 --reason why", ("no key result 'KR2.1'", "did you mean KR-2.1")),
    ("a key result that is closed", "link add PAY-412 KR-2.2 --reason why", ("closed", "its successor is KR-2.3")),
    ("a reason of dots", "link add PAY-412 KR-2.1 --reason ...", ("--reason: a reason is missing", "say why")),
    ("no reason", "link add PAY-412 KR-2.1", ("--reason",)),
    ("a share above 1", "link add PAY-412 KR-2.1 --reason why --share 2", ("--share",)),
    ("a link that is of the tracker", "link remove PAY-405 KR-2.1 --reason why", ("PAY-405", "remove the label")),
    ("a category that is mistyped", "exempt add PAY-412 --category bugs --reason why", ("did you mean bug?",)),
    ("a day that is none", "exempt add PAY-412 --category bug --reason why --until soon", ("--until: 'soon'", "2026-")),
    ("a day that is over", "exempt add PAY-412 --category bug --reason why --until 2020-01-01", ("is over", "--until")),
    ("an exemption by rule", "exempt expire MOB-86 --reason why", ("MOB-86", "in the settings")),
    ("a dispute of nobody", "dispute PAY-412 --withdraw --reason why", ("nobody disputes",)),
    ("a beginning ahead", "link add PAY-412 KR-2.1 --reason why --since 2099-01-01", ("--since", "yet to come")),
)


@pytest.mark.parametrize(("words", "told"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_be_is_refused_with_what_where_and_next(
    sample: CommandLine, words: str, told: tuple[str, ...]
) -> None:
    ended = sample.run(*words.split())
    assert (ended.code, ended.out) == (2, "")
    assert [one for one in told if one not in ended.err] == []
    assert "Traceback" not in ended.err


def test_rules_exit_with_1_where_one_is_odd_and_with_0_where_none_is(sample: CommandLine) -> None:
    odd = sample.run("rules", "--json")
    assert (odd.code, odd.err) == (1, "")
    assert [line["name"] for line in orjson.loads(odd.out) if line["warning"]] == [MATCHES_NOTHING]
    plain = sample.run("rules")
    assert "exemption rule bugs on phones (bug): matches 3, decides 3" in plain.out.splitlines()
    assert f"warning: {MATCHES_NOTHING} matches none of 92 items" in plain.err
    (sample.folder / "none.toml").write_text("")
    none = sample.run("--config", "none.toml", "rules")
    assert (none.code, none.out) == (0, "")
    assert "no rule" in none.err


def test_sync_says_what_the_rules_match_where_they_changed_and_is_silent_else(line: CommandLine) -> None:
    with line.sandbox() as sandbox:
        line.variables = sandbox.variables
        first, second = line.run("sync"), line.run("sync")
        config = line.folder / "out" / "sandbox.toml"
        config.write_text(config.read_text().replace('"dependencies"', '"security"'))
        third = line.run_json("sync", "--json")
        served = line.run("serve", "--once")
    assert "mapping rule checkout is speed" in first.out
    assert f"warning: {MATCHES_NOTHING}" in first.err
    assert "rule" not in second.out + second.err
    assert {rule["name"]: rule["matched"] for rule in third["rules"]}["dependency upgrades"] == 1
    assert "exemption rule security (security): matches 1, decides 0" in served.out
    assert f"warning: {MATCHES_NOTHING}" in served.err
