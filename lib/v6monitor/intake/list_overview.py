"""How much came in, and how much of it is to be corrected?"""

import pandas as pd


def of_month(faults: pd.DataFrame, history: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return the faults but those of files that hold only other months."""
    others = set(history["source_file"]) - set(now["source_file"])
    kept = faults[~faults["file"].isin(others)]
    return kept.assign(row=pd.to_numeric(kept["row"])).reset_index(drop=True)


def files(now: pd.DataFrame, faults: pd.DataFrame) -> pd.DataFrame:
    """List the files of a month: how many rows and faults each has, and of which day it is.

    Returns ``file``, ``format``, ``measured_at``, ``date_source`` (where that day was found),
    ``rows`` and ``faults``.
    """
    keys = ["source_file", "source_format", "measured_at", "date_source"]
    table = now.groupby(keys, as_index=False).agg(rows=("domain", "size"))
    counted = table["source_file"].map(faults["file"].value_counts()).fillna(0).astype("int64")
    table = table.assign(faults=counted)
    return table.rename(columns={"source_file": "file", "source_format": "format"})


def summary(findings: pd.DataFrame) -> pd.DataFrame:
    """Count findings by ``what``, in their order: ``count`` and the first ``example``."""
    counted = findings.groupby("what", sort=False)
    return counted.agg(count=("what", "size"), example=("domain", "first")).reset_index()


def account(now: pd.DataFrame, faults: pd.DataFrame, fixes: pd.DataFrame) -> pd.DataFrame:
    """Return in one row what came in and what is to be done about it.

    ``period``, ``files`` and ``rows`` of the month, ``dropped``, ``changed`` and ``kept`` cells,
    the number of ``fixes``, and of the kind of which there are ``most``: ``most`` and
    ``most_count``.
    """
    done = faults["done"].value_counts()
    kinds = fixes["what"].value_counts(sort=False).sort_values(ascending=False, kind="stable")
    row = {
        "period": f"{now['measured_at'].max():%Y-%m}",
        "files": now["source_file"].nunique(),
        "rows": len(now),
        **{name: int(done.get(name, 0)) for name in ("dropped", "changed", "kept")},
        "fixes": len(fixes),
        "most": str(kinds.index[0]) if len(kinds) else "",
        "most_count": int(kinds.iloc[0]) if len(kinds) else 0,
    }
    return pd.DataFrame([row])
