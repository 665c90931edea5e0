"""The report as one self-contained page: no script, no outside address, charts drawn here as SVG."""

from align_sync.reports.commands import ACTIONABLE, list_command
from align_sync.reports.model import AlignmentReport
from align_sync.reports.render import charts
from align_sync.reports.render.jinja import render_page
from align_sync.reports.render.page import lay_out
from align_sync.reports.render.view import HEADINGS, View
from align_sync.reports.render.wording import notes_of, say_identity


def render_html(report: AlignmentReport, view: View = View.ALIGNMENT) -> str:
    """A whole document; every text from outside passes `make_plain` and the escaping of Jinja."""
    return render_page(
        "report.html",
        report=report,
        view=view,
        is_sample=report.is_sample,
        heading=HEADINGS[view],
        page=lay_out(report, view),
        ring=charts.draw_ring(report),
        gauges=charts.draw_gauges(report),
        bucket_bar=charts.draw_buckets(report),
        team_chart=charts.draw_teams(report.teams, report.goal),
        key_result_chart=charts.draw_key_results(report),
        all_command=list_command(report.filters, ACTIONABLE),
        actionable=report.headline.actionable,
        notes=notes_of(report),
        identity=tuple(say_identity(report)),
    )
