"""Jumps in a series, and the operator or sector that a jump came from."""

from itertools import pairwise
from typing import Any

import pandas as pd

from v6monitor.analysis.changes import changes, pair
from v6monitor.analysis.shares import shares, with_source

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
    rows = []
    for measure in ("web", "mail"):
        states = month.states[month.states["measure"] == measure]
        monthly = shares(states, by="period").to_dict("records")
        for before, after in pairwise(monthly):
            change = 100 * abs(after["adoption"] - before["adoption"])
            if not after["break_reason"] and change >= JUMP - LIST:
                rows += _jump(month, measure, before["period"], after["period"])
    columns = ["measure", "earlier", "period", "points", "by", "name", "domains", "of"]
    return with_source(pd.DataFrame(rows, columns=columns), month.states)


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
