"""The rich text of Jira Cloud (a JSON document) as plain text: words, addresses and line ends, whatever the nodes are.

Only text is needed, so that nodes of kinds that came later than this code are walked through like any other.
"""

from collections.abc import Iterator, Mapping

_BLOCKS = frozenset(
    {"paragraph", "heading", "listItem", "codeBlock", "blockquote", "tableRow", "hardBreak", "rule", "panel"}
)
DEEPEST = 200


def read_rich_text(value: object) -> str:
    """Text of a v3 document, or of a v2 string as it is; empty for everything else."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        return ""
    return "".join(_walk(value, 0)).strip()


def _walk(node: Mapping[str, object], depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        return
    if isinstance(node.get("text"), str):
        yield str(node["text"])
    yield from _addresses(node)
    content = node.get("content")
    if isinstance(content, list):
        for child in content:
            if isinstance(child, Mapping):
                yield from _walk(child, depth + 1)
    if node.get("type") in _BLOCKS:
        yield "\n"


def _addresses(node: Mapping[str, object]) -> Iterator[str]:
    """Addresses live in marks of texts and in attributes of cards, not in the text that people see."""
    attributes = node.get("attrs")
    if isinstance(attributes, Mapping) and isinstance(attributes.get("url"), str):
        yield f" {attributes['url']} "
    marks = node.get("marks")
    for mark in marks if isinstance(marks, list) else ():
        of_mark = mark.get("attrs") if isinstance(mark, Mapping) else None
        if isinstance(of_mark, Mapping) and isinstance(of_mark.get("href"), str):
            yield f" {of_mark['href']} "
