"""Measured states: whether a domain has IPv6, by the results of a measurement."""

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.intake.columns import MAPPED
from v6monitor.language.sources import measurement_source

MEASURES = {
    "web": ("web", "ws_address"),
    "mail": ("mail", "mx_address"),
    "dns": ("", "ns_address"),
    "web_category": ("web", "ipv6"),
    "mail_category": ("mail", "ipv6"),
}
"""The rows (by type; "" for both) and the result that a measure is read from.

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
            "the files list domains but contain no measurement results; look the domains up with "
            "v6monitor lookup, or add the files with results of Internet.nl"
        )
    found.attrs["source"] = sources(found)
    return found


def states(table: pd.DataFrame) -> pd.DataFrame:
    """Return a canonical table as states: a row per measured domain, type and measure.

    Passed is yes, failed is no; ``mail`` is not applicable to a domain without mail servers;
    every other result is unknown, never no. A result that a file does not have gives no row.

    Args:
        table: as ``read`` returns it.

    Returns:
        ``period`` (YYYY-MM), ``measured_at`` (a date), ``domain``, ``type``, ``measure``
        (``MEASURES``), ``state``, ``organisation``, ``sector``, ``province``, ``list``. Its
        ``attrs["source"]`` names the measurements.

    Source: METHOD.md, "Shares" and "Two sources, two series".
    """
    parts = []
    for measure, (kind, result) in MEASURES.items():
        rows = table[table[result].ne("") & (table["type"].eq(kind) if kind else True)]
        state = rows[result].map(_WORDS).fillna("unknown")
        if measure == "mail":
            state = state.mask(rows["mail_status"].isin(NO_MAIL), "not_applicable")
        parts.append(rows[_KEPT].assign(measure=measure, state=state.astype("str")))
    found = pd.concat(parts, ignore_index=True)
    found.insert(0, "period", found["measured_at"].dt.strftime("%Y-%m").astype("str"))
    order = ["period", *_KEPT[:3], "measure", "state", *_KEPT[3:]]
    found = found[order]
    found.attrs["source"] = sources(table[table["measured_at"].notna()])
    return found


def sources(table: pd.DataFrame) -> list[str]:
    """Return the sources of a canonical table: its measurements by day, and files of only names.

    >>> day = pd.to_datetime(["2026-10-06"])
    >>> sources(pd.DataFrame({"measured_at": day, "source_format": "api-2", "source_file": "a"}))
    ['measurement 2026-10-06 Internet.nl']
    """
    measured = table[table["measured_at"].notna()]
    external = measured["source_format"].eq(MAPPED)
    days = measured["measured_at"].dt.date
    return [
        *measurement_source(days[~external].unique()),
        *measurement_source(days[external].unique(), of=""),
        *table.loc[table["measured_at"].isna(), "source_file"].unique(),
    ]


def overview(table: pd.DataFrame) -> pd.DataFrame:
    """Return ``domains`` and ``error`` counted by ``list``, ``type`` and ``measured_at``.

    ``error`` is the number of domains for which the test gave no result.
    """
    counted = table.assign(error=table["status"].eq("error")).groupby(
        ["list", "type", "measured_at"], as_index=False
    )
    found: pd.DataFrame = counted.agg(domains=("domain", "size"), error=("error", "sum"))
    found.attrs["source"] = sources(table[table["measured_at"].notna()])
    return found
