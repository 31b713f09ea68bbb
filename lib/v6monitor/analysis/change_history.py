"""How often does a loss come back? Losses over a history of more than two measurements."""

import numpy as np
import pandas as pd

from v6monitor.analysis.change_pairs import ABSENT
from v6monitor.analysis.shares import check


def losses(history: pd.DataFrame) -> pd.DataFrame:
    """List every loss of a history, and whether it came back.

    ``history`` is a states table with ``period``, one row per domain and period. A loss is yes in
    one of its periods and no in the next. Returns ``domain``, ``period`` (first with no),
    ``next`` (the state in the period after that; empty when there is none yet) and ``status``:
    ``confirmed`` (no again), ``recovered`` (yes again) or ``suspected`` (anything else).
    """
    wide = _wide(history)
    names, periods, states = wide.index.to_numpy(), wide.columns.to_numpy(), wide.to_numpy()
    row, column = np.nonzero((states[:, :-1] == "yes") & (states[:, 1:] == "no"))
    column = column + 1
    padded = np.column_stack([states, np.full(len(states), "", dtype=object)])
    following = padded[row, column + 1]
    status = pd.Series(following, dtype="str").map({"no": "confirmed", "yes": "recovered"})
    return pd.DataFrame(
        {
            "domain": names[row],
            "period": periods[column],
            "next": following,
            "status": status.fillna("suspected"),
        }
    ).astype("str")


def flaps(history: pd.DataFrame) -> "pd.Series[float]":
    """Count how often a loss is back one period later, among names known in every period.

    Returns ``periods``, ``domains`` (known throughout), ``losses``, ``followed`` (losses with a
    next period), ``recovered`` (yes again in it) and ``share`` = recovered / followed.
    """
    wide = _wide(history)
    throughout = wide.index[wide.isin(["yes", "no"]).all(axis=1)]
    lost = losses(history[history["domain"].isin(throughout)])
    followed, recovered = (
        int((lost["next"] != "").sum()),
        int((lost["status"] == "recovered").sum()),
    )
    return pd.Series(
        {
            "periods": wide.shape[1],
            "domains": len(throughout),
            "losses": len(lost),
            "followed": followed,
            "recovered": recovered,
            "share": recovered / followed if followed else float("nan"),
        },
        dtype=object,
    )


def _wide(history: pd.DataFrame) -> pd.DataFrame:
    check(history, ["period"])
    wide = history.pivot(  # noqa: PD010 - one state per cell, checked: nothing to aggregate
        index="domain", columns="period", values="state"
    )
    return wide.astype(object).fillna(ABSENT)
