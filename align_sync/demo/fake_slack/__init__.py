"""A pretended Slack: a workspace with channels, the Web API methods that a bot needs, and an incoming webhook."""

from align_sync.demo.fake_slack.server import FakeSlack
from align_sync.demo.fake_slack.workspace import BOT_TOKEN, WEBHOOK_PATH, Channel, Message, SlackWorkspace

__all__ = ["BOT_TOKEN", "WEBHOOK_PATH", "Channel", "FakeSlack", "Message", "SlackWorkspace"]
