"""A log in pieces on disk, for what is too large for memory: some of the domains at a time.

A piece has the rows of all names below the registrable domains of its subjects. Rows of other
names, such as the hosts of a provider, are found by name in whatever piece has them.
"""

# pyarrow has half its types:
# mypy: disable-error-code="attr-defined, name-defined, no-untyped-call"

import json
import tempfile
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import ipc, parquet

from v6monitor.dns import log
from v6monitor.dns.arrow import SCHEMA, observations
from v6monitor.dns.observation import Observation
from v6monitor.dns.shards import Subject, place

ROWS = 300_000
"""So many rows a piece has, about; as observations they take some 300 MiB."""
_CHUNK = 1 << 13


class Piece(NamedTuple):
    """Some of the domains of a log."""

    subjects: list[Subject]
    rows: Iterator[Observation]
    read: Callable[[str], Iterator[Observation]]
    """Return the rows of a name that is not below a registrable domain of the subjects."""


def pieces(path: Path, rows: int = ROWS) -> Iterator[Piece] | None:
    """Return the pieces of a log, of so many rows each; None for one that is to be read whole.

    That is a log of one piece, a CSV, one that does not say what it is about, and one with answers
    of a resolver that may not use IPv4, which are judged together. InputError as ``read_log``.
    """
    if path.suffix != ".parquet":
        return None
    made = log.provenance(path)
    number = -(-parquet.read_metadata(path).num_rows // rows)
    if number < 2 or not made.get("subjects") or made.get("ipv6_only"):  # noqa: PLR2004
        return None
    del made
    return _pieces(path, number)


def _pieces(path: Path, number: int) -> Iterator[Piece]:
    with tempfile.TemporaryDirectory() as folder:
        parts = _Parts(path, Path(folder), number)
        for one in range(number):
            yield parts.piece(one)


class _Parts:
    """The files of the pieces, by number; the last has what belongs to no subject."""

    def __init__(self, path: Path, folder: Path, number: int) -> None:
        self._folder, self._number = folder, number
        self._subjects = [bytearray() for _ in range(number)]
        places = set()
        for name, kind in log.provenance(path)["subjects"]:
            places.add(place(name))
            self._subjects[place(name) % number] += f"{json.dumps([name, kind])}\n".encode()
        self._places = array("Q", sorted(places))
        del places
        self._split(path)

    def piece(self, number: int) -> Piece:
        """Return a piece."""
        pairs = {tuple(json.loads(line)) for line in self._subjects[number].splitlines()}
        opened = cache(self._opened)  # and closed with the piece

        def read(name: str) -> Iterator[Observation]:
            if (other := self._piece_of(name)) != number:
                yield from _found(opened(other), name)

        return Piece(sorted(pairs), self._rows(number), read)

    def _piece_of(self, name: str) -> int:
        found = place(name)
        at = bisect_left(self._places, found)
        own = at < len(self._places) and self._places[at] == found
        return found % self._number if own else self._number

    def _file(self, number: int) -> Path:
        return self._folder / f"{number}.arrow"

    def _split(self, path: Path) -> None:
        files = [self._file(number) for number in range(self._number + 1)]
        with ExitStack() as opened:
            writers = [opened.enter_context(ipc.new_file(str(file), SCHEMA)) for file in files]
            for rows in log.batches(path):
                names = rows.column("qname").dictionary_encode()
                pieces = [self._piece_of(name) for name in names.dictionary.to_pylist()]
                of_row = np.array(pieces)[names.indices.to_numpy()]
                for number in np.unique(of_row):
                    writers[number].write(rows.take(pa.array(np.flatnonzero(of_row == number))))
        for file in files:
            with pa.OSFile(str(file)) as source:
                table = ipc.open_file(source).read_all().sort_by("qname")
            with ipc.new_file(str(file), SCHEMA) as writer:
                writer.write_table(table, max_chunksize=_CHUNK)

    def _rows(self, number: int) -> Iterator[Observation]:
        with pa.OSFile(str(self._file(number))) as source:
            file = ipc.open_file(source)
            for at in range(file.num_record_batches):
                yield from observations(file.get_batch(at))

    def _opened(self, number: int) -> pa.Table:
        return ipc.open_file(pa.memory_map(str(self._file(number)))).read_all()


def _found(rows: pa.Table, name: str) -> Iterator[Observation]:
    """Yield the rows of a name in a table that is sorted by name."""
    names = rows.column("qname")
    ends = (
        find(range(len(names)), name, key=lambda at: names[at].as_py())
        for find in (bisect_left, bisect_right)
    )
    first, last = ends
    for part in rows.slice(first, last - first).to_batches():
        yield from observations(part)
