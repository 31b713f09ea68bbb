"""How long does it take until a domain has IPv6? Interval-censored time to adoption."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from v6monitor.analysis.overviews import OTHER
from v6monitor.analysis.pace_series import ordinal
from v6monitor.analysis.shares import one_per_domain

Floats = npt.NDArray[np.float64]

CLOSE = 1e-8
"""How far from the most likely distribution the estimate may be, per observation."""

ROUNDS = 100_000
COLUMNS = ("domains", "from_start", "since", "not_yet", "at_first", "at_last", "months_half")


def adoption_intervals(states: pd.DataFrame) -> pd.DataFrame:
    """Between which measurements did each domain get IPv6?

    Returns a row per domain that is known in some month: ``domain`` and the interval (``after``,
    ``until``] in months since the first measurement of the table: after the last no before the
    first yes, and at that yes at the latest. ``after`` is -inf where it was there when first seen
    (left-censored), ``until`` inf where it is not there yet (right-censored). What is unknown only
    widens the interval; a loss afterwards changes nothing.
    """
    single = one_per_domain(states, "period")
    definite = single[single["state"].isin(["yes", "no"])]
    month = definite["period"].map(ordinal).astype(float)
    month -= float(ordinal(str(single["period"].min()))) if len(single) else 0.0
    until = month[definite["state"] == "yes"].groupby(definite["domain"]).min()
    until = until.reindex(sorted(set(definite["domain"])), fill_value=np.inf)
    before = (definite["state"] == "no") & (month < definite["domain"].map(until).astype(float))
    after = month[before].groupby(definite["domain"]).max().reindex(until.index, fill_value=-np.inf)
    return pd.DataFrame({"after": after, "until": until}).rename_axis("domain").reset_index()


def turnbull(after: Floats, until: Floats) -> pd.DataFrame:
    """How are the times distributed, when each is known to lie in (``after``, ``until``] only?

    The nonparametric maximum likelihood estimate (Turnbull, JRSS B 38, 1976). Returns a row per
    innermost interval, the only places where it can have weight: ``after``, ``until`` and ``mass``
    (together 1); where within the interval that lies cannot be told.

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


def times(states: pd.DataFrame, by: str = "sector", top: int = 0) -> pd.DataFrame:
    """How long did each group take? A row per ``by``, most domains first.

    Returns ``domains`` (known in some month), of these ``from_start`` (there when first
    seen), ``since`` (seen before and after) and ``not_yet``; of the Turnbull estimate
    ``at_first`` and ``at_last``, the part that has adopted by the first and the last month; and
    ``months_half``, the months after which half of those without IPv6 at the first measurement have
    it (NaN when that is not so yet). A domain counts in the group that it was in last. With
    ``top``, the groups after so many, and those of one domain, are one row ``other``, last.
    """
    if states.empty:
        return pd.DataFrame(columns=[by, *COLUMNS])
    last = ordinal(str(states["period"].max())) - ordinal(str(states["period"].min()))
    groups = states.sort_values("period", kind="stable").drop_duplicates("domain", keep="last")
    found = adoption_intervals(states).merge(groups[["domain", by]], on="domain")
    if top:
        sizes = found[by].value_counts()
        small = found[by].map(sizes).le(1) | ~found[by].isin(sizes.index[:top])
        found[by] = found[by].mask(small, OTHER)
    rows = []
    for name, part in found.groupby(by, dropna=False):
        after, until = part["after"].to_numpy(float), part["until"].to_numpy(float)
        left, right = np.isneginf(after), np.isposinf(until)
        counts = {
            "domains": len(part),
            "from_start": int((left & ~right).sum()),
            "since": int((~left & ~right).sum()),
            "not_yet": int(right.sum()),
        }
        rows.append({by: name, **counts, **_told(turnbull(after, until), last)})
    table = pd.DataFrame(rows, columns=[by, *COLUMNS])
    table = table.sort_values("domains", ascending=False, kind="stable")
    return table.sort_values(by, key=lambda name: name == OTHER, kind="stable", ignore_index=True)


def _innermost(pairs: Floats) -> Floats:
    """Return the intervals that begin where one begins and end where the next end is.

    An end counts before a begin at the same time: (0, 1] and (1, 2] have nothing in common.
    """
    begins = [(begin, 1) for begin in set(pairs[:, 0])]
    ends = sorted([*begins, *((end, 0) for end in set(pairs[:, 1]))])
    found = [
        (one, other)
        for (one, is_begin), (other, is_begin_too) in pairwise(ends)
        if is_begin and not is_begin_too
    ]
    return np.array(found, dtype=float).reshape(-1, 2)


def _told(distribution: pd.DataFrame, last: int) -> dict[str, float]:
    """Return what the estimate says of the first month (0), the last, and half the way."""
    adopted = [
        float(distribution.loc[distribution["until"] <= month, "mass"].sum())
        for month in range(last + 1)
    ]
    if distribution.empty:
        return dict.fromkeys(("at_first", "at_last", "months_half"), float("nan"))
    half = adopted[0] + (1 - adopted[0]) / 2
    reached = [month for month, share in enumerate(adopted) if share >= half - CLOSE]
    half_way = float(reached[0]) if reached and adopted[0] < 1 - CLOSE else float("nan")
    return {"at_first": adopted[0], "at_last": adopted[-1], "months_half": half_way}
