"""Every way to put the report into words, in one table: pure functions from the report to text."""

from typing import Protocol

from align_sync.reports.explain import Explanation
from align_sync.reports.model import AlignmentReport
from align_sync.reports.render.csv import render_csv
from align_sync.reports.render.explain_html import render_explain_html
from align_sync.reports.render.explain_json import render_explain_json
from align_sync.reports.render.explain_markdown import render_explain_markdown
from align_sync.reports.render.explain_terminal import render_explain_terminal
from align_sync.reports.render.html import render_html
from align_sync.reports.render.json import render_json
from align_sync.reports.render.markdown import render_markdown
from align_sync.reports.render.terminal import render_terminal
from align_sync.reports.render.view import Format, Screen, View

PIPE = Screen()


class Renderer(Protocol):
    def __call__(self, report: AlignmentReport, view: View, screen: Screen, /) -> str: ...


class Explainer(Protocol):
    def __call__(self, explanation: Explanation, screen: Screen, /) -> str: ...


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


def _draw_explanation(explanation: Explanation, screen: Screen) -> str:
    return render_explain_terminal(
        explanation, width=screen.width, colour=screen.colour, is_terminal=screen.is_terminal
    )


EXPLAINERS: dict[Format, Explainer] = {
    Format.TABLE: _draw_explanation,
    Format.MARKDOWN: lambda explanation, _screen: render_explain_markdown(explanation),
    Format.JSON: lambda explanation, _screen: render_explain_json(explanation),
    Format.HTML: lambda explanation, _screen: render_explain_html(explanation),
}
"""An explanation is no list, so that there is none as CSV."""


def render_explanation(explanation: Explanation, form: Format, *, screen: Screen = PIPE) -> str:
    """The explanation in this format; only tables look at the screen."""
    return EXPLAINERS[form](explanation, screen)
