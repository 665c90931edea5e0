"""The rules of the settings, version after version, so that an earlier day is judged by its own."""

import hashlib
from datetime import datetime

import orjson
from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass
from sqlalchemy import Connection, insert, select

from align_sync.linking.policy import Policy
from align_sync.linking.ruleset import RuleSet, build_ruleset
from align_sync.store.schema import policy_version


@dataclass(frozen=True, kw_only=True)
class _Document:
    label_patterns: tuple[str, ...]
    url_patterns: tuple[str, ...]
    with_mentions: bool
    with_text_urls: bool
    depth: int
    policy: Policy


_DOCUMENT: TypeAdapter[_Document] = TypeAdapter(_Document)


def save_policy(connection: Connection, rules: RuleSet, policy: Policy, now: datetime) -> None:
    """Keep the rules where they differ from the last ones that were kept."""
    document = orjson.dumps(
        _Document(
            label_patterns=tuple(pattern.pattern for pattern in rules.label_patterns),
            url_patterns=tuple(pattern.pattern for pattern in rules.url_patterns),
            with_mentions=rules.with_mentions,
            with_text_urls=rules.with_text_urls,
            depth=rules.depth,
            policy=policy,
        )
    )
    fingerprint = hashlib.blake2b(document, digest_size=16).hexdigest()
    newest = select(policy_version.c.fingerprint).order_by(policy_version.c.id.desc()).limit(1)
    if connection.execute(newest).scalar() != fingerprint:
        connection.execute(
            insert(policy_version).values(fingerprint=fingerprint, document=document.decode(), known_from_at=now)
        )


def load_policy(connection: Connection, at: datetime) -> tuple[RuleSet, Policy] | None:
    """The rules that were in force at an instant; None where none were kept by then."""
    row = connection.execute(
        select(policy_version.c.document)
        .where(policy_version.c.known_from_at <= at)
        .order_by(policy_version.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    told = _DOCUMENT.validate_json(row.document)
    rules = build_ruleset(
        label_patterns=told.label_patterns,
        url_patterns=told.url_patterns,
        with_mentions=told.with_mentions,
        with_text_urls=told.with_text_urls,
        depth=told.depth,
    )
    return rules, told.policy
