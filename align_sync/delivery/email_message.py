"""The e-mail of a message in the outbox: what people wrote stays out of its headers' structure."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import orjson

from align_sync.sending.entry import OutboxEntry

_POLICY = SMTP.clone(cte_type="7bit")
"""Every server takes seven bits; what is more is encoded."""

_LONGEST_SUBJECT = 200


def make_email(entry: OutboxEntry, *, sender: Address, to: Sequence[Address], now: datetime) -> EmailMessage:
    """A text and the same as HTML. It has the id of its entry, and hangs on what the entry hangs on or replaces."""
    payload = orjson.loads(entry.payload)
    message = EmailMessage(policy=_POLICY)
    message["Message-ID"] = name_message(entry.id, sender)
    if earlier := entry.replaces_id or entry.parent_id:
        message["In-Reply-To"] = message["References"] = name_message(earlier, sender)
    message["Date"] = format_datetime(now)
    message["From"] = sender
    message["To"] = tuple(to)
    message["Subject"] = make_line(payload["subject"])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(payload["text"])
    message.add_alternative(payload["html"], subtype="html")
    return message


def name_message(entry_id: str, sender: Address) -> str:
    return f"<{entry_id}@{sender.domain}>"


def make_line(text: str) -> str:
    """One line without control characters, and without the marks that turn the direction of writing.

    Nor with the beginning of an encoded word: the library would decode it, and write the line ends that it may hold.
    """
    kept = (" " if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else one for one in text)
    line = " ".join("".join(kept).split()).replace("=?", "= ?")
    return line if len(line) <= _LONGEST_SUBJECT else f"{line[: _LONGEST_SUBJECT - 1]}…"
