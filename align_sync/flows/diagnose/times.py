"""Words for spans, and the verdict on two clocks that disagree."""

from datetime import datetime, timedelta

from align_sync.flows.diagnose.model import Check, Room

ODD = timedelta(seconds=5)
WRONG = timedelta(seconds=60)
_UNITS = (
    (timedelta(days=1), "d"),
    (timedelta(hours=1), "h"),
    (timedelta(minutes=1), "min"),
    (timedelta(seconds=1), "s"),
)


def say_span(span: timedelta) -> str:
    """In its largest unit: `3 h`."""
    size = abs(span)
    unit, word = next(((unit, word) for unit, word in _UNITS if size >= unit), _UNITS[-1])
    return f"{size // unit} {word}"


def compare_clocks(room: Room, name: str, theirs: datetime, asked_at: datetime, answered_at: datetime) -> Check:
    """A clock that was read somewhere between two looks at ours, and tells whole seconds."""
    ahead = max(theirs - answered_at, timedelta(0)) or min(theirs + timedelta(seconds=1) - asked_at, timedelta(0))
    if abs(ahead) <= ODD:
        return room.fine(name, "the clocks agree")
    says = f"our clock is {say_span(ahead)} {'behind' if ahead > timedelta(0) else 'ahead'}"
    why = "signatures are valid for a minute, and a cursor of the wrong time reads too little or too much"
    advice = "set the clock by NTP: timedatectl set-ntp true"
    if abs(ahead) > WRONG:
        return room.fault(name, says, why=why, advice=advice)
    return room.doubt(name, says, why=why, advice=advice)
