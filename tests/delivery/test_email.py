"""E-mail before a pretended server: certain until the data is sent, and no text of people in the headers' structure."""

import email
import email.policy
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from align_sync.delivery.base import Channel, UnreadableError
from align_sync.delivery.email_message import make_line
from align_sync.demo.fake_smtp import FakeSmtp, Mailroom
from align_sync.errors import UserError
from align_sync.sending.entry import Certainty
from align_sync.sending.outcome import Delivered
from tests.delivery.channel_world import ENTRY_ID, Failpoints, make_entry, make_seams, open_kind
from tests.delivery.test_channel_contract import CLOSED, GOOD, LASTING, MAYBE, NO, class_of

TO = ["ann@example.com", "bo@example.com"]
PASSWORD = "canary-password"
SENDER = "OKRs <okrs@example.com>"
BASE: dict[str, Any] = {"kind": "email", "host": "127.0.0.1", "tls": "none", "sender": SENDER, "to": TO}


@contextmanager
def mail_world(room: Mailroom | None = None, **settings: Any) -> Iterator[tuple[Channel, Mailroom]]:
    room = room or Mailroom()
    with FakeSmtp(room) as server:
        yield open_kind(BASE | {"port": server.port} | settings), room


def make_certificate(folder: Path) -> Path:
    """One that only its own file vouches for."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True,
    )  # fmt: skip
    return certificate


def read(content: bytes) -> email.message.EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    assert message.defects == []
    return message


def test_an_email_has_a_text_and_the_same_as_html_by_the_name_of_its_entry() -> None:
    failpoints = Failpoints()
    with FakeSmtp(room := Mailroom()) as server:
        channel = open_kind(BASE | {"port": server.port}, make_seams(failpoint=failpoints))
        name = f"<{ENTRY_ID}@example.com>"
        assert channel.send(make_entry({"text": "Città 71 %\n.\nend", "html": "<p>è</p>"})) == Delivered(name)
    assert failpoints.passed == ["request.before", "request.after"]
    (mail,) = room.mails
    assert (mail.sender, mail.recipients) == ("okrs@example.com", tuple(TO))
    assert mail.content.isascii()
    message = read(mail.content)
    headers = {key: str(message[key]) for key in ("Message-ID", "From", "To", "Subject", "Date", "Auto-Submitted")}
    assert headers == {
        "Message-ID": name,
        "From": "OKRs <okrs@example.com>",
        "To": "ann@example.com, bo@example.com",
        "Subject": "Payments",
        "Date": "Mon, 23 Nov 2026 12:00:00 +0000",
        "Auto-Submitted": "auto-generated",
    }
    plain, html = message.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert [part.get_content().splitlines() for part in (plain, html)] == [["Città 71 %", ".", "end"], ["<p>è</p>"]]


@pytest.mark.parametrize(
    "subject",
    [
        "Payments\r\nBcc: all@example.com",
        "Payments\nX: y\n\nbody",
        "a\rb\0c\x1b[31m\u2028d\u202ee",
        "=?utf-8?q?x=0D=0ABcc:_a@b.c?=",
        "Ünïcode " * 60,
        "x" * 5_000,
    ],
)
def test_a_title_makes_no_header(subject: str) -> None:
    with mail_world() as (channel, room):
        assert class_of(channel.send(make_entry({"subject": subject}))) == GOOD
    message = read(room.mails[0].content)
    assert set(message.keys()) == {
        "Message-ID", "Date", "From", "To", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type"
    }  # fmt: skip
    assert str(message["Subject"]).isprintable()
    assert room.mails[0].recipients == tuple(TO)


def test_a_reply_is_in_the_thread_of_its_parent() -> None:
    with mail_world() as (channel, room):
        for entry in (make_entry(parent_id="p"), make_entry(replaces_id="p")):
            assert class_of(channel.send(entry)) == GOOD
    assert [read(mail.content)["In-Reply-To"] for mail in room.mails] == ["<p@example.com>"] * 2


ROOMS: dict[str, tuple[Mailroom, str, int]] = {
    "drops before the greeting": (Mailroom(drops_at="GREETING"), NO, 0),
    "greets with 421": (Mailroom(greeting="421 busy"), NO, 0),
    "greets with 554": (Mailroom(greeting="554 go away"), CLOSED, 0),
    "drops at EHLO": (Mailroom(drops_at="EHLO"), NO, 0),
    "drops at MAIL": (Mailroom(drops_at="MAIL"), NO, 0),
    "drops at RCPT": (Mailroom(drops_at="RCPT"), NO, 0),
    "drops after the data, and keeps it": (Mailroom(drops_at="END"), MAYBE, 1),
    "drops after the data, and loses it": (Mailroom(drops_at="END", keeps=False), MAYBE, 0),
    "is busy after the data": (Mailroom(after_data="451 later"), NO, 0),
    "refuses the data": (Mailroom(after_data="554 5.7.1 spam"), LASTING, 0),
    "is full": (Mailroom(after_data="552 too large"), LASTING, 0),
    "refuses the sender": (Mailroom(refuses={"okrs@example.com": "550 who"}), CLOSED, 0),
    "knows no sender yet": (Mailroom(refuses={"okrs@example.com": "451 wait"}), NO, 0),
    "refuses all": (Mailroom(refuses=dict.fromkeys(TO, "550 no such user")), LASTING, 0),
    "refuses one": (Mailroom(refuses={TO[0]: "550 no such user"}), GOOD, 1),
    "puts one off": (Mailroom(refuses={TO[0]: "450 greylisted"}), NO, 0),
    "puts one off, refuses one": (Mailroom(refuses={TO[0]: "450 greylisted", TO[1]: "550 no"}), NO, 0),
    "asks for a password": (Mailroom(user="me", password=PASSWORD), CLOSED, 0),
    "says goodbye by hanging up": (Mailroom(drops_at="QUIT"), GOOD, 1),
    "is slow before the data": (Mailroom(wait=lambda command: time.sleep(0.6 * (command == "MAIL"))), NO, 0),
    "is slow after the data": (Mailroom(wait=lambda command: time.sleep(0.6 * (command == "END"))), MAYBE, 1),
    "is slow at the goodbye": (Mailroom(wait=lambda command: time.sleep(0.6 * (command == "QUIT"))), GOOD, 1),
}


@pytest.mark.parametrize("server", ROOMS)
def test_a_failure_is_a_no_before_the_data_and_unclear_after_it(server: str) -> None:
    room, expected, arrived = ROOMS[server]
    with mail_world(room) as (channel, _):
        outcome = channel.send(make_entry())
    assert class_of(outcome) == expected
    assert len(room.mails) == arrived


def test_a_server_that_is_not_there_is_a_no() -> None:
    assert class_of(open_kind(BASE | {"port": 1}).send(make_entry())) == NO


def test_a_mailbox_that_stays_busy_holds_the_others_up_a_few_times_only() -> None:
    room = Mailroom(refuses={TO[0]: "450 greylisted"})
    with mail_world(room) as (channel, _), capture_logs() as logged:
        told = [class_of(channel.send(make_entry(attempts=attempt))) for attempt in (1, 2, 3, 4)]
    assert told == [NO, NO, NO, GOOD]
    assert [mail.recipients for mail in room.mails] == [(TO[1],)]
    assert "recipient.refused" in [one["event"] for one in logged]


def test_a_wrong_password_closes_the_channel_and_is_not_repeated() -> None:
    room = Mailroom(user="me", password="right")
    with mail_world(room, user="me", password=PASSWORD) as (channel, _):
        outcome = channel.send(make_entry())
        assert class_of(outcome) == CLOSED
        assert "535" in str(outcome)
        assert PASSWORD not in str(outcome) + repr(channel) + str(channel.check())
        room.password = PASSWORD
        assert class_of(channel.send(make_entry())) == GOOD


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
def test_nothing_is_sent_in_the_clear_where_tls_is_asked_for(tmp_path: Path) -> None:
    certificate = str(make_certificate(tmp_path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, tmp_path / "key.pem")
    room = Mailroom(user="me", password=PASSWORD)
    secure: dict[str, Any] = {"host": "localhost", "tls": "starttls", "user": "me", "password": PASSWORD}
    with mail_world(room, **secure) as (channel, _server):
        assert class_of(channel.send(make_entry())) == CLOSED
        assert not {"AUTH", "MAIL"} & set(room.commands)
        room.tls = context
        outcome = channel.send(make_entry())
        assert class_of(outcome) == NO
        assert "certificate of the server is not trusted" in str(outcome)
        assert not {"AUTH", "MAIL"} & set(room.commands)
    with mail_world(room, ca_file=certificate, **secure) as (channel, _server):
        assert class_of(channel.send(make_entry())) == GOOD
        assert all(check.is_fine is not False for check in channel.check())
    assert [mail.was_encrypted for mail in room.mails] == [True]
    with mail_world(room, ca_file=certificate, **(secure | {"tls": "tls"})) as (channel, _server):
        assert class_of(channel.send(make_entry())) == NO
    room.is_secret = True
    with mail_world(room, ca_file=certificate, **(secure | {"tls": "tls"})) as (channel, _server):
        assert class_of(channel.send(make_entry())) == GOOD
    assert [mail.was_encrypted for mail in room.mails] == [True, True]


def test_a_check_names_each_mailbox_and_sends_nothing() -> None:
    room = Mailroom(refuses={TO[0]: "550 no such user"})
    with mail_world(room) as (channel, _):
        assert [(check.name, check.is_fine) for check in channel.check()] == [
            ("server", True), ("recipient", False), ("certainty", None)
        ]  # fmt: skip
        assert channel.certainty is Certainty.NONE
        room.drops_at = "RSET"
        assert [check.is_fine for check in channel.check()] == [False]
        room.drops_at = "EHLO"
        assert [check.is_fine for check in channel.check()] == [False]
        assert (room.mails, "DATA" in room.commands) == ([], False)
        with pytest.raises(UnreadableError, match=ENTRY_ID):
            channel.find(make_entry())
        assert class_of(channel.delete(make_entry(), "x")) == LASTING
        channel.close()


@pytest.mark.parametrize(
    "settings",
    [
        {"sender": "nobody"},
        {"sender": "a@example.com\r\nBcc: b@example.com"},
        {"to": ["a@example.com, b@example.com"]},
        {"to": ["@example.com"]},
        {"to": ["à@example.com"]},
        {"user": "me"},
        {"password": PASSWORD},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises((UserError, ValueError)) as caught:
        open_kind(BASE | settings)
    assert PASSWORD not in str(caught.value)


def test_a_line_is_cut_and_holds_nothing_that_cannot_be_seen() -> None:
    assert make_line("a\tb\n\n c\u200bd\u202e") == "a b c d"
    assert (len(make_line("x" * 300)), make_line("x" * 300)[-1]) == (200, "…")
