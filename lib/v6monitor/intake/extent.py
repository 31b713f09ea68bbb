"""How large does a spreadsheet become when it is read? Measured before a library unpacks it.

A few hundred bytes can name a cell a thousand million places away, repeat a row a million times
or show one long text in every cell. A library makes room for all of it, and the process ends.
"""

import re
import xml.parsers.expat
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable

MOST_CELLS = 2_000_000
MOST_CHARACTERS = 64_000_000
_MOST_ELEMENTS = 4 * MOST_CELLS

_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_DIGITS = 12
_ROWS, _COLUMNS = "table:number-rows-repeated", "table:number-columns-repeated"
_SAYS_NOTHING = {_COLUMNS, "table:style-name", "table:content-validation-name"}
"""Attributes that a cell of OpenDocument can have and still be empty."""


class TooLargeError(Exception):
    """The cells or their text take more memory than any measurement needs."""


class Extent(ABC):
    """Counts the cells and the characters of XML parts: each sheet the rectangle that it fills."""

    def __init__(self) -> None:
        self.cells = 0
        self.characters = 0
        self._elements = 0

    def parse(self, part: bytes) -> None:
        """Count a part. ``xml.parsers.expat.ExpatError`` when it is damaged."""
        parser = xml.parsers.expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_entities
        parser.StartElementHandler = self._start
        parser.CharacterDataHandler = self.text
        parser.EndElementHandler = lambda name: self.end(name.rpartition(":")[2])
        parser.Parse(part, True)

    def check(self) -> None:
        """Raise TooLargeError when it is more than a measurement needs."""
        if self.cells > MOST_CELLS or self.characters > MOST_CHARACTERS:
            raise TooLargeError

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > _MOST_ELEMENTS:
            raise TooLargeError
        self.start(name.rpartition(":")[2], attributes)

    @abstractmethod
    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element; its name has no prefix."""

    @abstractmethod
    def text(self, data: str) -> None:
        """Read text between tags."""

    @abstractmethod
    def end(self, name: str) -> None:
        """End an element."""


class Xlsx(Extent):
    """A workbook of Office: sheets, and the strings that they share by number."""

    def __init__(self) -> None:
        super().__init__()
        self._strings: dict[int, int] = {}
        self._shown: Counter[int] = Counter()
        self._row = self._column = self._rows = self._columns = self._seen = 0
        self._number = self._length = 0
        self._is_shared = False
        self._written = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Find the place of each cell, which may be told or follow from the one before."""
        if name == "sst":
            self._number = 0
        elif name == "sheetData":
            self._row = self._rows = self._columns = self._seen = 0
        elif name == "row":
            self._row, self._column = _count(attributes.get("r"), self._row + 1), 0
        elif name == "c":
            self._column += 1
            if place := _PLACE.fullmatch(attributes.get("r", "")):
                self._column, self._row = _column(place[1]), int(place[2])
            self._rows, self._columns = max(self._rows, self._row), max(self._columns, self._column)
            self._seen += 1
            self._is_shared = attributes.get("t") == "s"
        self._written = ""
        if name in {"si", "c"}:
            self._length = 0

    def text(self, data: str) -> None:
        """Keep the number of a shared string, and measure all text."""
        self._written = data[:_DIGITS]
        self._length += len(data)

    def end(self, name: str) -> None:
        """Count a string, a cell or a sheet."""
        if name == "si":
            self._strings[self._number] = max(self._length, self._strings.get(self._number, 0))
            self._number += 1
        elif name == "v" and self._is_shared:
            self._shown[_count(self._written, 0)] += 1
        elif name == "c":
            self.characters += self._length
        elif name == "sheetData":
            self.cells += max(self._rows * self._columns, self._seen)

    def check(self) -> None:
        """Raise TooLargeError, with the shared strings counted wherever they are shown."""
        shown = sum(self._strings.get(at, 0) * times for at, times in self._shown.items())
        self.characters += shown
        super().check()


class Ods(Extent):
    """A spreadsheet of OpenDocument: cells and rows are repeated by number."""

    def __init__(self) -> None:
        super().__init__()
        self._row = self._rows = self._columns = 0
        self._repeated_rows = self._repeated = 1
        self._column = self._width = self._length = 0
        self._filled = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Find how often each cell and row is repeated."""
        if name == "table":
            self._row = self._rows = self._columns = 0
        elif name == "table-row":
            self._repeated_rows = _count(attributes.get(_ROWS), 1)
            self._column = self._width = 0
        elif name in {"table-cell", "covered-table-cell"}:
            self._repeated = _count(attributes.get(_COLUMNS), 1)
            self._filled = not attributes.keys() <= _SAYS_NOTHING
            self._length = 0

    def text(self, data: str) -> None:
        """Measure the text of a cell."""
        self._length += len(data)

    def end(self, name: str) -> None:
        """Count a cell, a row or a table, without the empty ones at its end."""
        if name in {"table-cell", "covered-table-cell"}:
            self._column += self._repeated
            if self._filled or self._length:
                self._width = self._column
                self.characters += self._length * self._repeated * self._repeated_rows
        elif name == "table-row":
            self._row += self._repeated_rows
            if self._width:
                self._rows, self._columns = self._row, max(self._columns, self._width)
        elif name == "table":
            self.cells += self._rows * self._columns


def check(kind: Callable[[], Extent], parts: Iterable[bytes]) -> None:
    """Raise TooLargeError, or ``ExpatError``, for XML parts of a spreadsheet that cannot be read.

    A sheet counts as the rectangle from its first cell to its last; what is empty at the end of
    a row or a sheet of OpenDocument does not count.
    """
    extent = kind()
    for part in parts:
        extent.parse(part)
    extent.check()


def _refuse_entities(*_: object) -> None:
    raise TooLargeError


def _count(written: str | None, default: int) -> int:
    """Return a number in an attribute, however many digits it has; a default for none."""
    return int(written[:_DIGITS]) if written and written.isdecimal() else default


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number
