"""What a digest looks like in each channel: pure functions of the digest alone, which compute nothing."""

from collections.abc import Callable

from align_sync.digests.model import Digest, DigestState
from align_sync.digests.render.card import render_apprise
from align_sync.digests.render.email import render_email
from align_sync.digests.render.file import render_file
from align_sync.digests.render.message import Message
from align_sync.digests.render.preview import render_main, render_preview
from align_sync.digests.render.slack import add_details, render_slack
from align_sync.digests.render.webhook import render_webhook

__all__ = ["Message", "render_main", "render_messages", "render_preview"]


def render_messages(digest: Digest, channel_kind: str, language: str) -> tuple[Message, ...]:
    """What goes into the outbox for one channel, the first message first; nothing for a week of silence.

    `channel_kind` is a value of `settings_channels.ChannelKind`.
    """
    if digest.state is DigestState.QUIET:
        return ()
    if channel_kind not in _RENDERERS:
        raise ValueError(f"no digest is rendered for channels of kind {channel_kind}")
    return _RENDERERS[channel_kind](digest, language)


def _render_slack_webhook(digest: Digest, language: str) -> tuple[Message, ...]:
    """An incoming webhook has no thread: the first message alone, which says where the rest is."""
    first, *replies = render_slack(digest, language)
    if not replies:
        return (first,)
    return (add_details(first, digest, language),)


_RENDERERS: dict[str, Callable[[Digest, str], tuple[Message, ...]]] = {
    "slack": render_slack,
    "slack_webhook": _render_slack_webhook,
    "email": lambda digest, language: (Message(render_email(digest, language)),),
    "webhook": lambda digest, _language: (Message(render_webhook(digest)),),
    "apprise": lambda digest, language: (Message(render_apprise(digest, language)),),
    "file": lambda digest, language: (Message(render_file(digest, language)),),
}
