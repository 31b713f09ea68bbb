"""Files as raw content: a JSON value, or sheets of text cells from CSV, XLSX and ODS."""

import csv
import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc
import pyarrow.lib as pa

from v6monitor.errors import InputError, NoMeasurementError
from v6monitor.intake import separated, spreadsheets
from v6monitor.intake.columns import plain
from v6monitor.intake.files import read_bytes, shown

_LARGEST_JSON = 128 << 20
_MOST_VALUES = 5_000_000  # of JSON
_LONGEST_CELL = 32_767  # as in a spreadsheet
_HEAD = 1 << 17
_HEADER_ROWS = 20  # a header is looked for in the first rows only
_SAMPLE = 1_000  # rows in which is looked what a column holds
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_MARK = "\ufeff".encode()
_NAMES = {
    form
    for label in ("domain", "domein", "domain name", "domeinnaam", "url", "host", "website")
    for form in (label, label.capitalize(), label.title(), label.upper())
}
"""Labels of columns of names, by which a header further down is known."""
_SEPARATOR = re.compile(rb"sep=([,;\t|])\r?\n")


@dataclasses.dataclass(frozen=True)
class Sheet:
    """Cells as text: a column per position, at least a row; the index is the row in the file."""

    name: str
    cells: pd.DataFrame
    hidden: frozenset[int] = frozenset()
    """Rows that a spreadsheet does not show."""
    merged: Mapping[int, str] = dataclasses.field(default_factory=dict)
    """The first row of cells merged over several rows, which all have this value."""
    hidden_columns: frozenset[int] = frozenset()
    """Positions of columns that a spreadsheet does not show."""
    beyond: Mapping[int, str] = dataclasses.field(default_factory=dict)
    """Rows with more cells than the header, and the first of those."""

    @cached_property
    def top(self) -> list[list[str]]:
        """The first rows, their cells without surrounding white space."""
        return _stripped(self.cells.iloc[:_HEADER_ROWS])

    @cached_property
    def headers(self) -> list[list[str]]:
        """Each of the first rows as a candidate header: its labels as ``plain`` gives them."""
        return [[plain(label) for label in row] for row in self.top]

    def below(self, header: int, at: int) -> list[str]:
        """Return the filled cells of a column below a header, as far as they are looked at."""
        cells = self.cells.iloc[header + 1 : _SAMPLE, at]
        return [cell for cell in map(str.strip, cells.to_list()) if cell]

    def fields(self, header: int, where: Mapping[str, int]) -> pd.DataFrame:
        """Return the columns at these positions below a header, under the names of the fields."""
        return self.cells.iloc[header + 1 :, list(where.values())].set_axis(list(where), axis=1)


class Content(NamedTuple):
    """What a file holds: the value of a JSON file, or the sheets of a table."""

    name: str
    value: Any
    sheets: tuple[Sheet, ...]


def load(path: Path, name: str = "") -> Content:
    """Return the content of a file; InputError for what is no table and no JSON."""
    name = name or shown(path.name)
    return content(name, read_bytes(path, name))


def content(name: str, data: bytes) -> Content:
    """Return the content of a file by its bytes, as ``load`` does."""
    if data.startswith(_OLD_OFFICE):
        raise InputError(
            f"{name}: is an old Excel file (XLS) or has a password; save it as XLSX without one"
        )
    if data.startswith(spreadsheets.ZIP):
        sheets = spreadsheets.read(name, data)
        found = [Sheet(*sheet) for sheet in sheets]
        for sheet in found:
            check_lengths(name, sheet.cells)
        parts = _parted(name, found)
        return Content(name, None, parts)
    data = _utf8(name, data).replace(b"\n" + _MARK, b"\n")  # the mark of a file joined to another
    start = data[:4_000].decode(errors="replace").lstrip()
    if not start:
        raise InputError(f"{name}: is empty; download it again")
    if start.startswith("<"):
        raise InputError(
            f"{name}: is a web page or XML, not a measurement; download the export again while "
            "logged in"
        )
    if start[0] in "{[":
        return Content(name, _json(name, data), ())
    sheet = _separated(name, data)
    if len(data) > _LONGEST_CELL:
        check_lengths(name, sheet.cells)
    parts = _parted(name, [sheet])
    return Content(name, None, parts)


def _parted(name: str, sheets: Iterable[Sheet]) -> tuple[Sheet, ...]:
    """Return the sheets, one of joined files cut before each later header."""
    parts = []
    for sheet in sheets:
        missing = sheet.cells.isna()
        sheet = dataclasses.replace(sheet, cells=sheet.cells.fillna(""))  # noqa: PLW2901
        rows = enumerate(_stripped(sheet.cells.iloc[:_HEADER_ROWS]))
        labelled_rows = [at_row for at_row in rows if not _NAMES.isdisjoint(at_row[1])][:1]
        headers = [at_row for at_row in labelled_rows if not _has_host(at_row[1])]
        cuts = [at for header in headers for at in _later_headers(name, sheet.cells, *header)]
        if len(cuts) > spreadsheets.MOST_SHEETS:
            raise InputError(
                f"{name}: holds more than {spreadsheets.MOST_SHEETS} tables one behind the other; "
                "read them in parts"
            )
        beyond: dict[int, str] = {}
        for start, end in pairwise([*(at for at, _ in headers), *cuts, len(sheet.cells)]):
            ends = missing.iloc[start].to_numpy().nonzero()[0]
            more = sheet.cells.iloc[start + 1 : end if len(ends) else start, ends]
            beyond |= {
                row: cell
                for row, *cells in more.astype("object").itertuples()
                for cell in filter(str.strip, reversed(cells))
            }
        for start, end in pairwise([0, *cuts, len(sheet.cells)]):
            cells = sheet.cells.iloc[start:end]
            parts.append(dataclasses.replace(sheet, cells=cells, beyond=beyond))
    return tuple(parts)


def check_lengths(name: str, cells: pd.DataFrame) -> None:
    """Raise InputError for a cell that is longer than a spreadsheet could hold."""
    for at, (_, column) in enumerate(cells.items(), start=1):
        lengths = by_arrow("utf8_length", column.fillna(""))
        if len(lengths) and (longest := lengths.max()) > _LONGEST_CELL:
            raise InputError(
                f"{name}: row {cells.index[int(lengths.argmax())]}, column {at} holds {longest:,} "
                f"characters, more than the {_LONGEST_CELL:,} of a cell; correct it"
            )


def by_arrow(function: str, column: "pd.Series[str]", *given: object) -> npt.NDArray[Any]:
    """Return what a function of Arrow gives for a column: on many columns pandas' own cost more."""
    apply: Any = getattr(pc, function)
    return np.asarray(apply(pa.array(column.array), *given))


def _has_host(row: Iterable[str]) -> bool:
    return any(re.search(r"\w\.[a-z]{2,}", cell.lower()) for cell in row)


def _later_headers(name: str, cells: pd.DataFrame, header: int, first: list[str]) -> Iterator[int]:
    """Yield the positions of rows below a header that have at least half of its labels."""
    labels = pa.array({*first} - {""}, pa.large_string())
    held = np.zeros(len(cells), "int64")
    for column in map(cells.__getitem__, cells):
        held += by_arrow("is_in", column, labels)
    for at in map(int, (2 * held >= max(len(labels), 3)).nonzero()[0]):
        if at <= header:
            continue
        (row,) = _stripped(cells.iloc[at : at + 1])
        if _has_host(row) or _NAMES.isdisjoint(row):
            raise InputError(
                f"{name}: row {cells.index[at]} has the labels of a header behind other "
                "cells; files were joined without a new line between them: read each by itself"
            )
        yield at


def _stripped(cells: pd.DataFrame) -> list[list[str]]:
    """Return rows of cells without surrounding white space."""
    return [[str(cell).strip() for cell in row] for row in cells.to_numpy("object")]


def labelled(content: Content) -> pd.DataFrame:
    """Return the first sheet under the lower-case labels of its first row; the index is the row."""
    if not content.sheets:
        raise InputError(f"{content.name}: is JSON, not a table; save it as CSV")
    sheet = content.sheets[0]
    labels = [label.lower() for label in sheet.top[0]]
    table = sheet.fields(0, {label: at for at, label in reversed([*enumerate(labels)])})
    return pd.DataFrame({label: table[label].str.strip() for label in dict.fromkeys(labels)})


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


def _utf8(name: str, data: bytes) -> bytes:
    """Return text as UTF-8 without a mark, however it was encoded."""
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    # control characters at the start, or a NUL anywhere, are no text
    if not utf16 and (b"\x00" in data or _CONTROL.search(data[:_HEAD])):
        raise NoMeasurementError(
            f"{name}: is a binary file of no known kind; export it as CSV or XLSX"
        )
    try:
        if utf16:
            return data.decode("utf-16").encode()
        if not data.isascii():
            data.decode()
        return data.removeprefix(_MARK)
    except UnicodeError as error:
        if utf16 or data.startswith(_MARK):
            code = "UTF-16" if utf16 else "UTF-8"
            raise InputError(f"{name}: is damaged text in {code}; download it again") from error
        return data.decode("cp1252", errors="replace").encode()


def _json(name: str, data: bytes) -> Any:
    if len(data) > _LARGEST_JSON or sum(map(data.count, (b"[", b"{", b","))) > _MOST_VALUES:
        raise InputError(
            f"{name}: is JSON of more than 128 MiB or {_MOST_VALUES:,} values; fetch it in parts"
        )
    try:
        return json.loads(data)
    except RecursionError as error:
        raise InputError(f"{name}: is JSON too deeply nested; download it again") from error
    except ValueError as error:  # also a number of thousands of digits
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "a number"
        raise InputError(
            f"{name}: is JSON that breaks off or is damaged at {where}; download it again"
        ) from error


def _separated(name: str, data: bytes) -> Sheet:
    """Return the cells of separated text, also with ``sep=`` in front."""
    first = 1
    if named := _SEPARATOR.match(data):
        delimiter, data, first = named[1].decode(), data[named.end() :], 2
    else:
        delimiter = separated.delimiter_of(data)
    try:
        table = separated.table_of(data, delimiter)
    except csv.Error as error:
        raise InputError(
            f"{name}: is no table ({error}); export it again, in parts if it is large"
        ) from error
    if table.empty:
        raise InputError(f"{name}: holds no cells; export it again")
    return Sheet("", table.set_axis(pd.RangeIndex(first, first + len(table))))
