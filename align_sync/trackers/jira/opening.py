"""The HTTP client of a Jira site, signed in as the settings say; for the pull and for counts alike."""

import httpx

from align_sync.seams import Seams
from align_sync.settings import JiraSettings
from align_sync.trackers.gate import Gate
from align_sync.trackers.http import JsonClient
from align_sync.trackers.jira.auth import Credentials, advice_for, find_base_url
from align_sync.trackers.persistence import Patience


def open_client(
    settings: JiraSettings,
    credentials: Credentials,
    *,
    source: str,
    seams: Seams,
    patience: Patience,
    transport: httpx.BaseTransport | None = None,
) -> JsonClient:
    """A connection of its own. Raises `AuthError` or `FatalError` where the site cannot be found."""
    return JsonClient(
        source=source,
        base_url=find_base_url(settings, transport),
        headers=credentials.headers,
        advice=advice_for(settings),
        seams=seams,
        gate=Gate(settings.concurrency, seams),
        patience=patience,
        transport=transport,
        ca_file=str(settings.ca_file) if settings.ca_file else None,
    )
