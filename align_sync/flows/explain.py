"""Explain: one item judged again, step by step, from what the store holds."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection

from align_sync.app import App
from align_sync.calendars import Calendars
from align_sync.linking.ancestry import find_ancestry
from align_sync.linking.grace import judge_grace
from align_sync.moment import Moment, load_moment
from align_sync.reports.decided import say_decided
from align_sync.reports.explain import (
    Basis,
    DecisionLine,
    Explanation,
    LedgerLine,
    explain_chain,
    explain_policy,
    say_evidence,
)
from align_sync.reports.fixes import propose_fixes
from align_sync.reports.items import describe_item
from align_sync.reports.sources import judge_by_source
from align_sync.reports.words import source_name
from align_sync.store.above import load_all_above
from align_sync.store.decisions import StoredDecision, load_history
from align_sync.store.items import find_one, load_item
from align_sync.store.judging import load_content_hash
from align_sync.store.ledger import load_first_seen, load_ledger, load_run_of
from align_sync.store.scope import load_place
from align_sync.store.sources import has_samples, load_source_lines


def explain(app: App, name: str) -> Explanation:
    """Why the item is linked, or why not. Raises `UserError` where the name finds no item, or several."""
    with app.store.read() as connection:
        item_id, _, _ = find_one(connection, name)
        item = load_item(connection, item_id)
        moment = load_moment(app, connection)
        above = load_all_above(connection, [item], depth=moment.rules.depth)
        sprint, entered_at = load_place(connection, item_id) or (None, None)
        lines = load_source_lines(
            connection,
            expected=[(opener.source, opener.kind) for opener in app.sources],
            now=moment.at,
            pulled_every=app.settings.sync.every,
        )
        ledger = tuple(_load_ledger(connection, item_id))
        decisions = tuple(_load_decisions(connection, item_id, moment))
        basis = _load_basis(connection, item_id, moment)
        linked_at = load_first_seen(connection, [item_id]).get(item_id)
        is_sample = has_samples(connection)
    team = sprint.team if sprint else ""
    ancestry = find_ancestry(item, above, depth=moment.rules.depth)
    own = tuple(line for line in lines if line.source == item.ref.source)
    match = judge_grace(
        moment.judge.match(item, ancestry, team=team),
        entered_at=entered_at,
        sprint=sprint,
        calendar=Calendars(app.settings, moment.today).find(team),
        days=app.settings.policy.grace_days,
        now=moment.at,
    )
    match = judge_by_source(match, item.ref, {line.source: line for line in own}, has_book=moment.applied is not None)
    described = describe_item(
        item,
        match,
        moment.index,
        team=team,
        sprint=sprint.name if sprint else "",
        sprint_id=sprint.ref.external_id if sprint else "",
        entered_at=entered_at,
        linked_at=linked_at,
        dispute=moment.decisions(item.ref).dispute,
    )
    tracker = source_name(own[0].source, own[0].kind) if own else item.ref.source
    fixes = propose_fixes(described, tracker=tracker, label_form=moment.rules.label_form)
    return Explanation(
        item=replace(described, fixes=fixes),
        match=match,
        chain=explain_chain(item, ancestry, match, moment.judge),
        policy=explain_policy(item, ancestry, match, moment.judge, team),
        decisions=decisions,
        ledger=ledger,
        unseen=tuple(str(ref) for ref in ancestry.unseen),
        has_loop=ancestry.has_loop,
        depth=moment.rules.depth,
        sources=own,
        basis=basis,
        decided_at=moment.at,
        timezone=app.settings.timezone,
        is_sample=app.is_sample or is_sample,
    )


def _load_ledger(connection: Connection, item_id: int) -> Iterator[LedgerLine]:
    for line in load_ledger(connection, [item_id], with_gone=True):
        yield LedgerLine(
            says=say_evidence(line.evidence),
            key_result=line.evidence.key_result,
            strength=line.evidence.strength.value,
            first_seen_at=line.first_seen_at,
            last_seen_at=line.last_seen_at,
            run=line.run_id,
            is_gone=line.is_gone,
        )


def _load_decisions(connection: Connection, item_id: int, moment: Moment) -> Iterator[DecisionLine]:
    for one in load_history(connection, item_id=item_id):
        yield DecisionLine(
            says=_say(one),
            author=one.author,
            since_at=one.since_at,
            recorded_at=one.recorded_at,
            ended_at=one.ended_at,
            holds=one.holds_at(moment.at, moment.today),
        )


def _say(one: StoredDecision) -> str:
    what = say_decided(one.kind, key_result=one.key_result, category=one.category)
    share = f" ({one.share:g} of it)" if one.share is not None else ""
    until = f", until {one.expires_on.isoformat()}" if one.expires_on else ""
    ended = f"; ended by {one.ended_by}: {one.end_reason}" if one.ended_at else ""
    return f"{what}{share} by {one.author}: {one.reason}{until}{ended}"


def _load_basis(connection: Connection, item_id: int, moment: Moment) -> Basis:
    run = load_run_of(connection, item_id)
    return Basis(
        book_fingerprint=moment.index.fingerprint,
        rules_fingerprint=moment.rules.fingerprint,
        policy_fingerprint=moment.policy.fingerprint,
        content_hash=load_content_hash(connection, item_id),
        run=run[0] if run else None,
        run_at=run[1] if run else None,
    )
