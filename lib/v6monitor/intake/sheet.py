"""What is a table, before anything is known of it? Rows of cells as text."""

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd


class Sheet(NamedTuple):
    """Cells as text: a column per position, at least a row; the index is the row in the file."""

    name: str
    cells: pd.DataFrame

    def row(self, number: int) -> list[str]:
        """Return the cells of a row, without surrounding white space."""
        return [str(cell).strip() for cell in self.cells.iloc[number]]


def top(sheet: Sheet, rows: int = 20) -> Iterator[tuple[int, list[str]]]:
    """Give the first rows of a sheet, counted from 0: where a header is looked for."""
    for number in range(min(rows, len(sheet.cells))):
        yield number, sheet.row(number)
