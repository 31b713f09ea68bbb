"""Why could it not be told?"""

import pandas as pd

from v6monitor.analysis.shares import By, keys_of
from v6monitor.dns.observation import UNKNOWN as FAILED

JUDGED = {"web": "web", "mail": "mail_all", "dns": "dns_2"}
"""Which verdict of the fresh lookups answers the same question as which measured one."""

NO_REASON = "unknown"
_FAILED = f"({'|'.join(sorted(FAILED))}|not asked)"


def reasons(states: pd.DataFrame) -> "pd.Series[str]":
    """Return the reason of every unknown state: an outcome, ``not_asked``, or ``unknown``.

    It is the column ``reason``, or for fresh lookups what ``reasons``, the words of the verdict
    table, say of the ``measure``; of several reasons the first. Empty for a state that is known.
    """
    if "reason" in states:
        found = states["reason"].fillna("")
    elif "reasons" in states and "measure" in states:
        told = zip(states["measure"], states["reasons"].fillna(""), strict=True)
        parts = pd.Series([_part(measure, text) for measure, text in told], index=states.index)
        words = parts.astype("str").str.extract(rf"(?:: |\s){_FAILED}\b", expand=False)
        found = words.fillna("").str.replace(" ", "_")
    else:
        found = pd.Series("", index=states.index, dtype="str")
    return found.where(found != "", NO_REASON).where(states["state"] == "unknown", "")


def unknown_by_reason(states: pd.DataFrame, by: By = ()) -> pd.DataFrame:
    """Count the unknown states of each group by their reason: columns ``by``, reason, ``count``."""
    keys = keys_of(by)
    unknown = states.assign(reason=reasons(states))[states["state"] == "unknown"]
    counted = unknown.groupby([*keys, "reason"], dropna=False, observed=True).size()
    table = counted.rename("count").reset_index()
    order = [*keys, "count", "reason"]
    ascending = [*(True for _ in keys), False, True]
    return table.sort_values(order, ascending=ascending, ignore_index=True)


def _part(measure: str, text: str) -> str:
    """Return what the words of the verdict table say of one verdict."""
    for part in text.split("; "):
        names, colon, words = part.partition(": ")
        if colon and JUDGED.get(measure, measure) in names.split(", "):
            return f": {words}"
    return ""
