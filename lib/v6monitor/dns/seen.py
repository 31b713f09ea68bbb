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

_AT_ONCE = 1 << 16
_ADD = "INSERT OR IGNORE INTO seen VALUES (?)"


_FIND = "SELECT 1 FROM seen WHERE hash = ?"


Member = TypeVar("Member", bound=Hashable)


class Seen:
    """A set, kept on disk by SQLite in a scratch file of its own: memory does not grow with it.

    It holds hashes of 64 bits: of ten million things two are alike with a chance of one in 370,000.
    UsageError when there is no room for them.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.executescript(_SCRATCH)

    def add(self, item: Hashable) -> bool:
        """Add something; return whether it was not there."""
        return self._add(((hash(item),),)) == 1

    def update(self, items: Iterable[Hashable]) -> int:
        """Add all; return how many were not there."""
        hashes, added = map(hash, items), 0
        while part := sorted(islice(hashes, _AT_ONCE)):  # in order SQLite adds them sooner
            added += self._add(zip(part))
        return added

    def _add(self, rows: Iterable[tuple[int]]) -> int:
        try:
            return self._database.executemany(_ADD, rows).rowcount
        except sqlite3.Error as error:
            raise UsageError(
                f"what was asked cannot be kept in a scratch file ({error}); make room, or name "
                "another folder with TMPDIR"
            ) from error

    def __contains__(self, item: Hashable) -> bool:
        return bool(self._database.execute(_FIND, (hash(item),)).fetchone())


def unique(items: Iterable[Member]) -> Iterator[Member]:
    """Yield each item once."""
    seen = Seen()
    return (item for item in items if seen.add(item))
