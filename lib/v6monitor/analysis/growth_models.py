"""Growth curves of a share: linear on the logit, logistic with a ceiling, Gompertz.

All are straight lines on some scale, so that a thousand of them are fitted at once and always with
the same result: no search that could end elsewhere.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

CEILINGS = 20
"""So many ceilings are tried for a logistic curve that does not end at 100 %."""


def fitted(model: str, months: Floats, shares: Floats, at: Floats) -> Floats:
    """Return the curves fitted to the rows of ``shares`` (strictly between 0 and 1), at months.

    ``months`` has a number per column of ``shares``; returned is a row per row and a column per
    month of ``at``.
    """
    return MODELS[model](months, shares, at)


def logit(shares: Floats) -> Floats:
    """Return the log odds."""
    return np.log(shares) - np.log1p(-shares)


def expit(odds: Floats) -> Floats:
    """Return the share of log odds."""
    return 1 / (1 + np.exp(-odds))


def _logit(months: Floats, shares: Floats, at: Floats) -> Floats:
    """Linear on the logit: ever slower towards 100 %."""
    return expit(_line(months, logit(shares), at))


def _gompertz(months: Floats, shares: Floats, at: Floats) -> Floats:
    """Gompertz: a long tail, the last domains take longest."""
    return np.exp(-np.exp(-_line(months, -np.log(-np.log(shares)), at)))


def _logistic(months: Floats, shares: Floats, at: Floats) -> Floats:
    """Logistic with a ceiling of its own between the highest share and 100 %, by least squares."""
    highest = shares.max(axis=1, keepdims=True)
    best, curve = np.full((len(shares), 1), np.inf), np.zeros((len(shares), len(at)))
    both = np.concatenate([months, at])
    for step in range(1, CEILINGS + 1):
        top = highest + (1 - highest) * step / CEILINGS
        line = top * expit(_line(months, logit(shares / top), both))
        error = ((line[:, : len(months)] - shares) ** 2).sum(axis=1, keepdims=True)
        better = error < best
        best = np.where(better, error, best)
        curve = np.where(better, line[:, len(months) :], curve)
    return curve


def _line(months: Floats, values: Floats, at: Floats) -> Floats:
    centre = months.mean()
    away = months - centre
    slope = (values * away).sum(axis=1, keepdims=True) / (away**2).sum()
    line: Floats = values.mean(axis=1, keepdims=True) + slope * (at - centre)
    return line


MODELS: dict[str, Callable[[Floats, Floats, Floats], Floats]] = {
    "logit": _logit,
    "logistic": _logistic,
    "gompertz": _gompertz,
}
