"""Files that are safe to open, written without what makes pages: text and CSV."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_PART = 10_000


def safe_csv(
    table: pd.DataFrame, *, sep: str = ",", decimal: str = ".", header: bool = True
) -> str:
    """Return the table as CSV in which no cell is a formula to a spreadsheet program.

    A text cell that begins with ``= + - @``, tab or carriage return gets an apostrophe before
    it (OWASP, CSV injection); numbers stay numbers.
    """
    safe = table.copy()
    safe.columns = pd.Index([_safe(column) for column in table.columns])
    for position, dtype in enumerate(table.dtypes):
        cells = table.iloc[:, position]
        if isinstance(dtype, pd.StringDtype):  # all at once: a table of all months is long
            formula = cells.str.startswith(FORMULA_STARTS).fillna(False)
            safe.isetitem(position, cells.mask(formula, "'" + cells).array)
        elif not pd.api.types.is_numeric_dtype(dtype):
            safe.isetitem(position, cells.map(_safe).array)
    return safe.to_csv(index=False, lineterminator="\r\n", sep=sep, decimal=decimal, header=header)


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write ``safe_csv`` of a table; the file's folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(safe_lines(table))


def safe_lines(table: pd.DataFrame) -> Iterator[str]:
    """Yield ``safe_csv`` of a table in parts: one of a million rows takes a gigabyte as a whole."""
    for at in range(0, max(len(table), 1), _PART):
        yield safe_csv(table.iloc[at : at + _PART], header=not at)


def write_text(path: Path, text: str) -> None:
    """Write a file in UTF-8, with the line ends as they are; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def _safe(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
