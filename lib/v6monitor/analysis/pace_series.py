"""On which months may a forecast build, and may there be one at all?"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from v6monitor.analysis.growth_models import fitted
from v6monitor.analysis.overviews import SAME_SET, trend
from v6monitor.analysis.shares import one_per_domain

Floats = npt.NDArray[np.float64]

FEWEST = 6
"""A forecast needs so many measurements on one unbroken set."""

REFUSALS = ("nothing_known", "target_reached", "few_points", "small_panel", "not_growing")


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
    single = one_per_domain(states, "period").assign(series="")
    line = trend(single, "series")
    breaks = line.index[line["break_reason"] != ""]
    line = line.loc[breaks.max() if len(breaks) else 0 :]
    line = line[line["adoption"].notna()]
    months = np.array([ordinal(period) for period in line["period"]], dtype=float)
    known = (line["yes"] + line["no"]).to_numpy(float)
    share, lower, upper = (line[name].to_numpy(float) for name in ("adoption", "lower", "upper"))
    return Series(months, share, known, lower, upper, _panel(single, line["period"]))


def refusal(line: Series, target: float | None) -> str:
    """Return why there is no forecast, a code of ``REFUSALS``; empty when there is one.

    Without a target it is asked only whether the series can be followed into the future.
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


def _panel(single: pd.DataFrame, periods: "pd.Series[str]") -> float:
    if periods.empty:
        return 0.0
    definite = single[single["state"].isin(["yes", "no"])]
    first, last = (
        set(definite.loc[definite["period"] == period, "domain"])
        for period in (periods.iloc[0], periods.iloc[-1])
    )
    return len(first & last) / max(len(first), len(last))
