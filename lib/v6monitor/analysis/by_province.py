"""Is it regional? The table of figure 9."""

import pandas as pd

from v6monitor.analysis.shares import shares
from v6monitor.intake.organisations import PROVINCES

ELSEWHERE = "elsewhere"

_COUNTS = ("yes", "no", "unknown", "not_applicable", "applicable", "explained")


def provinces(states: pd.DataFrame) -> pd.DataFrame:
    """How far is each province, of one measure and one month?

    ``states`` has the column ``province``, a name. Returns the ``shares`` per ``province``, all
    twelve in the order of the map, and a last row ``elsewhere``: central government, and all whose
    province is not stated or not known; and the ``measure``, where the states name it.
    """
    known = states["province"].isin(list(PROVINCES))
    named = states.assign(province=states["province"].where(known, ELSEWHERE))
    found = shares(named, "province").set_index("province")
    table = found.reindex([*PROVINCES, ELSEWHERE])
    counts = [name for name in _COUNTS if name in table]
    table[counts] = table[counts].fillna(0).astype("int64")
    table = table.rename_axis("province").reset_index()
    measured = "measure" in states and len(states)
    return table.assign(measure=states["measure"].iloc[0]) if measured else table
