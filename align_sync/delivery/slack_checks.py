"""What can be told of a Slack channel without posting: who we are, what we may, and whether the channel is there."""

from align_sync.delivery.base import ChannelCheck
from align_sync.delivery.slack_api import No, SlackApi, Told, Yes

_WRITE = "chat:write"
_KNOWN = frozenset({_WRITE, "channels:history", "groups:history", "channels:read", "groups:read"})
_INSTALL = "change the scopes of the app, and install it again"
_INVITE = "invite the app in the channel: /invite @align-sync"


def check_slack(api: SlackApi, channel: str) -> tuple[ChannelCheck, ...]:
    who = api.read("auth.test")
    if isinstance(who, No):
        return (ChannelCheck(name="token", is_fine=False, says=who.outcome.reason, advice="set a new token"),)
    room = api.read("conversations.info", channel=channel)
    shown = room.told.get("channel") if isinstance(room, Yes) else None
    told = shown if isinstance(shown, dict) else {}
    return (
        _check_token(who.told),
        *_check_scopes(who.scopes, is_private=bool(told.get("is_private"))),
        _check_room(room, told),
        _check_history(api, channel),
    )


def _check_token(told: Told) -> ChannelCheck:
    says = f"signed in to {told.get('team')} as {told.get('user')}"
    if not told.get("bot_id"):
        advice = "use the bot token (xoxb-) of an app of your own"
        return ChannelCheck(name="token", is_fine=None, says=f"{says}, which is a person", advice=advice)
    return ChannelCheck(name="token", is_fine=True, says=says)


def _check_scopes(scopes: frozenset[str], *, is_private: bool) -> tuple[ChannelCheck, ...]:
    if not scopes:
        says = "slack does not tell the scopes of the token"
        return (ChannelCheck(name="scopes", is_fine=None, says=says),)
    wanted = {_WRITE, "groups:history" if is_private else "channels:history"}
    found = []
    if missing := sorted(wanted - scopes):
        found.append(ChannelCheck(name="scopes", is_fine=False, says=f"missing {', '.join(missing)}", advice=_INSTALL))
    if extra := sorted(scopes - _KNOWN):
        says = f"more than is needed: {', '.join(extra)}"
        found.append(ChannelCheck(name="scopes", is_fine=None, says=says, advice=_INSTALL))
    return tuple(found) or (ChannelCheck(name="scopes", is_fine=True, says=", ".join(sorted(scopes))),)


def _check_room(room: Yes | No, told: Told) -> ChannelCheck:
    if isinstance(room, No):
        if room.word == "missing_scope":
            says = "cannot be looked up without the scope channels:read (private ones: groups:read)"
            return ChannelCheck(name="channel", is_fine=None, says=says, advice=_INSTALL)
        return ChannelCheck(name="channel", is_fine=False, says=room.outcome.reason)
    name = f"#{told.get('name')}"
    if told.get("is_archived"):
        says = f"{name} is archived"
        return ChannelCheck(name="channel", is_fine=False, says=says, advice="name another channel in `to`")
    if not told.get("is_member"):
        return ChannelCheck(name="channel", is_fine=False, says=f"the app is not in {name}", advice=_INVITE)
    return ChannelCheck(name="channel", is_fine=True, says=f"{name} is there, and the app is in it")


def _check_history(api: SlackApi, channel: str) -> ChannelCheck:
    called = api.read("conversations.history", channel=channel, limit=1)
    if isinstance(called, No):
        says = f"cannot be read, so that after a failure nobody can tell what was posted: {called.outcome.reason}"
        return ChannelCheck(name="history", is_fine=False, says=says, advice=_INSTALL)
    return ChannelCheck(name="history", is_fine=True, says="can be read")
