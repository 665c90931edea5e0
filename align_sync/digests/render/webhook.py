"""A digest as data for machines: the same figures, unrounded, with a schema under `config/schema`.

Titles are as trackers have them: whoever shows them escapes them.
"""

from align_sync.digests.document import write_json
from align_sync.digests.model import Digest
from align_sync.reports.words import stamp

SCHEMA_VERSION = "1.0"
"""A field that goes makes a new major number, a field that comes a new minor one."""

EVENT_TYPE = "align_sync.digest"


def render_webhook(digest: Digest) -> dict[str, object]:
    """`subject` says whose digest of which week it is; the channel makes an event of it."""
    whose = digest.team or digest.kind.value
    return {"type": EVENT_TYPE, "subject": f"{whose}/{digest.week}", "data": write_data(digest)}


def write_data(digest: Digest) -> dict[str, object]:
    told = write_json(digest)
    del told["unlinked_hash"]
    return {
        "schema_version": SCHEMA_VERSION,
        **told,
        "made_at": stamp(digest.made_at),
        "data_as_of": stamp(digest.data_as_of),
        "sources": [
            {
                "source": note.source,
                "state": note.state,
                "complete_at": stamp(note.complete_at),
                "failure": note.failure,
            }
            for note in digest.sources
        ],
    }
