"""Who is let in: credentials, the ways in which they fail, and rate limits."""

import base64
import math
import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

from align_sync.demo.fake_jira.login import Login
from align_sync.demo.fake_jira.model import AuthMode, RateLimit
from align_sync.demo.fake_jira.site import JiraSite
from align_sync.demo.faults import LOGIN_PAGE, iso_minute
from align_sync.demo.http_messages import Request, Response, json_response

_PUBLIC = re.compile(r"/_edge/tenant_info|/rest/api/[23]/serverInfo")
_NEAR_LIMIT_SHARE = 0.2


def check_credentials(site: JiraSite, login: Login, request: Request) -> Response | None:
    """The refusal, or None for a request that may go on; `request.path` is relative to the site."""
    if site.auth_mode is AuthMode.LOGIN_PAGE:
        return Response(200, LOGIN_PAGE, {"Content-Type": "text/html;charset=UTF-8"})
    if _PUBLIC.fullmatch(request.path):
        return None
    refusal: Response | None = None
    match site.auth_mode:
        case AuthMode.ANONYMOUS:
            refusal = _answer_to_strangers(site, request)
        case AuthMode.MISSING_SCOPE:
            refusal = missing_scope()
        case AuthMode.FORBIDDEN:
            words = {"message": "You do not have permission to use this resource.", "status-code": 403}
            refusal = json_response(words, 403)
        case AuthMode.EXPIRED:
            refusal = _unauthorised(site)
        case AuthMode.NORMAL:
            refusal = None if _is_known(site, login, request) else _unauthorised(site)
    return refusal


def missing_scope() -> Response:
    return json_response({"code": 401, "message": "Unauthorized; scope does not match"}, 401)


def _is_known(site: JiraSite, login: Login, request: Request) -> bool:
    if site.token is None:
        return True
    given = request.headers.get("authorization", "")
    if site.oauth is not None:
        return given.startswith("Bearer ") and login.accepts(given.removeprefix("Bearer "))
    if site.is_cloud:
        expected = base64.b64encode(f"{site.email}:{site.token}".encode()).decode()
        return given == f"Basic {expected}"
    return given == f"Bearer {site.token}"


def _unauthorised(site: JiraSite) -> Response:
    headers = {
        "WWW-Authenticate": f'OAuth realm="{quote(site.base_url, safe="")}"',
        "X-Seraph-LoginReason": "AUTHENTICATED_FAILED",
        "Content-Type": "text/html;charset=UTF-8",
    }
    return Response(401, b"Client must be authenticated to access this resource.", headers)


# what a site with anonymous browsing answers to one who is not logged in: successes without content
_EMPTY_ANSWERS: tuple[tuple[str, object], ...] = (
    (r"/rest/api/[23]/search/jql", {"issues": [], "isLast": True}),
    (r"/rest/api/[23]/search/approximate-count", {"count": 0}),
    (r"/rest/api/[23]/issue/bulkfetch", {"issues": [], "issueErrors": []}),
    (r"/rest/api/2/search", {"startAt": 0, "maxResults": 50, "total": 0, "issues": []}),
    (r"/rest/agile/1\.0/board", {"startAt": 0, "maxResults": 50, "total": 0, "isLast": True, "values": []}),
    (r"/rest/agile/1\.0/.*/issue", {"startAt": 0, "maxResults": 50, "total": 0, "issues": []}),
)


def _answer_to_strangers(site: JiraSite, request: Request) -> Response | None:
    if re.fullmatch(r"/rest/api/[23]/field(/search)?", request.path):
        return None
    for pattern, body in _EMPTY_ANSWERS:
        if re.fullmatch(pattern, request.path):
            return json_response(body)
    if request.path.endswith("/myself"):
        return _unauthorised(site)
    message = "Issue does not exist or you do not have permission to see it."
    return json_response({"errorMessages": [message], "errors": {}}, 404)


class Limiter:
    """A token bucket after `site.rate_limit`; setting another limit starts with a full bucket."""

    def __init__(self, site: JiraSite, timer: Callable[[], float] = time.monotonic) -> None:
        self._site = site
        self._timer = timer
        self._lock = threading.Lock()
        self._limit: RateLimit | None = None
        self._left = 0.0
        self._at = 0.0

    def take(self) -> tuple[Response | None, dict[str, str]]:
        """The refusal or None, and the headers for a good answer."""
        limit = self._site.rate_limit
        if limit is None:
            return None, {}
        with self._lock:
            now = self._timer()
            if limit is not self._limit:
                self._limit, self._left, self._at = limit, float(limit.burst), now
            self._left = min(limit.burst, self._left + (now - self._at) * limit.per_second)
            self._at = now
            if self._left < 1:
                return self._refusal(limit, (1 - self._left) / limit.per_second), {}
            self._left -= 1
            return None, self._headers(limit, int(self._left))

    def _headers(self, limit: RateLimit, left: int) -> dict[str, str]:
        headers = {"X-RateLimit-Limit": str(limit.burst), "X-RateLimit-Remaining": str(left)}
        if not self._site.is_cloud:
            fill = max(1, round(limit.per_second))
            return headers | {"X-RateLimit-Interval-Seconds": "1", "X-RateLimit-FillRate": str(fill)}
        if left < limit.burst * _NEAR_LIMIT_SHARE:
            headers["X-RateLimit-NearLimit"] = "true"
        return headers

    def _refusal(self, limit: RateLimit, wait: float) -> Response:
        headers = self._headers(limit, 0)
        retry_after = str(math.ceil(wait)) if limit.retry_after is None else limit.retry_after
        if retry_after:
            headers["Retry-After"] = retry_after
        if self._site.is_cloud:
            headers["X-RateLimit-Reset"] = iso_minute(self._site.now() + timedelta(seconds=wait))
            headers["RateLimit-Reason"] = limit.reason
        return json_response({"errorMessages": ["Rate limit exceeded."], "errors": {}}, 429, headers)
