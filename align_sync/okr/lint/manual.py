"""The docstring of a rule as its manual: what it says, with the examples that fail and those that pass."""

import re
import textwrap
from dataclasses import dataclass

_HEADING = re.compile(r"^(Fails|Passes)::\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manual:
    """`summary` is the first sentence, `text` all that stands before the examples, which are YAML."""

    summary: str
    text: str
    fails: tuple[str, ...]
    passes: tuple[str, ...]


def read_manual(docstring: str) -> Manual:
    parts = _HEADING.split(docstring)
    blocks = [
        (kind, textwrap.dedent(block).strip("\n").rstrip())
        for kind, block in zip(parts[1::2], parts[2::2], strict=True)
    ]
    text = parts[0].strip()
    return Manual(
        summary=" ".join(text.split("\n\n")[0].split()),
        text=text,
        fails=tuple(block for kind, block in blocks if kind == "Fails"),
        passes=tuple(block for kind, block in blocks if kind == "Passes"),
    )
