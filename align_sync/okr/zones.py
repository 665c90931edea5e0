"""Commit, target and stretch of a key result: three values on one line from the baseline, so that two give the third.

Commit lies at 0.3 of the way from the baseline to stretch, target at 0.7.
"""

COMMIT_SHARE = 0.3
TARGET_SHARE = 0.7

Value = float | None


def complete_zones(
    *, baseline: Value = None, commit: Value = None, target: Value = None, stretch: Value = None
) -> tuple[Value, Value, Value]:
    """Commit, target and stretch with what follows from the given ones; what was given is never changed.

    Any two give the third, also without a baseline. With a baseline commit alone or stretch alone gives the others. A
    target alone does not: most key results have one and no zones.
    """
    given = {COMMIT_SHARE: commit, TARGET_SHARE: target, 1.0: stretch}
    known = [(share, value) for share, value in given.items() if value is not None]
    if len(known) == 1 and target is None and baseline is not None:
        known.insert(0, (0.0, baseline))
    if len(known) != len(("two", "points")):
        return commit, target, stretch
    filled = [value if value is not None else _along(*known, wanted=share) for share, value in given.items()]
    return filled[0], filled[1], filled[2]


def _along(first: tuple[float, float], second: tuple[float, float], *, wanted: float) -> float:
    """The value at a share of the line through two (share, value) points; without the dust of binary fractions."""
    (start, low), (end, high) = first, second
    return float(f"{low + (high - low) * (wanted - start) / (end - start):.12g}")
