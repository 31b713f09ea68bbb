"""Forecast of adoption "at this pace": first passage of the target over many possible futures.

``states`` is a states table with ``period``: a row per domain and month, of one measure or of
several, each of which has rows of its own. Every future starts at the newest measured share; all
models that pass their backtest count alike. Nothing here knows of a new policy (METHOD.md, "Pace").
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from v6monitor.analysis.futures import MODELS, QUANTILES, Floats, curves, futures, interval, logit
from v6monitor.analysis.shares import SAME_SET, one_per_domain, shares, with_source
from v6monitor.errors import UsageError

TARGET = 1.0
DEADLINE = "2021-12"
"""What was agreed for the government: all websites and mail by the end of 2021."""

FEWEST = 6
"""A forecast needs so many measurements on one unbroken set."""

SMALLEST = 20
"""Fewer domains with a known state have no date: one of them would move it by months."""

REFUSALS = (
    "nothing_known", "target_reached", "small_group", "few_points", "small_panel", "not_growing",
    "failed_backtest",
)  # fmt: skip
"""Why there is no forecast, in the order in which it is decided."""

HORIZON = 240
"""Months ahead after which a forecast gives no date."""

SHORT, LONG = 12, 60
"""A projection shows at least and at most so many months; a backtest looks ``SHORT`` ahead."""

LEEWAY = 0.01
"""A share so far outside its interval is not held against a model, for the interval of a series
without ups and downs has no width."""

_USED = ("period", "measured_at", "domain", "state", "tests")
"""What a series follows from."""

MISSED, MODELS_NEEDED = 0.5, 2
"""A model that missed more than this part of its backtests refuses; a forecast needs two others."""


def forecast(
    states: pd.DataFrame,
    *,
    by: str = "",
    target: float = TARGET,
    deadline: str = DEADLINE,
    seed: int = 0,
) -> pd.DataFrame:
    """Return in which month the target is reached at this pace, per measure and group.

    Args:
        states: a states table with ``period``.
        by: a column to group by, such as ``sector``; ``model``: a row per growth model.
        target: the share to reach, above 0 and at most 1; by default that of the agreement. All of
            a list counts as reached when less than half a domain is left.
        deadline: the month to reach it in, as YYYY-MM; by default that of the agreement; empty:
            none.
        seed: of the random futures; the same seed gives the same table.

    Returns:
        A row per ``measure`` (where the states have it) and ``by``:

        - ``period``: the newest month with a share; ``measurements``: months since the last break;
          ``panel_share``: part of the domains that is known in the first and the last of them;
        - ``yes``, ``no``, ``adoption`` (0 to 1) then, ``target`` and ``deadline``;
        - ``refusal``: why nothing is forecast, a code of ``REFUSALS``, or empty;
        - ``median``, ``low``, ``high``: the month of first passage and its 80 % interval, YYYY-MM;
          empty: not within twenty years;
        - ``by_deadline``: the part of the futures that make the deadline (0 to 1);
        - ``bias``: points that earlier forecasts (``backtest``) were too high, on average.

    Raises:
        UsageError: for a target or deadline that is none, or a column that is not there.

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
    _check_goal(target, deadline)
    rows = []
    for group, line, models in _lines(states, by):
        outlook = _outlook(line, target, seed, models)
        passage = {"median": "", "low": "", "high": "", "bias": outlook.bias}
        if not outlook.refusal:
            reached = outlook.futures >= _aim(line, target)
            first = np.where(reached.any(axis=1), line.last + 1.0 + reached.argmax(axis=1), np.inf)
            ends = {name: _period(month) for name, month in interval(first).items()}
            passage |= {"median": ends["middle"], "low": ends["low"], "high": ends["high"]}
            if deadline:
                passage["by_deadline"] = float((first <= ordinal(deadline)).mean())
        goal = {"target": target, "deadline": deadline, "refusal": outlook.refusal}
        rows.append({**group, **_now(line), **goal, **passage})
    return _table(states, by, rows, [
        "period", "measurements", "panel_share", "yes", "no", "adoption", "target", "deadline",
        "refusal", "median", "low", "high", "by_deadline", "bias",
    ])  # fmt: skip


def projection(
    states: pd.DataFrame, *, target: float = TARGET, deadline: str = DEADLINE, seed: int = 0
) -> pd.DataFrame:
    """Return the series of measured shares, and the months ahead at this pace.

    Args:
        states: a states table with ``period``.
        target: as of ``forecast``.
        deadline: as of ``forecast``.
        seed: of the random futures.

    Returns:
        A row per ``measure`` (where the states have it) and ``period``: for a measured month
        ``adoption`` and its bounds ``lower`` and ``upper`` (0 to 1); for one ahead ``low``,
        ``middle`` and ``high`` (the 80 % interval of the share). In all rows ``target``,
        ``deadline`` and ``refusal``. It ends at the deadline, but shows one year at least and five
        at most; nothing is ahead when a forecast is refused.

    Raises:
        UsageError: for a target or deadline that is none.

    Example:
        >>> states = pd.DataFrame({"domain": list("abcdef"), "period": "2026-10", "state": "no"})
        >>> projection(states)[["period", "adoption", "refusal"]].to_numpy().tolist()
        [['2026-10', 0.0, 'small_group']]

    Source:
        METHOD.md, "Pace".
    """
    _check_goal(target, deadline)
    rows: list[dict[str, object]] = []
    for group, line, models in _lines(states, ""):
        outlook = _outlook(line, target, seed, models)
        every = {**group, "target": target, "deadline": deadline, "refusal": outlook.refusal}
        for month, share, _, lower, upper in zip(*line[:5], strict=True):
            here = {"adoption": share, "lower": lower, "upper": upper}
            rows.append({**every, "period": _period(month), **here})
        months = ordinal(deadline) - line.last if deadline and len(line.months) else SHORT
        for month, ahead in enumerate(outlook.futures.T[: min(max(months, SHORT), LONG)]):
            rows.append({**every, "period": _period(line.last + 1 + month), **interval(ahead)})
    return _table(states, "", rows, [
        "period", "adoption", "lower", "upper", *QUANTILES, "target", "deadline", "refusal",
    ])  # fmt: skip


def backtest(states: pd.DataFrame, *, by: str = "", seed: int = 0) -> pd.DataFrame:
    """Return the forecasts of the newest month made with earlier months only, and its actual share.

    Args:
        states: a states table with ``period``.
        by: a column to group by; ``model``: each growth model apart.
        seed: of the random futures.

    Returns:
        A row per ``measure`` (where the states have it), ``by`` and month of the year before the
        newest that has enough months before it: ``origin``, ``period`` (the newest month),
        ``ahead`` (months between them), ``low``, ``middle`` and ``high`` of the share as it would
        have been forecast (0 to 1), ``adoption`` as measured, ``bias`` (percentage points that the
        middle was too high), ``inside`` (``yes`` or ``no``: within the interval) and ``refusal``
        (why nothing would have been forecast).

    Raises:
        UsageError: for a column that is not there.

    Example:
        >>> states = pd.DataFrame({"domain": list("abcdef"), "period": "2026-10", "state": "no"})
        >>> backtest(states).empty
        True

    Source:
        METHOD.md, "Pace".
    """
    rows = []
    for group, line, models in _lines(states, by):
        earlier = _earlier(line, seed)
        used = _passed(line, earlier, models) or models
        rows += [{**group, **row} for row in _compared(line, earlier, used)]
    return _table(states, by, rows, [
        "origin", "period", "ahead", *QUANTILES, "adoption", "bias", "inside", "refusal",
    ])  # fmt: skip


class Series(NamedTuple):
    """The months since the last break of which there is a share."""

    months: Floats
    """Month numbers (``ordinal``), not all in a row where one was not measured."""
    shares: Floats
    known: Floats
    """The domains that each share is of."""
    lower: Floats
    upper: Floats
    panel: float
    """The domains known in the first and in the last month, as part of the larger of the two."""

    def until(self, number: int) -> "Series":
        """Return the series of the first months only."""
        months, shares, known = self.months[:number], self.shares[:number], self.known[:number]
        return self._replace(months=months, shares=shares, known=known)

    @property
    def last(self) -> int:
        """The number of the newest month."""
        return int(self.months[-1])

    @property
    def odds(self) -> Floats:
        """The log odds; shares of 0 and 1 are moved in by half a domain, so that they have some."""
        half = 0.5 / self.known
        return logit(np.clip(self.shares, half, 1 - half))

    @property
    def grows(self) -> bool:
        """Whether the straight line through the log odds rises."""
        first, last = curves("logit", self.months, self.odds[None, :], self.months[[0, -1]])[0]
        return bool(last > first)


class Earlier(NamedTuple):
    """The share forecast for the newest month, with the months up to ``origin`` only."""

    origin: int
    shares: dict[str, Floats]
    """Of every future, by model; empty where the series did not grow."""


class Outlook(NamedTuple):
    """The futures of a series, or why there are none."""

    refusal: str
    futures: Floats = np.empty((0, 0))
    """A row per future, a column per month after the newest."""
    bias: float = float("nan")


def series(states: pd.DataFrame) -> Series:
    """Return the series of one measure: its months since the last break (METHOD.md, "Change")."""
    line = shares(states, by="period")
    breaks = line.index[line["break_reason"] != ""]
    line = line.loc[breaks.max() if len(breaks) else 0 :]
    line = line[line["adoption"].notna()]
    months = np.array([ordinal(period) for period in line["period"]], dtype=float)
    known = (line["yes"] + line["no"]).to_numpy(float)
    share, lower, upper = (line[name].to_numpy(float) for name in ("adoption", "lower", "upper"))
    ends = one_per_domain(
        states[states["period"].isin([line["period"].min(), line["period"].max()])], "period"
    )
    domains = ends.loc[ends["state"].isin(["yes", "no"]), "domain"]
    larger = known[[0, -1]].max() if len(known) else 1
    panel = float(domains.duplicated().sum() / larger) if len(known) > 1 else float(len(known))
    return Series(months, share, known, lower, upper, panel)


@cache
def ordinal(period: str) -> int:
    """Return the number of a month, given as YYYY-MM."""
    return int(pd.Period(period, "M").ordinal)


def _period(month: float) -> str:
    """Return the month of a number, as YYYY-MM; empty for one that never comes."""
    return str(pd.Period(ordinal=int(month), freq="M")) if np.isfinite(month) else ""


def _refusal(line: Series, target: float) -> str:
    """Return why the series allows no forecast, a code of ``REFUSALS``; empty when it does."""
    if not len(line.months):
        return "nothing_known"
    reasons = {
        "target_reached": line.shares[-1] >= target,
        "small_group": line.known[-1] < SMALLEST,
        "few_points": len(line.months) < FEWEST,
        "small_panel": line.panel < SAME_SET,
        "not_growing": len(line.months) > 1 and not line.grows,
    }
    return next((why for why, holds in reasons.items() if holds), "")


def _outlook(line: Series, target: float, seed: int, models: Sequence[str]) -> Outlook:
    """Return the futures of the models that passed their backtest: of one, or two at least."""
    if why := _refusal(line, target):
        return Outlook(why)
    earlier = _earlier(line, seed)
    used = _passed(line, earlier, models)
    if len(used) < min(MODELS_NEEDED, len(models)):
        return Outlook("failed_backtest")
    ahead = futures(line.months, line.odds, HORIZON, seed=seed)
    bias = pd.Series([row.get("bias") for row in _compared(line, earlier, used)], dtype=float)
    return Outlook("", np.concatenate([ahead[model] for model in used]), float(bias.mean()))


def _earlier(line: Series, seed: int) -> list[Earlier]:
    """Return the forecasts of the newest month that the months of the year before it allowed."""
    found = []
    for number in range(FEWEST, len(line.months)):
        past = line.until(number)
        ahead = line.last - past.last
        if ahead <= SHORT:
            paths = futures(past.months, past.odds, ahead, seed=seed) if past.grows else {}
            found.append(Earlier(past.last, {name: path[:, -1] for name, path in paths.items()}))
    return found


def _passed(line: Series, earlier: Sequence[Earlier], models: Sequence[str]) -> list[str]:
    """Return the models whose intervals were not mostly off the actual share."""
    made = [shares for _, shares in earlier if shares]
    if not made:
        return list(models)
    actual, passed = line.shares[-1], []
    for model in models:
        ends = [interval(shares[model]) for shares in made]
        hit = [end["low"] - LEEWAY <= actual <= end["high"] + LEEWAY for end in ends]
        if hit.count(False) <= MISSED * len(hit):
            passed.append(model)
    return passed


def _compared(
    line: Series, earlier: Sequence[Earlier], models: Sequence[str]
) -> Iterator[dict[str, object]]:
    """Yield a row per earlier forecast of these models together, with the actual share."""
    actual = float(line.shares[-1]) if earlier else 0.0
    for origin, shares_by_model in earlier:
        row: dict[str, object] = {"origin": _period(origin), "period": _period(line.last)}
        row |= {"ahead": line.last - origin, "adoption": actual, "inside": ""}
        if shares_by_model:
            ends = interval(np.concatenate([shares_by_model[model] for model in models]))
            inside = "yes" if ends["low"] <= actual <= ends["high"] else "no"
            bias = 100 * (ends["middle"] - actual)
            row |= {**ends, "bias": bias, "inside": inside, "refusal": ""}
        yield {"refusal": "not_growing", **row}


def _now(line: Series) -> dict[str, object]:
    """Return the newest share of a series, and what it is based on."""
    if not len(line.months):
        return {"period": "", "measurements": 0, "panel_share": 0.0, "yes": 0, "no": 0}
    yes, known = round(float(line.shares[-1] * line.known[-1])), int(line.known[-1])
    counts = {"yes": yes, "no": known - yes, "adoption": float(line.shares[-1])}
    based_on = {"measurements": len(line.months), "panel_share": line.panel}
    return {"period": _period(line.last), **based_on, **counts}


def _aim(line: Series, target: float) -> float:
    """Return the share that counts as the target: of 100 %, when less than half a domain lacks."""
    return min(target, 1 - 0.5 / float(line.known[-1])) if len(line.known) else target


def _lines(
    states: pd.DataFrame, by: str
) -> Iterator[tuple[dict[str, object], Series, Sequence[str]]]:
    """Yield every measure and group: what it is, its series, and the models to use together."""
    apart = by == "model"
    keys = _keys(states, "" if apart else by)
    if missing := [key for key in keys if key not in states]:
        raise UsageError(f"there is no column {missing[0]!r} to group by")
    rows = states[[name for name in states if name in {*keys, *_USED}]]  # groups are copies
    for values, part in rows.groupby(keys, dropna=False) if keys else [((), rows)]:
        group, line = dict(zip(keys, values, strict=True)), series(part)
        if apart:
            yield from (({**group, by: model}, line, [model]) for model in MODELS)
        else:
            yield group, line, list(MODELS)


def _keys(states: pd.DataFrame, by: str) -> list[str]:
    return [*(["measure"] if "measure" in states and by != "measure" else []), *filter(None, [by])]


def _table(
    states: pd.DataFrame, by: str, rows: Sequence[dict[str, object]], columns: Sequence[str]
) -> pd.DataFrame:
    """Return the rows as a table, the measures in the order of the states."""
    table = pd.DataFrame(rows, columns=[*_keys(states, by), *columns])
    if "measure" in table:
        order = {name: place for place, name in enumerate(states["measure"].unique())}
        table = table.sort_values(
            "measure", key=lambda name: name.map(order), kind="stable", ignore_index=True
        )
    return with_source(table, states)


def _check_goal(target: float, deadline: str) -> None:
    """Raise UsageError for a target or a deadline that is none."""
    if not 0 < target <= 1:
        raise UsageError(f"target {target:g}: expected a share above 0 and at most 1, such as 0.95")
    if deadline and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", deadline):
        raise UsageError(f"deadline {deadline!r}: expected a month as YYYY-MM, such as 2027-12")
