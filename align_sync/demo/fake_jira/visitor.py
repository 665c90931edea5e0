"""Asks a pretended site without a network, with the credentials that it wants; for stories, tests and benchmarks."""

import base64
from collections.abc import Mapping

import orjson

from align_sync.demo.fake_jira.server import FakeJira
from align_sync.demo.fake_jira.site import JiraSite
from align_sync.demo.http_messages import Request, Response

Query = Mapping[str, str | tuple[str, ...]]


def credentials_of(site: JiraSite) -> dict[str, str]:
    """The headers that let a client in."""
    if site.token is None:
        return {}
    if not site.is_cloud:
        return {"Authorization": f"Bearer {site.token}"}
    packed = base64.b64encode(f"{site.email}:{site.token}".encode()).decode()
    return {"Authorization": f"Basic {packed}"}


class Visitor:
    def __init__(self, site: JiraSite) -> None:
        self.fake = FakeJira(site)
        self.headers = {name.lower(): value for name, value in credentials_of(site).items()}

    def get(self, path: str, query: Query | None = None) -> Response:
        values = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in (query or {}).items()}
        return self.fake.answer(Request(method="GET", path=path, query=values, headers=self.headers))

    def post(self, path: str, body: object) -> Response:
        headers = {**self.headers, "content-type": "application/json"}
        return self.fake.answer(Request(method="POST", path=path, headers=headers, body=orjson.dumps(body)))
