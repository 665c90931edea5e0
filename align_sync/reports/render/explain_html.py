"""An explanation as one self-contained page, in the look of the report."""

from align_sync.reports.explain import Explanation
from align_sync.reports.render import explain_words
from align_sync.reports.render.jinja import render_page


def render_explain_html(explanation: Explanation) -> str:
    return render_page(
        "explain.html",
        explanation=explanation,
        item=explanation.item,
        is_sample=explanation.is_sample,
        say=explain_words,
    )
