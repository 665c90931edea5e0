"""Our report of one team, in a process of its own, in the environment that the settings are read from.

`python -m benchmarks.link_report TEAM` prints one object of JSON.
"""

import sys
import time
from statistics import median

import orjson

from align_sync.app import App, open_app
from align_sync.flows.report import report
from align_sync.reports.model import Filters
from align_sync.reports.render import render_report
from align_sync.reports.render.view import Format
from align_sync.settings_sources import load_settings

REPORTS = 5


def time_report(app: App, team: str) -> tuple[float, int]:
    """Its seconds, and how many items it is about."""
    started = time.monotonic()
    built = report(app, Filters(teams=(team,)))
    render_report(built, Format.JSON)
    return time.monotonic() - started, len(built.items)


def main() -> None:
    """The median of several, as a page that stays open asks for them; the first finds nothing ready."""
    with open_app(load_settings().settings) as app:
        seconds, items = zip(*[time_report(app, sys.argv[1]) for _ in range(REPORTS)], strict=True)
    sys.stdout.buffer.write(orjson.dumps({"seconds": median(seconds), "first": seconds[0], "judged": items[0]}))


if __name__ == "__main__":
    main()
