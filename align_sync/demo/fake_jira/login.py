"""Atlassian's sign-in server for OAuth apps: access tokens that end, and refresh tokens that serve once."""

import threading
from datetime import datetime, timedelta

from align_sync.demo.fake_jira.site import JiraSite
from align_sync.demo.http_messages import Request, Response, json_response

TOKEN_PATH = "/oauth/token"
RESOURCES_PATH = "/oauth/token/accessible-resources"
_SCOPES = "read:jira-work read:sprint:jira-software read:board-scope:jira-software offline_access"


class Login:
    """The first refresh token is the one that the app of the site was set up with."""

    def __init__(self, site: JiraSite) -> None:
        self._site = site
        self._lock = threading.Lock()
        self._refresh_token: str | None = None
        self._ends: dict[str, datetime] = {}
        self._made = 0

    def accepts(self, access_token: str) -> bool:
        with self._lock:
            ends_at = self._ends.get(access_token)
        return ends_at is not None and self._site.now() < ends_at

    def answer(self, request: Request) -> Response | None:
        """None for a request that is not meant for the sign-in server."""
        if self._site.oauth is None:
            return None
        if request.path == TOKEN_PATH and request.method == "POST":
            return self._exchange(request)
        if request.path == RESOURCES_PATH and request.method == "GET":
            return self._resources(request)
        return None

    def _exchange(self, request: Request) -> Response:
        app = self._site.oauth
        try:
            body = request.json()
        except ValueError:
            body = None
        if app is None or not isinstance(body, dict) or body.get("grant_type") != "refresh_token":
            return _refuse(400, "invalid_request", "grant_type must be refresh_token")
        if (body.get("client_id"), body.get("client_secret")) != (app.client_id, app.client_secret):
            return _refuse(401, "access_denied", "Unauthorized")
        with self._lock:
            if body.get("refresh_token") != (self._refresh_token or app.refresh_token):
                return _refuse(403, "unauthorized_client", "refresh_token is invalid")
            self._made += 1
            self._refresh_token = f"{app.refresh_token}-{self._made}"
            access_token = f"access-{self._made}"
            self._ends[access_token] = self._site.now() + app.life
        told = {
            "access_token": access_token,
            "refresh_token": self._refresh_token,
            "expires_in": int(app.life / timedelta(seconds=1)),
            "token_type": "Bearer",
            "scope": _SCOPES,
        }
        return json_response(told)

    def _resources(self, request: Request) -> Response:
        if not self.accepts(request.headers.get("authorization", "").removeprefix("Bearer ")):
            return json_response({"code": 401, "message": "Unauthorized"}, 401)
        site = {"id": self._site.cloud_id, "url": self._site.base_url, "name": "demo", "scopes": _SCOPES.split()}
        return json_response([site])


def _refuse(status: int, error: str, description: str) -> Response:
    return json_response({"error": error, "error_description": description}, status)
