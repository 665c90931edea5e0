"""Turns wiki text into the Atlassian Document Format that version 3 of the Cloud API speaks, and back into text."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

import orjson

_LINK = re.compile(r"\[(?:(?P<text>[^\]|\n]+)\|)?(?P<url>https?://[^\]|\s]+)\]|(?P<bare>https?://[^\s\]|)>]+)")
_HEADING = re.compile(r"h([1-6])\.\s+(.*)")
_BULLET = re.compile(r"[*-]\s+(.*)")
_CODE = re.compile(r"\{(?:code|noformat)(?::[^}\n]*)?\}(.*?)\{(?:code|noformat)\}", re.DOTALL)

Node = dict[str, object]


@lru_cache(maxsize=4096)
def adf_bytes(text: str) -> bytes:
    """The document as JSON, remembered, since many issues of a benchmark share their texts."""
    return orjson.dumps(to_adf(text))


def to_adf(text: str) -> Node:
    content: list[Node] = []
    end = 0
    for match in _CODE.finditer(text):
        content += _blocks(text[end : match.start()])
        content.append({"type": "codeBlock", "attrs": {}, "content": [_text(match[1].strip("\r\n") or " ")]})
        end = match.end()
    content += _blocks(text[end:])
    return {"type": "doc", "version": 1, "content": content}


def _blocks(text: str) -> list[Node]:
    blocks: list[Node] = []
    for part in re.split(r"\r?\n\s*\r?\n", text.strip()):
        lines = part.splitlines()
        while lines:
            blocks.append(_take_block(lines))
    return blocks


def _take_block(lines: list[str]) -> Node:
    """Remove the lines of one block from the front and give the block."""
    heading = _HEADING.match(lines[0])
    if heading:
        del lines[0]
        return {"type": "heading", "attrs": {"level": int(heading[1])}, "content": list(_inline(heading[2]))}
    if _BULLET.match(lines[0]):
        return {"type": "bulletList", "content": [_item(text) for text in _take_while(lines, bullets=True)]}
    content: list[Node] = []
    for number, line in enumerate(_take_while(lines, bullets=False)):
        if number:
            content.append({"type": "hardBreak"})
        content += _inline(line)
    return {"type": "paragraph", "content": content}


def _take_while(lines: list[str], *, bullets: bool) -> list[str]:
    taken: list[str] = []
    while lines:
        bullet = _BULLET.match(lines[0])
        if (bullet is not None) is not bullets or (taken and _HEADING.match(lines[0])):
            break
        taken.append(bullet[1] if bullet else lines[0])
        del lines[0]
    return taken


def _item(text: str) -> Node:
    return {"type": "listItem", "content": [{"type": "paragraph", "content": list(_inline(text))}]}


def _inline(text: str) -> Iterator[Node]:
    end = 0
    for match in _LINK.finditer(text):
        if match.start() > end:
            yield _text(text[end : match.start()])
        url = match["url"] or match["bare"]
        if match["url"] and not match["text"]:
            yield {"type": "inlineCard", "attrs": {"url": url}}
        else:
            mark = {"type": "link", "attrs": {"href": url}}
            yield {"type": "text", "text": match["text"] or url, "marks": [mark]}
        end = match.end()
    if text[end:]:
        yield _text(text[end:])


def _text(text: str) -> Node:
    return {"type": "text", "text": text}


def to_text(document: object) -> str:
    """What version 2 shows of a document that was given as ADF: its text, a line per block."""
    return "".join(_texts(document)).strip("\n")


_BLOCKS = frozenset({"paragraph", "heading", "codeBlock", "listItem", "blockquote", "tableRow", "hardBreak"})


def _texts(node: object) -> Iterator[str]:
    if not isinstance(node, Mapping):
        return
    attributes = node.get("attrs")
    if isinstance(node.get("text"), str):
        yield str(node["text"])
    elif node.get("type") == "inlineCard" and isinstance(attributes, Mapping):
        yield f"[{attributes.get('url', '')}]"
    children = node.get("content")
    for child in children if isinstance(children, list | tuple) else ():
        yield from _texts(child)
    if node.get("type") in _BLOCKS:
        yield "\n"
