"""When was each row measured, and what says so? The row itself, the file, the sheet, the caller."""

from typing import NamedTuple

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.intake.columns import LATER
from v6monitor.intake.dates import date_in, days
from v6monitor.intake.faults import CHANGED, DROPPED, KEPT, Faults
from v6monitor.intake.own import FORMAT
from v6monitor.intake.part import Part
from v6monitor.intake.reasons import Reason


class Context(NamedTuple):
    """What the caller and the file's name say of a file; ``measured_at`` is YYYY-MM-DD or ""."""

    file: str
    measured_at: str = ""
    sector: str = ""


def timed(
    cells: pd.DataFrame,
    listed: "pd.Series[bool]",
    part: Part,
    context: Context,
    faults: Faults,
) -> pd.DataFrame:
    """Return ``measured_at``, ``date_source`` and ``file_date`` of each row, in their order.

    The row's own day counts first, then the name of the file, the name of the sheet and the
    caller. A row that is only listed has no day and needs none. Any other without a day has an
    empty ``measured_at`` and is booked as dropped; InputError when that is every row.
    """
    written = cells.get("measured_at", pd.Series("", index=cells.index, dtype="str"))
    written = written.rename("measured_at")
    named = {"file name": date_in(context.file), "sheet name": date_in(part.sheet)}
    elsewhere = {source: day for source, day in named.items() if day}
    file_date = next(iter(elsewhere.values()), "")
    if context.measured_at:
        elsewhere["parameter"] = context.measured_at
    source, other = next(iter(elsewhere.items()), ("", ""))
    own, guessed = days(written)
    undated = own.eq("") & ~listed
    if not other:
        if len(cells) and undated.all():
            raise InputError(_nothing_says(context.file, written))
        faults.add(written[undated], Reason.NO_DAY, DROPPED)
    else:
        wrong = written.ne("") & own.eq("")
        faults.add(written[wrong], Reason.OTHER_DAY, CHANGED, other)
    faults.add(written[guessed], Reason.DAY_OR_MONTH, KEPT)
    dates = pd.DataFrame({"measured_at": own.mask(undated, other)})
    dates["date_source"] = own.ne("").map({True: part.dated_by, False: ""}).mask(undated, source)
    dates["file_date"] = file_date
    if part.format == FORMAT:
        return _as_it_was(dates, cells, undated)
    different = own.ne("") & own.ne(file_date)
    if file_date and different.any():
        faults.add(written[different].head(1), Reason.FILE_DISAGREES, KEPT, file_date)
    return dates


def _as_it_was(
    dates: pd.DataFrame, cells: pd.DataFrame, undated: "pd.Series[bool]"
) -> pd.DataFrame:
    """Return what our own table says of its dates; of a row that lost its day, what is new."""
    for column in LATER:
        dates[column] = cells[column].where(~undated, dates[column])
    return dates


def _nothing_says(file: str, written: "pd.Series[str]") -> str:
    found = written[written.ne("")]
    cell = f" (such as {found.iloc[0][:40]!r} in row {found.index[0]})" if len(found) else ""
    return (
        f"{file}: nothing says when it was measured: no date in a column{cell} or in the name of "
        "the file or its sheet; give it with --measured-at YYYY-MM-DD"
    )
