"""What does a file about the list hold? Its columns as text, whatever program saved it."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.names import InvalidNameError, normalise


def cells(path: Path) -> pd.DataFrame:
    """Return the cells of a CSV file or spreadsheet under their labels; the index is the row.

    Labels are in lower case; of two of the same, the first column counts. InputError for what is
    no table.
    """
    # imported here: measurements asks this package for sectors while it is imported itself
    from v6monitor.intake.content import load  # noqa: PLC0415

    loaded = load(path, path.name)
    if not loaded.sheets:
        raise InputError(f"{path.name}: is JSON, not a table; save it as CSV")
    sheet = loaded.sheets[0]
    rows = sheet.cells.iloc[1:].fillna("").astype("str")
    rows.columns = pd.Index([label.lower() for label in sheet.row(0)])
    single = rows.loc[:, ~rows.columns.duplicated()]
    return pd.DataFrame({label: single[label].str.strip() for label in single})


def read(path: Path, columns: Sequence[str], required: Iterable[str]) -> pd.DataFrame:
    """Return the known columns of a file, without its empty rows; the index is the row.

    InputError for a file that lacks a required column.
    """
    return known(path, cells(path), columns, required)


def known(
    path: Path, table: pd.DataFrame, columns: Sequence[str], required: Iterable[str]
) -> pd.DataFrame:
    """Return of a table of cells the known columns, empty where it has none, as ``read``."""
    for column in required:
        if column not in table:
            raise InputError(
                f"{path.name}: has no column {column}, only {', '.join(table.columns)}; name the "
                f"columns {', '.join(columns)}"
            )
    found = pd.DataFrame({name: table.get(name, "") for name in columns}, table.index, dtype="str")
    return found[(found != "").any(axis=1)]


def domains(path: Path, column: "pd.Series[str]") -> "pd.Series[str]":
    """Return the A-labels of a column; InputError names the first cell that is no host name."""
    found = []
    for row, raw in column.items():
        try:
            found.append(normalise(raw).domain)
        except InvalidNameError as reason:
            raise InputError(
                f"{path.name} row {row}: {raw!r} is no host name ({reason}); correct it"
            ) from reason
    return pd.Series(found, index=column.index, dtype="str")


def dates(path: Path, column: "pd.Series[str]") -> "pd.Series[str]":
    """Return the days of a column as YYYY-MM-DD; InputError names the first that is none."""
    # imported here for the same reason as above
    from v6monitor.intake.dates import date_in  # noqa: PLC0415

    found = column.map(date_in).astype("str")
    for row, raw in column[found.eq("") & column.ne("")].items():
        raise InputError(f"{path.name} row {row}: {raw!r} is no date; write it as YYYY-MM-DD")
    return found
