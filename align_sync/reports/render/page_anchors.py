"""Figures of the HTML page and the places that they lead to: no figure leads to a list that says less than it."""

from collections.abc import Mapping
from dataclasses import dataclass

from align_sync.linking.evidence import Bucket
from align_sync.reports.model import ReportItem
from align_sync.reports.render.lens_words import NONE_KNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number, the anchor that lists exactly its items (empty where nothing does), and the command that does so."""

    number: str
    command: str
    anchor: str = ""
    bucket: Bucket | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The items behind one figure, under an anchor of their own; `items` is empty where not all of them are there."""

    id: str
    number: int
    command: str
    items: tuple[ReportItem, ...]


@dataclass(frozen=True, slots=True)
class Anchors:
    """Which places of the page there are, and how many items each lists."""

    held: Mapping[str, int]

    def find(self, anchor: str) -> str:
        return anchor if anchor in self.held else ""

    def lead(self, number: str, anchor: str, items: float, command: str, bucket: Bucket | None = None) -> Figure:
        """The number as a link where the place lists as many items as are behind it; what is unknown leads nowhere."""
        is_there = items > 0 and self.held.get(anchor) == items and number != NONE_KNOWN
        return Figure(number=number, command=command, anchor=anchor if is_there else "", bucket=bucket)


def list_items(name: str, number: float, command: str, items: tuple[ReportItem, ...]) -> Listing:
    """All items of a figure, or none of them where the report does not hold them all."""
    return Listing(id=name, number=int(number), command=command, items=items if len(items) == number else ())
