"""Files as raw content: a JSON value, or sheets of text cells from CSV, XLSX and ODS."""

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from v6monitor.errors import InputError, NoMeasurementError
from v6monitor.intake import spreadsheets

_LARGEST = 512 << 20
_LARGEST_JSON = 128 << 20
_MOST_VALUES = 5_000_000  # of JSON
_WIDEST = 2_000  # cells in a row
_MOST_CELLS = 40_000_000
_MOST_UNEVEN = 4_000_000  # cells in rows of unequal length, which are parsed in Python
_HEAD = 1 << 17
_HEADER_ROWS = 20  # a header is looked for in the first rows only
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_NAMES = {
    form
    for label in ("domain", "domein", "domain name", "domeinnaam", "url", "host", "website")
    for form in (label, label.capitalize(), label.title(), label.upper())
}
"""Labels of columns of names, by which a header further down is known."""
_SEPARATOR = re.compile(r"sep=([,;\t|])\r?\n")


class Sheet(NamedTuple):
    """Cells as text: a column per position, at least a row; the index is the row in the file."""

    name: str
    cells: pd.DataFrame
    hidden: frozenset[int] = frozenset()
    """Rows that a spreadsheet does not show."""
    merged: Mapping[int, str] = {}
    """The first row of cells merged over several rows, which all have this value."""
    hidden_columns: frozenset[int] = frozenset()
    """Positions of columns that a spreadsheet does not show."""
    beyond: Mapping[int, str] = {}
    """Rows with more cells than the header, and the first of those."""

    def row(self, number: int) -> list[str]:
        """Return the cells of a row (counted from 0) without surrounding white space."""
        return [str(cell).strip() for cell in self.cells.iloc[number]]

    def headers(self) -> Iterator[tuple[list[str], pd.DataFrame]]:
        """Yield each of the first rows as a candidate header, with the rows below it."""
        for number in range(min(_HEADER_ROWS, len(self.cells))):
            yield self.row(number), self.cells.iloc[number + 1 :]


class Content(NamedTuple):
    """What a file holds: the value of a JSON file, or the sheets of a table."""

    name: str
    digest: str
    """SHA-256 of the bytes."""
    value: Any
    sheets: tuple[Sheet, ...]


def load(path: Path, name: str = "") -> Content:
    """Return the content of a file, known by its bytes; InputError for no table and no JSON."""
    name = name or path.name
    try:
        if path.exists() and not path.is_file():
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
        sheets = spreadsheets.read(name, data)
        return Content(name, digest, None, _parted(name, (Sheet(*sheet) for sheet in sheets)))
    text = _decoded(name, data).replace("\n\ufeff", "\n")  # the mark of a file joined to another
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
    return Content(name, digest, None, _parted(name, [_separated(name, text)]))


def _parted(name: str, sheets: Iterable[Sheet]) -> tuple[Sheet, ...]:
    """Return the sheets, one of joined files cut before each later header."""
    parts = []
    for sheet in sheets:
        missing = sheet.cells.isna()
        sheet = sheet._replace(cells=sheet.cells.fillna(""))  # noqa: PLW2901
        labelled_rows = sheet.cells.isin(_NAMES).any(axis=1).to_numpy().nonzero()[0][:1]
        headers = [at for at in labelled_rows if not _has_host(sheet.row(at))]
        cuts = [at for header in headers for at in _later_headers(name, sheet, header)]
        beyond: dict[int, str] = {}
        for start, end in pairwise([*headers, *cuts, len(sheet.cells)]):
            more = sheet.cells.iloc[start + 1 : end, missing.iloc[start].to_numpy().nonzero()[0]]
            beyond |= {
                row: cell
                for row, *cells in more.itertuples()
                for cell in filter(None, reversed(cells))
            }
        for start, end in pairwise([0, *cuts, len(sheet.cells)]):
            parts.append(sheet._replace(cells=sheet.cells.iloc[start:end], beyond=beyond))
    return tuple(parts)


def _has_host(row: Iterable[str]) -> bool:
    return any(re.search(r"\w\.[a-z]{2,}", cell.lower()) for cell in row)


def _later_headers(name: str, sheet: Sheet, header: int) -> Iterator[int]:
    """Yield the positions of rows below a header that have at least half of its labels."""
    labels = {*sheet.row(header)} - {""}
    again = 2 * sheet.cells.isin(labels).sum(axis=1).to_numpy() >= max(len(labels), 3)
    for at in map(int, again.nonzero()[0]):
        if at <= header:
            continue
        row = sheet.row(at)
        if _has_host(row) or not _NAMES & {*row}:
            raise InputError(
                f"{name}: row {sheet.cells.index[at]} has the labels of a header behind other "
                "cells; files were joined without a new line between them: read each by itself"
            )
        yield at


def fields(body: pd.DataFrame, where: Mapping[str, int]) -> pd.DataFrame:
    """Return the columns at these positions, under the names of the fields."""
    return body.iloc[:, list(where.values())].set_axis(list(where), axis=1)


def labelled(content: Content) -> pd.DataFrame:
    """Return the first sheet under the lower-case labels of its first row; the index is the row."""
    if not content.sheets:
        raise InputError(f"{content.name}: is JSON, not a table; save it as CSV")
    labels, body = next(content.sheets[0].headers())
    table = body.set_axis([label.lower() for label in labels], axis=1)
    single = table.loc[:, ~table.columns.duplicated()]
    return pd.DataFrame({label: single[label].fillna("").str.strip() for label in single})


def selected(
    table: pd.DataFrame, columns: tuple[str, ...], required: tuple[str, ...], file: str
) -> pd.DataFrame:
    """Return these columns of a labelled table, empty where it has none, without empty rows."""
    for column in required:
        if column not in table:
            raise InputError(
                f"{file}: has no column {column}, only {', '.join(table.columns)}; name the "
                f"columns {', '.join(columns)}"
            )
    found = pd.DataFrame({name: table.get(name, "") for name in columns}, table.index, dtype="str")
    return found[(found != "").any(axis=1)]


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
    """Return whether bytes are no text: control characters at the start, or a NUL anywhere."""
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


def _separated(name: str, text: str) -> Sheet:
    """Return the cells of separated text, also with ``sep=`` in front."""
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
    return Sheet("", table.set_axis(pd.RangeIndex(first, first + len(table))))


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
    if width > 1:  # the fast engine reads a cut quoted cell of a single column as two rows
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
            pass
    return _uneven(text, delimiter)


def _uneven(text: str, delimiter: str) -> pd.DataFrame:
    """Parse rows of unequal length: the short ones end in missing cells."""
    rows = []
    width = cells = 0
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        rows.append(row)
        width, cells = max(width, len(row)), cells + len(row)
        if width > _WIDEST:
            raise csv.Error(f"{width} cells in a row")
        if max(cells, width * len(rows)) > _MOST_UNEVEN:
            raise csv.Error(f"more than {_MOST_UNEVEN:,} cells in rows of unequal length")
    padded = (row + [None] * (width - len(row)) for row in rows)
    return pd.DataFrame(padded, columns=range(width), dtype="str")
