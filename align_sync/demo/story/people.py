"""What the people of the sample company decided by hand, each with a name and a reason, and what they measured."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from align_sync.app import App
from align_sync.demo.story.sources import list_weeks
from align_sync.flows.decide import Said, add_exemption, add_link, dispute
from align_sync.flows.link import link
from align_sync.flows.measure import measure
from align_sync.flows.record import record
from align_sync.okr.metrics import SourceKind
from align_sync.okr.period import quarter_of

_FOR_NOW = timedelta(days=30)
READER = "sample company"


@dataclass(frozen=True, slots=True)
class _Word:
    """What somebody said of an item or a key result.

    `what` is the key result that an item serves, a category, or how sure somebody is; empty where it is a dispute.
    """

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
CONFIDENCES = (
    _Word("KR-2.1", "4/10", "Giulia Rossi", "the second processor goes live only in the last month"),
    _Word("fcr", "8/10", "Amira Nasser", "the new macros cover what people ask most"),
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
    for word in CONFIDENCES:
        record(app, word.key, None, author=word.author, reason=word.reason, confidence=word.what)
    link(app)


def read_weeks(app: App) -> None:
    """Read what the weeks of this quarter brought, as the worker would have done, and then the values of today."""
    now = app.now()
    zone = ZoneInfo(app.settings.timezone)
    today = now.astimezone(zone).date()
    sources = [metric.name for metric in app.settings.metrics if metric.kind is SourceKind.SQL]
    for day in list_weeks(quarter_of(today), today):
        if day < today:
            measure(app, sources, author=READER, at=datetime.combine(day, time(12), zone))
    measure(app, author=READER, baselines=True)
