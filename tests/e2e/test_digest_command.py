"""`align-sync digest`: what Slack gets, once, and in the place of what it had; what is refused, and how it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from align_sync.app import read_clock
from align_sync.cli import exit_codes
from align_sync.demo.fake_slack import BOT_TOKEN, WEBHOOK_PATH, FakeSlack, SlackWorkspace
from align_sync.demo.faults import Fault, Reset
from align_sync.demo.http_server import FakeServer
from tests.e2e.command_line import CommandLine

CHANNEL = "ALIGN_SYNC_CHANNELS__OKR__"


@contextmanager
def pretended_slack(line: CommandLine) -> Iterator[tuple[SlackWorkspace, FakeServer]]:
    """Every team's digest, and the roll-up, go to a channel of it; over its incoming webhook with `WEBHOOK`."""
    workspace = SlackWorkspace(read_clock, name="Acme Pay", webhook_channel="C1")
    workspace.add_channel("C1", "okr-digest")
    with FakeServer(FakeSlack(workspace)) as server:
        told = {"KIND": "slack", "TO": '["C1"]', "TOKEN": BOT_TOKEN, "API_URL": f"{server.url}/api", "TEAMS": '["*"]'}
        line.variables |= {f"{CHANNEL}{name}": value for name, value in told.items()}
        yield workspace, server


def test_a_digest_is_posted_once_with_its_thread_and_changed_in_place(sample: CommandLine) -> None:
    with pretended_slack(sample) as (workspace, _):
        shown = sample.run("digest", "preview", "-t", "platform", "--channel-kind", "slack")
        assert shown.code == 0, shown.err
        assert not workspace.messages
        sent = sample.run("digest", "send", "-t", "platform")
        assert sent.code == 0, sent.err
        main, *thread = workspace.messages.values()
        assert main.metadata is not None
        assert main.metadata["event_type"] == "align_sync_digest"
        assert "Platform" in main.text
        assert [one.thread_ts for one in thread] == [main.ts] * len(thread)
        assert thread
        again = sample.run("digest", "send", "-t", "platform")
        assert (again.code, len(workspace.messages)) == (0, 1 + len(thread))
        assert "was made before (news)" in again.out
        forced = sample.run("digest", "send", "-t", "Platform", "--force")
        assert forced.code == 0, forced.err
        changed, *later = workspace.messages.values()
        assert (changed.ts, len(later)) == (main.ts, len(thread))
        assert changed.edited_ts
    history = sample.run("digest", "history").out
    assert "#2\tnews" in history
    assert "#1\tnews" in history


def test_the_exit_code_says_whether_a_message_waits_and_for_whom(sample: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    folder = {"KIND": "file", "FOLDER": str(tmp_path / "taken" / "digests"), "TEAMS": '["Payments"]'}
    waits = sample.run(
        "digest", "send", "-t", "Payments", variables={f"{CHANNEL}{name}": value for name, value in folder.items()}
    )
    assert waits.code == exit_codes.PARTIAL, waits.err
    assert "  okr: pending: " in waits.err
    with pretended_slack(sample) as (_, server):
        server.faults.add(Fault(action=Reset(after_answer=True), path=WEBHOOK_PATH))
        hook = {f"{CHANNEL}KIND": "slack_webhook", f"{CHANNEL}URL": server.url + WEBHOOK_PATH}
        held = sample.run("digest", "send", "-t", "Support", variables=hook)
    assert held.code == exit_codes.HELD, held.err
    assert "  okr: held: it may have arrived, and this channel cannot be asked" in held.err


REFUSED: tuple[tuple[str, list[str], int, str], ...] = (
    ("no team of this name", ["send", "-t", "Nobody"], 2, "no team is called 'Nobody'"),
    ("whose", ["send"], 2, "say whose digest"),
    ("both", ["preview", "-t", "Payments", "--leadership"], 2, "leave -t away"),
    ("another week", ["send", "--leadership", "--week", "2020-W01"], 2, "present week"),
    ("no week", ["resend", "2026-W60", "--leadership"], 2, "'2026-W60' is no week"),
    ("a word for a week", ["resend", "last", "--leadership"], 2, "'last' is no week"),
    ("no team of this name, long ago", ["resend", "2020-W01", "-t", "Nobody"], 2, "no team is called 'Nobody'"),
    ("no history of this name", ["history", "-t", "Nobody"], 2, "no team is called 'Nobody'"),
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


def test_without_a_channel_nothing_is_made_and_a_file_gets_what_it_serves(sample: CommandLine, tmp_path: Path) -> None:
    for whose, setting in (
        (["-t", "Payments"], 'add "Payments" to teams'),
        (["--leadership"], "add leadership = true"),
        (["--all"], "no channel gets the digest of "),
    ):
        ended = sample.run("digest", "send", *whose)
        assert ended.code == exit_codes.USAGE
        assert setting in ended.err
    assert sample.run("digest", "history").err == "no digest was made yet\n"
    told = {"KIND": "file", "FOLDER": str(tmp_path / "sent"), "LEADERSHIP": "true"}
    channel = {f"{CHANNEL}{name}": value for name, value in told.items()}
    ended = sample.run("digest", "send", "--all", variables=channel)
    assert ended.code == 0, ended.err
    assert "leadership: " in ended.out
    assert "left out, since no channel gets them: Customer success, Payments, " in ended.err
    assert len(list((tmp_path / "sent").iterdir())) == 1


def test_of_all_teams_one_that_fails_stops_none_and_names_do_nothing_on_a_terminal(
    sample: CommandLine, tmp_path: Path
) -> None:
    sample.variables |= {
        "ALIGN_SYNC_TEAMS": '[{"name": "Odd\\u202e\\u001b[2J"}]',
        **{f"{CHANNEL}{name}": value for name, value in told_to(tmp_path, '["*"]').items()},
    }
    few = {f"{CHANNEL}TEAMS": '["Payments", "Support"]'}
    failed = sample.run("digest", "send", "--all", "--week", "2020-W01", variables=few)
    assert failed.code == exit_codes.USAGE
    assert failed.err.count("no digest was made") == failed.err.count("a digest tells of the present week") == 3
    assert "left out, since no channel gets them: " in failed.err
    assert "leadership: no digest was made" in failed.err
    assert "delivery: nothing is due" in failed.err
    sent = sample.run("digest", "send", "--all")
    assert "Odd<U+202E>\u241b[2J: " in sent.out
    history = sample.run("digest", "history", "-t", "PAYMENTS")
    shown = (failed.out, failed.err, sent.out, sent.err, history.out)
    assert [text for text in shown if "\u202e" in text or "\x1b" in text] == []
    assert history.out.count("\tPayments\t#1\t") == 1


def told_to(folder: Path, teams: str) -> dict[str, str]:
    return {"KIND": "file", "FOLDER": str(folder / "sent"), "TEAMS": teams, "LEADERSHIP": "true"}


def test_a_run_ends_with_the_messages_of_one_team_and_of_leadership(told_once: Path) -> None:
    said = (told_once.parent / "said.txt").read_text(encoding="utf-8")
    _, heading, shown = said.partition("The weekly digest, as it would be sent now; ")
    lines = (heading + shown).rstrip().splitlines()
    assert lines[0].endswith("with its thread: align-sync digest preview -t 'Customer success'")
    assert 20 <= len(lines) <= 25
    assert "↳" not in shown
    assert shown.count("Sprint work and OKRs · ") == 2
