"""A digest as a file of Markdown: its name and its text."""

import hashlib
import re

from align_sync.digests.model import Digest
from align_sync.digests.render.markdown import render_markdown

_NO_FILE_NAME = re.compile(r"[^a-z0-9]+")
LONGEST_NAME, LONGEST_HASH = 60, 8


def render_file(digest: Digest, language: str) -> dict[str, object]:
    """The name holds no path: letters, digits and hyphens of the team, and what tells apart teams that share them."""
    parts = ("digest", digest.week, digest.kind.value, *_name_team(digest.team.casefold()))
    name = "-".join(part for part in parts if part)
    return {"name": f"{name}.md", "text": render_markdown(digest, language)}


def _name_team(team: str) -> tuple[str, ...]:
    """With a piece of its hash where the letters alone are not the name."""
    letters = _NO_FILE_NAME.sub("-", team).strip("-")[:LONGEST_NAME]
    if letters == team:
        return (letters,)
    return letters, hashlib.sha256(team.encode(errors="surrogatepass")).hexdigest()[:LONGEST_HASH]
