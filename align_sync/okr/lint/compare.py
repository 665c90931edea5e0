"""Whether a number of a title can mean a value of a field, in any of its readings."""

import math
from collections.abc import Iterator

from align_sync.okr.lint.numbers import Quantity
from align_sync.okr.lint.units import PERCENT, convert, is_multiple, is_share, short_unit

_CLOSE = 0.005
_HUNDRED = 100.0


def fits(quantity: Quantity, value: float, unit: str) -> bool:
    """`unit` is that of the field as it is written there."""
    return any(is_close(candidate, value) for candidate in _candidates(quantity, unit))


def is_close(one: float, other: float) -> bool:
    """Nearer than people round."""
    return math.isclose(one, other, rel_tol=_CLOSE, abs_tol=1e-9)


def _candidates(quantity: Quantity, unit: str) -> Iterator[float]:
    short = short_unit(unit)
    for value in quantity.readings:
        converted = convert(value, quantity.unit, short)
        yield value if converted is None else converted
        if quantity.unit == PERCENT and (is_share(short) or not short):
            yield value / _HUNDRED
        if is_multiple(unit):
            yield from (value / scale for scale in (1e3, 1e6, 1e9))


def fits_change(quantity: Quantity, baseline: float, target: float, unit: str) -> bool:
    """Whether it is the way from baseline to target: in its unit, in per cent, as a factor; or the target itself."""
    way = abs(target - baseline)
    if fits(quantity, way, unit) or fits(quantity, target, unit):
        return True
    if not baseline:
        return False
    per_cent, factor = way / abs(baseline) * _HUNDRED, target / baseline
    shares = (per_cent, factor, 1 / factor if factor else math.inf)
    return any(math.isclose(value, share, rel_tol=_ROUNDED) for value in quantity.readings for share in shares)


_ROUNDED = 0.03
"""A change in per cent is rounded more often than a value: from 41 to 50 is called 20 per cent more."""
