"""What was wrong with the rows, and what was done? Nothing is dropped or changed without a line."""

import pandas as pd

COLUMNS = ("file", "row", "column", "value", "reason", "done")
KEPT, CHANGED, DROPPED = "kept", "changed", "dropped"


class Faults:
    """Collects the faults of a file, a column of cells at a time."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: list[pd.DataFrame] = []

    def add(
        self,
        values: "pd.Series[str]",
        reason: "str | pd.Series[str]",
        done: str,
        particulars: "str | pd.Series[str]" = "",
    ) -> None:
        """Book cells of the column that ``values`` is named after; its index is their row.

        ``reason`` is a ``Reason``, or one per cell; particulars stand behind it, after a colon.
        """
        if len(values):
            found = pd.DataFrame({"value": values.array, "row": values.index})
            for column, told in (("reason", reason), ("particulars", particulars)):
                found[column] = told.array if isinstance(told, pd.Series) else str(told)
            told = ": " + found.pop("particulars").astype("str")
            found["reason"] = found["reason"].astype("str") + told.where(told != ": ", "")
            found = found.assign(column=str(values.name), done=done)
            self._found.append(found.assign(file=self._file))

    def table(self) -> pd.DataFrame:
        """Return the faults in the order of the rows: columns ``COLUMNS``."""
        empty = pd.DataFrame(columns=list(COLUMNS), dtype="str").astype({"row": "int64"})
        if not self._found:
            return empty
        table = pd.concat(self._found, ignore_index=True)[list(COLUMNS)].astype(
            empty.dtypes.to_dict()
        )
        return table.sort_values("row", kind="stable", ignore_index=True)


def summary(faults: pd.DataFrame) -> pd.DataFrame:
    """Count faults by reason, without the particulars after its colon: most frequent first.

    Columns ``reason``, ``done``, ``faults``, ``example`` (the first value).
    """
    reasons = faults.assign(reason=faults["reason"].str.replace(r"(?s): .*", "", regex=True))
    counted: pd.DataFrame = reasons.groupby(["reason", "done"], as_index=False).agg(
        faults=("row", "size"), example=("value", "first")
    )
    return counted.sort_values(["faults", "reason"], ascending=[False, True], ignore_index=True)
