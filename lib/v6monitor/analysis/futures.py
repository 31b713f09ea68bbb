"""Possible futures of a share: growth curves, and block-bootstrap paths along them.

The curves (linear on the logit, logistic with a ceiling, Gompertz) are straight lines on some
scale, so that a thousand of them are fitted at once and always with the same result: no search that
could end elsewhere.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Futures = dict[str, Floats]

CEILINGS = 20
"""So many ceilings are tried for a logistic curve that does not end at 100 %."""

PATHS = 1000
"""Futures per model."""

QUANTILES = {"low": 0.1, "middle": 0.5, "high": 0.9}
"""The ends and the middle of the 80 % interval."""


def futures(months: Floats, odds: Floats, ahead: int, *, seed: int) -> Futures:
    """Return the share in the coming months by model: a row per future, a column per month.

    ``odds`` has the measured log odds, ``months`` their month numbers. What a month deviates is its
    step: the change of the log odds less that of the curve. Steps drawn again in blocks add up:
    from the first share to another past, whose curve gives the pace, and from the newest share to a
    future. So all futures start at the measured share.
    """
    return _futures(tuple(months), tuple(odds), ahead, seed)


@lru_cache(24)
def _futures(at: tuple[float, ...], of: tuple[float, ...], ahead: int, seed: int) -> Futures:
    """Return what ``futures`` does: a forecast, its backtest and each model ask for the same."""
    months, odds = np.array(at), np.array(of)
    random, number, last = np.random.default_rng(seed), len(months), months[-1]
    both = np.concatenate([months, last + 1 + np.arange(ahead)])
    found = {}
    for model in MODELS:
        curve = curves(model, months, odds[None, :], months)[0]
        steps = np.diff(odds - curve)
        steps = (steps - steps.mean()) * np.sqrt(number / (number - 2))
        drawn = _blocks(random, steps, (PATHS, number - 1 + ahead))
        past = np.insert(drawn[:, : number - 1].cumsum(axis=1), 0, 0.0, axis=1)
        again = curves(model, months, odds[0] + curve - curve[0] + past, both)
        pace = again[:, number:] - again[:, number - 1 : number]
        found[model] = expit(odds[-1] + pace + drawn[:, number - 1 :].cumsum(axis=1))
    return found


def curves(model: str, months: Floats, odds: Floats, at: Floats) -> Floats:
    """Return the log odds, at months, of the curves fitted to the rows of ``odds``."""
    return logit(_inside(MODELS[model](months, _inside(expit(odds)), at)))


def interval(values: Floats) -> dict[str, float]:
    """Return the 80 % interval and the middle: each is one of the values, none in between."""
    ordered = np.sort(values)
    at = {name: max(0, int(np.ceil(part * len(ordered))) - 1) for name, part in QUANTILES.items()}
    return {name: float(ordered[place]) for name, place in at.items()}


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
    best = np.full((len(shares), 1), np.inf)
    ceiling = np.ones_like(best)
    for step in range(1, CEILINGS + 1):
        top = highest + (1 - highest) * step / CEILINGS
        fitted = top * expit(_line(months, logit(shares / top), months))
        error = ((fitted - shares) ** 2).sum(axis=1, keepdims=True)
        better = error < best
        best, ceiling = np.where(better, error, best), np.where(better, top, ceiling)
    curve: Floats = ceiling * expit(_line(months, logit(shares / ceiling), at))
    return curve


def _line(months: Floats, values: Floats, at: Floats) -> Floats:
    centre = months.mean()
    away = months - centre
    slope = (values * away).sum(axis=1, keepdims=True) / (away**2).sum()
    line: Floats = values.mean(axis=1, keepdims=True) + slope * (at - centre)
    return line


def _inside(shares: Floats) -> Floats:
    """Keep rounding from making 0 or 1 of a share, which have no log odds."""
    return np.asarray(np.clip(shares, 1e-9, 1 - 1e-9), dtype=np.float64)


def _blocks(random: np.random.Generator, steps: Floats, shape: tuple[int, int]) -> Floats:
    """Draw steps in blocks of neighbours, as long as the cube root of their number."""
    length = max(2, round(len(steps) ** (1 / 3)))
    blocks = -(-shape[1] // length)
    starts = random.integers(0, len(steps) - length + 1, (shape[0], blocks))
    drawn = (starts[:, :, None] + np.arange(length)).reshape(shape[0], -1)
    return steps[drawn[:, : shape[1]]]


MODELS: dict[str, Callable[[Floats, Floats, Floats], Floats]] = {
    "logit": _logit,
    "logistic": _logistic,
    "gompertz": _gompertz,
}
