"""The rules of the house that a machine keeps: lengths, names, budgets, documentation, locks."""

import ast
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from align_sync.cli.lazy import LazyGroup, load_from
from align_sync.cli.main import COMMANDS, load_command
from align_sync.errors import AlignSyncError
from align_sync.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "align_sync"
LONGEST_MODULE = 500
LONGEST_FUNCTION = 60
LARGEST_MEDIAN = 130
README_LINES = 150

BUDGETS = {"# type: ignore": 1, "# noqa": 18, "pragma: no cover": 0, "pytest.mark.xfail": 0}
"""How often each is used; one more is a line that a review sees."""

FORBIDDEN_NAMES = {
    "data", "info", "obj", "item2", "manager", "helper", "handler", "misc", "common", "tmp", "utils", "core",
    "services",
}  # fmt: skip


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file()]


def sources() -> list[Path]:
    return [path for path in tracked("*.py") if path.is_relative_to(PACKAGE)]


def test_no_module_is_over_500_lines() -> None:
    long = {
        str(p.relative_to(ROOT)): n for p in tracked("*.py") if (n := len(p.read_text().splitlines())) > LONGEST_MODULE
    }
    assert long == {}


def test_the_median_module_stays_short() -> None:
    lengths = sorted(n for p in sources() if (n := len(p.read_text().splitlines())) > 1)
    assert lengths[len(lengths) // 2] <= LARGEST_MEDIAN


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def test_no_function_is_over_60_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.name} {node.end_lineno - node.lineno + 1}"
        for path in sources()
        for node in functions(path)
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_names_that_say_nothing_are_not_used() -> None:
    found = []
    for path in sources():
        if path.stem in FORBIDDEN_NAMES or (path.stem == "base" and path.parent.name not in {"trackers", "delivery"}):
            found.append(str(path.relative_to(ROOT)))
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(node, "name", None) or (node.id if isinstance(node, ast.Name) else None)
            if isinstance(name, str) and name in FORBIDDEN_NAMES:
                found.append(f"{path.relative_to(ROOT)}: {name}")
    assert found == []


def test_exceptions_to_the_rules_stay_within_their_budget() -> None:
    used = Counter[str]()
    for path in tracked("*.py"):
        if path.name != Path(__file__).name:
            text = path.read_text()
            used.update({mark: text.count(mark) for mark in BUDGETS})
    assert {mark: used[mark] for mark in BUDGETS} == BUDGETS


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(p.relative_to(ROOT))
        for p in sources()
        if p.read_text().strip() and not ast.get_docstring(ast.parse(p.read_text()))
    ]
    assert silent == []


def test_every_error_says_what_its_caller_does() -> None:
    def below(kind: type[AlignSyncError]) -> Iterator[type[AlignSyncError]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    assert [
        kind.__name__ for kind in below(AlignSyncError) if kind.__module__ == "align_sync.errors" and not kind.__doc__
    ] == []


def walk_commands() -> Iterator[tuple[str, click.Command]]:
    for name in COMMANDS:
        command = load_command(name)
        yield name, command
        if isinstance(command, LazyGroup):
            yield from ((f"{name} {child}", load_from(command.table, child)) for child in command.table)
        elif isinstance(command, click.Group):
            for child_name, child in command.commands.items():
                yield f"{name} {child_name}", child


@pytest.mark.parametrize(("name", "command"), list(walk_commands()))
def test_every_command_and_option_has_help(name: str, command: click.Command) -> None:
    assert command.help, name
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help or parameter.name == "form", f"{name} {parameter.name}"


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "commands.md").read_text() + (ROOT / "README.md").read_text()
    assert [
        name
        for name, command in walk_commands()
        if f"align-sync {name}" not in text and not isinstance(command, click.Group)
    ] == []


def setting_names() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        part = getattr(field.annotation, "model_fields", None)
        if part is None:
            yield name
        else:
            yield from (f"{name}.{inner}" for inner in part)


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    assert [name for name in setting_names() if f"`{name}`" not in text] == []


def test_the_readme_is_short_and_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) < README_LINES
    assert "make run" in text
    assert "make test" in text


def requirement_names(lines: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~! ;]", line, maxsplit=1)[0].lower().replace("_", "-") for line in lines}


def test_every_dependency_is_locked_by_hash_and_without_an_index_address() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["postgres"]]
    wanted = {"requirements.lock": runtime, "requirements-dev.lock": [*runtime, *project["dependency-groups"]["dev"]]}
    for file, requirements in wanted.items():
        text = (ROOT / file).read_text()
        assert "://" not in text
        pinned = re.findall(
            r"^([a-z0-9.-]+)(?:\[[a-z, ]+\])?==\S+( ; [^\\]*)? \\\n    --hash=sha256:", text, re.MULTILINE
        )
        assert requirement_names(requirements) <= {name for name, _ in pinned}, file
        # without its extras a pin does not hold for pip: `coverage[toml]` would be the newest, which has no hash here
        extras = {line.split("]")[0] for line in requirements if "[" in line}
        assert {one for one in extras if not re.search(rf"^{re.escape(one)}[],]", text, re.MULTILINE)} == set()


def test_the_project_speaks_of_itself_alone() -> None:
    foreign = re.compile(r"pypi\.org|(?<!emit-)index-url|/root/|claude|anthropic|openai", re.IGNORECASE)
    own = Path(__file__).name
    texts = tracked("*.py", "*.md", "*.toml", "*.yaml", "*.yml", "*.lock", "Makefile", "Dockerfile", "*.html", "*.json")
    assert [
        str(p.relative_to(ROOT)) for p in texts if p.name != own and foreign.search(p.read_text(errors="replace"))
    ] == []
