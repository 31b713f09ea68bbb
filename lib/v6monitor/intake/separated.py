"""Cells of separated text, within limits that are checked before anything is parsed."""

import csv
import io
from collections import Counter

import pandas as pd

WIDEST = 1_000
"""Most cells in a row, also of a spreadsheet."""

_LONGEST_LINE = 1 << 20
_MOST_ROWS = 2_000_000
_MOST_CELLS = 40_000_000
_MOST_UNEVEN = 4_000_000  # cells in rows of unequal length, which are parsed in Python


def delimiter_of(data: bytes) -> str:
    """Return the separator that makes most cells at the beginning, in rows of the same width."""
    head = data[: 1 << 17].decode(errors="replace").splitlines()[:25]

    def cells(delimiter: str) -> int:
        try:
            widths = Counter(map(len, csv.reader(head, delimiter=delimiter)))
        except csv.Error:
            return 0
        return max((width * rows for width, rows in widths.items() if width > 1), default=0)

    return max(",;\t", key=cells)


def table_of(data: bytes, delimiter: str) -> pd.DataFrame:
    """Return all cells; csv.Error for more than a measurement has, before they are parsed."""
    rows = max(data.count(b"\n"), data.count(b"\r")) + 1
    if rows > _MOST_ROWS:
        raise csv.Error(f"more than {_MOST_ROWS:,} rows")
    end = 0
    while end + _LONGEST_LINE < len(data):
        within = data.rfind(b"\n", end, end + _LONGEST_LINE)
        within = max(within, data.rfind(b"\r", end, end + _LONGEST_LINE))
        if within < end:
            raise csv.Error(f"a line of more than {_LONGEST_LINE:,} characters")
        end = within + 1
    head = io.StringIO(data[:_LONGEST_LINE].decode(errors="replace"), newline="")
    width = len(next(csv.reader(head, delimiter=delimiter), []))
    if width > WIDEST:
        raise csv.Error(f"{width} cells in a row")
    if width * rows > _MOST_CELLS:
        raise csv.Error(f"more than {_MOST_CELLS:,} cells")
    if width > 1:  # the fast engine reads a cut quoted cell of a single column as two rows
        try:
            return pd.read_csv(
                io.BytesIO(data),
                engine="pyarrow",
                sep=delimiter,
                header=None,
                names=range(width),
                dtype="str",
                keep_default_na=False,
                skip_blank_lines=False,
            )
        except (pd.errors.ParserError, pd.errors.EmptyDataError):  # or a line without its end
            pass
    return _uneven(data, delimiter)


def _uneven(data: bytes, delimiter: str) -> pd.DataFrame:
    """Parse rows of unequal length: the short ones end in missing cells."""
    rows = []
    width = cells = 0
    text = io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")
    for row in csv.reader(text, delimiter=delimiter):
        rows.append(row)
        width, cells = max(width, len(row)), cells + len(row)
        if width > WIDEST:
            raise csv.Error(f"{width} cells in a row")
        if max(cells, width * len(rows)) > _MOST_UNEVEN:
            raise csv.Error(f"more than {_MOST_UNEVEN:,} cells in rows of unequal length")
    padded = (row + [None] * (width - len(row)) for row in rows)
    return pd.DataFrame(padded, columns=range(width), dtype="str")
