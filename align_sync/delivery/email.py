"""E-mail by SMTP: certain until the data is sent, and after that only with the server's answer to it."""

import smtplib
from dataclasses import dataclass
from datetime import timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr

import structlog

from align_sync.delivery.addresses import variable_of
from align_sync.delivery.base import ChannelCheck, UnreadableError
from align_sync.delivery.email_message import make_email, name_message
from align_sync.delivery.smtp import OK, PERMANENT, MailServer, RefusalError
from align_sync.delivery.web import TOTAL
from align_sync.errors import UserError
from align_sync.seams import Seams
from align_sync.sending.entry import Certainty, OutboxEntry
from align_sync.sending.outcome import Delivered, Outcome, Refused, Unclear
from align_sync.settings_channels import ChannelSettings

log = structlog.get_logger(__name__)

_ACCEPTED = frozenset({250, 251})
WAITS_FOR_ALL = 3
"""So often a mailbox that is busy holds up all others; after that they get theirs without it."""


@dataclass(slots=True, kw_only=True)
class EmailChannel:
    """All recipients get one e-mail and see each other. A reply or an edit is one more of the same thread."""

    name: str
    address: str
    server: MailServer
    sender: Address
    to: tuple[Address, ...]
    seams: Seams
    certainty: Certainty = Certainty.NONE

    def send(self, entry: OutboxEntry) -> Outcome:
        content = make_email(entry, sender=self.sender, to=self.to, now=self.seams.now()).as_bytes()
        self.seams.failpoint("request.before")
        try:
            with self.server.conversation() as client:
                outcome = self._hand_over(client, entry, content)
        except RefusalError as error:
            outcome = error.refused
        self.seams.failpoint("request.after")
        return outcome

    def _hand_over(self, client: smtplib.SMTP, entry: OutboxEntry, content: bytes) -> Outcome:
        try:
            self._announce(client, entry)
        except RefusalError as error:
            return error.refused
        try:
            code, words = client.data(content)
        except smtplib.SMTPDataError as error:
            return self.server.refuse(error.smtp_code, error.smtp_error, closes=False, what="it takes no message")
        except (OSError, smtplib.SMTPException):
            return Unclear(f"{self.server.where}: the connection broke off after the message was sent")
        if code != OK:
            return self.server.refuse(code, words, closes=False, what="the message is refused")
        return Delivered(name_message(entry.id, self.sender))

    def _announce(self, client: smtplib.SMTP, entry: OutboxEntry) -> None:
        """Sender and recipients. Raises `RefusalError` unless the message is to be sent to those that were accepted.

        A mailbox that cannot take it now holds it up for everybody, as otherwise the others would get it twice.
        """
        refused = self._try_recipients(client)
        if not refused:
            return
        code, words = min(refused.values())
        left = len(self.to) - len(refused)
        if not left or (code < PERMANENT and entry.attempts <= WAITS_FOR_ALL):
            what = f"{len(refused)} of {len(self.to)} recipients are not accepted"
            raise RefusalError(self.server.refuse(code, words, closes=False, what=what))
        for recipient, (code, _) in refused.items():
            log.warning("recipient.refused", channel=self.name, entry=entry.id, recipient=recipient, code=code)

    def _try_recipients(self, client: smtplib.SMTP) -> dict[str, tuple[int, bytes]]:
        """What was said to those that were not accepted. Raises `RefusalError`."""
        try:
            code, words = client.mail(self.sender.addr_spec)
            if code != OK:
                what = "the sender is refused"
                raise RefusalError(self.server.refuse(code, words, closes=True, what=what))
            told = {one.addr_spec: client.rcpt(one.addr_spec) for one in self.to}
        except (OSError, smtplib.SMTPException) as error:
            raise RefusalError(self.server.refusal_of(error)) from None
        return {recipient: reply for recipient, reply in told.items() if reply[0] not in _ACCEPTED}

    def find(self, entry: OutboxEntry) -> tuple[str, ...]:
        """See `Channel`. Not to be had here."""
        name = name_message(entry.id, self.sender)
        raise UnreadableError("mailboxes cannot be looked into", where=self.name, advice=f"look for Message-ID {name}")

    def delete(self, entry: OutboxEntry, external_id: str) -> Outcome:
        del entry, external_id
        return Refused(reason="an e-mail cannot be taken back", is_permanent=True)

    def check(self) -> tuple[ChannelCheck, ...]:
        """Up to the recipients, and no message after that."""
        try:
            with self.server.conversation() as client:
                refused = self._try_recipients(client)
                client.rset()
        except RefusalError as error:
            return (ChannelCheck(name="server", is_fine=False, says=error.refused.reason),)
        except (OSError, smtplib.SMTPException) as error:
            return (ChannelCheck(name="server", is_fine=False, says=self.server.refusal_of(error).reason),)
        server = ChannelCheck(name="server", is_fine=True, says=f"{self.server.where} takes e-mails from us")
        certainty = ChannelCheck(
            name="certainty",
            is_fine=None,
            says="an e-mail may be missed or repeated after a crash, and a person is asked",
        )
        mailboxes = tuple(
            ChannelCheck(name="recipient", is_fine=False, says=f"{recipient} is not accepted ({code})")
            for recipient, (code, _) in refused.items()
        )
        return (server, *mailboxes, certainty)

    def close(self) -> None:
        """Nothing is kept open."""


def open_email(settings: ChannelSettings, seams: Seams, *, total: timedelta = TOTAL) -> EmailChannel:
    where = f"channels.{settings.name}"
    password = settings.password.get_secret_value() if settings.password else ""
    if bool(settings.user) != bool(password):
        advice = f"set `user` of the channel and {variable_of(settings.name, 'PASSWORD')}, or neither"
        raise UserError("of user and password only one is set", where=where, advice=advice)
    server = MailServer(
        host=settings.host,
        port=settings.port,
        tls=settings.tls,
        user=settings.user,
        password=password,
        ca_file=str(settings.ca_file) if settings.ca_file else None,
        total=total,
    )
    return EmailChannel(
        name=settings.name,
        address=settings.address,
        server=server,
        sender=_read_address(settings.sender, where),
        to=tuple(_read_address(one, where) for one in settings.to),
        seams=seams,
    )


def _read_address(text: str, where: str) -> Address:
    """Also with a name before it: `OKRs <okrs@example.com>`."""
    name, address = parseaddr(text)
    try:
        read = Address(display_name=name, addr_spec=address)
    except (HeaderParseError, ValueError, IndexError):
        read = Address()
    if not (read.username and read.domain and address.isascii()) or any(one in text for one in "\r\n,;"):
        raise UserError(f"{text!r} is no e-mail address that can be used", where=where, advice="such as me@example.com")
    return read
