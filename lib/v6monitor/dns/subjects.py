"""Which names are to be looked up? From a file or standard input to (name, type) pairs."""

import csv
import io
import sys
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import IO

from v6monitor.dns.seen import Seen
from v6monitor.errors import InputError
from v6monitor.names import InvalidNameError, normalise

TYPES = ("web", "mail")

_EXPECTED = "expected a canonical CSV, or a list with `domain` or `domain,type` on each line"


class Subjects(Collection[tuple[str, str]]):
    """The (name, ``web`` or ``mail``) pairs of a list: counted, and read anew each time.

    A file of any length costs the memory of ``Seen`` only. What can be read once, such as standard
    input, is kept.
    """

    def __init__(self, source: str) -> None:
        self.place = "standard input" if source == "-" else source
        self._path = Path(source)
        can_be_read_again = source != "-" and self._path.is_file()
        self._kept = None if can_be_read_again else self._read()
        self._number = sum(1 for _ in self)

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[tuple[str, str]]:
        seen = Seen()
        with self._open() as text:
            rows = csv.reader(text, strict=True)
            try:
                yield from (pair for pair in _pairs(rows, self.place) if seen.add(pair))
            except csv.Error as error:
                line = f"{self.place}, line {rows.line_num}"
                raise InputError(f"{line}: {error}; {_EXPECTED}") from error
            except UnicodeDecodeError as error:
                raise InputError(f"{self.place}: is not text in UTF-8; {_EXPECTED}") from error

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
        return InputError(f"{self.place}: cannot be read ({error.strerror}); {_EXPECTED}")


def read(source: str) -> Subjects:
    """Return the (name, ``web`` or ``mail``) pairs of a file, or of standard input for ``-``.

    A canonical CSV, any CSV with a ``domain`` and perhaps a ``type`` column, or a list of
    ``domain`` and ``domain,type`` lines; without a type a name is both. Empty lines and those
    that begin with ``#`` are left out, a pair that comes twice counts once. Names are given as
    they are written: which are no host names, the plan will say.

    Raises InputError when there is no such file, it is no text, holds no host name at all, or
    names a type that does not exist.
    """
    found = Subjects(source)
    if not len(found):
        raise InputError(f"{found.place}: no names; {_EXPECTED}")
    if not any(_is_name(name) for name, _ in found):
        first = next(iter(found))[0]
        raise InputError(f"{found.place}: no host names, but {first[:60]!r}; {_EXPECTED}")
    return found


def canonical(subjects: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Give the pairs under the names that are asked for, each once; what is no name as it is."""
    seen = Seen()
    for raw, kind in subjects:
        try:
            name = normalise(raw).domain
        except InvalidNameError:
            name = raw.strip().lower()
        if seen.add((name, kind)):
            yield name, kind


def digest(subjects: Iterable[tuple[str, str]]) -> str:
    """Return what tells one list from another: the SHA-256 of its pairs in their order."""
    found = sha256()
    for name, kind in subjects:
        found.update(f"{kind} {name}\n".encode())
    return found.hexdigest()


def _pairs(rows: Iterator[list[str]], place: str) -> Iterator[tuple[str, str]]:
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
            yield from _subjects(row, columns, f"{place}, line {number}")
        first = False


def _subjects(row: list[str], columns: dict[str, int], place: str) -> Iterator[tuple[str, str]]:
    cells = {name: row[at] for name, at in columns.items() if at < len(row)}
    name, kind = cells.get("domain", ""), cells.get("type", "").lower()
    if kind and kind not in TYPES:
        raise InputError(f"{place}: type {kind!r}; expected {' or '.join(TYPES)}, or nothing")
    yield from ((name, each) for each in ([kind] if kind else TYPES))


def _is_name(text: str) -> bool:
    try:
        normalise(text)
    except InvalidNameError:
        return False
    return True
