"""Calls of Slack's Web API, whose refusals come with status 200."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx
import orjson

from align_sync.delivery.base import UnreadableError
from align_sync.delivery.slack_errors import judge_word, read_word
from align_sync.delivery.web import CLOSED_DOORS, Answer, Web, name_server, read_retry_after
from align_sync.sending.outcome import Refused, Unclear

PAGE_SIZE = 200
MOST_PAGES = 500

Told = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Yes:
    """An `ok: true` with its members, and the scopes of the token as the header tells them."""

    told: Told
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class No:
    """An `ok: false`, by its word, and what it means."""

    word: str
    outcome: Refused | Unclear


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackApi:
    web: Web
    url: httpx.URL
    token: str = field(repr=False)

    def write(self, method: str, arguments: Told, *, ends: float | None = None) -> Yes | No:
        return self._call(method, orjson.dumps(arguments), "application/json; charset=utf-8", ends)

    def read(self, method: str, **arguments: str | int) -> Yes | No:
        """As a form, which every method takes; not all of those that read take JSON."""
        return self._call(method, urlencode(arguments).encode(), "application/x-www-form-urlencoded", None)

    def pages(self, method: str, **arguments: str | int) -> Iterator[Told]:
        """All messages, a page at a time. Raises `UnreadableError`."""
        cursor = ""
        for _ in range(MOST_PAGES):
            called = self.read(method, **arguments, limit=PAGE_SIZE, **({"cursor": cursor} if cursor else {}))
            if isinstance(called, No):
                raise UnreadableError(called.outcome.reason, advice="see `align-sync doctor` for what the token may")
            messages = called.told.get("messages")
            if not isinstance(messages, list):
                raise UnreadableError("slack told no list of messages", where=name_server(self.url))
            yield from (message for message in messages if isinstance(message, dict))
            following = _mapping(called.told.get("response_metadata")).get("next_cursor")
            if not following:
                if called.told.get("has_more"):
                    raise UnreadableError("slack has more messages, and does not say where", where=method)
                return
            if following == cursor or not isinstance(following, str):
                raise UnreadableError("slack gives the same page again and again", where=method)
            cursor = following
        raise UnreadableError(f"slack has more than {MOST_PAGES} pages of messages since then", where=method)

    def _call(self, method: str, content: bytes, kind: str, ends: float | None) -> Yes | No:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind, "Accept": "application/json"}
        url = self.url.copy_with(raw_path=self.url.raw_path.rstrip(b"/") + b"/" + method.encode())
        reached = self.web.ask("POST", url, content=content, headers=headers, ends=ends)
        return self._judge(reached) if isinstance(reached, Answer) else No("", reached)

    def _judge(self, answer: Answer) -> Yes | No:
        told = answer.members()
        if told is not None and told.get("ok") is False:
            return self._judge_refusal(answer, told)
        where = name_server(self.url)
        if not answer.is_good:
            is_closed = answer.status in CLOSED_DOORS
            reason = f"{where}: the server refused the request ({answer.status})"
            return No("", Refused(reason=reason, is_permanent=True, closes_channel=is_closed))
        if told is None or told.get("ok") is not True:
            return No("", Unclear(f"{where}: the answer is not one of slack's ({len(answer.body):,} bytes)"))
        scopes = (scope.strip() for scope in answer.headers.get("x-oauth-scopes", "").split(","))
        return Yes(told, frozenset(filter(None, scopes)))

    def _judge_refusal(self, answer: Answer, told: Told) -> No:
        word = read_word(told.get("error"))
        needed = str(told.get("needed", "")) if word == "missing_scope" else ""
        outcome = judge_word(word, more=needed if needed.replace(":", "").replace(",", "").isidentifier() else "")
        if isinstance(outcome, Refused) and not outcome.is_permanent:
            wait = read_retry_after(answer.headers, now=self.web.seams.now())
            outcome = Refused(reason=outcome.reason, retry_after=wait)
        return No(word, outcome)


def _mapping(value: object) -> Told:
    return value if isinstance(value, dict) else {}
