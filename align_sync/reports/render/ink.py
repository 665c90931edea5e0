"""Drawing with Rich to text, the same on every machine: nothing is read from the environment."""

import io
import re
from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from align_sync.linking.evidence import Bucket
from align_sync.reports.plain import make_plain

LEAST_WIDTH = 40
INDENT = 4
# Rich breaks lines at every space, at the narrow and the hard ones too; this stands for one while it draws.
_HARD_SPACE = "\uf8ff"
_BEFORE_PER_CENT = re.compile(r"(?<=\d) (?=%)")

BUCKET_STYLES = {
    Bucket.DIRECT: "green",
    Bucket.INHERITED: "cyan",
    Bucket.RULE: "bright_cyan",
    Bucket.EXEMPT: "blue",
    Bucket.GRACE: "bright_blue",
    Bucket.INVALID: "magenta",
    Bucket.UNLINKED: "red",
    Bucket.UNKNOWN: "bright_black",
}


def cell(text: str, style: str = "") -> Text:
    """Text from outside: no control characters, no markup of Rich."""
    return Text(_BEFORE_PER_CENT.sub(_HARD_SPACE, make_plain(text)), style=style)


def unbroken(text: str) -> str:
    """Words that stay together on a line."""
    return text.replace(" ", _HARD_SPACE)


def indented(text: str, style: str = "dim") -> RenderableType:
    return Padding(cell(text, style), (0, 0, 0, INDENT))


def bullet(text: str, mark: str = "•", style: str = "") -> RenderableType:
    """A text beside its mark, folded under itself."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(Text(mark, style=style), cell(text, style))
    return table


def section_title(title: str) -> Iterator[RenderableType]:
    yield Text()
    yield Text(title, style="bold underline")


def draw(picture: RenderableType, *, width: int, colour: bool) -> str:
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(width, LEAST_WIDTH),
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
        _environ={},
    )
    console.print(picture)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().replace(_HARD_SPACE, " ").splitlines())
