"""The trend of a digest as a chart that Slack draws.

Limits: https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
"""

from align_sync.digests.model import Digest, WeekPoint
from align_sync.digests.render.sentences import FEWEST_KNOWN
from align_sync.digests.render.slack_text import clean, cut
from align_sync.digests.words import Words
from align_sync.reports.words import whole_per_cent

MOST_POINTS = 20
LONGEST_CHART_TITLE, LONGEST_LABEL = 50, 20


def find_points(digest: Digest) -> tuple[WeekPoint, ...]:
    """The newest weeks, each once; empty where too little is known of a trend."""
    newest = {_label(point): point for point in digest.trend}
    points = tuple(newest.values())[-MOST_POINTS:]
    is_trend = sum(point.coverage is not None for point in points) >= FEWEST_KNOWN
    return points if is_trend else ()


def _label(point: WeekPoint) -> str:
    """`W48` for 2026-W48."""
    _, dash, week = point.label.partition("-")
    return cut(clean(week if dash else point.label), LONGEST_LABEL) or "?"


def chart(points: tuple[WeekPoint, ...], goal: float, words: Words) -> dict[str, object] | None:
    """None where nothing is known of some week: a line needs a value for every label, so that it can have no gap."""
    known = [(_label(point), whole_per_cent(point.coverage)) for point in points if point.coverage is not None]
    if len(known) < len(points):
        return None
    title = words.text("linked work, goal {goal}", goal=words.percent(goal))
    return {
        "type": "data_visualization",
        "title": cut(title, LONGEST_CHART_TITLE),
        "chart": {
            "type": "line",
            "series": [
                _series(words.text("linked"), known),
                _series(words.text("goal"), [(label, whole_per_cent(goal)) for label, _ in known]),
            ],
            "axis_config": {
                "categories": [label for label, _ in known],
                "x_label": words.text("week"),
                "y_label": "%",
            },
        },
    }


def _series(name: str, points: list[tuple[str, int]]) -> dict[str, object]:
    return {"name": name, "data": [{"label": label, "value": value} for label, value in points]}
