"""What a delivery did, counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from align_sync.errors import Problem
from align_sync.reports.words import count

SENT, REFUSED, UNCLEAR, HELD, DEAD, HEALED = (
    "delivery.sent",
    "delivery.refused",
    "delivery.unclear",
    "delivery.held",
    "delivery.dead",
    "delivery.healed",
)
OVERTAKEN = "delivery.overtaken"
"""Another process took the message over; what this one learnt of it is not written down."""
CLOSED = "channel.disabled"

_WORDS = {
    SENT: "sent",
    REFUSED: "refused for now",
    UNCLEAR: "in doubt, to be looked for before anything is sent again",
    HELD: "held for a person",
    DEAD: "refused for good",
    HEALED: "sent twice, of which one was deleted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverResult:
    """`counts` are events by their names; `problems` are channels that could not be opened."""

    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    problems: tuple[Problem, ...] = ()

    @property
    def sent(self) -> int:
        return self.counts.get(SENT, 0)

    @property
    def needs_person(self) -> bool:
        """Something was held, refused for good, or cannot go out as the settings are."""
        return bool(self.problems) or any(self.counts.get(name) for name in (HELD, DEAD, CLOSED))

    @property
    def says(self) -> str:
        """One line; "nothing is due" where nothing was."""
        parts = [f"{self.counts[name]} {words}" for name, words in _WORDS.items() if self.counts.get(name)]
        parts += [f"{count(self.counts[CLOSED], 'channel')} disabled"] if self.counts.get(CLOSED) else []
        parts += [str(problem) for problem in self.problems]
        return ", ".join(parts) or "nothing is due"
