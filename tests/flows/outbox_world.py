"""An app whose channels are played by a script, and messages in its outbox."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from align_sync.app import App, open_app
from align_sync.delivery.base import Channel, ChannelCheck, UnreadableError
from align_sync.errors import UserError
from align_sync.flows.deliver import DeliverResult, deliver
from align_sync.seams import Seams
from align_sync.sending.entry import Certainty, EntryState, OutboxEntry
from align_sync.sending.outcome import Delivered, Outcome
from align_sync.settings import Settings
from align_sync.settings_channels import ChannelSettings
from align_sync.store.outbox import find_entry, queue_entry
from tests.flows.jira_world import Clock


@dataclass
class ScriptedChannel:
    """Answers in turn, and yes where nothing is left; `found` None is a history that cannot be read."""

    name: str
    address: str
    certainty: Certainty = Certainty.VERIFIABLE
    answers: deque[Outcome] = field(default_factory=deque)
    found: tuple[str, ...] | None = ()
    sent: list[OutboxEntry] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    closed: int = 0
    dies: bool = False
    asked: Callable[[], None] = lambda: None

    def send(self, entry: OutboxEntry) -> Outcome:
        self.asked()
        self.sent.append(entry)
        if self.dies:
            raise KeyboardInterrupt
        return self.answers.popleft() if self.answers else Delivered(f"{self.name}.{len(self.sent)}")

    def find(self, entry: OutboxEntry) -> tuple[str, ...]:
        del entry
        self.asked()
        if self.found is None:
            raise UnreadableError("missing_scope")
        return self.found

    def delete(self, entry: OutboxEntry, external_id: str) -> Outcome:
        del entry
        self.deleted.append(external_id)
        return Delivered(external_id)

    def check(self) -> tuple[ChannelCheck, ...]:
        return ()

    def close(self) -> None:
        self.closed += 1


@dataclass
class OutboxWorld:
    app: App
    clock: Clock
    channels: dict[str, ScriptedChannel]

    def queue(self, name: str, *, to: str = "pay", parent: str | None = None) -> OutboxEntry:
        entry = OutboxEntry(
            id=name,
            channel=to,
            address=self.app.settings.channels[to].address,
            dedupe_key=f"key-{name}",
            payload='{"text": "secret words"}',
            payload_hash="",
            state=EntryState.PENDING,
            parent_id=parent,
        )
        with self.app.store.write() as connection:
            assert queue_entry(connection, entry, self.clock.at)
        return entry

    def find(self, name: str) -> OutboxEntry:
        with self.app.store.read() as connection:
            entry = find_entry(connection, name)
        assert entry is not None
        return entry

    def deliver(self) -> DeliverResult:
        return deliver(self.app)

    def reset(self, **changes: str) -> None:
        """Other addresses of channels in the settings; an empty one takes the channel away."""
        channels = {
            name: one.model_copy(update={"to": (changes.get(name, one.to[0]),)})
            for name, one in self.app.settings.channels.items()
            if changes.get(name) != ""
        }
        self.app = replace(self.app, settings=self.app.settings.model_copy(update={"channels": channels}))


@contextmanager
def outbox_world(database_url: str, *names: str) -> Iterator[OutboxWorld]:
    clock = Clock()
    channels = {name: ScriptedChannel(name, f"C-{name}") for name in names or ("pay",)}
    settings = Settings.model_validate(
        {
            "database": {"url": database_url},
            "channels": {
                name: {"kind": "slack", "to": [f"C-{name}"], "token": "xoxb-1", "folder": Path("/nowhere")}
                for name in channels
            },
        }
    )
    seams = Seams(now=clock, sleep=clock.sleep, uniform=lambda _low, high: high)

    def open_scripted(chosen: ChannelSettings) -> Channel:
        if chosen.name == "broken":
            raise UserError("the token is empty", where="channels.broken")
        return channels[chosen.name]

    with open_app(settings, seams=seams) as app:
        yield OutboxWorld(replace(app, open_channel=open_scripted), clock, channels)
