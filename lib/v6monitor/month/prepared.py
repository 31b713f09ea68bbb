"""What follows from a month's files, kept as Parquet: the next notebook or run reads it.

``data/observations/.prepared`` of the workspace, beside the logs, has a folder for all that a month
was made from: the hash of its files, choices, day and code. A table in it is named after the hash
of its own bytes and says which one of which month it is. One that is damaged, foreign or open to
others is left out with a sentence and made again; where nothing can be written, nothing is kept. In
a folder that is no workspace and has no ``data``, nothing is kept either.
"""

import hashlib
import io
import json
import os
import shutil
import stat
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache, cached_property, partial, wraps
from pathlib import Path
from typing import Any

import pandas as pd

from v6monitor import hashes, workspace

_MONTHS = 24
"""The folders that are kept; those that were made first go first."""
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
        self._folder = folder_of_all() / self.key
        self._on = workspace.observations().parent.is_dir()

    def table(self, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Return a table that is kept; else make it, and keep it where that can be."""
        found = self._read(name) if self._on else None
        if found is not None:
            return found
        made = make()
        if self._on and _is_exact(made) and self._seen() == self._states:
            try:
                self._write(name, made)
            except OSError as error:
                self._stop(error.strerror or str(error))
        return made

    def _read(self, name: str) -> pd.DataFrame | None:
        try:
            _check_own(*filter(os.path.lexists, (self._folder.parent, self._folder)))
        except (OSError, ValueError) as error:
            self._stop(error)
            return None
        try:
            for path in self._folder.glob(f"{name}.*.parquet"):
                _check_own(path)
                return self._parsed(path, name)
        except (OSError, ValueError, LookupError, TypeError) as error:
            _say(f"{self._folder}: {name} cannot be used ({error}); it is made again")
        return None

    def _stop(self, reason: object) -> None:
        self._on = False
        _say(f"{self._folder.parent}: {reason}; what is worked out is not kept for the next time")

    def _seen(self) -> list[tuple[int, int, int]]:
        """Return what tells whether each file is still the one that was hashed."""
        stats = [file.stat() for file in self._files if file.exists()]
        return [(one.st_ino, one.st_size, one.st_mtime_ns) for one in stats]

    def _parsed(self, path: Path, name: str) -> pd.DataFrame:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != path.name.split(".")[1]:
            raise ValueError("it is damaged")
        table = pd.read_parquet(io.BytesIO(content))
        if table.attrs.pop("of", None) != [self.key, name]:
            raise ValueError("it is another table")
        types: dict[str, str] = table.attrs.pop("types")  # Parquet has no times in whole seconds
        return table.astype({one: of for one, of in types.items() if table[one].dtype != of})

    def _write(self, name: str, table: pd.DataFrame) -> None:
        if not self._folder.is_dir():
            self._folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make_room(self._folder.parent)
            self._folder.mkdir(mode=0o700, exist_ok=True)
        marked = table.copy(deep=False)
        marked.attrs |= {"of": [self.key, name], "types": table.dtypes.astype("str").to_dict()}
        content = marked.to_parquet(compression="zstd")
        path = self._folder / f"{name}.{hashlib.sha256(content).hexdigest()}.parquet"
        descriptor, scratch = tempfile.mkstemp(dir=self._folder, suffix=".new")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(scratch).replace(path)
        for damaged in self._folder.glob(f"{name}.*.parquet"):
            if damaged != path:
                damaged.unlink(missing_ok=True)


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


def folder_of_all() -> Path:
    """Return the folder in which tables are kept, which may be absent."""
    return workspace.observations() / ".prepared"


def _is_exact(table: pd.DataFrame) -> bool:
    """Return whether a table is the same when it is read again: its cells are no Python objects."""
    objects = any(map(pd.api.types.is_object_dtype, table.dtypes))
    return not objects and table.attrs.keys() <= {"source"}


def _check_own(*places: Path) -> None:
    """Raise ValueError for a link, and for what somebody else may write."""
    for place in places:
        found = place.lstat()
        if stat.S_ISLNK(found.st_mode):
            raise ValueError(f"{place.name} is a link")
        if hasattr(os, "geteuid") and (
            found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        ):
            raise ValueError(f"others may write {place.name}")


def _make_room(folder: Path) -> None:
    """Remove the months that were made first, and what is left of writers that were stopped."""
    made = sorted(folder.iterdir(), key=lambda one: one.lstat().st_mtime, reverse=True)
    for old in made[_MONTHS - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


@cache
def _say(sentence: str) -> None:
    """Warn, of each thing once."""
    warnings.warn(sentence, stacklevel=1)
