"""Tables that are kept as Parquet, so that the next run reads what this one worked out.

A file per key holds the tables that follow from it and what else is to be known of them. One that
is damaged, foreign or open to others is left out with a sentence and made again; where nothing can
be written, nothing is kept.
"""

import io
import json
import os
import stat
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.lib as pa

from v6monitor.language import Sources

_ABOUT = "about.json"
_DAMAGED = (
    *(OSError, ValueError, LookupError, TypeError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error, pa.ArrowException),
)


class Kept:
    """The tables in a folder, by key; ``most`` are kept, those used last."""

    def __init__(self, folder: Path, most: int) -> None:
        """Nothing is kept below a folder of data that is not there: it would be a stray one."""
        self._folder = folder
        self._on = os.path.isdir(folder.parent.parent)  # noqa: PTH112 - False where one may not look
        if not self._on or not os.path.lexists(folder):
            return
        try:
            _check_own(folder, stat.S_IFDIR)
        except (OSError, ValueError) as error:
            self._on = False
            _say(f"{folder}: {error}; nothing is kept for the next time")
            return
        with suppress(OSError):
            files = [(one.lstat().st_mtime, one) for one in folder.iterdir()]
            for _, old in sorted(files)[:-most]:
                old.unlink()

    def has(self, key: str) -> bool:
        """Return whether there is a file of this key."""
        return self._on and self._path(key).exists()

    def get(self, key: str) -> tuple[dict[str, Any], list[pd.DataFrame]] | None:
        """Return what was kept of a key; None for nothing that can be used."""
        if not self.has(key):
            return None
        path = self._path(key)
        try:
            _check_own(path, stat.S_IFREG)
            with zipfile.ZipFile(path) as archive:
                parts = {name: archive.read(name) for name in archive.namelist()}
            about: dict[str, Any] = json.loads(parts.pop(_ABOUT))
            if about.pop("key") != key:
                raise ValueError("it is of another file")
            types = about.pop("types")
            tables = [_read(part, of) for part, of in zip(parts.values(), types, strict=True)]
            os.utime(path)
        except FileNotFoundError:  # another process made room meanwhile
            return None
        except _DAMAGED as error:
            _say(f"{path}: cannot be used ({error}); it is made again")
            return None
        return about, tables

    def put(self, key: str, about: Mapping[str, object], *tables: pd.DataFrame) -> None:
        """Keep tables under a key, whole or not at all."""
        if not self._on:
            return
        types = [table.dtypes.astype("str").to_dict() for table in tables]
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, scratch = tempfile.mkstemp(dir=self._folder, suffix=".new")
            with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w") as archive:
                archive.writestr(_ABOUT, json.dumps({**about, "key": key, "types": types}))
                for number, table in enumerate(tables):
                    archive.writestr(f"{number}.parquet", table.to_parquet())
            Path(scratch).replace(self._path(key))
        except OSError:
            self._on = False

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.zip"


def _read(content: bytes, types: Mapping[str, str]) -> pd.DataFrame:
    """Return a table with the types it had: Parquet has no times in whole seconds."""
    table = pd.read_parquet(io.BytesIO(content))
    table.attrs = {name: Sources(of) for name, of in table.attrs.items()}
    return table.astype({one: of for one, of in types.items() if table[one].dtype != of})


def in_one_piece(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with each text column in one piece.

    Of a column in several pieces, as Parquet is read and tables are joined, Arrow copies all to
    take a few rows.
    """
    text = [name for name in table if table[name].dtype == "str"]
    whole = pa.Table.from_pandas(table[text], preserve_index=False).combine_chunks().to_pandas()
    found = table.copy(deep=False)
    for name in text:
        found[name] = whole[name].array
    return found


def _check_own(place: Path, kind: int) -> None:
    """Raise ValueError for another kind of file, and for what somebody else may write."""
    found = place.lstat()
    if stat.S_IFMT(found.st_mode) != kind:
        raise ValueError("it is no folder" if kind == stat.S_IFDIR else "it is no file")
    if hasattr(os, "geteuid") and (
        found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    ):
        raise ValueError("others may write it")


@cache
def _say(sentence: str) -> None:
    """Warn where it is called for, of each thing once."""
    warnings.warn(sentence, stacklevel=3)
