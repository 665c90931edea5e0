"""What the people of the sample company decided by hand, each with a name and a reason."""

from dataclasses import dataclass
from datetime import timedelta

from align_sync.app import App
from align_sync.flows.decide import Said, add_exemption, add_link, dispute
from align_sync.flows.link import link

_FOR_NOW = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class _Word:
    """What somebody said of an item; `what` is a key result or a category, empty where it is a dispute."""

    key: str
    what: str
    author: str
    reason: str


LINKS = (
    _Word("PAY-415", "KR-2.3", "Luca Ferri", "half of the failed refunds go back to a status that nobody understands"),
    _Word("CARE-107", "fcr", "Amira Nasser", "people who see the new look in the help centre do not write twice"),
)
EXEMPTIONS = (
    # What hangs on the epic inherits it.
    _Word("PLAT-90", "upgrade", "Nadia Haas", "the old runtime gets no security fixes after the new year"),
    _Word("MOB-81", "discovery", "Sara Conti", "ten talks with merchants come before we know which goal it serves"),
)
DISPUTES = (_Word("PAY-427", "", "Giulia Rossi", "gift cards make nothing faster; the rule takes in too much"),)


def decide(app: App) -> None:
    """Write all of it down, and link anew what it is about. Raises `UserError` where an item is not there."""
    until_on = app.now().date() + _FOR_NOW
    for word in LINKS:
        add_link(app, word.key, word.what, Said(author=word.author, reason=word.reason))
    for word in EXEMPTIONS:
        add_exemption(app, word.key, word.what, Said(author=word.author, reason=word.reason, expires_on=until_on))
    for word in DISPUTES:
        dispute(app, word.key, Said(author=word.author, reason=word.reason))
    link(app)
