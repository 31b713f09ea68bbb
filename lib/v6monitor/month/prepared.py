"""What follows from a month's files, kept for the next notebook or run.

The key of a table is the hash of all that a month was made from: its files, choices, day and code.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property, partial, wraps
from pathlib import Path
from typing import Any

import pandas as pd

from v6monitor import hashes, workspace
from v6monitor.kept import Kept, in_one_piece

_MOST = 300
"""Tables that are kept, about twelve a month."""
_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


class Prepared:
    """The tables that follow from some files and choices, by name."""

    def __init__(self, files: Iterable[Path], *choices: object) -> None:
        """Hash the files, each once, and all else that the tables follow from."""
        self._files = [file for file in dict.fromkeys(files) if file.is_file()]
        self._states = self._seen()
        contents = [(file.name, hash_of(file)) for file in self._files]
        facts = [contents, choices, hashes.code(notebooks=False), _PYTHON, pd.__version__]
        self.key = hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:32]
        self._kept = Kept(folder(), _MOST)

    def table(self, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Return a table that is kept; else make it, and keep it where that can be."""
        key = f"{self.key}.{name}"
        if found := self._kept.get(key):
            return in_one_piece(found[1][0])
        made = in_one_piece(make())
        if _is_exact(made) and self._seen() == self._states:
            self._kept.put(key, {}, made)
        return made

    def _seen(self) -> list[tuple[int, int, int]]:
        """Return what tells whether each file is still the one that was hashed."""
        stats = [file.stat() for file in self._files if file.exists()]
        return [(one.st_ino, one.st_size, one.st_mtime_ns) for one in stats]


def prepared(make: Callable[[Any], pd.DataFrame]) -> "cached_property[pd.DataFrame]":
    """Return a property of a month whose table is kept with what else follows from its files."""

    @wraps(make)
    def kept(month: Any) -> pd.DataFrame:
        found: Prepared | None = month.kept
        return found.table(make.__name__, partial(make, month)) if found else make(month)

    return cached_property(kept)


def hash_of(file: Path) -> str:
    """Return the SHA-256 of a file's bytes; "" for one that cannot be read."""
    with suppress(OSError):
        return hashes.sha256(file)
    return ""


def folder() -> Path:
    """Return the folder in which tables are kept, beside the logs; it may be absent."""
    return workspace.observations() / ".prepared"


def _is_exact(table: pd.DataFrame) -> bool:
    """Return whether a table is the same when it is read again: its cells are no Python objects."""
    objects = any(map(pd.api.types.is_object_dtype, table.dtypes))
    return not objects and table.attrs.keys() <= {"source"}
