"""The register of metrics as a list, a person who answers for one, and tokens for those that are pushed."""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.okr.metrics import SourceKind, Verification
from align_sync.okr.model import Book
from align_sync.okr.said import Said
from align_sync.register import definitions_of, find_metric, load_whole_register
from align_sync.reports.plain import safe_address
from align_sync.reports.register_list import RegisterList, list_register
from align_sync.store.books import load_book
from align_sync.store.sources import has_samples
from align_sync.store.verifications import save_verification

MARK = "asy_"
"""What our tokens begin with, so that scanners know them."""

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewToken:
    """`token` is shown once; the settings keep its SHA-256 alone, which is enough for 256 bits by chance."""

    token: str
    sha256: str


def show_register(app: App, *, at: datetime | None = None) -> RegisterList:
    with app.store.read() as connection:
        applied = load_book(connection, at)
        book = applied.book if applied else Book()
        register = load_whole_register(app, connection, book, at=at)
        is_sample = app.is_sample or has_samples(connection)
    return list_register(register, book, timezone=app.settings.timezone, is_sample=is_sample)


def verify(app: App, name: str, *, evidence: str, reason: str, author: str, until: date | None = None) -> Verification:
    """A person looked at where the values come from and answers for them, as it is defined now. Raises `UserError`."""
    said = Said.check(author, reason, needs_reason=True)
    address = safe_address(evidence.strip())
    if address is None:
        raise UserError(
            f"{evidence!r} is no address",
            where="--evidence",
            advice="name a page, as in https://wiki.example.com/churn",
        )
    now = app.now()
    if until is not None and until < now.astimezone(ZoneInfo(app.settings.timezone)).date():
        raise UserError(f"{until} is over", where="--until", advice="name a day to come, or none")
    with app.store.write() as connection:
        target = find_metric(app, connection, name)
        verification = Verification(
            metric=target.metric,
            author=said.author,
            verified_at=now,
            evidence=address,
            reason=said.reason,
            query_hash="" if target.definition is None else target.definition.query_hash,
            expires_on=until,
        )
        save_verification(connection, verification)
    return verification


def make_token(app: App, metric: str, chance: bytes) -> NewToken:
    """From 32 random bytes. A metric that is defined otherwise takes no token. Raises `UserError`."""
    definition = definitions_of(app).get(metric)
    if definition is not None and definition.kind is not SourceKind.PUSH:
        raise UserError(
            f"{metric} is read from {definition.kind.value}, nobody pushes it",
            where="METRIC",
            advice="a metric of kind push takes a token",
        )
    token = MARK + urlsafe_b64encode(chance).rstrip(b"=").decode()
    return NewToken(token, hashlib.sha256(token.encode()).hexdigest())
