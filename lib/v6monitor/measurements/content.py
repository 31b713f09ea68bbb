"""What does a file hold, whatever its name says: JSON or tables of cells?"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from v6monitor.errors import InputError

_LARGEST = 1 << 30
_HEAD = 1 << 17
_WIDEST = 2_000
_SEPARATOR = re.compile(r"sep=([,;\t|])\r?\n")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class Sheet(NamedTuple):
    """Cells as text: a column per position, at least a row; the index is the row in the file."""

    name: str
    cells: pd.DataFrame

    def row(self, number: int) -> list[str]:
        """Return the cells of a row, without surrounding white space."""
        return [str(cell).strip() for cell in self.cells.iloc[number]]


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
    comma, semicolon or tab, also with ``sep=`` in front. InputError for what is neither a table
    nor JSON.
    """
    name = name or path.name
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{name}: is larger than 1 GiB; split it by month")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check its name") from error
    digest = hashlib.sha256(data).hexdigest()
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
    return Content(name, digest, None, (Sheet("", _cells(name, text)),))


def _decoded(name: str, data: bytes) -> str:
    if data.startswith(b"PK") or _is_binary(data):
        raise InputError(f"{name}: is a binary file, not CSV or JSON; export it as CSV")
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
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "its nesting"
        raise InputError(
            f"{name}: is JSON that breaks off or is damaged at {where}; download it again"
        ) from error


def _cells(name: str, text: str) -> pd.DataFrame:
    """Parse separated text into cells; the index is the row in the file."""
    first = 1
    if named := _SEPARATOR.match(text):
        delimiter, text, first = named[1], text[named.end() :], 2
    else:
        delimiter = _delimiter(text)
    try:
        table = _table(text, delimiter)
    except csv.Error as error:
        raise InputError(f"{name}: is no table ({error}); export it again") from error
    if table.empty:
        raise InputError(f"{name}: holds no cells; export it again")
    table.index = pd.RangeIndex(first, first + len(table))
    return table


def _delimiter(text: str) -> str:
    """Return the separator that makes the widest row at the beginning."""
    head = text[:_HEAD].splitlines()[:25]

    def width(delimiter: str) -> int:
        try:
            return max(len(row) for row in csv.reader(head, delimiter=delimiter))
        except csv.Error:
            return 0

    return max(",;\t", key=width)


def _table(text: str, delimiter: str) -> pd.DataFrame:
    width = len(next(csv.reader(io.StringIO(text[:_HEAD]), delimiter=delimiter), []))
    if width > _WIDEST:
        raise csv.Error(f"{width} cells in a row")
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
    except pd.errors.ParserError:
        return _uneven(text, delimiter)


def _uneven(text: str, delimiter: str) -> pd.DataFrame:
    """Parse rows of unequal length: the short ones end in empty cells."""
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    width = max(map(len, rows), default=0)
    if width > _WIDEST:
        raise csv.Error(f"{width} cells in a row")
    padded = (row + [""] * (width - len(row)) for row in rows)
    return pd.DataFrame(padded, columns=range(width), dtype="str")


def top(sheet: Sheet, rows: int = 20) -> Iterator[tuple[int, list[str]]]:
    """Give the first rows of a sheet, counted from 0: where a header is looked for."""
    yield from islice(((number, sheet.row(number)) for number in range(len(sheet.cells))), rows)
