"""What does a reader hand over? The raw cells of one measurement, under the names of fields."""

from typing import NamedTuple

import pandas as pd


class Part(NamedTuple):
    """One measurement of one file, as it stands there.

    ``cells`` has text columns named by fields of the canonical table (and ``mail_view``,
    ``mail_testable``, ``mail_configured``), among them ``domain`` and ``type``; its index is the
    row in the file. A field the file does not have is not a column.
    """

    format: str
    cells: pd.DataFrame
    sheet: str = ""
    unmeasured: str = "unknown"
    """What an empty result means: ``unknown``, or in our own table "" (not in the source)."""
