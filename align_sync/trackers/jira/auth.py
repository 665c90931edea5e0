"""How to sign in to Jira, and where requests go: the site itself, or Atlassian's gateway for scoped tokens and OAuth.

| kind | where | header |
|---|---|---|
| classic API token (Cloud) | the site | Basic e-mail:token |
| scoped token, service account (Cloud) | gateway/ex/jira/{cloudId} | Basic, or Bearer without an e-mail |
| OAuth 2.0 (Cloud) | gateway/ex/jira/{cloudId} | Bearer, refreshed; the refresh token changes with each use |
| personal access token (Data Center) | the site, with its context path | Bearer |
"""

import base64
from collections.abc import Mapping
from typing import Protocol

import httpx

from align_sync.errors import AuthError, FatalError
from align_sync.seams import Seams
from align_sync.settings import JiraAuth, JiraSettings
from align_sync.trackers.http import Advice
from align_sync.trackers.jira.oauth import OAuthTokens

CLOUD_ADVICE = (
    "make a new API token at https://id.atlassian.com/manage-profile/security/api-tokens (they expire after a year at"
    " most) and set ALIGN_SYNC_JIRA__EMAIL and ALIGN_SYNC_JIRA__TOKEN; for a token with scopes set"
    " ALIGN_SYNC_JIRA__SCOPED=true and give it read:jira-work, read:board-scope:jira-software,"
    " read:sprint:jira-software, read:issue-details:jira, read:jql:jira and read:project:jira"
)
SERVER_ADVICE = (
    "make a new personal access token in your Jira profile and set ALIGN_SYNC_JIRA__TOKEN, without"
    " ALIGN_SYNC_JIRA__EMAIL"
)
REMOVED_ADVICE = (
    "if the site is on Jira Cloud, set ALIGN_SYNC_JIRA__FLAVOUR=cloud; else update align-sync: this version asks for an"
    " address that the server has taken away"
)
URL_ADVICE = "check ALIGN_SYNC_JIRA__URL: the address of the site itself, with the context path if it has one"


class Credentials(Protocol):
    def headers(self) -> Mapping[str, str]:
        """The header that signs a request in; may ask for a new access token first."""


class FixedCredentials:
    """A token that stays as it is."""

    def __init__(self, authorization: str) -> None:
        self._authorization = authorization

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": self._authorization}


def open_credentials(settings: JiraSettings, seams: Seams, transport: httpx.BaseTransport | None) -> Credentials:
    """The credentials that the settings name. Raises `AuthError` where they cannot be used."""
    if settings.auth is JiraAuth.OAUTH:
        return OAuthTokens(settings, seams, transport)
    token = settings.token.get_secret_value().strip() if settings.token else ""
    if not token:
        raise AuthError("no token is set", where="jira", advice="set ALIGN_SYNC_JIRA__TOKEN")
    is_basic = settings.auth is JiraAuth.BASIC or (settings.auth is JiraAuth.AUTO and settings.email)
    if is_basic:
        pair = base64.b64encode(f"{settings.email}:{token}".encode()).decode()
        return FixedCredentials(f"Basic {pair}")
    return FixedCredentials(f"Bearer {token}")


def advice_for(settings: JiraSettings) -> Advice:
    """The words that mend a failure: Cloud's where an e-mail or a gateway is in play, else Data Center's."""
    is_cloud = bool(settings.email) or settings.scoped or settings.auth is JiraAuth.OAUTH
    return Advice(token=CLOUD_ADVICE if is_cloud else SERVER_ADVICE, url=URL_ADVICE, removed=REMOVED_ADVICE)


def find_base_url(settings: JiraSettings, transport: httpx.BaseTransport | None) -> str:
    """Where requests go. Scoped tokens and OAuth answer only on the gateway, under the id of the site."""
    site = settings.url or ""
    if not (settings.scoped or settings.cloud_id or settings.auth is JiraAuth.OAUTH):
        return site
    cloud_id = settings.cloud_id or _fetch_cloud_id(site, transport)
    return f"{settings.gateway_url}/ex/jira/{cloud_id}"


def _fetch_cloud_id(site: str, transport: httpx.BaseTransport | None) -> str:
    """The site tells its id to everybody (`/_edge/tenant_info`)."""
    try:
        with httpx.Client(transport=transport, timeout=20, follow_redirects=False, trust_env=False) as client:
            told = client.get(f"{site}/_edge/tenant_info").raise_for_status().json()
        return str(told["cloudId"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        raise FatalError(
            "the site does not tell its cloud id",
            where="jira: /_edge/tenant_info",
            advice="set ALIGN_SYNC_JIRA__CLOUD_ID, or check ALIGN_SYNC_JIRA__URL",
        ) from None
