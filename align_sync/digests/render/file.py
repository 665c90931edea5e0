"""A digest as a file of Markdown: its name and its text."""

import re

from align_sync.digests.model import Digest
from align_sync.digests.render.markdown import render_markdown

_NO_FILE_NAME = re.compile(r"[^a-z0-9]+")
LONGEST_NAME = 60


def render_file(digest: Digest, language: str) -> dict[str, object]:
    """The name holds no path: letters, digits and hyphens of the team."""
    team = _NO_FILE_NAME.sub("-", digest.team.casefold()).strip("-")[:LONGEST_NAME]
    parts = ("digest", digest.week, digest.kind.value, team)
    name = "-".join(part for part in parts if part)
    return {"name": f"{name}.md", "text": render_markdown(digest, language)}
