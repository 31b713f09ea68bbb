"""A set that does not fit into memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from v6monitor.errors import UsageError

_SCRATCH = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8192;
CREATE TABLE seen (hash INTEGER PRIMARY KEY);
BEGIN
"""

_FEW = 1 << 14
"""What is held in memory: of a single domain, or a short list, nothing is written."""
_AT_ONCE = 1 << 16
_ADD = "INSERT OR IGNORE INTO seen VALUES (?)"
_FIND = "SELECT 1 FROM seen WHERE hash = ?"


Member = TypeVar("Member", bound=Hashable)


class Seen:
    """A set that is kept on disk once it is large, by SQLite in a scratch file of its own.

    It holds hashes of 64 bits: of ten million things two are alike with a chance of one in 370,000.
    UsageError when there is no room for them.
    """

    def __init__(self) -> None:
        self._few: set[int] = set()
        self._database: sqlite3.Connection | None = None

    def add(self, item: Hashable) -> bool:
        """Add something; return whether it was not there."""
        if self._database is None:
            return self.update((item,)) == 1
        return self._add(self._database, (hash(item),)) == 1

    def update(self, items: Iterable[Hashable]) -> int:
        """Add all; return how many were not there."""
        hashes, added = map(hash, items), 0
        while part := sorted(islice(hashes, _AT_ONCE)):  # in order SQLite adds them sooner
            if self._database is None and len(self._few) + len(part) > _FEW:
                self._database = _scratch()
                self._add(self._database, sorted(self._few))
                self._few.clear()
            if self._database is None:
                before = len(self._few)
                self._few.update(part)
                added += len(self._few) - before
            else:
                added += self._add(self._database, part)
        return added

    def __contains__(self, item: Hashable) -> bool:
        number = hash(item)
        if self._database is None:
            return number in self._few
        return bool(self._database.execute(_FIND, (number,)).fetchone())

    @staticmethod
    def _add(database: sqlite3.Connection, hashes: Iterable[int]) -> int:
        try:
            return database.executemany(_ADD, zip(hashes)).rowcount
        except sqlite3.Error as error:
            raise UsageError(
                f"what was asked cannot be kept in a scratch file ({error}); make room, or name "
                "another folder with TMPDIR"
            ) from error


def _scratch() -> sqlite3.Connection:
    database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    database.executescript(_SCRATCH)
    return database


def unique(items: Iterable[Member]) -> Iterator[Member]:
    """Yield each item once."""
    seen = Seen()
    return (item for item in items if seen.add(item))
