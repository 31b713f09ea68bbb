"""Which cells does a spreadsheet hold? XLSX and ODS, as the text a CSV would have."""

import datetime as dt
import io
import zipfile
import zlib
from collections.abc import Callable, Sequence
from xml.parsers.expat import ExpatError

import pandas as pd

from v6monitor.errors import InputError, NoMeasurementError
from v6monitor.intake import extent
from v6monitor.intake.sheet import Sheet

ZIP = b"PK\x03\x04"
"""How a zip begins, which XLSX and ODS are."""

_LARGEST = 128 << 20
_MOST_PARTS = 1_000
_PLAIN = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_MARKS: dict[str, Callable[[], extent.Extent]] = {
    "xl/workbook.xml": extent.Xlsx,
    "content.xml": extent.Ods,
}


def sheets(name: str, data: bytes) -> tuple[Sheet, ...]:
    """Return the sheets that hold cells; formulas give their stored value, or none.

    InputError for a zip that is no spreadsheet, is damaged, has a password, unpacks to more than
    128 MiB, or holds more cells or text than ``extent`` allows.
    """
    parts = _parts(name, data)
    kind = next((kind for mark, kind in _MARKS.items() if mark in parts), None)
    if not kind:
        raise NoMeasurementError(f"{name}: is a zip and no spreadsheet; unpack it first")
    try:
        extent.check(kind, (part for path, part in parts.items() if path.endswith(".xml")))
    except extent.TooLargeError as error:
        raise InputError(
            f"{name}: is a spreadsheet of more than {extent.MOST_CELLS:,} cells, or made to take "
            "all memory; save what you need as CSV"
        ) from error
    except ExpatError as error:
        raise _damaged(name, error) from error
    found = tuple(Sheet(sheet, _cells(rows)) for sheet, rows in _tables(name, parts))
    if not found:
        raise InputError(f"{name}: is a spreadsheet without cells; export it again")
    return found


def _parts(name: str, data: bytes) -> dict[str, bytes]:
    """Return the XML parts of a zip: all that a spreadsheet's cells are made of."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if _is_part(entry.filename)]
            if len(entries) > _MOST_PARTS or sum(entry.file_size for entry in entries) > _LARGEST:
                raise InputError(f"{name}: unpacks to more than 128 MiB; save it as CSV")
            if any(entry.flag_bits & 1 or entry.compress_type not in _PLAIN for entry in entries):
                raise InputError(f"{name}: has a password; save it without one")
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise _damaged(name, error) from error


def _is_part(path: str) -> bool:
    return path == "mimetype" or path.endswith((".xml", ".rels"))


def _tables(name: str, parts: dict[str, bytes]) -> list[tuple[str, Sequence[Sequence[object]]]]:
    """Return the rows of each sheet that has any, from the parts whose size is known."""
    # imported here: most measurements are text, and reading those needs no spreadsheet library
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415

    known = io.BytesIO()
    with zipfile.ZipFile(known, "w") as archive:
        for path, part in parts.items():
            archive.writestr(path, part)
    known.seek(0)
    try:
        workbook = CalamineWorkbook.from_filelike(known)
        tables = [
            (sheet, workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False))
            for sheet in workbook.sheet_names
        ]
    except CalamineError as error:
        raise InputError(
            f"{name}: is no spreadsheet that can be read ({error}); save it as XLSX or CSV"
        ) from error
    return [(sheet, rows) for sheet, rows in tables if rows and rows[0]]


def _damaged(name: str, error: Exception) -> InputError:
    return InputError(f"{name}: is a damaged spreadsheet or zip ({error}); download it again")


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
