"""What Linear's answers mean: its errors, whatever status they come with, as errors of ours.

Linear refuses a throttled request with 400 and no Retry-After, and may send errors with 200 beside half of the data:
https://linear.app/developers/rate-limiting
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from align_sync.errors import AuthError, FatalError, ForbiddenError, RefusedError, RetriableError, SourceError
from align_sync.trackers.http import CUT_TEXT, Advice, Answer
from align_sync.trackers.limits import parse_reset, parse_retry_after, parse_wait

_SIGN_IN = (
    "set ALIGN_SYNC_LINEAR__TOKEN to a valid key (Linear: Settings, Security & access, Personal API keys); "
    "a personal key is sent as it is, the token of an OAuth application needs linear.oauth = true"
)
_RIGHT_ADDRESS = "check linear.url; it is https://api.linear.app/graphql unless you know better"
ADVICE = Advice(token=_SIGN_IN, url=_RIGHT_ADDRESS)
_UPDATE = "update align-sync; Linear does not know what this version asks for"
_BUCKETS = ("requests", "complexity", "endpoint-requests")
_SERVER_FAILED = frozenset({"INTERNAL_SERVER_ERROR", "INTERNAL_ERROR", "LOCK_TIMEOUT", "NETWORK_ERROR"})
_FATAL: Mapping[str, tuple[type[FatalError], str, str]] = {
    "AUTHENTICATION_ERROR": (AuthError, "Linear refuses the credentials", ADVICE.token),
    "FORBIDDEN": (ForbiddenError, "Linear forbids this to the owner of the token", ADVICE.token),
    "GRAPHQL_VALIDATION_FAILED": (FatalError, "Linear does not understand the query", _UPDATE),
    "GRAPHQL_PARSE_FAILED": (FatalError, "Linear does not understand the query", _UPDATE),
    "GRAPHQL_ERROR": (FatalError, "Linear does not understand the query", _UPDATE),
    "FEATURE_NOT_ACCESSIBLE": (
        FatalError,
        "the workspace lacks a feature that the query asks for",
        "update align-sync, or ask Linear's support whether the plan of the workspace includes it",
    ),
}


class TooComplexError(RefusedError):
    """Ask for fewer records at once."""


@dataclass(frozen=True, slots=True)
class Said:
    """One error of Linear, by its codes and in its own words."""

    codes: frozenset[str] = frozenset()
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How long a pause may be at the least and at the most.

    The buckets of Linear refill at a constant rate, while the reset that it names is that of a full bucket: asking
    again after the longest pause gets on, waiting for the reset would waste up to an hour.
    """

    shortest: timedelta
    longest: timedelta


def error_of(answer: Answer, *, source: str, now: datetime, waiting: Waiting) -> SourceError | None:
    """The error that an answer stands for; None where the general rules of HTTP say enough."""
    said = _read_errors(answer)
    is_throttled = answer.status == HTTPStatus.TOO_MANY_REQUESTS
    if not said and not is_throttled:
        return None
    where = f"{source}: {answer.path}"
    codes = frozenset[str]().union(*(error.codes for error in said))
    words = _cut("; ".join(dict.fromkeys(error.words for error in said if error.words)))
    told = f": {words}" if words else ""
    if is_throttled or "RATELIMITED" in codes:
        return RetriableError(
            f"Linear's hourly limit is used up ({answer.status}){told}",
            where=where,
            advice="it refills by itself; the next run goes on where this one stopped",
            retry_at=_retry_at(answer.headers, now, waiting),
            throttled=True,
        )
    if codes & _SERVER_FAILED or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return RetriableError(f"Linear failed ({answer.status}){told}", where=where)
    return _lasting_error(answer, said, where, told)


def _lasting_error(answer: Answer, said: tuple[Said, ...], where: str, told: str) -> SourceError:
    if any(_is_too_complex(error) for error in said):
        return TooComplexError(f"the query is too complex{told}", status=answer.status, where=where)
    codes = frozenset[str]().union(*(error.codes for error in said))
    if answer.status == HTTPStatus.UNAUTHORIZED:
        codes |= {"AUTHENTICATION_ERROR"}
    for code, (kind, message, advice) in _FATAL.items():
        if code in codes:
            return kind(f"{message} ({answer.status}){told}", where=where, advice=advice)
    return RefusedError(f"Linear refused the request ({answer.status}){told}", status=answer.status, where=where)


def _is_too_complex(error: Said) -> bool:
    words = error.words.lower()
    return "too complex" in words or ("INPUT_ERROR" in error.codes and "complex" in words)


def _read_errors(answer: Answer) -> tuple[Said, ...]:
    # A look at the bytes first: pages are large, and nearly none holds errors.
    if b'"errors"' not in answer.body:
        return ()
    try:
        told = answer.json()
    except ValueError:
        return ()
    errors = told.get("errors") if isinstance(told, dict) else None
    if not errors:
        return ()
    return tuple(_read_error(error) for error in errors) if isinstance(errors, list) else (Said(),)


def _read_error(error: object) -> Said:
    if not isinstance(error, dict):
        return Said()
    extensions = error.get("extensions")
    more: Mapping[str, object] = extensions if isinstance(extensions, dict) else {}
    # The codes of Apollo stand in `code`, Linear's own words for much the same ("feature not accessible") in `type`.
    named = (value for name in ("code", "type") if isinstance(value := more.get(name), str))
    words = [text for text in (error.get("message"), more.get("userPresentableMessage")) if isinstance(text, str)]
    return Said(
        frozenset(name.strip().upper().replace(" ", "_") for name in named),
        ": ".join(dict.fromkeys(text.strip().rstrip(".") for text in words)),
    )


def _retry_at(headers: Mapping[str, str], now: datetime, waiting: Waiting) -> datetime | None:
    named = parse_retry_after(headers.get("retry-after"), now=now)
    spent = (
        parse_reset(headers.get(f"x-ratelimit-{bucket}-reset"), now=now)
        for bucket in _BUCKETS
        if headers.get(f"x-ratelimit-{bucket}-remaining", "").strip() == "0"
    )
    resets = [instant for instant in spent if instant is not None]
    instant = named or (max(resets) if resets else parse_wait(headers, now=now))
    if instant is None:
        return None
    return min(max(instant, now + waiting.shortest), now + waiting.longest)


def _cut(text: str) -> str:
    return text if len(text) <= CUT_TEXT else text[:CUT_TEXT] + "…"
