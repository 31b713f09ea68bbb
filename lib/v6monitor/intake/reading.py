"""A file read to canonical rows and faults: each once, and what came of it is kept by its bytes.

Where many files are new, they are read on all cores: other processes keep what this one then finds.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from v6monitor import workspace
from v6monitor.errors import InputError, NoMeasurementError
from v6monitor.intake import api, lists, result_tables
from v6monitor.intake.assembly import Context, Part, assemble
from v6monitor.intake.cleaning import CHANGED, DROPPED, KEPT, Faults, Reason
from v6monitor.intake.companions import is_companion
from v6monitor.intake.files import File, read_bytes
from v6monitor.intake.tables import Content, Sheet, check_lengths, content
from v6monitor.kept import Kept

_MOST_KEPT = 1_000
_MANY = 32  # new files from which other processes are worth their start
_LIBRARIES = ("pandas", "pyarrow", "python-calamine", "idna")
_CHILD = "from v6monitor.intake.reading import read_ahead_share; read_ahead_share()"


_Reader = Callable[[Content], list[Part] | None]

MEASUREMENTS: tuple[_Reader, ...] = (
    result_tables.canonical,
    result_tables.dashboard,
    result_tables.websiteregister,
    result_tables.batch,
    api.findings,
    api.dashboard,
    api.version_1,
    api.version_2,
)
"""Every form of measurement that is recognised by itself; the first that knows a file reads it."""

LISTS: tuple[_Reader, ...] = (lists.government, lists.read)
"""Forms without results. They come after a mapping, which may say that there are results."""


class Parsed(NamedTuple):
    """What a file holds, and what was wrong with it."""

    digest: str
    """SHA-256 of its bytes."""
    format: str
    table: pd.DataFrame
    """Canonical rows, or addresses where the format is ``api.TECHNICAL``."""
    faults: pd.DataFrame


class Reader:
    """Reads files with the options of one call."""

    def __init__(self, context: Context, mapping: Mapping[str, str], *, keeps: bool) -> None:
        self._context = context
        self._mapping = mapping
        folder = workspace.observations() / ".measurements"
        self._kept = Kept(folder, _MOST_KEPT) if keeps else None

    def read(self, file: File) -> Parsed:
        """Return a file as it was kept, or else parsed; InputError for one that cannot be read."""
        data = read_bytes(file.path, file.name)
        digest = hashlib.sha256(data).hexdigest()
        key = self._key(file.name, digest) if self._kept else ""
        if self._kept and (found := self._kept.get(key)):
            about, tables = found
            return Parsed(digest, about["format"], *tables)
        held = content(file.name, data)
        del data  # hundreds of megabytes, for all that follows
        parsed = Parsed(
            digest, *_parsed(held, self._context._replace(file=file.name), self._mapping)
        )
        if self._kept:
            self._kept.put(key, {"format": parsed.format}, parsed.table, parsed.faults)
        return parsed

    def read_ahead(self, files: Iterable[File]) -> None:
        """Keep what many new files hold, with as many processes as there are cores."""
        new = [file for file in files if self._is_new(file)]
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        if len(new) < _MANY or cores == 1 or not sys.executable:
            return
        with ThreadPoolExecutor() as pool:
            for start in range(1, cores):
                share = [(str(file.path), file.name) for file in new[start::cores]]
                pool.submit(_in_child, json.dumps([self._context, dict(self._mapping), share]))
            self.keep(new[::cores])

    def keep(self, files: Iterable[File]) -> None:
        """Read files for what is kept of them; their errors come when they are read again."""
        for file in files:
            with suppress(InputError):
                self.read(file)

    def _is_new(self, file: File) -> bool:
        if not self._kept or (file.in_folder and is_companion(file.path.name)):
            return False
        with suppress(InputError):
            digest = hashlib.sha256(read_bytes(file.path, file.name)).hexdigest()
            return not self._kept.has(self._key(file.name, digest))
        return False

    def _key(self, name: str, digest: str) -> str:
        facts = [name, digest, self._context, sorted(self._mapping.items()), _code()]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _in_child(task: str) -> None:
    path = os.pathsep.join(filter(None, sys.path))
    subprocess.run(  # noqa: S603 - itself, on files that it reads anyway
        [sys.executable, "-c", _CHILD],
        input=task.encode(),
        env={**os.environ, "PYTHONPATH": path},
        stderr=subprocess.DEVNULL,
        check=False,
    )


def read_ahead_share() -> None:
    """Keep what the files hold that standard input names: the part of another process."""
    context, mapping, files = json.load(sys.stdin)
    reader = Reader(Context(*context), mapping, keeps=True)
    reader.keep(File(Path(path), name) for path, name in files)


@cache
def _code() -> str:
    """Return what says by which code and libraries a file is read."""
    here = Path(__file__).parent
    files = [*sorted(here.glob("*.py")), here.parent / "names.py"]
    source = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    return " ".join([*source, *map(version, _LIBRARIES), sys.version])


def _parsed(
    content: Content, context: Context, mapping: Mapping[str, str]
) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Return the format, rows and faults of a file."""
    faults = Faults(content.name)
    if (addresses := api.addresses(content, context, faults)) is not None:
        return api.TECHNICAL, addresses, faults.table()
    parts = _parts(content, mapping)
    found = [assemble(part, context, faults) for part in parts]
    table = found[0] if len(found) == 1 else pd.concat(found)
    if table.empty:
        raise InputError(_why_empty(content.name, faults.table()))
    for sheet in content.sheets:
        _book(sheet, [part.cells for part in parts if part.sheet == sheet.name], faults)
    return parts[0].format, table, faults.table()


def _parts(content: Content, mapping: Mapping[str, str]) -> list[Part]:
    for reader in MEASUREMENTS:
        if parts := reader(content):
            for part in () if content.sheets else parts:  # tables were checked when they were read
                check_lengths(content.name, part.cells)
            return parts
    if mapping and (parts := lists.read_mapped(content, mapping)):
        return parts
    for reader in LISTS:
        if parts := reader(content):
            return parts
    if not content.sheets:
        raise NoMeasurementError(
            f"{content.name}: is JSON, but no result of Internet.nl's batch API; name one that is"
        )
    labels = ", ".join(label[:40] for label in content.sheets[0].top[0][:8] if label)
    options = next(filter(None, map(lists.suggestion, content.sheets)), "")
    perhaps = f", perhaps {options}" if options else ""
    raise NoMeasurementError(
        f"{content.name}: is a table in a format that v6monitor does not recognise (it begins with "
        f"{labels!r}); say what its columns are with v6monitor intake --map COLUMN=FIELD{perhaps}"
    )


def _book(sheet: Sheet, read: list[pd.DataFrame], faults: Faults) -> None:
    """List what of a sheet was not read, was hidden, or was filled in."""
    rows = sheet.cells.index
    used = rows[np.logical_or.reduce([rows.isin(cells.index) for cells in read] or [rows < 0])]
    if used.empty:
        named = sheet.name or ", ".join(sheet.top[0][:8])
        unread = pd.Series([named], sheet.cells.index[:1], name="sheet")
        faults.add(unread, Reason.NOT_READ, DROPPED)
    hidden = used[used.isin(sheet.hidden)]
    faults.add(pd.Series(sheet.name, hidden, name="sheet", dtype="str"), Reason.HIDDEN, KEPT)
    for column in sorted(sheet.hidden_columns & set(sheet.cells)) if len(used) else ():
        cells = sheet.cells[column]
        faults.add(cells[cells != ""].head(1).rename("column"), Reason.HIDDEN, KEPT)
    merged, beyond = (
        pd.Series(found, name="sheet", dtype="str").loc[lambda cells: cells.index.isin(used)]
        for found in (sheet.merged, sheet.beyond)
    )
    faults.add(merged, Reason.MERGED, CHANGED)
    taken = {
        row
        for cells in read
        for row in cells.index[cells.eq(beyond.reindex(cells.index), axis=0).any(axis=1)]
    }
    faults.add(beyond[~beyond.index.isin(taken)], Reason.BEYOND, DROPPED)


def _why_empty(name: str, faults: pd.DataFrame) -> str:
    if faults.empty:
        return f"{name}: holds a header and no rows; export it again"
    first = faults.iloc[0]
    return (
        f"{name}: none of its {faults['row'].nunique()} rows can be used (row {first['row']}, "
        f"column {first['column']}: {first['reason']}); correct the file"
    )
