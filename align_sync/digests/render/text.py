"""A digest as plain text: the body of an e-mail for readers without HTML, with all addresses written out."""

from collections.abc import Iterator

from align_sync.digests.model import Digest
from align_sync.digests.render.preview import write_line, write_text
from align_sync.digests.render.said import Line, LineKind, tell
from align_sync.digests.words import words_of
from align_sync.reports.plain import make_plain, safe_address


def render_text(digest: Digest, language: str) -> str:
    return "\n".join(_write(digest, language)) + "\n"


def _write(digest: Digest, language: str) -> Iterator[str]:
    words = words_of(language)
    said = tell(digest, words)
    yield make_plain(said.title)
    yield ""
    for line in said.lines:
        if line.kind is LineKind.HEADING:
            yield ""
        yield write_line(line)
    for part in said.parts:
        title = make_plain(part.title)
        yield from ("", title, "-" * len(title))
        for line in part.lines:
            yield from _write_reply(line)
    yield from ("", explain(digest, language))


def _write_reply(line: Line) -> Iterator[str]:
    yield write_text(line)
    if address := safe_address(line.address):
        yield f"  {address}"
    for command in line.commands:
        yield f"  {command}"


def explain(digest: Digest, language: str) -> str:
    """Why this message came, and what its figures rest on."""
    words = words_of(language)
    made = words.moment(digest.made_at, digest.timezone)
    return words.text("Sent by align-sync, {made}. It names work and key results, never people.", made=made)
