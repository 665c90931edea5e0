"""Every way to put an explanation into words, in one table."""

from typing import Protocol

from align_sync.reports.explain import Explanation
from align_sync.reports.render.explain_csv import render_explain_csv
from align_sync.reports.render.explain_html import render_explain_html
from align_sync.reports.render.explain_json import render_explain_json
from align_sync.reports.render.explain_markdown import render_explain_markdown
from align_sync.reports.render.explain_terminal import render_explain_terminal
from align_sync.reports.render.view import PIPE, Format, Screen


class Explainer(Protocol):
    def __call__(self, explanation: Explanation, screen: Screen, /) -> str: ...


def _draw(explanation: Explanation, screen: Screen) -> str:
    return render_explain_terminal(
        explanation, width=screen.width, colour=screen.colour, is_terminal=screen.is_terminal
    )


EXPLAINERS: dict[Format, Explainer] = {
    Format.TABLE: _draw,
    Format.MARKDOWN: lambda explanation, _screen: render_explain_markdown(explanation),
    Format.JSON: lambda explanation, _screen: render_explain_json(explanation),
    Format.CSV: lambda explanation, _screen: render_explain_csv(explanation),
    Format.HTML: lambda explanation, _screen: render_explain_html(explanation),
}
EXPLAIN_FORMATS = tuple(EXPLAINERS)


def render_explanation(explanation: Explanation, form: Format, *, screen: Screen = PIPE) -> str:
    """The explanation in this format; only tables look at the screen."""
    return EXPLAINERS[form](explanation, screen)
