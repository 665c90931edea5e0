"""Every way to put the report into words, in one table: pure functions from the report to text."""

from typing import Protocol

from align_sync.reports.model import AlignmentReport
from align_sync.reports.render.csv import render_csv
from align_sync.reports.render.html import render_html
from align_sync.reports.render.json import render_json
from align_sync.reports.render.markdown import render_markdown
from align_sync.reports.render.terminal import render_terminal
from align_sync.reports.render.view import PIPE, Format, Screen, View

__all__ = ["PIPE", "RENDERERS", "Format", "Screen", "View", "render_report"]


class Renderer(Protocol):
    def __call__(self, report: AlignmentReport, view: View, screen: Screen, /) -> str: ...


def _draw_table(report: AlignmentReport, view: View, screen: Screen) -> str:
    return render_terminal(report, view=view, width=screen.width, colour=screen.colour, is_terminal=screen.is_terminal)


RENDERERS: dict[Format, Renderer] = {
    Format.TABLE: _draw_table,
    Format.MARKDOWN: lambda report, view, _screen: render_markdown(report, view),
    Format.JSON: lambda report, view, _screen: render_json(report, view),
    Format.CSV: lambda report, view, _screen: render_csv(report, view),
    Format.HTML: lambda report, view, _screen: render_html(report, view),
}


def render_report(report: AlignmentReport, form: Format, *, view: View = View.ALIGNMENT, screen: Screen = PIPE) -> str:
    """The report in this format; only tables look at the screen."""
    return RENDERERS[form](report, view, screen)
