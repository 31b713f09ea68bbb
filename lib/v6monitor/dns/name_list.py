"""The list of names to ask about: a file or standard input."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import IO

from v6monitor.dns.seen import unique
from v6monitor.errors import InputError
from v6monitor.names import InvalidNameError, is_name, normalise

TYPES = ("web", "mail")


_EXPECTED = (
    "expected a canonical CSV, which `v6monitor intake FILE --out names.csv` makes of other lists, "
    "or `domain` or `domain,type` on each line"
)


class NameList(Collection[tuple[str, str]]):
    """The (name, type) pairs of a file, each once, read anew each time; standard input is kept."""

    def __init__(self, source: str) -> None:
        self.source = "standard input" if source == "-" else source
        self._path = Path(source)
        can_be_read_again = source != "-" and self._path.is_file()
        self._kept = None if can_be_read_again else self._read()
        self._number = sum(1 for _ in self)

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[tuple[str, str]]:
        with self._open() as text:
            try:
                rows = csv.reader(text, delimiter=_delimiter(text), strict=True)
                yield from unique(_pairs(rows, self.source))
            except csv.Error as error:
                line = f"{self.source}, line {rows.line_num}"
                raise InputError(f"{line}: {error}; {_EXPECTED}") from error
            except UnicodeDecodeError as error:
                raise InputError(f"{self.source}: is not text in UTF-8; {_EXPECTED}") from error

    def __contains__(self, subject: object) -> bool:
        return any(subject == pair for pair in self)

    def _open(self) -> IO[str]:
        try:
            raw = self._path.open("rb") if self._kept is None else io.BytesIO(self._kept)
        except OSError as error:
            raise self._unreadable(error) from error
        return io.TextIOWrapper(raw, encoding="utf-8-sig")

    def _read(self) -> bytes:
        try:
            return sys.stdin.buffer.read() if str(self._path) == "-" else self._path.read_bytes()
        except OSError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: OSError) -> InputError:
        return InputError(f"{self.source}: cannot be read ({error.strerror}); {_EXPECTED}")


def read_names(source: str) -> NameList:
    """Return the (name, type) pairs of a CSV with ``domain``, or of a list; ``-`` is stdin.

    InputError for no such file, no text, no host name at all, or a type that does not exist.
    """
    found = NameList(source)
    if not len(found):
        raise InputError(f"{found.source}: no names; {_EXPECTED}")
    if not any(is_name(name) for name, _ in found):
        first = next(iter(found))[0]
        raise InputError(f"{found.source}: no host names, but {first[:60]!r}; {_EXPECTED}")
    return found


def canonical(subjects: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield each pair once under the name that is asked; what is no host name as it is."""
    return unique((_canonical_name(raw), kind) for raw, kind in subjects)


def digest(subjects: Iterable[tuple[str, str]]) -> str:
    """Return the SHA-256 of the pairs in their order, which identifies a list."""
    found = sha256()
    for name, kind in subjects:
        found.update(f"{kind} {name}\n".encode())
    return found.hexdigest()


def _canonical_name(raw: str) -> str:
    try:
        return normalise(raw).domain
    except InvalidNameError:
        return raw.strip().lower()


def _delimiter(text: IO[str]) -> str:
    """Return what is between the cells of a list, by its first line that is no comment."""
    first = next((line for line in text if not line.startswith("#")), "")
    text.seek(0)
    return max(",;\t", key=first.count)


def _pairs(rows: Iterator[list[str]], source: str) -> Iterator[tuple[str, str]]:
    columns = {"domain": 0, "type": 1}
    first = True
    for number, cells in enumerate(rows, start=1):
        row = [cell.strip() for cell in cells]
        if not any(row) or row[0].startswith("#"):
            continue
        header = [cell.lower() for cell in row]
        if first and "domain" in header:
            columns = {name: header.index(name) for name in columns if name in header}
        else:
            yield from _subjects(row, columns, f"{source}, line {number}")
        first = False


def _subjects(row: list[str], columns: dict[str, int], line: str) -> Iterator[tuple[str, str]]:
    cells = {name: row[at] for name, at in columns.items() if at < len(row)}
    name, kind = cells.get("domain", ""), cells.get("type", "").lower()
    if kind and kind not in TYPES:
        raise InputError(f"{line}: type {kind!r}; {_EXPECTED}, where type is {' or '.join(TYPES)}")
    yield from ((name, each) for each in ([kind] if kind else TYPES))
