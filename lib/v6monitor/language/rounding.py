"""Rounding of parts so that they add up as a reader adds them."""

import math
from collections.abc import Sequence


def rounded_parts(parts: Sequence[float], digits: int = 1) -> list[float]:
    """Return parts rounded so that they add up to their own sum, rounded: largest remainder.

    Each goes down to its last digit; what is missing from the sum goes, a last digit each, to those
    with the largest remainder, of equal ones to the first. With a NaN each is rounded by itself.

    >>> rounded_parts([33.33, 33.33, 33.34])
    [33.3, 33.3, 33.4]
    >>> rounded_parts([0.26, -0.13, -0.13])
    [0.2, -0.1, -0.1]
    """
    if any(math.isnan(part) for part in parts):
        return [round(part, digits) for part in parts]
    scale = 10**digits
    exact = [round(part * scale, 6) for part in parts]
    down = [math.floor(part) for part in exact]
    missing = round(math.fsum(exact)) - sum(down)
    order = sorted(range(len(parts)), key=lambda at: down[at] - exact[at])
    for at in order[:missing]:
        down[at] += 1
    return [part / scale for part in down]
