"""Commands to paste: written so that a shell reads what was meant, and left out where that cannot be."""

import re
import shlex
from collections.abc import Iterable

from align_sync.digests.model import Digest, DigestKind
from align_sync.linking.evidence import Bucket
from align_sync.reports.commands import ACTIONABLE, command_of
from align_sync.reports.model import Filters
from align_sync.reports.plain import make_plain

SHOW_ALL = "align-sync digest preview"
_NOTHING = "''"


def keep_pasteable(commands: Iterable[str]) -> tuple[str, ...]:
    """Those that hold no character which is shown as another one: pasted, that would be another command."""
    return tuple(command for command in commands if make_plain(command) == command)


def silence(command: str, speaking: re.Pattern[str]) -> str:
    """With an empty pair of quotes after each place where it would speak; shells read it as nothing.

    That holds between single quotes, which it closes and opens again, and outside of them. Values in commands are
    quoted by `shlex`, which writes them in no other way.
    """
    return speaking.sub(lambda found: found[0] + _NOTHING, command)


def list_unlinked(digest: Digest) -> str:
    """The command that lists what the figure counts."""
    return command_of(Filters(teams=(digest.team,) if digest.team else (), buckets=ACTIONABLE))


def list_dead_links(digest: Digest) -> str:
    return command_of(Filters(teams=(digest.team,) if digest.team else (), buckets=(Bucket.INVALID,)))


def send_again(digest: Digest) -> str:
    """The command that makes the digest of this week once more, for its readers."""
    return shlex.join(("align-sync", "digest", "send", *_whose(digest), "--again"))


def show_all(digest: Digest) -> str:
    """The command that shows the whole of it."""
    return shlex.join((*shlex.split(SHOW_ALL), *_whose(digest)))


def _whose(digest: Digest) -> tuple[str, ...]:
    return ("-t", digest.team) if digest.kind is DigestKind.TEAM else ("--leadership",)
