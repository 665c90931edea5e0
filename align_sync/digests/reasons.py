"""Why a figure is withheld or a digest held back: sentences that are kept in English and told again in any language.

A digest is stored once and rendered in several languages, so that its reasons are read back by their patterns.
"""

import re
from collections.abc import Mapping
from functools import cache

from align_sync.digests.words import Words, message_id

NO_SOURCE = message_id("no source is set up")
ALL_UNUSABLE = message_id("no source can be used")
FIRST_IS_UNRELIABLE = message_id("the first digest waits until the data is complete")
NOT_COMPLETE = message_id("the data is not complete")
LEFT_OUT = message_id("left out, since it is too old or was never read: {source}")
FELL = message_id(
    "unlinked items fell from {before} to {after} while the items in scope fell from {items_before} to {items_after}; "
    "look whether a board or a project is missing, then send it with --force"
)

_SENTENCES = (
    NO_SOURCE,
    ALL_UNUSABLE,
    FIRST_IS_UNRELIABLE,
    NOT_COMPLETE,
    LEFT_OUT,
    FELL,
    message_id("no item is in scope"),
    message_id("nobody estimated any item of {teams}"),
    message_id("no work was in progress"),
    message_id("all that is in scope is estimated at 0 points"),
    message_id("all that could be judged is exempt"),
    message_id("all that is in scope is in grace"),
    message_id("the one item could not be judged"),
    message_id("all of {amount} could not be judged"),
    message_id("{part} of {amount} ({share}) could not be judged, more than the limit of {limit}"),
    message_id(
        "{part} of {amount} ({share}) are imputed to items that nobody estimated, more than the limit of {limit}"
    ),
)
_AMOUNTS = (
    message_id("{part} item"),
    message_id("{part} items"),
    message_id("{part} point"),
    message_id("{part} points"),
    message_id("{part} person-day"),
    message_id("{part} person-days"),
)
_PLACE = re.compile(r"\\\{(\w+)\\\}")


def retell(reason: str, words: Words) -> str:
    """The reason in the language of the words; as it stands where it is none of ours."""
    for message in _SENTENCES:
        if found := _pattern(message).fullmatch(reason):
            return words.text(message, **_retell_amount(found.groupdict(), words))
    return reason


def _retell_amount(values: Mapping[str, str], words: Words) -> dict[str, str]:
    amount = values.get("amount", "")
    for message in _AMOUNTS:
        if found := _pattern(message).fullmatch(amount):
            return {**values, "amount": words.text(message, **found.groupdict())}
    return dict(values)


@cache
def _pattern(message: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>.+)", re.escape(message)), re.DOTALL)
