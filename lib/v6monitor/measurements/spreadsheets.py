"""Which cells does a spreadsheet hold? XLSX, ODS and XLS, as the text a CSV would have."""

import datetime as dt
import io
import zipfile
from collections.abc import Sequence

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.measurements.sheet import Sheet

SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How a zip (XLSX, ODS) and an older Office file (XLS) begin."""

_LARGEST = 256 << 20


def sheets(name: str, data: bytes) -> tuple[Sheet, ...]:
    """Return the sheets that hold cells; formulas give their stored value, or none.

    InputError for a file that is no spreadsheet, is damaged, has a password, or unpacks to more
    than 256 MiB.
    """
    _refuse_bomb(name, data)
    # imported here: most measurements are text, and reading those needs no spreadsheet library
    from python_calamine import (  # noqa: PLC0415
        CalamineError,
        CalamineWorkbook,
    )

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        tables = [
            (sheet, workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False))
            for sheet in workbook.sheet_names
        ]
    except CalamineError as error:
        raise InputError(
            f"{name}: is no spreadsheet that can be read ({error}); save it as XLSX or CSV"
        ) from error
    found = tuple(Sheet(sheet, _cells(rows)) for sheet, rows in tables if rows and rows[0])
    if not found:
        raise InputError(f"{name}: is a spreadsheet without cells; export it again")
    return found


def _refuse_bomb(name: str, data: bytes) -> None:
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise InputError(
            f"{name}: is a damaged spreadsheet or zip ({error}); download it again"
        ) from error
    if unpacked > _LARGEST:
        raise InputError(f"{name}: unpacks to more than 256 MiB; save it as CSV")


def _cells(rows: Sequence[Sequence[object]]) -> pd.DataFrame:
    text = [[_text(cell) for cell in row] for row in rows]
    return pd.DataFrame(text, index=range(1, len(rows) + 1), dtype="str")


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.date):  # and its subclass datetime
        return cell.isoformat()
    return str(cell)
