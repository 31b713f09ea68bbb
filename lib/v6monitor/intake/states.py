"""Does a measured domain have IPv6? From test results to verdict words, per question asked."""

import pandas as pd

from v6monitor.errors import InputError

MEASURES = {
    "web": ("web", "ws_address"),
    "mail": ("mail", "mx_address"),
    "dns": ("", "ns_address"),
    "web_category": ("web", "ipv6"),
    "mail_category": ("mail", "ipv6"),
}
"""Which rows (by type; "" for both) and which result answer a measure's question.

The categories are Internet.nl's own figure, in which a domain without MX passes.
"""

NO_MAIL = ("no_mx", "null_mx")
_WORDS = {"passed": "yes", "failed": "no", "not_applicable": "not_applicable"}
_KEPT = ["measured_at", "domain", "type", "organisation", "sector", "province", "list"]


def measured(table: pd.DataFrame) -> pd.DataFrame:
    """Return the measurements of a canonical table, without what a list only names.

    InputError when there are none.
    """
    found = table[table["measured_at"].notna()].reset_index(drop=True)
    if found.empty:
        raise InputError(
            "the files name domains and hold no measurement; look them up with v6monitor lookup, "
            "or add the files with results of Internet.nl"
        )
    return found


def states(table: pd.DataFrame) -> pd.DataFrame:
    """Return a canonical table as states: a row per measured domain, type and measure.

    Columns ``period`` (YYYY-MM), ``measured_at``, ``domain``, ``type``, ``measure``
    (``MEASURES``), ``state``, ``organisation``, ``sector``, ``province``, ``list``. Passed is
    yes, failed is no; ``mail`` is not applicable to a domain without mail servers; every other
    result is unknown, never no. A result that a file does not have gives no row.
    """
    parts = []
    for measure, (kind, result) in MEASURES.items():
        asked = table[result].ne("") & (table["type"].eq(kind) if kind else True)
        rows = table[asked]
        state = rows[result].map(_WORDS).fillna("unknown")
        if measure == "mail":
            state = state.mask(rows["mail_status"].isin(NO_MAIL), "not_applicable")
        parts.append(rows[_KEPT].assign(measure=measure, state=state.astype("str")))
    found = pd.concat(parts, ignore_index=True)
    found.insert(0, "period", found["measured_at"].dt.strftime("%Y-%m").astype("str"))
    order = ["period", *_KEPT[:3], "measure", "state", *_KEPT[3:]]
    return found[order]


def overview(table: pd.DataFrame) -> pd.DataFrame:
    """Count a canonical table by ``list``, ``type`` and ``measured_at``: ``domains`` and ``error``.

    ``error`` counts the domains of which the test gave no result.
    """
    counted = table.assign(error=table["status"].eq("error")).groupby(
        ["list", "type", "measured_at"], as_index=False
    )
    return counted.agg(domains=("domain", "size"), error=("error", "sum"))
