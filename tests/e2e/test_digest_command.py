"""`align-sync digest` against the sandbox: what Slack gets, once, and in the place of what it had."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from align_sync.demo.sandbox import SLACK_CHANNEL
from tests.e2e.command_line import CommandLine, RunningSandbox


def posted(sandbox: RunningSandbox, ts: str = "") -> list[dict[str, Any]]:
    """All messages of the channel, or of a thread, the oldest first."""
    method = "conversations.replies" if ts else "conversations.history"
    answer = httpx.get(
        f"{sandbox.url_of('slack')}/api/{method}",
        params={"channel": SLACK_CHANNEL, "ts": ts, "include_all_metadata": "true", "limit": 100},
        headers={"Authorization": f"Bearer {sandbox.variables['ALIGN_SYNC_CHANNELS__SANDBOX__TOKEN']}"},
    ).json()
    assert answer["ok"], answer
    found: list[dict[str, Any]] = answer["messages"]
    return found if ts else found[::-1]


def test_a_digest_is_posted_once_with_its_thread_and_changed_in_place(tmp_path: Path) -> None:
    line = CommandLine(tmp_path)
    with line.sandbox() as sandbox:
        line.variables = {**sandbox.variables, "ALIGN_SYNC_DATABASE__URL": f"sqlite:///{tmp_path}/own.db"}
        assert line.run("sync").code == 0
        shown = line.run("digest", "preview", "-t", "platform", "--channel-kind", "slack")
        assert shown.code == 0, shown.err
        assert posted(sandbox) == []
        sent = line.run("digest", "send", "-t", "platform")
        assert sent.code == 0, sent.err
        (main,) = posted(sandbox)
        assert main["metadata"]["event_type"] == "align_sync_digest"
        assert main["metadata"]["event_payload"]["key"]
        assert "Platform" in main["text"]
        thread = posted(sandbox, main["ts"])
        assert len(thread) > 1
        again = line.run("digest", "send", "-t", "platform")
        assert (again.code, len(posted(sandbox))) == (0, 1)
        assert "was made before (news)" in again.out
        forced = line.run("digest", "send", "-t", "Platform", "--force")
        assert forced.code == 0, forced.err
        (changed,) = posted(sandbox)
        assert changed["ts"] == main["ts"]
        assert changed["edited"]
        assert len(posted(sandbox, main["ts"])) == len(thread)
        history = line.run("digest", "history").out
        assert "#2\tnews" in history
        assert "#1\tnews" in history


REFUSED: tuple[tuple[str, list[str], int, str], ...] = (
    ("no team of this name", ["send", "-t", "Nobody"], 2, "no team is called 'Nobody'"),
    ("whose", ["send"], 2, "say whose digest"),
    ("both", ["preview", "-t", "Payments", "--leadership"], 2, "leave -t away"),
    ("another week", ["send", "--leadership", "--week", "2020-W01"], 2, "present week"),
    ("no week", ["resend", "2026-W60", "--leadership"], 2, "'2026-W60' is no week"),
    ("a word for a week", ["resend", "last", "--leadership"], 2, "'last' is no week"),
    ("a week without one", ["resend", "2020-W01", "--leadership", "--yes"], 2, "no digest was made for 2020-W01"),
)


@pytest.mark.parametrize(("arguments", "code", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_wrong_use_is_explained(sample: CommandLine, arguments: list[str], code: int, words: str) -> None:
    ended = sample.run("digest", *arguments)
    assert ended.code == code
    assert words in ended.err


def test_a_preview_writes_files_and_nothing_else(sample: CommandLine, tmp_path: Path) -> None:
    ended = sample.run("digest", "preview", "--leadership", "--language", "it", "--out-dir", str(tmp_path / "d"))
    assert ended.code == 0, ended.err
    assert "tutti i team" in ended.out
    assert {path.name for path in (tmp_path / "d").iterdir()} == {"digest.txt", "digest.json"}
    assert sample.run("digest", "history").err == "no digest was made yet\n"
    assert sample.run_json("digest", "preview", "-t", "Payments", "-f", "json")["team"] == "Payments"


def test_without_a_channel_it_says_so_and_a_file_gets_what_it_serves(sample: CommandLine, tmp_path: Path) -> None:
    ended = sample.run("digest", "send", "-t", "Payments")
    assert ended.code == 0
    assert "no channel serves it" in ended.out
    name = "ALIGN_SYNC_CHANNELS__ARCHIVE__"
    channel = {f"{name}KIND": "file", f"{name}FOLDER": str(tmp_path / "sent"), f"{name}LEADERSHIP": "true"}
    ended = sample.run("digest", "send", "--all", variables=channel)
    assert ended.code == 0, ended.err
    assert "leadership: " in ended.out
    assert len(list((tmp_path / "sent").iterdir())) == 1
