"""The whole of a pretended Jira, from the address on the wire to the answer."""

from dataclasses import replace
from http import HTTPStatus

from align_sync.demo.fake_jira.admission import Limiter, check_credentials, missing_scope
from align_sync.demo.fake_jira.agile import Agile
from align_sync.demo.fake_jira.cloud import Cloud
from align_sync.demo.fake_jira.datacenter import DataCenter
from align_sync.demo.fake_jira.login import Login
from align_sync.demo.fake_jira.model import AuthMode
from align_sync.demo.fake_jira.rendering import Renderer
from align_sync.demo.fake_jira.routing import Route, Router
from align_sync.demo.fake_jira.site import JiraSite
from align_sync.demo.faults import http_date
from align_sync.demo.http_messages import Request, Response, json_response

_TENANT = "/_edge/tenant_info"
_GATEWAY = "/ex/jira/"


class FakeJira:
    """A `Fake` over one site."""

    def __init__(self, site: JiraSite) -> None:
        self.site = site
        self.limiter = Limiter(site)
        self.login = Login(site)
        self._router = Router(_routes(site))

    @property
    def name(self) -> str:
        return f"jira-{self.site.flavour.value}"

    def answer(self, request: Request) -> Response:
        headers = {"Date": http_date(self.site.now())}
        inside = self.login.answer(request) or self._enter(request)
        if isinstance(inside, Response):
            return inside.with_headers(headers)
        refusal = check_credentials(self.site, self.login, inside)
        if refusal is None:
            refusal, limits = self.limiter.take()
            headers |= limits
        headers |= self._account(refusal)
        return (refusal or self._router.answer(inside)).with_headers(headers)

    def _account(self, refusal: Response | None) -> dict[str, str]:
        """By which both flavours say whom they took the caller for."""
        is_stranger = self.site.auth_mode is not AuthMode.NORMAL or (
            refusal is not None and refusal.status == HTTPStatus.UNAUTHORIZED
        )
        if self.site.is_cloud:
            return {} if is_stranger else {"X-AACCOUNTID": self.site.me.account_id}
        return {"X-AUSERNAME": "anonymous" if is_stranger else self.site.me.name}

    def _enter(self, request: Request) -> Request | Response:
        """The request with its address made relative to the site, or the refusal of whoever stands in front."""
        site = self.site
        if not site.is_cloud:
            if not request.path.startswith(site.context_path + "/"):
                return Response(404, b"<html><body>Not Found</body></html>", {"Content-Type": "text/html"})
            return replace(request, path=request.path.removeprefix(site.context_path))
        behind_gateway = site.scoped or site.oauth is not None
        if not request.path.startswith(_GATEWAY):
            is_public = request.path == _TENANT or request.path.endswith("/serverInfo")
            return missing_scope() if behind_gateway and not is_public else request
        prefix = f"{_GATEWAY}{site.cloud_id}/"
        if not behind_gateway or not request.path.startswith(prefix):
            return json_response({"code": 404, "message": "Tenant not found"}, 404)
        return replace(request, path=request.path[len(prefix) - 1 :])


def _routes(site: JiraSite) -> tuple[Route, ...]:
    renderer = Renderer(site)
    agile = Agile(site, renderer).routes()
    if not site.is_cloud:
        datacenter = DataCenter(site, renderer)
        return (*datacenter.routes(2), *agile)
    cloud = Cloud(site, renderer)
    tenant = Route("GET", _TENANT, cloud.get_tenant)
    return (*cloud.routes(3), *cloud.routes(2), tenant, *agile)
