"""What a change in the share is made of: domains that stayed, joined and left; groups; jumps."""

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from v6monitor.analysis.changes import (
    Renames,
    changes,
    comparisons,
    known,
    pair,
    sourced,
    transitions,
)
from v6monitor.analysis.shares import check, shares, with_source


def decompose(
    before: pd.DataFrame, after: pd.DataFrame, renames: Renames = None
) -> "pd.Series[float]":
    """Return how much of a change in the share is within the panel, by entrants and by leavers.

    With n0 and n1 known domains, stayers S known in both, entrants E and leavers L, exactly
    Δ = (S₁−S₀) + nE/n1·(E₁−S₁) + nL/n0·(S₀−L₀). Where nobody stayed, entrants and leavers get half
    each.

    Args:
        before: the states table of the earlier month.
        after: that of the later month.
        renames: new names by old name: a renamed domain stays.

    Returns:
        In percentage points ``within`` + ``entrants`` + ``leavers`` = ``total``; the shares (0 to
        1) ``share_before`` and ``share_after``; the counts ``n_before``, ``n_after``,
        ``n_stayers``, ``n_entrants`` and ``n_leavers``, of which ``n_became_known`` and
        ``n_became_unknown`` were on the list all along but unknown or not applicable in the other
        month; of months with a period ``earlier`` and ``period``. NaN where a month has no known
        domain.

    Raises:
        InputError: for a state that does not exist.

    Example:
        >>> before = pd.DataFrame({"domain": list("abcd"), "state": ["yes", "no", "no", "yes"]})
        >>> after = pd.DataFrame({"domain": list("abce"), "state": ["yes", "yes", "no", "no"]})
        >>> decompose(before, after)[["within", "entrants", "leavers", "total"]].round(2).to_dict()
        {'within': 33.33, 'entrants': -16.67, 'leavers': -16.67, 'total': 0.0}

    Source:
        METHOD.md, "Change".
    """
    (one,) = comparisons(before, after, renames)
    moved = transitions(one)
    split = _split(moved)
    number = split[["domains_before", "domains_after"]]
    ends = split.loc["total", ["share_before", "share_after"]]
    counts = {
        "n_before": int(number["domains_before"]["total"]),
        "n_after": int(number["domains_after"]["total"]),
        "n_stayers": int(number["domains_after"]["within"]),
        "n_entrants": int(number["domains_after"]["entrants"]),
        "n_leavers": int(number["domains_before"]["leavers"]),
        "n_became_known": int(moved[2:-1, :2].sum()),
        "n_became_unknown": int(moved[:2, 2:-1].sum()),
    }
    found = pd.Series({**split["points"], **ends, **counts, **one.named}, dtype=object)
    return with_source(found, before, after)


def parts(
    before: Any,
    after: pd.DataFrame | None = None,
    renames: Renames = None,
    *,
    measure: str = "",
) -> pd.DataFrame:
    """Return the decomposition with a row per part; arguments as of ``v6.changes``.

    Per ``measure`` (where the tables have it) and ``part`` (``within``, ``entrants``, ``leavers``,
    ``total``) the known domains ``domains_before`` and ``domains_after``, their shares
    ``share_before`` and ``share_after`` (of 1; NaN for none) and the ``points`` that the part adds
    (see ``decompose``); of months with a ``period`` also ``earlier`` and ``period``. A measure
    without an earlier month has no rows.
    """
    compared = comparisons(before, after, renames, (), measure)
    found = pd.concat(
        [_split(transitions(one)).reset_index().assign(**one.named) for one in compared],
        ignore_index=True,
    )
    first = ["measure"] if "measure" in found else []
    found = found[[*first, *found.columns.drop(first)]]
    if "earlier" in found:
        found = found[found["earlier"].ne("")].reset_index(drop=True)
    found.attrs["adds_up"] = "points"
    return sourced(found, compared)


def kitagawa(before: pd.DataFrame, after: pd.DataFrame, *, by: str = "sector") -> pd.DataFrame:
    """Return how much of a change in the share each group's own change and the mix of groups add.

    Args:
        before: the states table of the earlier month, one row per domain, with the column ``by``.
        after: that of the later month.
        by: the groups.

    Returns:
        A row per ``by``: ``share_before`` and ``share_after`` (0 to 1), the parts of the list
        ``weight_before`` and ``weight_after`` (0 to 1), and in percentage points ``own_change``
        (change of the share at the mean weight) and ``mix`` (change of the weight at the mean
        share); both columns together sum to the total change. A group of one month only is all mix.

    Raises:
        InputError: for a state that does not exist or a domain twice in a month.

    Example:
        >>> before = pd.DataFrame({"domain": list("abcd"), "sector": list("xxyy")})
        >>> before["state"] = ["yes", "no", "no", "no"]
        >>> after = before.assign(state=["yes", "yes", "no", "no"])
        >>> kitagawa(before, after)[["sector", "own_change", "mix"]].to_numpy().tolist()
        [['x', 25.0, 0.0], ['y', 0.0, 0.0]]

    Source:
        Kitagawa, JASA 50 (1955); METHOD.md, "Change".
    """
    months = []
    for name, states in (("before", before), ("after", after)):
        check(states)
        definite = states[known(states["state"])]
        yes = definite["state"].eq("yes").groupby(definite[by], dropna=False, observed=True)
        weight = yes.size() / max(len(definite), 1)
        months.append(pd.DataFrame({f"share_{name}": yes.mean(), f"weight_{name}": weight}))
    table = months[0].join(months[1], how="outer").rename_axis(by).reset_index()
    weights, rates = ["weight_before", "weight_after"], ["share_before", "share_after"]
    table[weights] = table[weights].fillna(0.0)
    share_before = table["share_before"].fillna(table["share_after"])
    share_after = table["share_after"].fillna(table["share_before"])
    table["own_change"] = 100 * table[weights].mean(axis=1) * (share_after - share_before)
    change = table["weight_after"] - table["weight_before"]
    table["mix"] = 100 * change * (share_before + share_after) / 2
    table = table[[by, *rates, *weights, "own_change", "mix"]]
    return with_source(table, before, after)


def _split(moved: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Return ``parts`` of the transitions of a pair, indexed by part."""
    stayed, joined, left, none = moved[:2, :2], moved[2:, :2], moved[:2, 2:], [0, 0]
    sides = {  # yes and no of each part
        "before": [stayed.sum(axis=1), none, left.sum(axis=1), moved[:2].sum(axis=1)],
        "after": [stayed.sum(axis=0), joined.sum(axis=0), none, moved[:, :2].sum(axis=0)],
    }
    table = pd.DataFrame(index=pd.Index(["within", "entrants", "leavers", "total"], name="part"))
    for month, cells in sides.items():
        yes, known = np.array(cells)[:, 0], np.sum(cells, axis=1)
        table[f"domains_{month}"] = known
        table[f"share_{month}"] = np.where(known, yes / np.maximum(known, 1), np.nan)
    old, share_before, new, share_after = (table[name].to_dict() for name in table)
    first, last = share_before["within"], share_after["within"]
    if not old["within"]:
        first = last = (share_before["leavers"] + share_after["entrants"]) / 2
    joined = new["entrants"] / max(new["total"], 1) * (share_after["entrants"] - last)
    left = old["leavers"] / max(old["total"], 1) * (first - share_before["leavers"])
    points = {
        "within": last - first,
        "entrants": joined if new["entrants"] else 0.0,
        "leavers": left if old["leavers"] else 0.0,
        "total": share_after["total"] - share_before["total"],
    }
    compared = 100.0 if old["total"] and new["total"] else float("nan")
    return table.assign(points=[compared * points[part] for part in table.index])


JUMP = 5.0
"""From so many percentage points between two measurements a change of the panel is a jump."""
LIST = 3.0
"""So many percentage points the list may have hidden: a smaller change is not looked at."""
MOST, OVER = 0.5, 1.5
"""A cause has at least this part of the jump, and so many times its part of the domains."""


def jumps(month: Any) -> pd.DataFrame:
    """Return the jumps of websites and mail domains that have one cause.

    Args:
        month: a Month.

    Returns:
        A row per jump of at least ``JUMP`` percentage points between two measurements of one list:
        ``measure``, ``earlier`` and ``period`` (YYYY-MM), ``points`` of the panel, and the cause:
        ``by`` (``operator``, as the lookups of this month have it, or ``sector``), its ``name``,
        how many ``domains`` of it moved that way, net, and ``of`` how many. A jump of which no
        operator and no sector has half, or not more than its size explains, has no row.

    Source:
        METHOD.md, "Change".
    """
    found: pd.DataFrame = month.jumps
    return found.copy(deep=False)


def counted_jumps(month: Any) -> pd.DataFrame:
    """Return what ``jumps`` does, counted anew."""
    rows = []
    for measure in ("web", "mail"):
        states = month.states[month.states["measure"] == measure]
        monthly = shares(states, by="period").to_dict("records")
        for before, after in pairwise(monthly):
            change = 100 * abs(after["adoption"] - before["adoption"])
            if not after["break_reason"] and change >= JUMP - LIST:
                rows += _jump(month, measure, before["period"], after["period"])
    words = dict.fromkeys(["measure", "earlier", "period", "by", "name"], "str")
    columns = ["measure", "earlier", "period", "points", "by", "name", "domains", "of"]
    types = words | {"points": "float64", "domains": "int64", "of": "int64"}  # also without a row
    return with_source(pd.DataFrame(rows, columns=columns).astype(types), month.states)


def _jump(month: Any, measure: str, earlier: str, period: str) -> list[dict[str, Any]]:
    then, now = month.measured(measure, earlier), month.measured(measure, period)
    found = changes(then, after=now, renames=month.renames).iloc[0]
    if found["break_reason"] or not abs(found["points"]) >= JUMP:
        return []
    both = pair(then, now, month.renames)
    panel = both[both["before"].isin(["yes", "no"]) & both["after"].isin(["yes", "no"])]
    step = panel["after"].eq("yes").astype(int) - panel["before"].eq("yes").astype(int)
    step = step if found["points"] > 0 else -step
    operators = month.providers.set_index("domain")["operator"]
    groups = {"operator": panel["domain"].map(operators), "sector": panel["sector"]}
    for by, names in groups.items() if measure == "mail" else [("sector", groups["sector"])]:
        moved = step.groupby(names[names.fillna("") != ""]).agg(["sum", "size"])
        if moved.empty:
            continue
        moved = moved.sort_values("sum", ascending=False, kind="stable")
        most, (net, size) = str(moved.index[0]), moved.iloc[0]
        part = net / step.sum()
        if part >= max(MOST, OVER * size / len(panel)):
            row: dict[str, Any] = {
                "measure": measure,
                "earlier": earlier,
                "period": period,
                "by": by,
            }
            row |= {"points": found["points"], "name": most, "domains": int(net)}
            return [row | {"of": int(step.sum())}]
    return []
