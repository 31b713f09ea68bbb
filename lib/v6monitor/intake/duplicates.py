"""Was this measured already? The same report in another file, the same domain in another list."""

import pandas as pd

from v6monitor.intake.columns import COLUMNS
from v6monitor.intake.faults import DROPPED, Faults
from v6monitor.intake.reasons import Reason

KEY = ["measured_at", "domain", "type"]
_SOURCE = {"source_format", "source_file", "source_row", "date_source", "file_date"}
_SAID = [column for column in COLUMNS if column not in _SOURCE]


def outline(table: pd.DataFrame) -> tuple[object, ...]:
    """Return what two canonical tables must share to be able to say the same."""
    return len(table), *table[KEY].iloc[0]


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Tell whether two canonical tables say the same, wherever they were read."""
    sides = (table[_SAID].reset_index(drop=True) for table in (one, other))
    return next(sides).equals(next(sides))


def one_per_key(table: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Keep the first row of each ``KEY``; book the others, saying which row stands for them.

    ``table`` is a canonical table with a column ``file`` more and the row in it as its index.
    """
    twice = table.duplicated(KEY).to_numpy()
    kept = table[~twice].drop(columns="file").reset_index(drop=True)
    if not twice.any():
        return kept, []
    told = table[[*KEY, "list", "file"]].rename_axis("row").reset_index()
    pairs = told[twice].merge(told[~twice], on=KEY, how="left", suffixes=("", "_first"))
    also = (" (" + pairs["list"] + ")").where(pairs["list"] != pairs["list_first"], "")
    pairs["kept"] = pairs["file_first"] + " " + pairs["row_first"].astype("str") + also
    measured = pairs["measured_at"].notna()
    pairs["reason"] = measured.map(
        {True: Reason.MEASURED_TWICE.value, False: Reason.LISTED_TWICE.value}
    )
    booked = []
    for file, rows in pairs.groupby("file"):
        faults = Faults(str(file))
        by_row = rows.set_index("row")
        faults.add(by_row["domain"], by_row["reason"], DROPPED, by_row["kept"])
        booked.append(faults.table())
    return kept, booked
