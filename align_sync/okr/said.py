"""Who writes something down, and why."""

from dataclasses import dataclass

from align_sync.errors import UserError

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Said:
    """A name and a reason, both checked: one line each."""

    author: str
    reason: str = ""

    @classmethod
    def check(cls, author: str, reason: str, *, needs_reason: bool) -> "Said":
        """Raises `UserError` where nobody knows who says it, or a reason is missing or too long."""
        said = cls(" ".join(author.split()), " ".join(reason.split()))
        if not said.author:
            raise UserError("nobody knows who says so", where="--author", advice="name yourself with --author")
        if needs_reason and not said.reason.strip(".… "):
            raise UserError(
                "a reason is missing", where="--reason", advice="say why, in a few words that others understand"
            )
        if len(said.reason) > LONGEST_REASON:
            raise UserError(f"the reason has more than {LONGEST_REASON} characters", where="--reason")
        return said
