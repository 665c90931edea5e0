"""A digest as plain text: the body of an e-mail for readers without HTML, with all addresses written out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from align_sync.digests.model import Digest
from align_sync.digests.render.preview import write_text
from align_sync.digests.render.said import Line, LineKind, tell
from align_sync.digests.words import words_of
from align_sync.reports.plain import make_plain, safe_address


def render_text(digest: Digest, language: str) -> str:
    return Pen().write(digest, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """How texts, commands and addresses are written where a service would read something into them."""

    text: Callable[[str], str] = str
    command: Callable[[str], str] = str
    address: Callable[[str], str] = str

    def write(self, digest: Digest, language: str) -> str:
        return "\n".join(self._write(digest, language)) + "\n"

    def _write(self, digest: Digest, language: str) -> Iterator[str]:
        said = tell(digest, words_of(language))
        yield self.text(make_plain(said.title))
        yield ""
        for line in said.lines:
            if line.kind is LineKind.HEADING:
                yield ""
            yield " ".join((self.text(write_text(line)), *map(self.command, line.commands)))
        for part in said.parts:
            title = make_plain(part.title)
            yield from ("", title, "-" * len(title))
            for line in part.lines:
                yield from self._write_reply(line)
        yield from ("", explain(digest, language))

    def _write_reply(self, line: Line) -> Iterator[str]:
        yield self.text(write_text(line))
        if address := safe_address(line.address):
            yield f"  {self.address(address)}"
        for command in line.commands:
            yield f"  {self.command(command)}"


def explain(digest: Digest, language: str) -> str:
    """Why this message came, and what its figures rest on."""
    words = words_of(language)
    made = words.moment(digest.made_at, digest.timezone)
    return words.text("Sent by align-sync, {made}. It names work and key results, never people.", made=made)
