"""Cells of spreadsheets (XLSX and ODS) as text, with a limit on what they unpack to.

A few hundred bytes can name a cell a thousand million places away, repeat a row a million times
or show one long text in every cell. A library makes room for all of it, and the process ends.
So the size is measured in the XML before the library sees it.
"""

import datetime as dt
import io
import re
import xml.parsers.expat
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from xml.parsers.expat import ExpatError

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from v6monitor.errors import InputError, NoMeasurementError
from v6monitor.intake.separated import WIDEST

ZIP = b"PK\x03\x04"
"""How a zip begins, which XLSX and ODS are."""

MOST_SHEETS = 50
_LARGEST = 128 << 20
_MOST_PARTS = 1_000
_MOST_CELLS = 2_000_000
_MOST_CHARACTERS = 64_000_000
_MOST_ELEMENTS = 4 * _MOST_CELLS
_PLAIN = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_RANGE = re.compile(rf"{_PLACE.pattern}:{_PLACE.pattern}")
_DIGITS = 12
_MOST_COLUMNS = 16_384  # of a sheet, in Excel and in LibreOffice
_TRUE = {"1", "true"}
_ROWS, _COLUMNS = "table:number-rows-repeated", "table:number-columns-repeated"
_WAYS = ("rows", "columns")
_GROUPS = {"table-row-group", "table-column-group"}
_EMPTY_CELL = {_COLUMNS, "table:style-name", "table:content-validation-name"}
"""Attributes that a cell of OpenDocument can have and still be empty."""
_SHEETS = "xl/_rels/workbook.xml.rels"
"""Which part of an Office workbook holds which sheet."""


class _TooLargeError(Exception):
    """The cells or their text take more memory than any measurement needs."""


class _Layout:
    """What is special in a sheet: hidden rows and columns, and merged ranges; all from 1."""

    def __init__(self) -> None:
        self.hidden: set[int] = set()
        self.columns: set[int] = set()
        self.merged: list[tuple[int, int, int, int]] = []


_Read = tuple[str, pd.DataFrame, frozenset[int], dict[int, str], frozenset[int]]


def read(name: str, data: bytes) -> list[_Read]:
    """Return the sheets with cells; InputError for what is damaged, has a password or is too large.

    Formulas give their stored value, or none; each cell of a merged range the value of the first.
    """
    parts = _parts(name, data)
    kind = next((kind for mark, kind in _KINDS.items() if mark in parts), None)
    if not kind:
        raise NoMeasurementError(f"{name}: is a zip and no spreadsheet; unpack it first")
    try:
        found = list(_sheets(name, parts, _checked(kind(), parts)))
    except _TooLargeError as error:
        raise InputError(
            f"{name}: is a spreadsheet of more than {_MOST_CELLS:,} cells, or made to take "
            "all memory; save what you need as CSV"
        ) from error
    except ExpatError as error:
        raise _damaged(name, error) from error
    if not found:
        raise InputError(f"{name}: is a spreadsheet without cells; export it again")
    return found


def _parts(name: str, data: bytes) -> dict[str, bytes]:
    """Return the XML parts of a zip: all that a spreadsheet's cells are made of."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if _is_part(entry.filename)]
            if len(entries) > _MOST_PARTS:
                raise InputError(f"{name}: holds more than {_MOST_PARTS:,} parts; save it as CSV")
            if sum(entry.file_size for entry in entries) > _LARGEST:
                raise InputError(f"{name}: unpacks to more than 128 MiB; save it as CSV")
            if any(entry.flag_bits & 1 or entry.compress_type not in _PLAIN for entry in entries):
                raise InputError(f"{name}: has a password; save it without one")
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise _damaged(name, error) from error


def _is_part(path: str) -> bool:
    return path == "mimetype" or path.endswith((".xml", ".rels"))


def _sheets(name: str, parts: dict[str, bytes], layouts: Mapping[str, _Layout]) -> Iterator[_Read]:
    """Yield the sheets with cells, read from the parts whose size is known and no others."""
    known = io.BytesIO()
    with zipfile.ZipFile(known, "w") as archive:
        for path, part in parts.items():
            archive.writestr(path, part)
    known.seek(0)
    try:
        workbook = CalamineWorkbook.from_filelike(known)
        if len(workbook.sheets_metadata) > MOST_SHEETS:
            raise InputError(f"{name}: has more than {MOST_SHEETS} sheets; save what you need")
        for sheet in workbook.sheets_metadata:
            rows = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            if rows and rows[0]:
                if len(rows[0]) > WIDEST:
                    raise InputError(
                        f"{name}: has a sheet of {len(rows[0]):,} columns, more than the "
                        f"{WIDEST:,} of a measurement; save what you need as CSV"
                    )
                text = [[_text(cell) for cell in row] for row in rows]
                layout = layouts.get(sheet.name, _Layout())
                merged = _fill(text, layout.merged)
                numbers = range(1, len(rows) + 1)
                shown = sheet.visible == SheetVisibleEnum.Visible
                hidden = frozenset(layout.hidden if shown else numbers)
                cells = pd.DataFrame(text, index=numbers, dtype="str")
                columns = frozenset(column - 1 for column in layout.columns if shown)
                yield sheet.name, cells, hidden, merged, columns
    except CalamineError as error:
        raise InputError(
            f"{name}: is no spreadsheet that can be read ({error}); save it as XLSX or CSV"
        ) from error


def _fill(text: list[list[str]], merged: list[tuple[int, int, int, int]]) -> dict[int, str]:
    """Write the value of merged cells in each of them; return those of several rows."""
    filled = {}
    left = _MOST_CHARACTERS
    for top, first, bottom, last in merged:
        value = text[top - 1][first - 1] if top <= len(text) and first <= len(text[0]) else ""
        rows = text[top - 1 : bottom] if value else []
        left -= len(value) * len(rows) * (min(last, len(text[0])) - first + 1)
        if left < 0:
            raise _TooLargeError
        for row in rows:
            row[first - 1 : last] = [cell or value for cell in row[first - 1 : last]]
        if len(rows) > 1:
            filled[top] = value
    return filled


def _damaged(name: str, error: Exception) -> InputError:
    return InputError(f"{name}: is a damaged spreadsheet or zip ({error}); download it again")


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.date):  # and its subclass datetime
        return cell.isoformat()
    return str(cell)


def _checked(extent: "_Xlsx | _Ods", parts: Mapping[str, bytes]) -> Mapping[str, _Layout]:
    """Return the layout of each sheet; _TooLargeError or ExpatError for what cannot be read."""
    elements = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal elements
        elements += 1
        if elements > _MOST_ELEMENTS:
            raise _TooLargeError
        extent.start(name.rpartition(":")[2], attributes)

    for path, part in parts.items():
        if not path.endswith(".xml") and path != _SHEETS:
            continue
        extent.part(path)
        parser = xml.parsers.expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_entities
        parser.StartElementHandler = start
        parser.CharacterDataHandler = extent.text
        parser.EndElementHandler = lambda name: extent.end(name.rpartition(":")[2])
        try:
            parser.Parse(part, True)
        except (LookupError, ValueError) as error:  # names an encoding that does not exist
            raise ExpatError(f"{path}: {error}") from error
    if extent.cells > _MOST_CELLS or extent.characters() > _MOST_CHARACTERS:
        raise _TooLargeError
    return extent.layouts()


def _refuse_entities(*_: object) -> None:
    raise _TooLargeError


class _Extent:
    """Counts cells and characters, and collects the layout of each sheet."""

    def __init__(self) -> None:
        self.cells = 0
        self._characters = 0
        self._row = self._column = self._rows = self._columns = self._length = 0
        self._layouts: dict[str, _Layout] = {}
        self._layout = _Layout()

    def part(self, path: str) -> None:
        """Begin another part of the file."""

    def layouts(self) -> dict[str, _Layout]:
        """Return the layout by the name of the sheet."""
        return self._layouts

    def characters(self) -> int:
        """Return the length of all text."""
        return self._characters

    def text(self, data: str) -> None:
        self._length += len(data)


class _Xlsx(_Extent):
    """An Office workbook, whose cells share strings by number."""

    def __init__(self) -> None:
        super().__init__()
        self._strings: dict[int, int] = {}
        self._shown: Counter[int] = Counter()
        self._seen = self._number = 0
        self._is_shared = False
        self._written = ""
        self._names: dict[str, str] = {}
        self._parts: dict[str, str] = {}

    def part(self, path: str) -> None:
        self._layout = self._layouts[path] = _Layout()

    def layouts(self) -> dict[str, _Layout]:
        named = ((name, self._parts.get(key, "")) for key, name in self._names.items())
        return {name: self._layouts[path] for name, path in named if path in self._layouts}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sst":
            self._number = 0
        elif name == "sheetData":
            self._row = self._rows = self._columns = self._seen = 0
        elif name == "row":
            self._row, self._column = _count(attributes.get("r"), self._row + 1), 0
            if attributes.get("hidden") in _TRUE:
                self._layout.hidden.add(self._row)
        elif name == "c":  # its place may be stated or follow from the one before
            self._column += 1
            if place := _PLACE.fullmatch(attributes.get("r", "")):
                self._column, self._row = _column(place[1]), int(place[2])
            self._rows, self._columns = max(self._rows, self._row), max(self._columns, self._column)
            self._seen += 1
            self._is_shared = attributes.get("t") == "s"
        else:
            self._place(name, attributes)
        self._written = ""
        if name in {"si", "c"}:
            self._length = 0

    def _place(self, name: str, attributes: dict[str, str]) -> None:
        """Read a merged range, hidden columns, the name of a sheet, or which part holds it."""
        if name == "mergeCell" and (found := _RANGE.fullmatch(attributes.get("ref", ""))):
            left, top, right, bottom = found.groups()
            merged = int(top), _column(left), int(bottom), _column(right)
            self._layout.merged.append(merged)
        elif name == "col" and attributes.get("hidden") in _TRUE:
            first, last = (_count(attributes.get(end), 0) for end in ("min", "max"))
            self._layout.columns.update(range(first, min(last, _MOST_COLUMNS) + 1))
        elif name == "sheet":
            self._names[attributes.get("r:id", "")] = attributes.get("name", "")
        elif name == "Relationship":
            target = attributes.get("Target", "").removeprefix("/xl/")
            self._parts[attributes.get("Id", "")] = f"xl/{target}"

    def text(self, data: str) -> None:
        super().text(data)
        self._written = data[:_DIGITS]  # perhaps the number of a shared string

    def end(self, name: str) -> None:
        if name == "si":
            self._strings[self._number] = max(self._length, self._strings.get(self._number, 0))
            self._number += 1
        elif name == "v" and self._is_shared:
            self._shown[_count(self._written, 0)] += 1
        elif name == "c":
            self._characters += self._length
        elif name == "sheetData":
            self.cells += max(self._rows * self._columns, self._seen)

    def characters(self) -> int:
        shown = sum(self._strings.get(at, 0) * times for at, times in self._shown.items())
        return self._characters + shown


class _Ods(_Extent):
    """An OpenDocument sheet, without the empty cells at the end of rows."""

    def __init__(self) -> None:
        super().__init__()
        self._repeated_rows = self._repeated = 1
        self._width = self._at = 0
        self._filled = False
        self._groups: list[bool] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table":
            self._row = self._rows = self._columns = self._at = 0
            self._layout = self._layouts[attributes.get("table:name", "")] = _Layout()
        elif name in _GROUPS:
            self._groups.append(attributes.get("table:display") == "false")
        elif name == "table-column":
            first, self._at = self._at, self._at + _count(attributes.get(_COLUMNS), 1)
            if self._is_hidden(attributes):
                columns = range(first + 1, min(self._at, _MOST_COLUMNS) + 1)
                self._layout.columns.update(columns)
        elif name == "table-row":
            self._repeated_rows = _count(attributes.get(_ROWS), 1)
            self._column = self._width = 0
            if self._is_hidden(attributes):
                rows = range(self._row + 1, self._row + 1 + min(self._repeated_rows, _MOST_CELLS))
                self._layout.hidden.update(rows)
        elif name in {"table-cell", "covered-table-cell"}:
            self._repeated = _count(attributes.get(_COLUMNS), 1)
            self._filled = not attributes.keys() <= _EMPTY_CELL
            self._length = 0
            high, wide = (_count(attributes.get(f"table:number-{way}-spanned"), 1) for way in _WAYS)
            if max(high, wide) > 1:
                top, first = self._row + 1, self._column + 1
                self._layout.merged.append((top, first, top + high - 1, first + wide - 1))

    def _is_hidden(self, attributes: dict[str, str]) -> bool:
        """Return whether a row or column is hidden, filtered out, or in a group that is closed."""
        return attributes.get("table:visibility") in {"collapse", "filter"} or any(self._groups)

    def end(self, name: str) -> None:
        if name in _GROUPS:
            self._groups.pop()
        elif name in {"table-cell", "covered-table-cell"}:
            self._column += self._repeated
            if self._filled or self._length:
                self._width = self._column
                self._characters += self._length * self._repeated * self._repeated_rows
        elif name == "table-row":
            self._row += self._repeated_rows
            if self._width:
                self._rows, self._columns = self._row, max(self._columns, self._width)
        elif name == "table":
            self.cells += self._rows * self._columns


_KINDS: dict[str, Callable[[], _Xlsx | _Ods]] = {"xl/workbook.xml": _Xlsx, "content.xml": _Ods}
"""The part that only one kind of spreadsheet has."""


def _count(written: str | None, default: int) -> int:
    """Return a number in an attribute, however many digits it has; a default for none."""
    return int(written[:_DIGITS]) if written and written.isdecimal() else default


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number
