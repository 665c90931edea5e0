"""OAuth 2.0 for Jira Cloud: short-lived access tokens, and a refresh token that is worthless once it was used.

The refresh token lives in a file of its own (mode 0600), which is replaced in one step while it is locked: two
processes that refreshed at once would lock each other out. It is written before the new access token is used.
"""

import fcntl
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import orjson

from align_sync.errors import AuthError, RetriableError
from align_sync.seams import Seams
from align_sync.settings import JiraSettings

EARLY = timedelta(minutes=2)
"""Refresh this long before the end, so that no request runs out of its token on the way."""

_PRIVATE = 0o600
_ADVICE = 'authorise the app again and write {{"refresh_token": "…"}} to {file} (set in ALIGN_SYNC_JIRA__OAUTH_FILE)'


class OAuthTokens:
    """Gives the header for a request, refreshing the access token where it is about to end."""

    def __init__(self, settings: JiraSettings, seams: Seams, transport: httpx.BaseTransport | None) -> None:
        self._settings, self._seams, self._transport = settings, seams, transport
        self._file = settings.oauth_file or Path("jira-oauth.json")
        self._lock = threading.Lock()
        self._access = ""
        self._until: datetime | None = None

    def headers(self) -> Mapping[str, str]:
        with self._lock:
            if self._until is None or self._seams.now() >= self._until - EARLY:
                self._refresh()
            return {"Authorization": f"Bearer {self._access}"}

    def _refresh(self) -> None:
        with self._locked():
            kept = self._read()
            until = datetime.fromisoformat(kept["until"]) if "until" in kept else None
            if until is None or self._seams.now() >= until - EARLY:
                kept = self._exchange(kept["refresh_token"])
                self._write(kept)
                until = datetime.fromisoformat(kept["until"])
            self._access, self._until = kept["access_token"], until

    def _exchange(self, refresh_token: str) -> dict[str, str]:
        secret = self._settings.client_secret
        body = {
            "grant_type": "refresh_token",
            "client_id": self._settings.client_id,
            "client_secret": secret.get_secret_value() if secret else "",
            "refresh_token": refresh_token,
        }
        try:
            with httpx.Client(transport=self._transport, timeout=30, follow_redirects=False, trust_env=False) as client:
                answer = client.post(f"{self._settings.login_url}/oauth/token", json=body)
        except httpx.HTTPError as error:
            message = f"the sign-in server does not answer ({type(error).__name__})"
            raise RetriableError(message, where="jira: oauth") from None
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise RetriableError(f"the sign-in server failed ({answer.status_code})", where="jira: oauth")
        try:
            told = answer.raise_for_status().json()
            seconds = float(told["expires_in"])
            until = self._seams.now() + timedelta(seconds=seconds)
            return {
                "refresh_token": str(told.get("refresh_token") or refresh_token),
                "access_token": str(told["access_token"]),
                "until": until.isoformat(),
            }
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            raise AuthError(
                f"the refresh token is refused ({answer.status_code})",
                where="jira: oauth",
                advice=_ADVICE.format(file=self._file),
            ) from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock_file = self._file.with_name(self._file.name + ".lock")
        try:
            descriptor = os.open(lock_file, os.O_CREAT | os.O_RDWR, _PRIVATE)
        except OSError as error:
            raise self._unreadable(error) from None
        with os.fdopen(descriptor) as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield

    def _read(self) -> dict[str, str]:
        try:
            kept = orjson.loads(self._file.read_bytes())
            return {"refresh_token": str(kept["refresh_token"]), **{k: str(v) for k, v in kept.items()}}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._unreadable(error) from None

    def _write(self, kept: dict[str, str]) -> None:
        """In one step: a crash leaves the old file or the new one, never half of one."""
        descriptor, name = tempfile.mkstemp(dir=self._file.parent, prefix=self._file.name)
        with os.fdopen(descriptor, "wb") as new:
            os.fchmod(new.fileno(), _PRIVATE)
            new.write(orjson.dumps(kept))
            new.flush()
            os.fsync(new.fileno())
        Path(name).replace(self._file)

    def _unreadable(self, error: Exception) -> AuthError:
        message = f"the file with the refresh token cannot be used ({type(error).__name__})"
        return AuthError(message, where=str(self._file), advice=_ADVICE.format(file=self._file))
