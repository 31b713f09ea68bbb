"""Which cells does separated text hold? CSV with commas, semicolons or tabs."""

import csv
import io
import re
from collections import Counter

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.intake.sheet import Sheet

_HEAD = 1 << 17
_WIDEST = 2_000
_MOST_CELLS = 40_000_000
_MOST_UNEVEN = 4_000_000
_SEPARATOR = re.compile(r"sep=([,;\t|])\r?\n")


def sheet(name: str, text: str) -> Sheet:
    """Return the cells of separated text, also with ``sep=`` in front.

    InputError, which calls the file by ``name``, for text that is no table.
    """
    first = 1
    if named := _SEPARATOR.match(text):
        delimiter, text, first = named[1], text[named.end() :], 2
    else:
        delimiter = _delimiter(text)
    try:
        table = _table(text, delimiter)
    except csv.Error as error:
        raise InputError(
            f"{name}: is no table ({error}); export it again, in parts if it is large"
        ) from error
    if table.empty:
        raise InputError(f"{name}: holds no cells; export it again")
    table.index = pd.RangeIndex(first, first + len(table))
    return Sheet("", table)


def _delimiter(text: str) -> str:
    """Return the separator that makes most cells at the beginning, in rows of the same width."""
    head = text[:_HEAD].splitlines()[:25]

    def cells(delimiter: str) -> int:
        try:
            widths = Counter(map(len, csv.reader(head, delimiter=delimiter)))
        except csv.Error:
            return 0
        return max((width * rows for width, rows in widths.items() if width > 1), default=0)

    return max(",;\t", key=cells)


def _table(text: str, delimiter: str) -> pd.DataFrame:
    head = io.StringIO(text[:_HEAD], newline="")
    width = len(next(csv.reader(head, delimiter=delimiter), []))
    if width > _WIDEST:
        raise csv.Error(f"{width} cells in a row")
    if width * (text.count("\n") + 1) > _MOST_CELLS:
        raise csv.Error(f"more than {_MOST_CELLS:,} cells")
    if width < 2:  # noqa: PLR2004 - the fast engine cannot tell a cut quoted cell from two rows
        return _uneven(text, delimiter)
    try:
        return pd.read_csv(
            io.BytesIO(text.encode()),
            engine="pyarrow",
            sep=delimiter,
            header=None,
            names=range(width),
            dtype="str",
            keep_default_na=False,
            skip_blank_lines=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError):  # or a line without its end
        return _uneven(text, delimiter)


def _uneven(text: str, delimiter: str) -> pd.DataFrame:
    """Parse rows of unequal length: the short ones end in empty cells."""
    rows = []
    width = cells = 0
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        rows.append(row)
        width, cells = max(width, len(row)), cells + len(row)
        if width > _WIDEST:
            raise csv.Error(f"{width} cells in a row")
        if max(cells, width * len(rows)) > _MOST_UNEVEN:
            raise csv.Error(f"more than {_MOST_UNEVEN:,} cells in rows of unequal length")
    padded = (row + [""] * (width - len(row)) for row in rows)
    return pd.DataFrame(padded, columns=range(width), dtype="str")
