"""What happened and what was published before: the dated tables that travel with the package."""

import pandas as pd

from v6monitor.workspace import REFERENCE


def events() -> pd.DataFrame:
    """Return what happened: by ``date`` (YYYY, YYYY-MM or YYYY-MM-DD) and a code ``event``."""
    return pd.read_csv(REFERENCE / "events.csv", dtype="str")


def published(until: str) -> pd.DataFrame:
    """Return the shares that Forum Standaardisatie published, of months up to ``until``.

    ``period`` (YYYY-MM), ``measure`` (``web`` or ``mail``), ``adoption`` (0 to 1), ``population``
    and ``source``; of its own list of domains, so without the month's figure of another list.
    """
    table = pd.read_csv(REFERENCE / "published.csv", dtype={"measured": "str"}).dropna()
    table = table.rename(columns={"measured": "period"})
    names = ["period", "population", "source"]
    long = table.melt(names, ["web", "mail"], var_name="measure", value_name="adoption")
    return long[long["period"] <= until].sort_values(["measure", "period"], ignore_index=True)
