"""Outside text in an Adaptive Card, and in the text beside it: marks of Markdown and mentions take no effect.

Cards read a subset of Markdown in text blocks, and `<at>` as a mention
(https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format).
Not every client reads a backslash, so that marks are written with characters that look alike, and addresses are parted
by an invisible joiner.
"""

import re

from align_sync.digests.render.pasting import silence
from align_sync.reports.plain import make_plain

_JOINER = "\u2060"
_LIKE = str.maketrans(
    {"*": "\u2217", "_": "\uff3f", "`": "\u02cb", "~": "\u223c", "[": "\uff3b", "]": "\uff3d", "<": "\uff1c"}
)
# `{{DATE(...)}}` and `${...}` are functions and templates of cards.
_SPEAKING = re.compile(r"(?<=\{)(?=\{)|(?<=\$)(?=\{)|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=\w)(?=@\w)", re.IGNORECASE)
# `@everyone` of Discord and Mattermost, `<@&1>`, `<!here>`.
_MENTIONS = re.compile(r"<(?=[@#!:&])|@(?=\S)")
_NOT_IN_COMMANDS = re.compile(r"[*_`~\[\]]|<(?=[a-z/!])", re.IGNORECASE)
_STARTS = re.compile(r"^\s*(?:[-+#>=]+|\d+[.)])(?=\s|$)")


def clean(text: str) -> str:
    """One line to be read as it is, wherever it stands in a text block."""
    plain = _SPEAKING.sub(_JOINER, make_plain(text).strip().translate(_LIKE))
    return _STARTS.sub(lambda found: f"{_JOINER}{found[0]}{_JOINER}", plain)


def part_mentions(text: str) -> str:
    """For services that know no card and read mentions in a text."""
    return _MENTIONS.sub(lambda found: found[0] + _JOINER, text)


def silence_mentions(command: str) -> str:
    return silence(command, _MENTIONS)


def clean_command(command: str) -> str:
    """As it can be pasted; empty where a mark in it cannot be kept from being read as one."""
    return "" if _NOT_IN_COMMANDS.search(command) else silence(command, _SPEAKING)
