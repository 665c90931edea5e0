"""A digest and its messages, written down in one transaction."""

from align_sync.app import App
from align_sync.digests.document import read_digest, write_digest
from align_sync.digests.model import Digest
from align_sync.digests.render import render_messages
from align_sync.errors import AlreadyRunningError
from align_sync.flows.digest.made import MadeDigest, say_made, say_present
from align_sync.flows.digest.posting import Desk, choose_channels, language_of
from align_sync.store.digests import find_digest, save_digest


def keep_digest(app: App, digest: Digest, *, force: bool) -> MadeDigest:
    """The digest and all its messages, or nothing: without `force` a week has one, whoever else makes it meanwhile.

    Raises `AlreadyRunningError` where another process forces the same one at this moment.
    """
    # What is sent is rendered from what is kept, so that it can be sent again byte for byte.
    digest = read_digest(write_digest(digest))
    channels = choose_channels(digest, app.settings.channels)
    told = [(channel, render_messages(digest, channel.kind.value, language_of(app, channel))) for channel in channels]
    with app.store.write() as connection:
        present = find_digest(connection, digest.kind, digest.team, digest.week)
        if present is not None and not force:
            return say_present(present)
        number = present.number + 1 if present else 1
        digest_id = save_digest(connection, digest, number)
        if digest_id is None:
            advice = "look what it made: align-sync digest history"
            raise AlreadyRunningError("another process makes this digest at this moment", advice=advice)
        desk = Desk(app=app, connection=connection, digest=digest, digest_id=digest_id)
        queued = sum(desk.queue(channel, number, messages) for channel, messages in told)
    names = [channel.name for channel, messages in told if messages]
    return MadeDigest(digest_id=digest_id, digest=digest, entries=queued, says=say_made(digest, names))
