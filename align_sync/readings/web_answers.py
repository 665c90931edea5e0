"""What an answer means: a page that can be read, or the reason why it cannot."""

from collections.abc import Collection
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus

import httpx

from align_sync.errors import AuthError, FatalError, RetriableError, SourceError
from align_sync.readings.addresses import name_server
from align_sync.seams import Seams
from align_sync.trackers.limits import parse_wait

_MARKS_OF_PAGES = (b"<!doctype html", b"<html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer of status 200, or of one that the caller asked to see. `kind` is its media type in small letters."""

    status: int
    kind: str
    charset: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Hop:
    """The one redirect that is followed: away from exactly this host, to one below that domain, without credentials."""

    host: str
    below: str

    def leads(self, url: httpx.URL, target: httpx.URL) -> bool:
        return url.host == self.host and f".{target.host}".endswith(f".{self.below}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for: parts of media types that will do, statuses to be shown beside 200, the redirect to follow."""

    kinds: Collection[str]
    what: str
    statuses: Collection[int] = ()
    hop: Hop | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    """What came back from one request. `target` is where a redirect leads."""

    url: httpx.URL
    status: int
    headers: httpx.Headers
    body: bytes
    target: httpx.URL | None


def judge_answer(answer: RawAnswer, wanted: Wanted, seams: Seams) -> Page:
    where = name_server(answer.url)
    if answer.status != HTTPStatus.OK and answer.status not in wanted.statuses:
        raise _error_of_status(answer, where, seams)
    kind, charset = _read_kind(answer.headers.get("content-type", ""))
    if "html" in kind or is_web_page(answer.body):
        raise AuthError(
            f"a web page came back instead of {wanted.what}, mostly a login page",
            where=where,
            advice="open the address without signing in: it must give the plain text itself",
        )
    if kind and not any(part in kind for part in wanted.kinds):
        raise FatalError(f"the answer is {kind[:60]!r}, not {wanted.what}", where=where, advice="check the address")
    return Page(status=answer.status, kind=kind, charset=charset, body=answer.body)


def is_web_page(body: bytes) -> bool:
    return body[:256].removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_MARKS_OF_PAGES)


def _error_of_status(answer: RawAnswer, where: str, seams: Seams) -> SourceError:
    status = answer.status
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        word = "the credentials are refused" if status == HTTPStatus.UNAUTHORIZED else "access is forbidden"
        return AuthError(f"{word} ({status})", where=where, advice="check the token of the connection")
    is_throttled = status == HTTPStatus.TOO_MANY_REQUESTS
    if is_throttled or status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        retry_at = parse_wait(answer.headers, now=seams.now())
        until = f", until {retry_at:%Y-%m-%d %H:%M:%S} UTC" if retry_at is not None else ""
        return RetriableError(
            f"{'too many requests' if is_throttled else 'the server failed'} ({status}){until}",
            where=where,
            retry_at=retry_at,
            throttled=is_throttled,
        )
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return FatalError(f"nothing is found at the address ({status})", where=where, advice="check the address")
    return FatalError(f"the server answered {status} where 200 was expected", where=where, advice="check the address")


def refuse_redirect(url: httpx.URL, target: httpx.URL) -> FatalError:
    return FatalError(
        f"the server sends us on to {target.host or 'another address'}, which is not followed",
        where=name_server(url),
        advice="write the address that answers by itself",
    )


def _read_kind(text: str) -> tuple[str, str]:
    """Media type and character set, both in small letters and "" where they are not told."""
    message = Message()
    message["content-type"] = text or "x/x"
    kind = message.get_content_type() if text else ""
    return kind, str(message.get_content_charset() or "")
