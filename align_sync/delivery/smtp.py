"""A conversation with an SMTP server within one time limit, and what its failures mean before and after the data."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from align_sync.delivery.web import CONNECT, TOTAL
from align_sync.sending.outcome import Refused
from align_sync.wire import Deadline, ObjectionError, OverError, find_objection, trusted

OK, TRANSIENT, PERMANENT = 250, 400, 500
TOO_LARGE = frozenset({523, 552})
_LONGEST_WORDS = 200


class RefusalError(Exception):
    """The server said no, or was not reached, before it had the message."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.reason)
        self.refused = refused


class _Client(smtplib.SMTP):
    """Is told whose certificate to expect, as it otherwise only is where it connects before anything can be held."""

    def expect(self, host: str) -> None:
        self._host = host


class _SecureClient(smtplib.SMTP_SSL):
    def expect(self, host: str) -> None:
        self._host = host


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """`tls` is starttls, tls (from the first byte), or none, which is for this machine only."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str | None = None
    total: timedelta = TOTAL

    @property
    def where(self) -> str:
        return f"{self.host}:{self.port}"

    @contextmanager
    def conversation(self) -> Iterator[smtplib.SMTP]:
        """Greeted, encrypted and signed in; hung up at the end, come what may. Raises `RefusalError`.

        What goes wrong in the body is raised as it is: only there is it known how far the message has come.
        """
        deadline = Deadline(self._object_to)
        # What was said in time holds, also where the time is over while the other side says goodbye.
        with suppress(OverError), deadline.running(self.total.total_seconds()):
            client = self._open(deadline)
            try:
                yield client
                with suppress(OSError, smtplib.SMTPException):
                    client.quit()
            finally:
                client.close()

    def _open(self, deadline: Deadline) -> smtplib.SMTP:
        # Asking for the full name of this machine may take longer than all the rest.
        name, seconds = socket.gethostname(), min(CONNECT, self.total).total_seconds()
        try:
            client = (
                _SecureClient(local_hostname=name, timeout=seconds, context=trusted(self.ca_file))
                if self.tls == "tls"
                else _Client(local_hostname=name, timeout=seconds)
            )
            client.expect(self.host)
            try:
                self._begin(client, deadline)
            except BaseException:
                client.close()
                raise
        except (OSError, smtplib.SMTPException, ObjectionError, UnicodeError, ValueError) as error:
            raise RefusalError(self.refusal_of(error, is_over=deadline.is_over)) from None
        return client

    def _begin(self, client: smtplib.SMTP, deadline: Deadline) -> None:
        code, words = client.connect(self.host, self.port)
        _hold(client, deadline, self.total)
        if code >= TRANSIENT:
            raise smtplib.SMTPConnectError(code, words)
        client.ehlo_or_helo_if_needed()
        if self.tls == "starttls":
            client.starttls(context=trusted(self.ca_file))
            _hold(client, deadline, self.total)
            client.ehlo_or_helo_if_needed()
        if self.user:
            client.login(self.user, self.password)

    def _object_to(self, peer: str) -> str:
        """A relay in the own network is named by its own setting; it needs no second list."""
        return find_objection(host=self.host, peer=peer, is_secure=self.tls != "none")

    def refuse(self, code: int, words: bytes | str, *, closes: bool, what: str) -> Refused:
        """Of a reply below 500 the server says that it may be tried again."""
        is_permanent = code >= PERMANENT
        reason = f"{self.where}: {what} ({code}{self._quote(words)})"
        closes = closes and is_permanent and code not in TOO_LARGE
        return Refused(reason=reason, is_permanent=is_permanent, closes_channel=closes)

    def _quote(self, words: bytes | str) -> str:
        """What the server says, in one line, without what only it and we should know."""
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        line = " ".join("".join(one if one.isprintable() else " " for one in text).split())[:_LONGEST_WORDS]
        for secret in filter(None, (self.password, self.user)):
            line = line.replace(secret, "**********")
        return f" {line}" if line else ""

    def refusal_of(self, error: Exception, *, is_over: bool = False) -> Refused:
        if isinstance(error, smtplib.SMTPResponseException):
            is_sign_in = isinstance(error, smtplib.SMTPAuthenticationError)
            what = "user or password are refused" if is_sign_in else "the server refuses us"
            return self.refuse(error.smtp_code, error.smtp_error, closes=True, what=what)
        closes = isinstance(error, ObjectionError | smtplib.SMTPNotSupportedError)
        reason = f"{self.where}: {'no answer came in time' if is_over else _say(error)}"
        return Refused(reason=reason, is_permanent=closes, closes_channel=closes)


def _say(error: Exception) -> str:
    match error:
        case TimeoutError():
            says = "no answer came in time"
        case ObjectionError():
            says = f"nothing is sent there: {error}"
        case smtplib.SMTPNotSupportedError():
            says = "the server offers no STARTTLS, or no way to sign in that is known here"
        case ssl.SSLCertVerificationError():
            says = f"the certificate of the server is not trusted ({error.verify_message}); see ca_file"
        case ssl.SSLError():
            says = f"no secure connection comes about ({error.reason or 'TLS'})"
        case _:
            says = f"the connection failed ({type(error).__name__})"
    return says


def _hold(client: smtplib.SMTP, deadline: Deadline, total: timedelta) -> None:
    if client.sock is None:
        raise smtplib.SMTPServerDisconnected("the connection is gone")
    client.sock.settimeout(total.total_seconds())
    deadline.hold(client.sock, client.sock.getpeername()[0])
