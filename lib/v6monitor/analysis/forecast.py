"""At this pace, when is the target reached? First passage over many possible futures."""

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from v6monitor.analysis.growth_models import MODELS, expit, fitted, logit
from v6monitor.analysis.pace_series import FEWEST, Series, ordinal, period_of, refusal, series
from v6monitor.errors import UsageError
from v6monitor.language import Language

Floats = npt.NDArray[np.float64]

HORIZON = 240
"""Nothing is said of what lies more than so many months ahead."""

PATHS = 1000
"""Futures per model."""

SHORT, LONG = 12, 60
"""A projection shows at least and at most so many months."""

QUANTILES = {"low": 0.1, "middle": 0.5, "high": 0.9}
"""The ends and the middle of the 80 % interval."""

TOTAL = "total"


def forecast(
    states: pd.DataFrame,
    by: str = "",
    *,
    target: float = 0.95,
    deadline: str = "",
    seed: int = 0,
) -> pd.DataFrame:
    """At this pace, when is the target reached, and is that before the deadline?

    Returns a row per group of ``by`` and a last row ``total`` (without ``by`` only that, column
    ``group``): ``period`` (newest month), ``measurements`` (months on one unbroken set),
    ``panel_share`` (part of the domains there all along), ``yes``, ``no`` and ``adoption`` now;
    ``target``, ``deadline`` (by default a year after the newest month), ``refusal`` (why nothing is
    said, a code of ``REFUSALS``, or empty), and of the month of first passage ``median``, ``low``
    and ``high`` (YYYY-MM, the 80 % interval; empty: not within twenty years) and ``by_deadline``,
    the part of the futures that make it.

    The futures are block-bootstrap paths: residuals of each model's fit, drawn in blocks, make new
    series; the model is fitted to each and followed into the future with residuals drawn likewise.
    All models count alike. The same ``seed`` gives the same table. Raises ``UsageError`` for a
    target outside 0 to 1 and for a deadline that is no YYYY-MM.
    """
    deadline = _checked(target, deadline, states)
    groups = {} if not by else dict(iter(states.groupby(by, dropna=False)))
    rows = []
    for name, part in {**groups, TOTAL: states}.items():
        line = series(part)
        passages = _passages(line, target, seed)
        rows.append({by or "group": name, **_row(line, passages, target, deadline)})
    return pd.DataFrame(rows)


def by_model(
    states: pd.DataFrame,
    *,
    target: float = 0.95,
    deadline: str = "",
    seed: int = 0,
) -> pd.DataFrame:
    """Do the models agree? The columns of ``forecast``, a row per ``model``."""
    deadline = _checked(target, deadline, states)
    line = series(states)
    passages = _passages(line, target, seed)
    each = passages.reshape(len(MODELS), -1) if len(passages) else [passages] * len(MODELS)
    rows = [
        {"model": model, **_row(line, found, target, deadline)}
        for model, found in zip(MODELS, each, strict=True)
    ]
    return pd.DataFrame(rows)


def dates(table: pd.DataFrame, language: Language) -> pd.DataFrame:  # noqa: ARG001 - a Show
    """Return of a table of forecasts what a reader sees: the months and the part in time."""
    return table[[table.columns[0], "median", "low", "high", "by_deadline"]]


def projection(
    states: pd.DataFrame,
    *,
    target: float = 0.95,
    deadline: str = "",
    seed: int = 0,
) -> pd.DataFrame:
    """Which way does the share go at this pace? The series, and the months ahead.

    Returns a row per ``period``: for a measured month ``adoption`` and its bounds ``lower`` and
    ``upper``; for one ahead ``low``, ``middle`` and ``high`` (the 80 % interval of the share) and
    ``reached``, the part of the futures that have reached the target by then. Beside them in all
    rows ``target``, ``deadline`` and ``refusal``. It ends when 90 % have reached the target and the
    deadline is past, but shows one year at least and five at most; nothing is ahead when a forecast
    is refused.
    """
    deadline = _checked(target, deadline, states)
    line = series(states)
    measured = pd.DataFrame(
        {
            "period": [period_of(month) for month in line.months],
            "adoption": line.shares,
            "lower": line.lower,
            "upper": line.upper,
        }
    )
    why, ahead = refusal(line, target), _NOTHING
    if not why:
        futures = _futures(line, HORIZON, seed)
        ahead = _ahead(line, futures, _aim(line, target), deadline)
    table = pd.concat([measured, ahead], ignore_index=True)
    return table.assign(target=target, deadline=deadline, refusal=why)


def backtest(states: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Tell what this would have said earlier of the newest month, against what came.

    Returns a row per earlier month of the series that had enough months before it: ``origin``,
    ``period`` (the newest month), ``ahead`` (months between them), ``low``, ``middle`` and ``high``
    of the share as it would have been said, ``adoption`` as it came, ``inside`` (``yes`` or ``no``:
    within the interval) and ``refusal`` (then nothing would have been said).
    """
    whole = series(states)
    rows = []
    for origin in whole.months[FEWEST - 1 : -1]:
        line = series(states[states["period"] <= period_of(origin)])
        ahead = whole.last - int(origin)
        why = refusal(line, None)
        said = dict.fromkeys(QUANTILES, float("nan"))
        if not why:
            shares = _futures(line, ahead, seed)[:, -1]
            said = {name: _quantile(shares, part) for name, part in QUANTILES.items()}
        came = float(whole.shares[-1])
        inside = "" if why else "yes" if said["low"] <= came <= said["high"] else "no"
        rows.append(
            _Tested(period_of(origin), period_of(whole.last), ahead, **said, adoption=came,
                    inside=inside, refusal=why)
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(_Tested._fields))


class _Tested(NamedTuple):
    origin: str
    period: str
    ahead: int
    low: float
    middle: float
    high: float
    adoption: float
    inside: str
    refusal: str


_NOTHING = pd.DataFrame({"period": []}, dtype="str").join(
    pd.DataFrame(columns=[*QUANTILES, "reached"], dtype="float64")
)


def _passages(line: Series, target: float, seed: int) -> Floats:
    """Return in which month each future reaches the target, inf for not within the horizon.

    The futures of the first model come first. Empty when a forecast is refused.
    """
    if refusal(line, target):
        return np.empty(0)
    reached = _futures(line, HORIZON, seed) >= _aim(line, target)
    first = line.last + 1.0 + reached.argmax(axis=1)
    return np.where(reached.any(axis=1), first, np.inf)


def _futures(line: Series, months: int, seed: int) -> Floats:
    """Return the share in the coming months: ``PATHS`` rows per model, a column per month."""
    random = np.random.default_rng(seed)
    ahead = np.arange(line.last + 1, line.last + 1 + months, dtype=np.float64)
    found = []
    for model in MODELS:
        fit = fitted(model, line.months, line.inner[None, :], line.months)[0]
        residuals = logit(line.inner) - logit(_inside(fit))
        residuals = (residuals - residuals.mean()) * float(np.sqrt(len(fit) / (len(fit) - 2)))
        drawn = _blocks(random, residuals, (PATHS, len(fit) + months))
        again = expit(logit(_inside(fit))[None, :] + drawn[:, : len(fit)])
        curves = fitted(model, line.months, _inside(again), ahead)
        found.append(expit(logit(_inside(curves)) + drawn[:, len(fit) :]))
    return np.concatenate(found)


def _blocks(random: np.random.Generator, residuals: Floats, shape: tuple[int, int]) -> Floats:
    """Draw residuals in blocks of neighbours, as long as the cube root of their number."""
    length = max(2, round(len(residuals) ** (1 / 3)))
    blocks = -(-shape[1] // length)
    starts = random.integers(0, len(residuals) - length + 1, (shape[0], blocks))
    places = (starts[:, :, None] + np.arange(length)).reshape(shape[0], -1)
    return residuals[places[:, : shape[1]]]


def _inside(shares: Floats) -> Floats:
    """Keep rounding from making 0 or 1 of a share, which have no log odds."""
    return np.asarray(np.clip(shares, 1e-9, 1 - 1e-9), dtype=np.float64)


def _ahead(line: Series, futures: Floats, aim: float, deadline: str) -> pd.DataFrame:
    reached = (np.maximum.accumulate(futures, axis=1) >= aim).mean(axis=0)
    done = int((reached < QUANTILES["high"]).sum()) + 1
    months = min(max(done, ordinal(deadline) - line.last, SHORT), LONG)
    quantiles = {
        name: [_quantile(column, part) for column in futures[:, :months].T]
        for name, part in QUANTILES.items()
    }
    periods = [period_of(line.last + 1 + month) for month in range(months)]
    return pd.DataFrame({"period": periods, **quantiles, "reached": reached[:months]})


def _row(line: Series, passages: Floats, target: float, deadline: str) -> dict[str, object]:
    there = len(line.months) > 0
    yes = round(float(line.shares[-1] * line.known[-1])) if there else 0
    quantiles = {
        name: period_of(_quantile(passages, part)) if len(passages) else ""
        for name, part in QUANTILES.items()
    }
    in_time = float((passages <= ordinal(deadline)).mean()) if len(passages) else float("nan")
    return {
        "period": period_of(line.last) if there else "",
        "measurements": len(line.months),
        "panel_share": line.panel,
        "yes": yes,
        "no": int(line.known[-1]) - yes if there else 0,
        "adoption": float(line.shares[-1]) if there else float("nan"),
        "target": target,
        "deadline": deadline,
        "refusal": refusal(line, target),
        "median": quantiles["middle"],
        "low": quantiles["low"],
        "high": quantiles["high"],
        "by_deadline": in_time,
    }


def _quantile(values: Floats, part: float) -> float:
    """Return the smallest value that so large a part is at or below; never one in between."""
    ordered = np.sort(values)
    return float(ordered[max(0, int(np.ceil(part * len(ordered))) - 1)])


def _aim(line: Series, target: float) -> float:
    """Return the share that counts as the target: of 100 %, when less than half a domain lacks."""
    return min(target, 1 - 0.5 / float(line.known[-1]))


def _checked(target: float, deadline: str, states: pd.DataFrame) -> str:
    """Return the deadline, by default a year after the newest month."""
    if not 0 < target <= 1:
        raise UsageError(f"target {target:g}: expected a share above 0 and at most 1, such as 0.95")
    if not deadline:
        return period_of(ordinal(str(states["period"].max())) + SHORT) if len(states) else ""
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", deadline):
        raise UsageError(f"deadline {deadline!r}: expected a month as YYYY-MM, such as 2027-12")
    return deadline
