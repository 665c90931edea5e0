"""A digest as a Markdown file: titles from outside are literal, with no link or mention of theirs."""

from collections.abc import Iterable, Iterator

from align_sync.digests.model import Digest
from align_sync.digests.render.said import Line, LineKind, tell
from align_sync.digests.render.text import explain
from align_sync.digests.words import Sentence, words_of
from align_sync.reports.plain import make_plain
from align_sync.reports.render.markdown_text import code, escape, link


def render_markdown(digest: Digest, language: str) -> str:
    return "\n".join(_space(_write(digest, language))) + "\n"


def _space(lines: Iterable[str]) -> Iterator[str]:
    """One empty line where there are several, and one after each list, which else would take in what follows."""
    before = ""
    for line in lines:
        is_text = bool(line) and not line.lstrip().startswith("- ")
        if is_text and before.lstrip().startswith("- "):
            yield ""
        if line or before:
            yield line
        before = line


def _write(digest: Digest, language: str) -> Iterator[str]:
    said = tell(digest, words_of(language))
    yield from (f"# {escape(said.title)}", "")
    for line in said.lines:
        yield from _write_line(line)
    for part in said.parts:
        yield from ("", f"## {escape(part.title)}", "")
        for line in part.lines:
            yield from _write_line(line)
    yield from ("", "---", "", escape(explain(digest, language)))


def _write_line(line: Line) -> Iterator[str]:
    text = _write_sentence(line.told, with_bold=not line.key)
    commands = [code(command) for command in line.commands]
    if line.kind is LineKind.HEADING:
        yield from ("", f"**{text}**", "")
    elif line.kind is LineKind.BANNER:
        yield from (f"> {' '.join((text, *commands))}", "")
    elif line.kind is LineKind.ITEM:
        yield f"- {link(line.key, line.address)} {text}"
        yield from (f"  - {command}" for command in commands)
    elif line.kind is LineKind.TEAM:
        yield f"- {text}"
    else:
        yield from (" ".join((text, *commands)), "")


def _write_sentence(sentence: Sentence, *, with_bold: bool) -> str:
    """Escaped as a whole, so that nothing is made up of two pieces; figures in bold type."""
    return "".join(
        f"**{escape(piece.text)}**" if with_bold and piece.is_value and piece.text.strip() else _escape_part(piece.text)
        for piece in sentence
    )


def _escape_part(text: str) -> str:
    """`escape` trims, which the spaces between two pieces must survive."""
    plain = make_plain(text)
    before = plain[: len(plain) - len(plain.lstrip())]
    return f"{before}{escape(plain)}{plain[len(plain.rstrip()) :] if plain.strip() else ''}"
