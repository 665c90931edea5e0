"""One GET of a value: no redirects, time and size limited, and every failure in plain words without a secret."""

import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx

from align_sync.errors import FatalError, InterruptedPullError, ReadingError, RetriableError, SourceError
from align_sync.readings.addresses import Access, check_address, find_objection, name_server
from align_sync.readings.web_answers import Page, RawAnswer, Wanted, judge_answer, refuse_redirect
from align_sync.seams import Seams
from align_sync.trackers.base import Traffic
from align_sync.trackers.persistence import Patience, Persistence
from align_sync.wire import Deadline, ObjectionError, OverError, trusted

LARGEST_ANSWER_BYTES = 20 * 1024 * 1024
LONGEST_CONNECT = timedelta(seconds=10)
_GZIP = 16 + zlib.MAX_WBITS
_BROKE_OFF = "the answer broke off before it was complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """Asks a few times where a failure may pass; `transport` replaces the network."""

    seams: Seams
    patience: Patience
    transport: httpx.BaseTransport | None = None

    def get(self, access: Access, wanted: Wanted, params: Mapping[str, str] | None = None) -> Page:
        """The answer. Raises `ReadingError`."""
        url = check_address(access.url)
        if params:
            url = url.copy_merge_params(params)
        persistence = Persistence(source=name_server(url), patience=self.patience, seams=self.seams, traffic=Traffic())
        ends = time.monotonic() + self.patience.total.total_seconds()
        try:
            return persistence.call(self._get_once, url, access, wanted, ends)
        except SourceError as error:
            problem = error.problem
            raise ReadingError(problem.message, where=problem.where, advice=problem.advice) from None

    def _get_once(self, url: httpx.URL, access: Access, wanted: Wanted, ends: float) -> Page:
        answer = self._send(url, access, access.authorization, ends)
        if answer.target is None:
            return judge_answer(answer, wanted, self.seams)
        if wanted.hop is None or not wanted.hop.leads(url, answer.target):
            raise refuse_redirect(url, answer.target)
        target = check_address(str(answer.target))
        answer = self._send(target, access, "", ends)
        if answer.target is not None:
            raise refuse_redirect(target, answer.target)
        return judge_answer(answer, wanted, self.seams)

    def _send(self, url: httpx.URL, access: Access, authorization: str, ends: float) -> RawAnswer:
        if self.seams.stopping():
            raise InterruptedPullError(where=name_server(url))
        headers = {"Accept-Encoding": "gzip", **({"Authorization": authorization} if authorization else {})}
        deadline = Deadline(lambda peer: find_objection(url, peer))
        times = httpx.Timeout(self.patience.read.total_seconds(), connect=self.patience.connect.total_seconds())
        with (
            _plain_words(url, deadline, self.patience),
            httpx.Client(
                timeout=times,
                follow_redirects=False,
                trust_env=False,
                transport=self.transport,
                verify=_trusted(access.ca_file),
            ) as client,
            deadline.running(ends - time.monotonic()),
            client.stream("GET", url, headers=headers, extensions={"trace": deadline.watch}) as response,
        ):
            return RawAnswer(
                url=url,
                status=response.status_code,
                headers=response.headers,
                body=b"" if response.is_redirect else _gather(response, url),
                target=response.next_request.url if response.next_request is not None else None,
            )


def _trusted(ca_file: str | None) -> ssl.SSLContext:
    try:
        return trusted(ca_file)
    except OSError:
        raise ReadingError(
            "the file of trusted authorities cannot be read", where=ca_file or "", advice="check ca_file"
        ) from None


@contextmanager
def _plain_words(url: httpx.URL, deadline: Deadline, patience: Patience) -> Iterator[None]:
    where = name_server(url)
    try:
        yield
    except ObjectionError as error:
        raise FatalError(f"the server is not asked: {error}", where=where) from None
    except (httpx.TransportError, OverError, UnicodeError) as error:
        if deadline.is_over:
            raise FatalError(
                f"the answer took longer than {patience.total.total_seconds():g} s",
                where=where,
                advice="let the source answer sooner, or give it longer (readings.timeout)",
            ) from None
        if isinstance(error, httpx.TimeoutException):
            what = "the server cannot be reached" if isinstance(error, httpx.ConnectTimeout) else "no answer came"
            raise RetriableError(f"{what} in time", where=where) from None
        raise _error_of(error, where) from None


def _error_of(error: BaseException, where: str) -> SourceError:
    """The first cause that says more than that the connection failed."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return FatalError(
                f"the certificate of the server is not trusted: {cause.verify_message}",
                where=where,
                advice="for an authority of your own set ca_file of the connection",
            )
        if isinstance(cause, ssl.SSLError):
            return FatalError(f"no secure connection comes about ({cause.reason or 'TLS'})", where=where)
        if isinstance(cause, socket.gaierror | UnicodeError):
            return RetriableError("the name of the server is not known", where=where, advice="check the address")
        if isinstance(cause, ConnectionRefusedError):
            return RetriableError("the server refuses connections", where=where, advice="check address and port")
        cause = cause.__cause__ or cause.__context__
    return RetriableError(f"{_BROKE_OFF}, or it is no proper HTTP", where=where)


def _gather(response: httpx.Response, url: httpx.URL) -> bytes:
    """The body, unpacked no further than what is allowed: a small body may hold a thousand times its length."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    where = name_server(url)
    if coding in {"", "identity"}:
        return _limited(response.iter_raw(), lambda chunk, _left: chunk, where)
    if coding not in {"gzip", "x-gzip"}:
        raise FatalError("the answer is packed in a way that was not asked for", where=where)
    unpacker = zlib.decompressobj(_GZIP)
    try:
        body = _limited(response.iter_raw(), unpacker.decompress, where)
    except zlib.error:
        raise RetriableError("the answer cannot be unpacked", where=where) from None
    if not unpacker.eof:
        raise RetriableError(_BROKE_OFF, where=where)
    return body


def _limited(chunks: Iterable[bytes], unpack: Callable[[bytes, int], bytes], where: str) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += unpack(chunk, LARGEST_ANSWER_BYTES + 1 - len(body))
        if len(body) > LARGEST_ANSWER_BYTES:
            raise FatalError(
                f"the answer is larger than {LARGEST_ANSWER_BYTES // 1024 // 1024} MB",
                where=where,
                advice="let the source count, and ask for the one number",
            )
    return bytes(body)


def patience_for(timeout: timedelta) -> Patience:
    """Few attempts: a reading comes round again, and the others are waiting."""
    return Patience(
        connect=min(timeout, LONGEST_CONNECT),
        read=timeout,
        total=timeout,
        attempts=3,
        longest_wait=timeout / 2,
        first_backoff=timedelta(seconds=1),
        longest_backoff=timedelta(seconds=10),
    )
