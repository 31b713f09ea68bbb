"""What does a file hold, whatever its name says: JSON or tables of cells?"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from v6monitor.errors import InputError, NoMeasurementError
from v6monitor.intake import separated, spreadsheets
from v6monitor.intake.sheet import Sheet

_LARGEST = 512 << 20
_LARGEST_JSON = 128 << 20
_MOST_VALUES = 5_000_000
_HEAD = 1 << 17
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class Content(NamedTuple):
    """What a file holds: the value of a JSON file, or the sheets of a table."""

    name: str
    digest: str
    """Of the bytes: equal for equal files."""
    value: Any
    sheets: tuple[Sheet, ...]


def load(path: Path, name: str = "") -> Content:
    """Return the content of a file, recognised by its bytes; errors call it by ``name``.

    Text may be UTF-8 (with or without mark), UTF-16 or Windows-1252; cells may be separated by
    comma, semicolon or tab, also with ``sep=`` in front; a spreadsheet may be XLSX or ODS.
    InputError for what is neither a table nor JSON.
    """
    name = name or path.name
    try:
        if not path.is_file():
            raise InputError(f"{name}: is a pipe or a device, not a file; save it first")
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{name}: is larger than 512 MiB; split it by month")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check its name") from error
    digest = hashlib.sha256(data).hexdigest()
    if data.startswith(_OLD_OFFICE):
        raise InputError(
            f"{name}: is an old Excel file (XLS) or has a password; save it as XLSX without one"
        )
    if data.startswith(spreadsheets.ZIP):
        return Content(name, digest, None, spreadsheets.sheets(name, data))
    text = _decoded(name, data)
    start = text[:1000].lstrip()
    if not start:
        raise InputError(f"{name}: is empty; download it again")
    if start.startswith("<"):
        raise InputError(
            f"{name}: is a web page or XML, not a measurement; download the export again while "
            "logged in"
        )
    if start[0] in "{[":
        return Content(name, digest, _json(name, text), ())
    return Content(name, digest, None, (separated.sheet(name, text),))


def _decoded(name: str, data: bytes) -> str:
    if _is_binary(data):
        raise NoMeasurementError(
            f"{name}: is a binary file of no known kind; export it as CSV or XLSX"
        )
    encoding = next((code for mark, code in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise InputError(f"{name}: is damaged text in {encoding}; download it again") from error
        return data.decode("cp1252", errors="replace")


def _is_binary(data: bytes) -> bool:
    """Tell whether bytes are no text: control characters at the start, or a NUL anywhere."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    return b"\x00" in data or bool(_CONTROL.search(data[:_HEAD]))


def _json(name: str, text: str) -> Any:
    if len(text) > _LARGEST_JSON or sum(map(text.count, "[{,")) > _MOST_VALUES:
        raise InputError(
            f"{name}: is JSON of more than 128 MiB or {_MOST_VALUES:,} values; fetch it in parts"
        )
    try:
        return json.loads(text)
    except RecursionError as error:
        raise InputError(f"{name}: is JSON too deeply nested; download it again") from error
    except ValueError as error:  # also a number of thousands of digits
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "a number"
        raise InputError(
            f"{name}: is JSON that breaks off or is damaged at {where}; download it again"
        ) from error
