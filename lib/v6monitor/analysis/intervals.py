"""How far off can a share be, where a list of domains is read as a sample of a larger whole?

The shares of a report are a census: their uncertainty is what could not be told
(``adoption.shares``). These intervals answer another question, and are labelled so where used.
"""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple


class Interval(NamedTuple):
    """The lower and the upper end."""

    low: float
    high: float


def wilson(yes: int, total: int, confidence: float = 0.95) -> Interval:
    """Return the score interval of a share (Wilson, JASA 22, 1927); 0 to 1 for none at all.

    >>> low, high = wilson(10, 10)
    >>> round(low, 3), high
    (0.722, 1.0)
    """
    if total == 0:
        return Interval(0.0, 1.0)
    z2 = _deviate(confidence) ** 2
    middle = (yes + z2 / 2) / (total + z2)
    half = sqrt(z2) / (total + z2) * sqrt(yes * (total - yes) / total + z2 / 4)
    low = 0.0 if yes == 0 else middle - half
    high = 1.0 if yes == total else middle + half
    return Interval(low, high)


def newcombe(stayed_yes: int, gains: int, losses: int, stayed_no: int) -> Interval:
    """Return the 95 % interval of the change of a share in one panel, after less before.

    Paired shares, method 10 of Newcombe (Statistics in Medicine 17, 1998): the score intervals of
    both months, combined with the correlation between them.

    >>> low, high = newcombe(14, gains=5, losses=0, stayed_no=22)
    >>> round(low, 3), round(high, 3)
    (0.011, 0.226)
    """
    total = stayed_yes + gains + losses + stayed_no
    if total == 0:
        return Interval(-1.0, 1.0)
    yes_before, yes_after = stayed_yes + losses, stayed_yes + gains
    before, after = wilson(yes_before, total), wilson(yes_after, total)
    share_before, share_after = yes_before / total, yes_after / total
    correlation = _correlation(stayed_yes, gains, losses, stayed_no)

    def distance(one: float, other: float) -> float:
        return sqrt(max(one**2 - 2 * correlation * one * other + other**2, 0.0))

    change = share_after - share_before
    return Interval(
        change - distance(share_after - after.low, before.high - share_before),
        change + distance(after.high - share_after, share_before - before.low),
    )


def _correlation(stayed_yes: int, gains: int, losses: int, stayed_no: int) -> float:
    """Return the phi coefficient, with Newcombe's continuity correction."""
    total = stayed_yes + gains + losses + stayed_no
    margins = (
        (stayed_yes + losses) * (gains + stayed_no) * (stayed_yes + gains) * (losses + stayed_no)
    )
    if margins == 0:
        return 0.0
    cross = float(stayed_yes * stayed_no - gains * losses)
    if cross > 0:
        cross = max(cross - total / 2, 0.0)
    return cross / sqrt(margins)


def _deviate(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)
