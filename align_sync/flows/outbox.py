"""What waits in the outbox and why, and what a person decides about it: each decision with a name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection

from align_sync.app import App
from align_sync.errors import UserError
from align_sync.sending.entry import EntryState, OutboxEntry
from align_sync.settings_channels import ChannelKind, ChannelSettings
from align_sync.store.channels import ChannelState, enable_channel, load_channels
from align_sync.store.outbox import find_by_start, find_entry, load_entries, resolve_entry

NEWEST = 200
_OPEN = (EntryState.PENDING, EntryState.SENDING, EntryState.HELD, EntryState.DEAD)
_DECIDABLE = frozenset({EntryState.HELD, EntryState.DEAD})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEntry:
    """An entry, what it waits for in words, and whether nothing goes on without a person."""

    entry: OutboxEntry
    note: str
    needs_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxList:
    """`disabled` are channels that were refused under the settings in force, with the reasons."""

    entries: tuple[ListedEntry, ...]
    disabled: Mapping[str, str]
    timezone: str

    @property
    def needs_person(self) -> bool:
        return any(one.needs_person for one in self.entries)


def list_outbox(app: App, *, channel: str | None = None, with_sent: bool = False) -> OutboxList:
    """Newest first: what was not sent yet, or everything."""
    states = tuple(EntryState) if with_sent else _OPEN
    with app.store.read() as connection:
        entries = load_entries(connection, states=states, channel=channel, newest=NEWEST)
        listed = tuple(_explain(app, connection, entries))
        disabled = _find_disabled(app, load_channels(connection))
    return OutboxList(entries=listed, disabled=disabled, timezone=app.settings.timezone)


def show_entry(app: App, name: str) -> ListedEntry:
    """By its identifier, or the beginning of it. Raises `UserError` where there is no such entry, or several."""
    with app.store.read() as connection:
        (listed,) = _explain(app, connection, (_find(connection, name),))
    return listed


def resolve(app: App, name: str, *, author: str, is_sent: bool) -> ListedEntry:
    """A person says that it need not be sent any more, or that it is to be sent again.

    Raises `UserError` where there is nothing to decide: it is sent, or just being sent.
    """
    if not author.strip():
        raise UserError("nobody knows who says so", where="--author", advice="name yourself with --author")
    with app.store.write() as connection:
        (listed,) = _explain(app, connection, (_find(connection, name),))
        entry = listed.entry
        stranded = _why_stranded(app, entry)
        if entry.state not in _DECIDABLE and not (is_sent and entry.state is EntryState.PENDING):
            raise UserError(
                f"there is nothing to decide: it is {entry.state.value}",
                where=entry.id,
                advice="align-sync outbox list shows what waits for a person",
            )
        if stranded and not is_sent:
            raise UserError(
                f"it cannot be sent again: {stranded}",
                where=entry.id,
                advice="make the digest anew, then say --sent for this one; or set the channel as it was",
            )
        settings = app.settings.channels.get(entry.channel)
        can_look = settings is not None and settings.kind is ChannelKind.SLACK and entry.first_send_at is not None
        resolve_entry(connection, entry, author=author.strip(), is_sent=is_sent, looks_again=can_look, now=app.now())
        resolved = find_entry(connection, entry.id)
        (listed,) = _explain(app, connection, () if resolved is None else (resolved,))
    structlog.get_logger().info(
        "delivery.resolved", entry=entry.id, channel=entry.channel, author=author.strip(), is_sent=is_sent
    )
    return listed


def enable(app: App, channel: str) -> bool:
    """Try a disabled channel again; False where it was not disabled. Raises `UserError` where there is none."""
    known = app.settings.channels
    with app.store.write() as connection:
        if channel not in known and channel not in load_channels(connection):
            advice = f"there are {', '.join(known)}" if known else "set one up as [channels.NAME]"
            raise UserError(f"there is no channel {channel!r}", where="CHANNEL", advice=advice)
        return enable_channel(connection, channel)


def _find(connection: Connection, name: str) -> OutboxEntry:
    found = find_by_start(connection, name, 2)
    if len(found) == 1:
        return found[0]
    raise UserError(
        f"several entries begin with {name!r}" if found else f"there is no entry {name!r} in the outbox",
        where="ID",
        advice="write more of it" if found else "align-sync outbox list --all shows them",
    )


def _explain(app: App, connection: Connection, entries: tuple[OutboxEntry, ...]) -> Iterator[ListedEntry]:
    disabled = _find_disabled(app, load_channels(connection))
    for entry in entries:
        if entry.state is EntryState.SENT:
            note = f"settled by {entry.resolved_by}" if entry.resolved_by else ""
            yield ListedEntry(entry=entry, note=note, needs_person=False)
        elif entry.state in _DECIDABLE:
            yield ListedEntry(entry=entry, note=entry.last_error, needs_person=True)
        elif stranded := _why_stranded(app, entry):
            yield ListedEntry(entry=entry, note=stranded, needs_person=True)
        elif entry.channel in disabled:
            note = f"the channel is disabled: {disabled[entry.channel]}"
            yield ListedEntry(entry=entry, note=note, needs_person=True)
        else:
            yield ListedEntry(entry=entry, note=_why_waiting(connection, entry), needs_person=False)


def _why_stranded(app: App, entry: OutboxEntry) -> str:
    """Why the settings in force send it nowhere; empty where they do."""
    settings = app.settings.channels.get(entry.channel)
    if settings is None:
        return f"the settings know no channel {entry.channel} any more"
    return "" if settings.address == entry.address else f"the channel {entry.channel} leads to another place now"


def _why_waiting(connection: Connection, entry: OutboxEntry) -> str:
    for needed, name, what in (
        (entry.parent_id, entry.parent_external_id, "its parent"),
        (entry.replaces_id, entry.replaces_external_id, "what it replaces"),
    ):
        if needed is not None and name is None:
            other = find_entry(connection, needed)
            return f"waits for {what}, which is {other.state.value if other else 'gone'}"
    if entry.state is EntryState.SENDING:
        return entry.last_error or "being sent"
    return entry.last_error


def _find_disabled(app: App, states: Mapping[str, ChannelState]) -> Mapping[str, str]:
    def is_closed(settings: ChannelSettings) -> bool:
        state = states.get(settings.name)
        return state is not None and state.is_closed_to(settings.fingerprint)

    return {one.name: states[one.name].reason for one in app.settings.channels.values() if is_closed(one)}
