"""A log in pieces on disk, for what is too large for memory: some of the domains at a time.

A piece has the rows of all names below the registrable domains of its subjects. Rows of other
names, such as the hosts of a provider, are found by name in whatever piece has them.
"""

# pyarrow has half its types:
# mypy: disable-error-code="attr-defined, name-defined, no-untyped-call"

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
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


def pieces(path: Path, folder: Path, rows: int = ROWS) -> "Pieces | None":
    """Split a log into pieces of so many rows each; None for one that is to be read whole.

    That is a log of one piece, a CSV, one that does not say what it is about, and one with answers
    of a resolver that may not use IPv4, which are judged together. The files of the pieces are in
    the folder: who sees it can use them, in another process too. InputError as ``read_log``.
    """
    if path.suffix != ".parquet":
        return None
    made = log.about(path)
    number = -(-parquet.read_metadata(path).num_rows // rows)
    if number < 2 or made.get("ipv6_only") or not any(log.subjects(path)):  # noqa: PLR2004
        return None
    found = Pieces(folder, number)
    _split_subjects(found, path)
    _split(found, path)
    return found


class Pieces:
    """The pieces in a folder, by number from 0; other processes get where they are, no more."""

    def __init__(self, folder: Path, number: int) -> None:
        self.folder, self._number = folder, number

    def __reduce__(self) -> tuple[object, ...]:
        return Pieces, (self.folder, self._number)

    def __len__(self) -> int:
        return self._number

    def __getitem__(self, number: int) -> Piece:
        lines = self.subjects(number).read_bytes().splitlines()
        opened = cache(self._opened)  # and closed with the piece

        def read(name: str) -> Iterator[Observation]:
            if (other := self.of(name)) != number:
                yield from _found(opened(other), name)

        subjects = sorted({tuple(json.loads(line)) for line in lines})
        return Piece(subjects, self._rows(number), read)

    def of(self, name: str) -> int:
        """Return in which piece the rows of a name are; what belongs to no subject is behind all.

        That is found by the places of the registrable domains of all subjects, which are sorted.
        """
        found = place(name)
        at = int(np.searchsorted(self._places, np.uint64(found)))
        own = at < len(self._places) and int(self._places[at]) == found
        return found % len(self) if own else len(self)

    def file(self, number: int) -> Path:
        """Return the file with the rows of a piece, sorted by name."""
        return self.folder / f"{number}.arrow"

    def subjects(self, number: int) -> Path:
        """Return the file with the subjects of a piece: lines of JSON."""
        return self.folder / f"{number}.subjects"

    @property
    def places(self) -> Path:
        """Return the file with the places of all subjects."""
        return self.folder / "places.npy"

    @cached_property
    def _places(self) -> npt.NDArray[np.uint64]:
        places: npt.NDArray[np.uint64] = np.load(self.places, mmap_mode="r")
        return places

    def _rows(self, number: int) -> Iterator[Observation]:
        with pa.OSFile(str(self.file(number))) as source:
            file = ipc.open_file(source)
            for at in range(file.num_record_batches):
                yield from observations(file.get_batch(at))

    def _opened(self, number: int) -> pa.Table:
        return ipc.open_file(pa.memory_map(str(self.file(number)))).read_all()


def _split_subjects(found: Pieces, path: Path) -> None:
    places = np.fromiter((place(name) for name, _ in log.subjects(path)), "uint64")
    np.save(found.places, np.unique(places))
    with ExitStack() as opened:
        files = [opened.enter_context(found.subjects(one).open("w")) for one in range(len(found))]
        for at, subject in zip(places, log.subjects(path), strict=True):
            files[int(at) % len(found)].write(f"{json.dumps(subject)}\n")


def _split(found: Pieces, path: Path) -> None:
    files = [found.file(number) for number in range(len(found) + 1)]
    with ExitStack() as opened:
        writers = [opened.enter_context(ipc.new_file(str(file), SCHEMA)) for file in files]
        for rows in log.batches(path):
            names = rows.column("qname").dictionary_encode()
            of_name = np.array([found.of(name) for name in names.dictionary.to_pylist()])
            of_row = of_name[names.indices.to_numpy()]
            for number in np.unique(of_row):
                writers[number].write(rows.take(pa.array(np.flatnonzero(of_row == number))))
    for file in files:
        with pa.OSFile(str(file)) as source:
            table = ipc.open_file(source).read_all().sort_by("qname")
        with ipc.new_file(str(file), SCHEMA) as writer:
            writer.write_table(table, max_chunksize=_CHUNK)


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
