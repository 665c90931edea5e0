"""Values over time in one line of text: the newest points, from the least to the greatest."""

from collections.abc import Sequence

_STROKES = "▁▂▃▄▅▆▇█"
_FLAT = "▄"
WIDEST = 40


def draw_values(values: Sequence[float]) -> str:
    """One stroke a value, at most the newest forty; level where all are the same."""
    shown = values[-WIDEST:]
    if not shown:
        return ""
    least, span = min(shown), max(shown) - min(shown)
    if not span:
        return _FLAT * len(shown)
    return "".join(_STROKES[min(int((value - least) / span * len(_STROKES)), len(_STROKES) - 1)] for value in shown)
