"""Forecast of adoption "at this pace": first passage of the target over many possible futures.

``states`` is a states table of one measure with ``period``: a row per domain and month. The
futures are block-bootstrap paths: residuals of each model's fit, drawn in blocks, make new series;
the model is fitted to each and followed into the future with residuals drawn likewise. All models
count alike. Nothing here knows of a new policy (METHOD.md, "Pace").
"""

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from v6monitor.analysis.growth_models import MODELS, expit, fitted, logit
from v6monitor.analysis.shares import SAME_SET, TOTAL, one_per_domain, shares, with_source
from v6monitor.errors import UsageError

Floats = npt.NDArray[np.float64]

TARGET = 1.0
DEADLINE = "2021-12"
"""What was agreed for the government: all websites and mail by the end of 2021."""

FEWEST = 6
"""A forecast needs so many measurements on one unbroken set."""

REFUSALS = ("nothing_known", "target_reached", "few_points", "small_panel", "not_growing")
"""Why there is no forecast, in the order in which it is decided."""

HORIZON = 240
"""Months ahead after which a forecast gives no date."""

PATHS = 1000
"""Futures per model."""

SHORT, LONG = 12, 60
"""A projection shows at least and at most so many months."""

QUANTILES = {"low": 0.1, "middle": 0.5, "high": 0.9}
"""The ends and the middle of the 80 % interval."""


def forecast(
    states: pd.DataFrame,
    *,
    by: str = "",
    target: float = TARGET,
    deadline: str = DEADLINE,
    seed: int = 0,
) -> pd.DataFrame:
    """Return in which month the target is reached at this pace, per group and in all.

    Args:
        states: a states table of one measure, with ``period``.
        by: a column to group by; without it there is one row. ``model``: a row per growth model,
            each apart, and no total.
        target: the share to reach, above 0 and at most 1. All of a list counts as reached when
            less than half a domain is left.
        deadline: the month to reach it in, as YYYY-MM; empty: a year after the newest month.
        seed: of the random futures; the same seed gives the same table.

    Returns:
        A row per group and a last row ``total`` (without ``by`` only that, column ``group``):

        - ``period``: the newest month; ``measurements``: months since the last break;
          ``panel_share``: part of the domains that is known in the first and the last of them;
        - ``yes``, ``no``, ``adoption`` (0 to 1) now, ``target`` and ``deadline``;
        - ``refusal``: why nothing is forecast, a code of ``REFUSALS``, or empty;
        - ``median``, ``low``, ``high``: the month of first passage and its 80 % interval, YYYY-MM;
          empty: not within twenty years;
        - ``by_deadline``: the part of the futures that make the deadline (0 to 1).

    Raises:
        UsageError: for a target or deadline that is none.
        InputError: for several measures in one table.

    Example:
        >>> months = [f"2026-{month:02}" for month in range(1, 9)]
        >>> rows = [
        ...     (f"d{n}", month, "yes" if n < 20 + 5 * k else "no")
        ...     for k, month in enumerate(months) for n in range(100)
        ... ]
        >>> states = pd.DataFrame(rows, columns=["domain", "period", "state"])
        >>> row = forecast(states, target=0.7, deadline="2027-03").iloc[0]
        >>> row["low"] <= row["median"] <= row["high"], row["refusal"]
        (True, '')

    Source:
        METHOD.md, "Pace".
    """
    deadline = _checked(target, deadline, states)
    found: list[tuple[object, Series, Floats]]
    if by == "model":
        line = series(states)
        passages = _passages(line, target, seed)
        each = passages.reshape(len(MODELS), -1) if len(passages) else [passages] * len(MODELS)
        found = [(model, line, part) for model, part in zip(MODELS, each, strict=True)]
    else:
        groups = dict(iter(states.groupby(by, dropna=False))) if by else {}
        lines = {name: series(part) for name, part in {**groups, TOTAL: states}.items()}
        found = [(name, line, _passages(line, target, seed)) for name, line in lines.items()]
    rows = [
        {by or "group": name, **_row(line, passages, target, deadline)}
        for name, line, passages in found
    ]
    return with_source(pd.DataFrame(rows), states)


def projection(
    states: pd.DataFrame,
    *,
    target: float = TARGET,
    deadline: str = DEADLINE,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the series of measured shares, and the months ahead at this pace.

    Args:
        states: a states table of one measure, with ``period``.
        target: as of ``forecast``.
        deadline: as of ``forecast``.
        seed: of the random futures.

    Returns:
        A row per ``period``: for a measured month ``adoption`` and its bounds ``lower`` and
        ``upper`` (0 to 1); for one ahead ``low``, ``middle`` and ``high`` (the 80 % interval of the
        share, 0 to 1) and ``reached``, the part of the futures that have reached the target by
        then. In all rows ``target``, ``deadline`` and ``refusal``. It ends when 90 % have reached
        the target and the deadline is past, but shows one year at least and five at most; nothing
        is ahead when a forecast is refused.

    Raises:
        UsageError: for a target or deadline that is none.
        InputError: for several measures in one table.

    Example:
        >>> states = pd.DataFrame({"domain": list("abcdef"), "period": "2026-10", "state": "no"})
        >>> projection(states)[["period", "adoption", "refusal"]].to_numpy().tolist()
        [['2026-10', 0.0, 'few_points']]

    Source:
        METHOD.md, "Pace".
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
    table = table.assign(target=target, deadline=deadline, refusal=why)
    return with_source(table, states)


def backtest(states: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Return earlier forecasts of the newest month, against its actual share.

    Args:
        states: a states table of one measure, with ``period``.
        seed: of the random futures.

    Returns:
        A row per earlier month of the series with enough months before it: ``origin``, ``period``
        (the newest month), ``ahead`` (months between them), ``low``, ``middle`` and ``high`` of the
        share as it would have been forecast (0 to 1), ``adoption`` as measured, ``inside`` (``yes``
        or ``no``: within the 80 % interval) and ``refusal`` (why nothing would have been forecast).

    Raises:
        InputError: for several measures in one table.

    Example:
        >>> states = pd.DataFrame({"domain": list("abcdef"), "period": "2026-10", "state": "no"})
        >>> backtest(states).empty
        True

    Source:
        METHOD.md, "Pace".
    """
    whole = series(states)
    rows = []
    for origin in whole.months[FEWEST - 1 : -1]:
        line = series(states[states["period"] <= period_of(origin)])
        ahead = whole.last - int(origin)
        why = refusal(line, None)
        interval = dict.fromkeys(QUANTILES, float("nan"))
        if not why:
            found = _futures(line, ahead, seed)[:, -1]
            interval = {name: _quantile(found, part) for name, part in QUANTILES.items()}
        actual = float(whole.shares[-1])
        inside = "yes" if interval["low"] <= actual <= interval["high"] else "no"
        months = {"origin": period_of(origin), "period": period_of(whole.last), "ahead": ahead}
        outcome = {"adoption": actual, "inside": "" if why else inside, "refusal": why}
        rows.append({**months, **interval, **outcome})
    columns = ["origin", "period", "ahead", *QUANTILES, "adoption", "inside", "refusal"]
    return with_source(pd.DataFrame(rows, columns=columns), states)


class Series(NamedTuple):
    """The months since the last break of which there is a share."""

    months: Floats
    """Month numbers (year · 12 + month − 1), not all in a row where one was not measured."""
    shares: Floats
    known: Floats
    """The domains that each share is of."""
    lower: Floats
    upper: Floats
    panel: float
    """The domains known in the first and in the last month, as part of the larger of the two."""

    @property
    def last(self) -> int:
        """The number of the newest month."""
        return int(self.months[-1])

    @property
    def inner(self) -> Floats:
        """The shares, those of 0 and 1 moved in by half a domain, so that a curve can be fitted."""
        half = 0.5 / self.known
        return np.clip(self.shares, half, 1 - half)


def series(states: pd.DataFrame) -> Series:
    """Return the series of one measure: its months since the last break (METHOD.md, "Change")."""
    line = shares(states, by="period")
    breaks = line.index[line["break_reason"] != ""]
    line = line.loc[breaks.max() if len(breaks) else 0 :]
    line = line[line["adoption"].notna()]
    months = np.array([ordinal(period) for period in line["period"]], dtype=float)
    known = (line["yes"] + line["no"]).to_numpy(float)
    share, lower, upper = (line[name].to_numpy(float) for name in ("adoption", "lower", "upper"))
    panel = _panel(one_per_domain(states, "period"), line["period"])
    return Series(months, share, known, lower, upper, panel)


def refusal(line: Series, target: float | None) -> str:
    """Return why there is no forecast, a code of ``REFUSALS``; empty when there is one.

    Without a target only the series decides.
    """
    if not len(line.months):
        return "nothing_known"
    if target is not None and line.shares[-1] >= target:
        return "target_reached"
    if len(line.months) < FEWEST:
        return "few_points"
    if line.panel < SAME_SET:
        return "small_panel"
    ends = fitted("logit", line.months, line.inner[None, :], line.months[[0, -1]])[0]
    return "" if ends[1] > ends[0] else "not_growing"


def ordinal(period: str) -> int:
    """Return the number of a month: ``2026-01`` is 24312."""
    year, month = period.split("-")[:2]
    return int(year) * 12 + int(month) - 1


def period_of(month: float) -> str:
    """Return the month of a number, as YYYY-MM; empty for one that never comes."""
    if not np.isfinite(month):
        return ""
    year, rest = divmod(int(month), 12)
    return f"{year:04}-{rest + 1:02}"


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
    drawn = (starts[:, :, None] + np.arange(length)).reshape(shape[0], -1)
    return residuals[drawn[:, : shape[1]]]


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
    measured = len(line.months) > 0
    yes = round(float(line.shares[-1] * line.known[-1])) if measured else 0
    quantiles = {
        name: period_of(_quantile(passages, part)) if len(passages) else ""
        for name, part in QUANTILES.items()
    }
    in_time = float((passages <= ordinal(deadline)).mean()) if len(passages) else float("nan")
    return {
        "period": period_of(line.last) if measured else "",
        "measurements": len(line.months),
        "panel_share": line.panel,
        "yes": yes,
        "no": int(line.known[-1]) - yes if measured else 0,
        "adoption": float(line.shares[-1]) if measured else float("nan"),
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


def _panel(single: pd.DataFrame, periods: "pd.Series[str]") -> float:
    if periods.empty:
        return 0.0
    definite = single[single["state"].isin(["yes", "no"])]
    first, last = (
        set(definite.loc[definite["period"] == period, "domain"])
        for period in (periods.iloc[0], periods.iloc[-1])
    )
    return len(first & last) / max(len(first), len(last))
