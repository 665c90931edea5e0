"""Boards, sprints and fields of a Jira site, read with the `jira` package, which does this well.

The package is tamed: no retries of its own (they repeat requests that write), time limits, no redirects, no proxies or
passwords from the environment, and every answer is judged by the same rules as those of our own requests.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from align_sync.errors import AlignSyncError, FatalError, InterruptedPullError, RetriableError
from align_sync.trackers.http import Answer, JsonClient
from align_sync.trackers.jira.auth import Credentials
from align_sync.trackers.json_text import mend_json

if TYPE_CHECKING:
    from jira import JIRA
    from requests import PreparedRequest, Response, Session

T = TypeVar("T")
CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    board_id: int
    name: str
    kind: str


@dataclass(slots=True, kw_only=True)
class JiraPackage:
    """Calls of the `jira` package, one instance of it for each thread, since its session is not safe to share."""

    client: JsonClient
    credentials: Credentials
    api_version: str
    _local: threading.local
    _sessions: "list[Session]" = field(default_factory=list)

    def close(self) -> None:
        for session in self._sessions:
            session.close()

    def call(self, ask: "Callable[[JIRA], T]") -> T:
        """The result of a call; fails as `JsonClient` does, and repeats what is worth repeating."""
        return self.client.persistence.call(self._call_once, ask)

    def _call_once(self, ask: "Callable[[JIRA], T]") -> T:
        from jira import JIRAError
        from requests import RequestException

        where = f"{self.client.source}: {self.client.base_url}"
        try:
            with self.client.gate.pass_through():
                return ask(self._instance())
        except AlignSyncError:
            raise
        except JIRAError as error:
            raise FatalError(
                f"Jira refused ({error.status_code})", where=where, advice=self.client.advice.url
            ) from None
        except RequestException as error:
            message = f"the connection failed ({type(error).__name__})"
            raise RetriableError(message, where=where, advice=self.client.advice.url) from None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            message = f"the answer has another form than expected ({type(error).__name__})"
            raise FatalError(message, where=where, advice=self.client.advice.url) from None

    def _instance(self) -> "JIRA":
        known: JIRA | None = getattr(self._local, "jira", None)
        if known is None:
            known = self._local.jira = self._open()
        return known

    def _open(self) -> "JIRA":
        from jira import JIRA

        patience = self.client.patience
        opened = JIRA(
            server=self.client.base_url,
            options={"rest_api_version": self.api_version, "verify": self.client.ca_file or True},
            get_server_info=False,
            validate=False,
            max_retries=0,
            logging=False,
            timeout=(patience.connect.total_seconds(), patience.read.total_seconds()),
        )
        session = opened._session  # noqa: SLF001 -- the package has no other place to set this
        self._sessions.append(session)
        session.trust_env = False
        session.max_redirects = 0
        session.auth = self._sign
        session.hooks["response"].append(self._judge)
        return opened

    def _sign(self, request: "PreparedRequest") -> "PreparedRequest":
        if self.client.seams.stopping():
            raise InterruptedPullError("interrupted", where=self.client.source)
        self.client.seams.failpoint("request.before")
        self.client.traffic.add(requests=1)
        request.headers.update(self.credentials.headers())
        return request

    def _judge(self, response: "Response", *_args: object, **_named: object) -> "Response":
        body = self._read(response)
        self.client.seams.failpoint("request.after")
        answer = Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
            path=response.request.path_url.partition("?")[0],
        )
        error = self.client.error_of(answer)
        if error is not None:
            raise error
        return response

    def _read(self, response: "Response") -> bytes:
        """The body, within the limits of our own requests: the package would wait for a dripping one for ever."""
        from urllib3.exceptions import HTTPError

        where = f"{self.client.source}: {response.request.path_url.partition('?')[0]}"
        try:
            chunks = iter(lambda: response.raw.read1(CHUNK_BYTES, decode_content=True), b"")
            body = self.client.gather(chunks, where=where, started=time.monotonic())
        except HTTPError as error:
            message = f"the connection failed ({type(error).__name__})"
            raise RetriableError(message, where=where, advice=self.client.advice.url) from None
        # It was read here, which the package cannot be told otherwise.
        vars(response).update(_content=mend_json(body), _content_consumed=True)
        return body

    def fetch_boards(self) -> tuple[Board, ...]:
        """All boards that the account sees."""
        found = self.call(lambda jira: jira.boards(maxResults=False))
        return tuple(_board(board.raw) for board in found)

    def fetch_fields(self) -> Sequence[Mapping[str, object]]:
        return self.call(_fields)

    def fetch_sprints(self, board_id: int) -> Sequence[Mapping[str, Any]]:
        """The open sprints that a board shows, as the server tells them."""
        found = self.call(lambda jira: jira.sprints(board_id, state="active,future", maxResults=False))
        return [sprint.raw for sprint in found]


def open_package(client: JsonClient, credentials: Credentials, *, api_version: str) -> JiraPackage:
    return JiraPackage(client=client, credentials=credentials, api_version=api_version, _local=threading.local())


def _fields(jira: "JIRA") -> Sequence[Mapping[str, object]]:
    told: object = jira.fields()
    if not isinstance(told, list):
        raise TypeError("no list of fields")
    return [field for field in told if isinstance(field, Mapping)]


def _board(raw: Mapping[str, Any]) -> Board:
    return Board(board_id=int(raw["id"]), name=str(raw.get("name") or raw["id"]), kind=str(raw.get("type") or ""))
