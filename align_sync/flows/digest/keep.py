"""A digest and its messages, written down in one transaction."""

from align_sync.app import App
from align_sync.digests.document import read_digest, write_digest
from align_sync.digests.model import Digest, DigestState
from align_sync.digests.render import render_messages
from align_sync.errors import AlreadyRunningError
from align_sync.flows.digest.made import MadeDigest, is_withheld, say_made, say_taken
from align_sync.flows.digest.posting import Desk, choose_channels, language_of
from align_sync.store.digests import find_digest, save_digest


def keep_digest(app: App, digest: Digest, *, force: bool) -> MadeDigest:
    """The digest and all its messages, or nothing: without `force` a week has one, whoever else makes it meanwhile.

    One that was withheld does not count: the first that can be told takes its place.
    Raises `AlreadyRunningError` where another process forces the same one at this moment.
    """
    # What is sent is rendered from what is kept, so that it can be sent again byte for byte.
    digest = read_digest(write_digest(digest))
    made = _write(app, digest, force=force)
    if made is not None:
        return made
    with app.store.read() as connection:
        present = find_digest(connection, digest.kind, digest.team, digest.week)
    told = None if force or present is None else say_taken(present, digest)
    if told is None:
        advice = "look what it made: align-sync digest history"
        raise AlreadyRunningError("another process makes this digest at this moment", advice=advice)
    return told


def _write(app: App, digest: Digest, *, force: bool) -> MadeDigest | None:
    """None where another process was quicker."""
    channels = choose_channels(digest, app.settings.channels)
    told = [(channel, render_messages(digest, channel.kind.value, language_of(app, channel))) for channel in channels]
    with app.store.write() as connection:
        present = find_digest(connection, digest.kind, digest.team, digest.week)
        taken = None if force or present is None else say_taken(present, digest)
        if taken is not None:
            return taken
        number = present.number + 1 if present else 1
        digest_id = save_digest(connection, digest, number)
        if digest_id is None:
            return None
        desk = Desk(app=app, connection=connection, digest=digest, digest_id=digest_id)
        # Nobody would notice that a notice became a digest.
        may_change = digest.state is DigestState.WITHHELD or not is_withheld(present)
        queued = sum(desk.queue(channel, number, messages, may_change=may_change) for channel, messages in told)
    names = [channel.name for channel, messages in told if messages]
    return MadeDigest(digest_id=digest_id, digest=digest, entries=queued, says=say_made(digest, names))
