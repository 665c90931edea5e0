"""Messages put into the outbox all along, not only as digests are made: something to lose, or to send twice."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import orjson

from align_sync.app import read_clock
from align_sync.errors import StoreError
from align_sync.seams import pass_failpoint
from align_sync.sending.entry import EntryState, OutboxEntry
from align_sync.store.engine import open_store
from align_sync.store.outbox import queue_entry
from benchmarks.chaos_world import CHANNELS, World

EVERY = timedelta(seconds=1)


class Writer:
    """`written` holds the keys that are certainly in the outbox."""

    def __init__(self, world: World) -> None:
        self.written: list[str] = []
        self._store = open_store(world.database.url, failpoint=pass_failpoint, server_clock=True)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write_again_and_again, name="messages")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        self._store.close()

    def _write_again_and_again(self) -> None:
        number = 0
        while not self._stop.wait(EVERY.total_seconds()):
            entry = make_entry(number)
            while not self._write(entry) and not self._stop.wait(0.2):
                pass  # the database is down: the same message once more, under the same key
            number += 1

    def _write(self, entry: OutboxEntry) -> bool:
        try:
            with self._store.write() as connection:
                queue_entry(connection, entry, read_clock())
        except StoreError:
            return False
        self.written.append(entry.id)
        return True


def make_entry(number: int) -> OutboxEntry:
    text = f"message {number}"
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": text}}]
    payload = orjson.dumps({"text": text, "blocks": blocks, "plain_blocks": blocks}).decode()
    channel = 1 + number % (CHANNELS - 1)
    return OutboxEntry(
        id=str(uuid4()),
        channel=f"c{channel}",
        address=f"C0CHAOS{channel}",
        dedupe_key=f"chaos:{number}",
        payload=payload,
        payload_hash=sha256(payload.encode()).hexdigest(),
        state=EntryState.PENDING,
    )


@contextmanager
def writing(world: World) -> Iterator[Writer]:
    writer = Writer(world)
    writer.start()
    try:
        yield writer
    finally:
        writer.stop()
