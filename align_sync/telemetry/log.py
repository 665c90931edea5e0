"""Logs: one line an event, for people on a terminal and as JSON elsewhere, without secrets."""

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog

HIDDEN = "****"
_PATTERNS = (
    re.compile(r"xox[abpros]-[A-Za-z0-9-]+"),
    re.compile(r"lin_(?:api|oauth)_[A-Za-z0-9]+"),
    re.compile(r"ATATT[A-Za-z0-9_=\-]+"),
    re.compile(r"(?i)\b(?:basic|bearer)\s+[A-Za-z0-9+/=._~-]{8,}"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
)
LOUD_LIBRARIES = (
    "jira",
    "urllib3",
    "httpx",
    "httpcore",
    "requests_oauthlib",
    "alembic",
    "apscheduler",
    "sqlalchemy",
    "apprise",
    "procrastinate",
)


class Redaction:
    """Hides known secrets, and what looks like one, wherever it stands in an event."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # The longest first, so that a secret that contains another leaves nothing behind.
        self._secrets = sorted({secret for secret in secrets if len(secret) > 3}, key=len, reverse=True)  # noqa: PLR2004

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for name, value in event.items():
            event[name] = self._hide(value)
        return event

    def _hide(self, value: object) -> object:
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, dict):
            return {name: self._hide(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self._hide(one) for one in value]
        return value if isinstance(value, int | float | bool | type(None)) else self.hide(str(value))

    def hide(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        for pattern in _PATTERNS:
            text = pattern.sub(HIDDEN, text)
        return text


def configure_logs(*, level: str, form: str, secrets: Iterable[str]) -> None:
    """Once for each process: everything goes to standard error, also what libraries log."""
    is_json = form == "json" or (form == "auto" and not sys.stderr.isatty())
    redaction = Redaction(secrets)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
        structlog.processors.format_exc_info,
        redaction,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if is_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    writer = logging.StreamHandler(sys.stderr)
    writer.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [writer]
    root.setLevel(level.upper())
    for name in LOUD_LIBRARIES:
        # They log addresses with parameters, and bodies; `jira` also warns of every page that is smaller than asked.
        logging.getLogger(name).setLevel(logging.ERROR)
