"""The exception tree, sorted by what the caller should do.

Problems in the user's data are values (`Problem`); what stops a step is an exception. The mapping to exit codes is
in `cli/exit_codes.py`, in one table.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong in the user's data: what happened, where it is, and what to do next.

    `where` is a file position (`okrs/a.yaml:12:5`) or a place in a tracker (`jira: PAY-12`).
    """

    message: str
    where: str = ""
    advice: str = ""

    def __str__(self) -> str:
        """One line: where, what, and the way on."""
        place = f"{self.where}: " if self.where else ""
        advice = f"; {self.advice}" if self.advice else ""
        return f"{place}{self.message}{advice}"


class AlignSyncError(Exception):
    """Show it; the base of all that this package raises on purpose."""

    def __init__(self, message: str, *, where: str = "", advice: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(message=message, where=where, advice=advice)

    def __str__(self) -> str:
        return str(self.problem)


class UserError(AlignSyncError):
    """Show the list of problems, without a traceback: a setting, a file or an argument is wrong."""

    def __init__(self, message: str, *, where: str = "", advice: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message, where=where, advice=advice)
        self.problems = problems


class SourceError(AlignSyncError):
    """Mark this source as not read; go on with the others."""


class RetriableError(SourceError):
    """Back off and ask again, not before `retry_at` where the source names a time."""

    def __init__(
        self,
        message: str,
        *,
        where: str = "",
        advice: str = "",
        retry_at: datetime | None = None,
        throttled: bool = False,
    ) -> None:
        super().__init__(message, where=where, advice=advice)
        self.retry_at = retry_at
        self.throttled = throttled


class FatalError(SourceError):
    """Stop this source until a person has acted: a removed endpoint, an unknown board, an answer of no sense."""


class AuthError(FatalError):
    """Stop this source; its credentials are wrong, expired or too narrow."""


class ForbiddenError(AuthError):
    """The account may not see this one thing; stop unless there is something else to see."""


class RefusedError(SourceError):
    """The source refused this one request for what it asks (400, 404); the caller knows whether that matters."""

    def __init__(self, message: str, *, status: int, where: str = "", advice: str = "") -> None:
        super().__init__(message, where=where, advice=advice)
        self.status = status


class SkippableError(SourceError):
    """Count this one record as broken and go on with the next."""


class ReadingError(SourceError):
    """Keep the earlier value of this metric: its source gave none that can be believed, for the reason told."""


class UnsafeSweepError(SourceError):
    """Keep the data; a person must decide, as too much vanished at once."""


class AlreadyRunningError(AlignSyncError):
    """Come back later: another process holds the lease."""


class NotYetError(AlignSyncError):
    """Ask again after `wait`: nothing failed, and what is needed may come by itself."""

    def __init__(self, message: str, *, wait: timedelta, where: str = "", advice: str = "") -> None:
        super().__init__(message, where=where, advice=advice)
        self.wait = wait


class StoreError(AlignSyncError):
    """Stop: the database cannot be read or written."""


class InterruptedPullError(AlignSyncError):
    """Stop now, keep what is stored; a person or the system asked for it."""

    def __init__(self, message: str = "interrupted", *, where: str = "") -> None:
        super().__init__(message, where=where, advice="the next run goes on from the last stored page")
