"""What hands runs to those who do them, as far as those who ask for runs need to know it."""

from typing import Protocol

from align_sync.flows.runs import Transaction
from align_sync.scheduling.run import Run


class Transport(Protocol):
    """It may lose a run or hand it over twice: the ledger notices either."""

    def enlist(self, connection: Transaction, run: Run) -> None:
        """Take the run, which is due, as part of the transaction that writes or finds its row.

        It may be enlisted already: `reconcile` does so again and again with all that is due and not begun.
        """
        ...

    def wake(self, run: Run) -> None:
        """The transaction is committed: somebody may begin."""
        ...
