"""What came of making a digest, in a value and in a line."""

from collections.abc import Iterable
from dataclasses import dataclass

from align_sync.digests.model import Digest, DigestKind, DigestState
from align_sync.reports.words import team_name
from align_sync.store.digests import StoredDigest

FOR_ADMINISTRATORS = frozenset({DigestState.PREVIEW, DigestState.WITHHELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeDigest:
    """`entries` is how many messages were put into the outbox now."""

    digest_id: int
    digest: Digest
    entries: int
    says: str


def say_present(present: StoredDigest) -> MadeDigest:
    """Nothing was done."""
    is_preview = present.digest.state is DigestState.PREVIEW
    advice = "; with --again it goes to its readers" if is_preview else ""
    was = f"the digest of {present.digest.week} was made before ({present.digest.state})"
    return MadeDigest(
        digest_id=present.id,
        digest=present.digest,
        entries=0,
        says=f"{name_of(present.digest)}: {was}, so that nothing is done{advice}",
    )


def _say_still_withheld(present: StoredDigest, digest: Digest) -> MadeDigest:
    """Nothing was done: the notice of it went out before. The week is not used up by that."""
    told = f"{name_of(digest)}: {digest.week} is still withheld ({digest.reason}), so that nothing is done"
    return MadeDigest(digest_id=present.id, digest=digest, entries=0, says=told)


def is_withheld(present: StoredDigest | None) -> bool:
    """Whether the week has nothing but a notice to administrators."""
    return present is not None and present.digest.state is DigestState.WITHHELD


def say_taken(present: StoredDigest, digest: Digest) -> MadeDigest | None:
    """Why a digest is not kept beside the present one of its week; None where it takes that one's place."""
    if not is_withheld(present):
        return say_present(present)
    return _say_still_withheld(present, digest) if digest.state is DigestState.WITHHELD else None


def name_of(digest: Digest) -> str:
    return "leadership" if digest.kind is DigestKind.LEADERSHIP else team_name(digest.team)


def say_made(digest: Digest, channels: Iterable[str]) -> str:
    """`Payments: 2026-W48 news, to okr-digest`."""
    told = f"{name_of(digest)}: {digest.week} {digest.state}"
    if digest.state is DigestState.QUIET:
        return f"{told}, nothing new, so that nothing is sent"
    reason = f" ({digest.reason})" if digest.reason else ""
    nobody = "no channel gets previews and notices: set admin = true for one"
    where = ", ".join(channels)
    return f"{told}{reason}, to {where}" if where else f"{told}{reason}, {nobody}"
