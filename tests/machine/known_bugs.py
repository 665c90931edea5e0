"""Bugs that this kind of program is known for, to be switched on: a test that does not find them is no test."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace

from sqlalchemy import Connection, Engine, event, update

from align_sync.flows.pull import sweep
from align_sync.scheduling import claims
from align_sync.scheduling.run import Run, RunState
from align_sync.sending import protocol
from align_sync.sending.entry import Certainty, EntryState, OutboxEntry
from align_sync.sending.ledger import Change, Claim
from align_sync.sending.outcome import Delivered, Outcome, Unclear
from align_sync.store import engine, outbox, outbox_ledger, schema
from align_sync.store import runs as stored_runs
from align_sync.store.upsert import insert_into
from align_sync.sync.cursor import Progress, Rhythm, Window
from align_sync.sync.cursor import plan_window as plan_well


@contextmanager
def in_place_of(module: object, **bugs: object) -> Iterator[None]:
    """For a while."""
    earlier = {name: getattr(module, name) for name in bugs}
    for name, bug in bugs.items():
        setattr(module, name, bug)
    try:
        yield
    finally:
        for name, good in earlier.items():
            setattr(module, name, good)


def _always_post(claim: Claim, certainty: Certainty) -> protocol.Plan:
    del claim, certainty
    return protocol.Plan.POST


def resend_without_looking() -> Iterator[None]:
    """Whatever became of the earlier attempt, once its lease is over it is sent again."""
    with in_place_of(protocol, choose_plan=_always_post):
        yield


def naive_retry() -> Iterator[None]:
    """What a loop with `except: retry` does: at once, and whatever the failure was."""
    good = protocol.after_send

    def after_send(
        claim: Claim, outcome: Outcome, certainty: Certainty, now: datetime, uniform: Callable[[float, float], float]
    ) -> Change:
        change = good(claim, outcome, certainty, now, uniform)
        return change if isinstance(outcome, Delivered) else replace(change, state=EntryState.PENDING)

    with in_place_of(protocol, choose_plan=_always_post, after_send=after_send):
        yield


def at_most_once() -> Iterator[None]:
    """What may have been sent is taken for sent."""
    good = protocol.after_send

    def look(claim: Claim, found: Sequence[str], now: datetime) -> Change:
        return protocol._sent(claim.entry, found[0] if found else "", now, None)

    def after_send(
        claim: Claim, outcome: Outcome, certainty: Certainty, now: datetime, uniform: Callable[[float, float], float]
    ) -> Change:
        if isinstance(outcome, Unclear):
            return protocol._sent(claim.entry, "", now, None)
        return good(claim, outcome, certainty, now, uniform)

    with in_place_of(protocol, after_look=look, after_send=after_send):
        yield


def look_before_it_settled() -> Iterator[None]:
    """A request that nobody waits for any more may still take effect after the look."""
    good = protocol.is_due

    def is_due(entry: OutboxEntry, now: datetime) -> bool:
        settled = replace(entry, lease_until_at=None) if _is_over(entry, now) else entry
        return good(settled, now)

    with in_place_of(protocol, is_due=is_due, SETTLE=timedelta(0)):
        yield


def _is_over(entry: OutboxEntry, now: datetime) -> bool:
    return entry.lease_until_at is not None and entry.lease_until_at <= now


def clear_the_doubt_on_a_refusal() -> Iterator[None]:
    """That the second attempt was refused says nothing of the first."""
    good = protocol._wait

    def wait(claim: Claim, reason: str, not_before_at: datetime | None) -> Change:
        return replace(good(claim, reason, not_before_at), maybe_sent=False, first_send_at=None)

    with in_place_of(protocol, _wait=wait):
        yield


def keep_the_newest() -> Iterator[None]:
    """Of several copies the oldest is the one that people answered to."""
    good = protocol.after_sweep

    def after_sweep(entry: OutboxEntry, found: Sequence[str], now: datetime, *, is_clean: bool) -> Change:
        return good(entry, found[-1:], now, is_clean=is_clean)

    with in_place_of(protocol, surplus=lambda found: found[:-1], after_sweep=after_sweep):
        yield


def look_at_the_rowcount() -> Iterator[None]:
    """Right on SQLite, and -1 on PostgreSQL whether a row was written or not."""

    def queue_entry(connection: Connection, entry: OutboxEntry, now: datetime) -> bool:
        row = outbox._row(replace(entry, created_at=entry.created_at or now))
        statement = insert_into(connection, schema.outbox).values(row).on_conflict_do_nothing()
        return bool(connection.execute(statement).rowcount)

    with in_place_of(outbox, queue_entry=queue_entry):
        yield


def no_fence() -> Iterator[None]:
    """One that was thought dead writes over what its successor wrote."""
    good = outbox.update_entry

    def update_entry(
        connection: Connection, entry: OutboxEntry, values: dict[str, object], *, states: Sequence[EntryState]
    ) -> bool:
        del states
        held = outbox.find_entry(connection, entry.id)
        assert held is not None
        return good(connection, held, values, states=tuple(EntryState))

    with in_place_of(outbox_ledger, update_entry=update_entry):
        yield


def no_fence_in_the_store_of_runs() -> Iterator[None]:
    """One that was thought dead ends the run that another does now."""

    def write(connection: Connection, claimed: Run, values: dict[str, object]) -> Run | None:
        row = connection.execute(
            update(schema.run).where(schema.run.c.id == claimed.id).values(**values).returning(*schema.run.c)
        ).one_or_none()
        return None if row is None else stored_runs._read(row)

    with in_place_of(stored_runs, _write=write):
        yield


def no_fence_on_runs() -> Iterator[None]:
    """The same where the decision is made."""
    with in_place_of(claims, is_ours=lambda held, ours: held.id == ours.id):
        yield


def ignore_the_breaker() -> Iterator[None]:
    """A source that is to be left alone is asked all the same."""
    good = claims.put_off_until

    def put_off_until(
        run: Run, now: datetime, *, blocked_until: datetime | None, pulls_pending: bool
    ) -> datetime | None:
        del blocked_until
        return good(run, now, blocked_until=None, pulls_pending=pulls_pending)

    with in_place_of(claims, put_off_until=put_off_until):
        yield


def forget_who_fell_silent() -> Iterator[None]:
    """Only what waits is due: what a dead worker had is left as it is."""
    good = claims.is_due

    def is_due(run: Run, now: datetime, dead_owners: frozenset[str] = frozenset()) -> bool:
        return run.state is not RunState.RUNNING and good(run, now, dead_owners)

    with in_place_of(claims, is_due=is_due):
        yield


def begin_deferred() -> Iterator[None]:
    """A lock only at the first write, when what was read may be old already."""

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    def listen(target: Engine, name: str, listener: Callable[..., None]) -> None:
        event.listen(target, name, begin if name == "begin" else listener)

    with in_place_of(engine, event=SimpleNamespace(listen=listen)):
        yield


def naive_cursor() -> Iterator[None]:
    """On from where the last pull ended, as if a search index showed everything at once."""
    never = timedelta(0)

    def plan_window(progress: Progress, rhythm: Rhythm, *, now: datetime, force_full: bool = False) -> Window:
        naive = replace(rhythm, overlap=never, wide_overlap=never)
        return plan_well(progress, naive, now=now, force_full=force_full)

    with in_place_of(sweep, plan_window=plan_window):
        yield
