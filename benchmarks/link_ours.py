"""Our linking, in a process of its own, in the environment that the settings are read from.

`python -m benchmarks.link_ours apply FILE` or `… link`; each prints one object of JSON.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson

from align_sync.app import App, open_app
from align_sync.flows.link import link
from align_sync.flows.okr import apply
from align_sync.settings_sources import load_settings


def run_apply(app: App, file: str) -> dict[str, object]:
    """A book put in force, not linked yet."""
    applied = apply(app, [Path(file)], author="benchmark")
    return {"key_results": len(applied.book.key_results)}


def run_link(app: App) -> dict[str, object]:
    started = time.monotonic()
    linked = link(app)
    seconds = time.monotonic() - started
    return {
        "seconds": seconds,
        "judged": linked.judged,
        "differing": linked.differing,
        "was_full": linked.was_full,
        # Where none is open nothing can have been pulled.
        "sources": len(app.sources),
    }


RUNS: dict[str, Callable[..., dict[str, object]]] = {"apply": run_apply, "link": run_link}


def main() -> None:
    command, *arguments = sys.argv[1:]
    with open_app(load_settings().settings) as app:
        told = RUNS[command](app, *arguments)
    sys.stdout.buffer.write(orjson.dumps(told))


if __name__ == "__main__":
    main()
