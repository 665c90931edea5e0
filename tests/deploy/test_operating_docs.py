"""What the guide for operators names exists, and what exists is named there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from align_sync.cli.main import COMMANDS
from align_sync.daemon.gauges import list_gauges
from align_sync.flows.watch import Watched
from align_sync.settings_service import Engine
from align_sync.telemetry.metrics import Counter, Duration
from tests.make import NOW

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "operating.md").read_text()
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def table(heading: str) -> list[str]:
    """The names in the first column of the table below a heading."""
    return re.findall(r"^\| `([a-z_.]+)`", TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0], re.MULTILINE)


def logged() -> Iterator[str]:
    for path in (ROOT / "align_sync").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "log"
                and node.func.attr in LEVELS
            ):
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}: an event has a fixed name"
                yield str(node.args[0].value)


def test_every_event_in_the_logs_is_in_the_guide() -> None:
    assert sorted(set(logged())) == table("Log events")


def test_events_are_named_by_a_thing_and_what_happened_to_it() -> None:
    assert [name for name in logged() if not re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)*", name)] == []


def test_every_metric_is_in_the_guide() -> None:
    counters = [f"{one.value.name}_total" for one in Counter]
    durations = [one.value.name for one in Duration]
    gauges = [one.told.name for one in list_gauges(Watched(at=NOW, is_schema_current=True, engine=Engine.INLINE), "")]
    assert table("Probes and metrics") == [*counters, *durations, *gauges]


def test_every_command_in_the_guide_exists() -> None:
    named = set(re.findall(r"`?align-sync ([a-z]+)", TEXT))
    assert named - COMMANDS.keys() == set()
    assert {"doctor", "backup", "restore", "health", "serve"} <= named
