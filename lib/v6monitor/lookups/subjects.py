"""Which names are to be looked up? From a file or standard input to (name, type) pairs."""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from v6monitor.errors import InputError
from v6monitor.names import InvalidNameError, normalise

TYPES = ("web", "mail")

_EXPECTED = "expected a canonical CSV, or a list with `domain` or `domain,type` on each line"


def read(source: str) -> list[tuple[str, str]]:
    """Return the (name, ``web`` or ``mail``) pairs of a file, or of standard input for ``-``.

    A canonical CSV, any CSV with a ``domain`` and perhaps a ``type`` column, or a list of
    ``domain`` and ``domain,type`` lines; without a type a name is both. Empty lines and those
    that begin with ``#`` are left out, a pair that comes twice counts once. Names are given as
    they are written: which are no host names, the plan will say.

    Raises InputError when there is no such file, it is no text, holds no host name at all, or
    names a type that does not exist.
    """
    place = "standard input" if source == "-" else source
    rows = csv.reader(_text(source, place).splitlines(), strict=True)
    try:
        found = list(dict.fromkeys(_pairs(rows, place)))
    except csv.Error as error:
        raise InputError(f"{place}, line {rows.line_num}: {error}; {_EXPECTED}") from error
    if not found:
        raise InputError(f"{place}: no names; {_EXPECTED}")
    if not any(_is_name(name) for name, _ in found):
        raise InputError(f"{place}: no host names, but {found[0][0][:60]!r}; {_EXPECTED}")
    return found


def _text(source: str, place: str) -> str:
    try:
        content = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{place}: cannot be read ({error.strerror}); {_EXPECTED}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{place}: is not text in UTF-8; {_EXPECTED}") from error


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
