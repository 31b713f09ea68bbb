"""Interval-censored time to adoption: how long it takes until domains have IPv6."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from v6monitor.analysis.forecast import ordinal
from v6monitor.analysis.shares import one_per_domain, with_source
from v6monitor.errors import UsageError

Floats = npt.NDArray[np.float64]

CLOSE = 1e-8
"""How far from the most likely distribution the estimate may be, per observation."""

ROUNDS = 100_000
HALF = 0.5 - 1e-6  # what the estimate leaves of exactly a half
_USED = ("period", "measured_at", "domain", "state")
COLUMNS = ("domains", "from_start", "since", "not_yet", "months_half")


def adoption_intervals(states: pd.DataFrame) -> pd.DataFrame:
    """Return the interval (``after``, ``until``] in which each domain got IPv6, in months.

    They are counted from when the domain itself was first known. ``after`` is -inf where it had
    IPv6 then (left-censored), ``until`` inf where it has not yet (right-censored); what is unknown
    widens the interval, and a loss afterwards changes nothing.
    """
    single = one_per_domain(states[[name for name in states if name in _USED]], "period")
    definite = single[single["state"].isin(["yes", "no"])]
    month = definite["period"].map(ordinal).astype(float)
    month -= month.groupby(definite["domain"]).transform("min")
    until = month[definite["state"] == "yes"].groupby(definite["domain"]).min()
    until = until.reindex(sorted(set(definite["domain"])), fill_value=np.inf)
    before = (definite["state"] == "no") & (month < definite["domain"].map(until).astype(float))
    after = month[before].groupby(definite["domain"]).max().reindex(until.index, fill_value=-np.inf)
    return pd.DataFrame({"after": after, "until": until}).rename_axis("domain").reset_index()


def turnbull(after: Floats, until: Floats) -> pd.DataFrame:
    """Return the distribution of times of which each is known to lie in (``after``, ``until``].

    The nonparametric maximum likelihood estimate (Turnbull, JRSS B 38, 1976): a row per innermost
    interval, the only ones that can have weight, with ``after``, ``until`` and ``mass`` (together
    1). Where within the interval the mass lies is not identified.

    >>> turnbull(np.array([0.0, 0.0, 1.0, 0.0]), np.array([1.0, 1.0, 2.0, 2.0])).round(3)
       after  until   mass
    0    0.0    1.0  0.667
    1    1.0    2.0  0.333
    """
    pairs, weight = np.unique(np.column_stack([after, until]), axis=0, return_counts=True)
    inner = _innermost(pairs)
    covers = (pairs[:, :1] <= inner[:, 0]) & (inner[:, 1] <= pairs[:, 1:])
    mass = np.full(len(inner), 1 / max(len(inner), 1))
    for _ in range(ROUNDS):  # EM: share each observation over the intervals that it covers
        gain = (weight / (covers @ mass)) @ covers / weight.sum()
        mass = mass * gain
        if gain.max() <= 1 + CLOSE:
            break
    return pd.DataFrame({"after": inner[:, 0], "until": inner[:, 1], "mass": mass})


def adoption_times(states: pd.DataFrame, *, by: str = "sector") -> pd.DataFrame:
    """Return how long it took until the domains of each group had IPv6, most domains first.

    Args:
        states: a states table of one measure, with ``period``.
        by: the groups. A domain counts in the one that it was in last.

    Returns:
        A row per ``by``: ``domains`` (known in some month), of these ``from_start`` (with IPv6 when
        first known, also where the domain joined the list later: how long these took is not known),
        ``since`` (known without it, and with it afterwards) and ``not_yet``; and ``months_half``,
        the months after which half of those known without IPv6 have it, by the Turnbull estimate
        (NaN: not yet, or there are none).

    Raises:
        UsageError: for a column ``by`` that the table does not have.

    Example:
        >>> states = pd.DataFrame({"domain": list("abab"), "sector": "rijk"})
        >>> states = states.assign(period=["2026-09"] * 2 + ["2026-10"] * 2)
        >>> states["state"] = ["no", "no", "yes", "no"]
        >>> adoption_times(states)[["since", "not_yet", "months_half"]].to_numpy().tolist()
        [[1.0, 1.0, 1.0]]

    Source:
        METHOD.md, "Pace"; Turnbull, JRSS B 38 (1976).
    """
    if by not in states:
        raise UsageError(f"there is no column {by!r} to group by")
    groups = states[[*dict.fromkeys(["period", "domain", by])]].sort_values("period", kind="stable")
    last = groups.drop_duplicates("domain", keep="last")
    found = adoption_intervals(states).merge(last[["domain", by]], on="domain")
    rows = []
    for name, part in found.groupby(by, dropna=False):
        left, right = np.isneginf(part["after"]), np.isposinf(part["until"])
        counts = (len(part), int(left.sum()), int((~left & ~right).sum()), int(right.sum()))
        rows.append((name, *counts, _months_half(part[~left])))
    table = pd.DataFrame(rows, columns=[by, *COLUMNS])
    table = table.sort_values("domains", ascending=False, kind="stable", ignore_index=True)
    return with_source(table, states)


def _innermost(pairs: Floats) -> Floats:
    """Return the intervals that begin where one begins and end where the next end is."""
    # an end counts before a begin at the same time: (0, 1] and (1, 2] have nothing in common
    begins = [(begin, 1) for begin in set(pairs[:, 0])]
    ends = sorted([*begins, *((end, 0) for end in set(pairs[:, 1]))])
    found = [
        (one, other)
        for (one, is_begin), (other, is_begin_too) in pairwise(ends)
        if is_begin and not is_begin_too
    ]
    return np.array(found, dtype=float).reshape(-1, 2)


def _months_half(intervals: pd.DataFrame) -> float:
    """Return after how many months half of the domains first known without IPv6 have it."""
    if intervals.empty:
        return float("nan")
    estimate = turnbull(intervals["after"].to_numpy(float), intervals["until"].to_numpy(float))
    half = float(estimate.loc[estimate["mass"].cumsum() >= HALF, "until"].iloc[0])
    return half if np.isfinite(half) else float("nan")
