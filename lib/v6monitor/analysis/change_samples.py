"""Is a change more than chance, where the list is read as a sample of a larger whole?"""

from collections.abc import Mapping

import pandas as pd

from v6monitor.analysis.change_pairs import panel, periods
from v6monitor.analysis.intervals import newcombe

TOTAL = "total"


def paired(
    before: pd.DataFrame,
    after: pd.DataFrame,
    by: str = "sector",
    renames: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """How sure is the change of the panel, were it a sample? Paired shares, per group and in all.

    Returns per ``by``, and in a last row ``total``: ``panel`` (domains known both times), ``gain``,
    ``loss``, ``points`` (change in percentage points) and the ends of its 95 % interval,
    ``points_low`` and ``points_high`` (``intervals.newcombe``); of months with a ``period`` also
    ``earlier`` and ``period``. A report of the whole list is a census and needs none of this.
    """
    both = panel(before, after, renames)
    groups = dict(iter(both.groupby(by, dropna=False, observed=True)))
    rows = [{by: name, **_paired(part)} for name, part in {**groups, TOTAL: both}.items()]
    return pd.DataFrame(rows).assign(**periods(before, after))


def _paired(both: pd.DataFrame) -> dict[str, float]:
    yes_before, yes_after = both["before"].eq("yes"), both["after"].eq("yes")
    gain, loss = int((~yes_before & yes_after).sum()), int((yes_before & ~yes_after).sum())
    stayed_yes = int((yes_before & yes_after).sum())
    interval = newcombe(stayed_yes, gain, loss, len(both) - stayed_yes - gain - loss)
    change = (gain - loss) / len(both) if len(both) else float("nan")
    return {
        "panel": len(both),
        "gain": gain,
        "loss": loss,
        "points": 100 * change,
        "points_low": 100 * interval.low,
        "points_high": 100 * interval.high,
    }
