"""No secret in any log line, wherever it stands in the event."""

import logging

import pytest
import structlog

from align_sync.telemetry.log import Redaction, configure_logs

CANARY = "canary-7f3a9c"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"token {CANARY} refused", "token **** refused"),
        ("Authorization: Basic ZGVtbzpkZW1vLXRva2Vu", "Authorization: ****"),
        ("Bearer abcdefgh12345", "****"),
        ("lin_api_abc123 and lin_oauth_9z", "**** and ****"),
        ("xoxb-12-34-abc", "****"),
        ("ATATT3xFfGF0abc_-=9", "****"),
        ("postgresql://align:geheim@db/align", "postgresql://****@db/align"),
        ("basic things", "basic things"),
    ],
)
def test_secrets_are_hidden_by_value_and_by_shape(text: str, expected: str) -> None:
    assert Redaction([CANARY]).hide(text) == expected


def test_nested_values_are_hidden_too() -> None:
    event = Redaction([CANARY])(None, "info", {"event": "x", "a": {"b": [CANARY, 3]}, "c": ValueError(CANARY)})
    assert CANARY not in str(event)
    assert event["a"] == {"b": ["****", 3]}


def test_our_logs_and_those_of_libraries_go_to_standard_error_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        configure_logs(level="debug", form="json", secrets=[CANARY])
        structlog.get_logger("align_sync.test").info("page.stored", text=f"{CANARY}\nline two")
        try:
            int(CANARY)
        except ValueError:
            logging.getLogger("some.library").exception("failed with %s", CANARY)
        logging.getLogger("httpx").warning("GET https://example.com?token=%s", CANARY)
    finally:
        root.handlers[:], root.level = before, level
        structlog.reset_defaults()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert CANARY not in captured.err
    lines = captured.err.splitlines()
    assert len(lines) == 2
    assert '"event": "page.stored"' in lines[0]
