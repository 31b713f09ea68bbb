"""What does a reader hand over? The raw cells of one measurement, under the names of fields."""

from typing import NamedTuple

import pandas as pd

from v6monitor.intake.reasons import Reason


class Fault(NamedTuple):
    """Cells that a reader itself dropped or changed: their column by name, their row by index."""

    values: "pd.Series[str]"
    reason: Reason
    done: str


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
    """What an empty result means: ``unknown``, or "" in our own table and in a list of names."""
    dated_by: str = "column"
    """Where ``measured_at`` comes from when it is a column: of the rows, or of the ``request``."""
    faults: tuple[Fault, ...] = ()
