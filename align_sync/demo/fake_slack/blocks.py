"""The limits of Block Kit, as the server applies them; counted in characters after escaping, as they are sent.

The figures are those of https://docs.slack.dev/reference/block-kit/blocks and the pages below it.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

MOST_BLOCKS = 50
LONGEST_BLOCK_ID = 255
LONGEST_SECTION, MOST_FIELDS, LONGEST_FIELD = 3_000, 10, 2_000
LONGEST_HEADER = 150
MOST_CONTEXT, MOST_ACTIONS = 10, 25
LONGEST_MARKDOWN = 12_000
MOST_ROWS, MOST_COLUMNS = 100, 20

Block = Mapping[str, object]
_NOTHING: Block = MappingProxyType({})
_TEXTS = frozenset({"plain_text", "mrkdwn"})
_BUTTON_LIMITS = (("value", 2_000), ("url", 3_000), ("action_id", 255))
_UNCHECKED = frozenset(
    {"divider", "image", "rich_text", "video", "file", "input", "data_table", "data_visualization", "alert", "card"}
    | {"carousel", "container", "plan", "task_card", "context_actions"}
)
"""Kinds that exist and whose inside is not looked at here."""


def check_blocks(blocks: object) -> tuple[str, ...]:
    """What is wrong, in Slack's manner: the words and the place of each fault. Empty where all is well."""
    if not isinstance(blocks, list):
        return ("must be an array [json-pointer:/blocks]",)
    faults = [f"no more than {MOST_BLOCKS} items allowed [json-pointer:/blocks]"] if len(blocks) > MOST_BLOCKS else []
    for place, block in enumerate(blocks):
        faults += [f"{fault} [json-pointer:/blocks/{place}{at}]" for at, fault in _check_block(block)]
    faults += _check_together([block for block in blocks if isinstance(block, dict)])
    return tuple(faults)


Faults = Iterator[tuple[str, str]]
"""Pairs of the place inside the block and the fault."""


def _check_block(block: object) -> Faults:
    if not isinstance(block, dict):
        yield "", "must be an object"
        return
    kind = block.get("type")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is not None:
        yield from check(block)
    elif kind not in _UNCHECKED:
        yield "/type", f"unsupported type: {kind}"
    if len(str(block.get("block_id") or "")) > LONGEST_BLOCK_ID:
        yield "/block_id", f"must be no more than {LONGEST_BLOCK_ID} characters"


def _check_section(block: Block) -> Faults:
    fields = block.get("fields")
    if "text" in block or fields is None:
        yield from _check_text(block.get("text"), "/text", LONGEST_SECTION)
    if fields is None:
        return
    if not isinstance(fields, list) or not 1 <= len(fields) <= MOST_FIELDS:
        yield "/fields", f"must hold 1 to {MOST_FIELDS} items"
        return
    for place, field in enumerate(fields):
        yield from _check_text(field, f"/fields/{place}", LONGEST_FIELD)


def _check_header(block: Block) -> Faults:
    text = _mapping(block.get("text"))
    if text.get("type") != "plain_text":
        yield "/text/type", "must be plain_text"
    yield from _check_text(text, "/text", LONGEST_HEADER)


def _check_context(block: Block) -> Faults:
    elements = block.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= MOST_CONTEXT:
        yield "/elements", f"must hold 1 to {MOST_CONTEXT} items"
        return
    for place, element in enumerate(elements):
        if _mapping(element).get("type") != "image":
            yield from _check_text(element, f"/elements/{place}", LONGEST_FIELD)


def _check_actions(block: Block) -> Faults:
    elements = block.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= MOST_ACTIONS:
        yield "/elements", f"must hold 1 to {MOST_ACTIONS} items"
        return
    for place, element in enumerate(map(_mapping, elements)):
        if element.get("type") != "button":
            continue
        yield from _check_text(element.get("text"), f"/elements/{place}/text", 75)
        for name, limit in _BUTTON_LIMITS:
            if len(str(element.get(name) or "")) > limit:
                yield f"/elements/{place}/{name}", f"must be no more than {limit} characters"


def _check_markdown(block: Block) -> Faults:
    if not isinstance(block.get("text"), str) or not block["text"]:
        yield "/text", "must be a text of at least 1 character"


def _check_table(block: Block) -> Faults:
    rows = block.get("rows")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_ROWS:
        yield "/rows", f"must hold 1 to {MOST_ROWS} rows"
        return
    for place, row in enumerate(rows):
        if not isinstance(row, list) or not 1 <= len(row) <= MOST_COLUMNS:
            yield f"/rows/{place}", f"must hold 1 to {MOST_COLUMNS} cells"


def _check_text(value: object, at: str, limit: int) -> Faults:
    text = _mapping(value)
    if text.get("type") not in _TEXTS or not isinstance(text.get("text"), str):
        yield at, "must be a text object"
    elif not 1 <= len(str(text["text"])) <= limit:
        yield f"{at}/text", f"must be 1 to {limit} characters"


def _check_together(blocks: list[Block]) -> Iterator[str]:
    """What no block can break alone."""
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(ids) != len({str(one) for one in ids}):
        yield "block_id must be unique in a message [json-pointer:/blocks]"
    if sum(len(str(block.get("text"))) for block in blocks if block.get("type") == "markdown") > LONGEST_MARKDOWN:
        yield f"markdown blocks hold no more than {LONGEST_MARKDOWN} characters together [json-pointer:/blocks]"
    if sum(block.get("type") == "table" for block in blocks) > 1:
        yield "only_one_table_allowed [json-pointer:/blocks]"


def _mapping(value: object) -> Block:
    return value if isinstance(value, dict) else _NOTHING


_CHECKS: Mapping[str, Callable[[Block], Faults]] = {
    "section": _check_section,
    "header": _check_header,
    "context": _check_context,
    "actions": _check_actions,
    "markdown": _check_markdown,
    "table": _check_table,
}
