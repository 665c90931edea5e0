"""What is true of every item of the story, written down by hand: its bucket and the key results that it serves.

The bucket is the one that a report of the item's sprint shows, once the people of the story have had their say.

A test compares this table with what a whole pull and link over HTTP says: one wrong verdict fails it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from align_sync.linking.evidence import Bucket


@dataclass(frozen=True, slots=True)
class Truth:
    """`key_results` with their shares; empty unless the bucket is a linked one."""

    bucket: Bucket
    key_results: tuple[tuple[str, float], ...] = ()


def _say(bucket: Bucket, rows: Iterable[tuple[str, str]]) -> dict[str, Truth]:
    return {key: Truth(bucket, ((key_result, 1.0),)) for key_result, keys in rows for key in keys.split()}


def _say_none(bucket: Bucket, keys: str) -> dict[str, Truth]:
    return {key: Truth(bucket) for key in keys.split()}


_BY_HAND = (
    ("KR-2.3", "PAY-415"),
    ("fcr", "CARE-107"),
)
_DIRECT = (
    ("KR-2.1", "PAY-405 PAY-408"),
    ("KR-2.3", "PAY-406 PAY-407 PAY-432 CARE-104"),
    ("KR-5.1", "PAY-420 PLAT-221"),
    ("KR-5.2", "PLAT-201 PLAT-207"),
    ("act7", "MOB-73 MOB-74 MOB-78 MOB-91"),
    ("success-plans", "PAY-419 PAY-433 PLAT-212"),
    ("CO-1.2", "MOB-80 GROW-41 GROW-52"),
    ("fcr", "CARE-103"),
    ("first-reply", "PLAT-209 CARE-105 CARE-111 CARE-121"),
    ("ret90", "GROW-32 GROW-37"),
)
_SHARED = {
    "PAY-409": Truth(Bucket.DIRECT, (("KR-2.1", 0.7), ("KR-2.3", 0.3))),
    "PLAT-213": Truth(Bucket.DIRECT, (("KR-5.1", 0.5), ("KR-5.2", 0.5))),
    "GROW-35": Truth(Bucket.DIRECT, (("act7", 0.4), ("ret90", 0.6))),
}
_INHERITED = (
    ("KR-2.1", "PAY-401 PAY-402 PAY-403 PAY-422 PAY-430 CARE-110"),
    ("KR-2.3", "PAY-404 PAY-410 PAY-424 CARE-112"),
    ("KR-5.1", "PLAT-204 PLAT-211 MOB-84"),
    ("KR-5.2", "PLAT-202 PLAT-203 PLAT-216 PLAT-220"),
    ("act7", "MOB-71 MOB-72 MOB-75 GROW-38"),
    ("ret90", "MOB-79 GROW-31 GROW-51"),
    ("fcr", "PLAT-210 CARE-101 CARE-102 CARE-120"),
    ("CO-1.1", "GROW-33 GROW-53"),
    ("ledger-pilot", "GROW-34"),
)
_BY_RULE = (
    ("KR-5.1", "PAY-425 PAY-426 PAY-427"),
    ("ret90", "GROW-42"),
)
_EXEMPT_BY_RULE = "PAY-435 MOB-77 MOB-86 MOB-87 PLAT-217"
_EXEMPT_BY_HAND = "MOB-81 PLAT-205 PLAT-206"
_GRACE = "PAY-428 PAY-429 PLAT-219 CARE-114"
_NOT_BEGUN = "PAY-431 MOB-90 GROW-50"
_INVALID = "PAY-411 PAY-414 PAY-423 MOB-83 PLAT-214 CARE-108 GROW-40 GROW-43"
_UNLINKED = (
    "PAY-412 PAY-413 PAY-416 PAY-417 PAY-421 MOB-76 MOB-82 PLAT-208 PLAT-215 PLAT-218 CARE-106 CARE-109 CARE-113"
    " GROW-36 GROW-39"
)
_UNKNOWN = "PAY-418"

TRUE_LINKS: Mapping[str, Truth] = MappingProxyType(
    {
        **_say(Bucket.DIRECT, _BY_HAND),
        **_say(Bucket.DIRECT, _DIRECT),
        **_SHARED,
        **_say(Bucket.INHERITED, _INHERITED),
        **_say(Bucket.RULE, _BY_RULE),
        **_say_none(Bucket.EXEMPT, _EXEMPT_BY_RULE),
        **_say_none(Bucket.EXEMPT, _EXEMPT_BY_HAND),
        **_say_none(Bucket.GRACE, _GRACE),
        **_say_none(Bucket.GRACE, _NOT_BEGUN),
        **_say_none(Bucket.INVALID, _INVALID),
        **_say_none(Bucket.UNLINKED, _UNLINKED),
        **_say_none(Bucket.UNKNOWN, _UNKNOWN),
    }
)
"""By key: every item that is in an active or a future sprint."""

TRUE_BEFORE_PEOPLE: Mapping[str, Truth] = MappingProxyType(
    {**TRUE_LINKS, **_say_none(Bucket.UNLINKED, f"{_EXEMPT_BY_HAND} PAY-415 CARE-107")}
)
"""The same as long as nobody has decided anything by hand."""

PROBABLY_MEANT: Mapping[str, str | None] = MappingProxyType(
    {
        "PAY-411": "KR-2.3",
        "PAY-414": "KR-2.1",
        "PAY-423": "KR-2.1",
        "MOB-83": "act7",
        "PLAT-214": "KR-5.1",
        "CARE-108": "first-reply",
        "GROW-40": None,
        "GROW-43": "ret90",
    }
)
"""Of each invalid item the key result to suggest; None where there is no successor and nothing like it."""
