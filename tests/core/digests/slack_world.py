"""Digests for Slack with telling defaults, and every check that a message has to pass."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft7Validator

from align_sync.demo.fake_slack.blocks import check_blocks
from align_sync.digests.model import (
    ChangeNote,
    ChangeSort,
    Digest,
    DigestKind,
    DigestState,
    Fix,
    ItemNote,
    KeyResultNote,
    SourceNote,
    TeamNote,
    WeekPoint,
)
from align_sync.digests.render.message import Message
from align_sync.digests.render.slack_text import size_of
from align_sync.reports.model import Lens

SCHEMA = Path(__file__).parents[3].parent / "shared" / "specs" / "slack-blocks.schema.json"
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
LARGEST_BLOCKS = 13_000
COVERAGE = (0.5, 0.55, None, 0.6, 0.62, 0.61, 0.7, 0.72, 0.75, 0.74, 0.741, 0.784)
SPEAKS = re.compile(r"<[!@#]|<https?:|@(?:here|channel|everyone)")


def make_note(number: int = 412, title: str = "Migrate the ledger exporter", **changes: Any) -> ItemNote:
    key = f"PAY-{number}"
    values: dict[str, Any] = {
        "key": key,
        "title": title,
        "team": "Payments",
        "points": 8.0,
        "address": f"https://jira.example/browse/{key}",
        "fixes": (Fix(command=f"align-sync link add {key} KR-2.3 --reason ...", key_result="KR-2.3"),),
    }
    return ItemNote(**values | changes)


def make_team(name: str, coverage: float | None = 0.83, unlinked: int = 4) -> TeamNote:
    return TeamNote(team=name, coverage=coverage, coverage_before=0.79, unlinked=unlinked, unlinked_before=6)


def make_digest(**changes: Any) -> Digest:
    """A week with something of everything."""
    notes = tuple(make_note(number) for number in range(1, 15))
    values: dict[str, Any] = {
        "kind": DigestKind.TEAM,
        "team": "Payments",
        "week": "2026-W48",
        "timezone": "Europe/Rome",
        "made_at": NOW,
        "data_as_of": NOW,
        "state": DigestState.NEWS,
        "goal": 0.8,
        "warn": 0.7,
        "lens": Lens.POINTS,
        "coverage": 0.784,
        "unlinked": 14,
        "unlinked_hash": "x",
        "coverage_before": 0.741,
        "unlinked_before": 23,
        "before_week": "2026-W47",
        "largest": tuple(make_note(number, right_key="KR-2.3") for number in range(1, 6)),
        "unlinked_items": notes,
        "dead_links": (make_note(9, wrong_name="okr/ret-09", right_key="ret90"), make_note(8, wrong_name="okr/x")),
        "idle": tuple(KeyResultNote(key=f"KR-{n}", title="Chargebacks fall", team="Payments") for n in range(5)),
        "in_danger": (KeyResultNote(key="KR-7", title="Refunds", team="", health="off track", progress=0.4),),
        "changes": (
            ChangeNote(sort=ChangeSort.NOW_UNLINKED, key="PAY-1", title="Export", team="Payments"),
            ChangeNote(
                sort=ChangeSort.NOW_LINKED, key="PAY-2", title="Refund", team="Payments", serves=("KR-2.3", "KR-1")
            ),
        ),
        "expiring": (make_note(3, because="2026-11-27"), make_note(4, because="soon")),
        "trend": tuple(
            WeekPoint(label=f"2026-W{week}", coverage=share) for week, share in enumerate(COVERAGE, start=37)
        ),
        "sources": (SourceNote(source="jira", state="fresh", complete_at=NOW),),
    }
    return Digest(**values | changes)


def check(messages: tuple[Message, ...], *, with_schema: bool = True) -> None:
    """Raises `AssertionError` for whatever Slack, or a reader, would not take. The schema takes its time."""
    for message in messages:
        payload = message.payload
        assert set(payload) == {"text", "blocks", "plain_blocks"}
        text = payload["text"]
        assert isinstance(text, str)
        assert 0 < size_of(text) <= 4_000
        for name in ("blocks", "plain_blocks"):
            _check_blocks(payload[name], with_schema=with_schema)
        assert {block["type"] for block in blocks_of(message, "plain_blocks")} <= {"header", "section", "context"}
        for said in texts_in(payload):
            # What Slack may read as markup is what we wrote: links of items are the only ones.
            assert not SPEAKS.search(re.sub(r"<https?://[^\s<>|]+\|[^<>|\n]+>", "", said)), said


def _check_blocks(blocks: Any, *, with_schema: bool) -> None:
    assert check_blocks(blocks) == ()
    assert 1 <= len(blocks) <= 50
    assert len({block["block_id"] for block in blocks}) == len(blocks)
    assert len(orjson.dumps(blocks)) <= LARGEST_BLOCKS
    for block in blocks if with_schema else ():
        # Slack's own types do not know the chart yet; by its kind a block is checked far quicker than by all of them.
        if (validator := _validators().get(block["type"])) is not None:
            assert [error.message for error in validator.iter_errors(block)] == []
            continue
        assert block["type"] == "data_visualization" or not SCHEMA.exists()


@cache
def _validators() -> dict[str, Draft7Validator]:
    """By the type of a block; none where the schema is not at hand."""
    if not SCHEMA.exists():
        return {}
    schema = orjson.loads(SCHEMA.read_bytes())
    kinds = {
        one["properties"]["type"]["const"]: name
        for name, one in schema["definitions"].items()
        if name.endswith("Block") and "properties" in one
    }
    return {
        kind: Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": schema["definitions"]})
        for kind, name in kinds.items()
    }


def blocks_of(message: Message, name: str = "blocks") -> list[dict[str, Any]]:
    blocks = message.payload[name]
    assert isinstance(blocks, list)
    return blocks


def texts_in(value: object) -> Iterator[str]:
    """Every text that is shown, wherever it stands; addresses of links are none."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in {"type", "block_id", "url"}:
                yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def addresses_in(value: object) -> Iterator[str]:
    """Every address that a reader can be led to."""
    if isinstance(value, str):
        yield from re.findall(r"<(https?:[^|>]*)", value)
    elif isinstance(value, dict):
        if isinstance(url := value.get("url"), str):
            yield url
        for inner in value.values():
            yield from addresses_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from addresses_in(inner)


def count_lines(message: Message, name: str = "blocks") -> int:
    """What is seen, in lines: a chart is one."""
    total = 0
    for block in blocks_of(message, name):
        if block["type"] == "rich_text":
            written = "".join(str(part.get("text")) for one in block["elements"] for part in one["elements"])
            total += written.count("\n") + 1
        elif block["type"] == "section":
            total += block["text"]["text"].count("\n") + 1
        else:
            total += 1
    return total
