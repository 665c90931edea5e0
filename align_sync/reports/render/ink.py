"""Drawing with Rich to text, the same on every machine: nothing is read from the environment."""

import io
from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.text import Text

from align_sync.linking.evidence import Bucket
from align_sync.reports.plain import make_plain

LEAST_WIDTH = 40

BUCKET_STYLES = {
    Bucket.DIRECT: "green",
    Bucket.INHERITED: "cyan",
    Bucket.INVALID: "magenta",
    Bucket.UNLINKED: "red",
    Bucket.UNKNOWN: "bright_black",
}


def cell(text: str, style: str = "") -> Text:
    """Text from outside: no control characters, no markup of Rich."""
    return Text(make_plain(text), style=style)


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
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())
