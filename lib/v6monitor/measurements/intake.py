"""How do the files of an analyst become one table? Each is read once, whatever its format."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from v6monitor.errors import InputError, UsageError
from v6monitor.measurements import api, dashboard, mapped, own, vocabulary, websiteregister
from v6monitor.measurements.assembly import Context, assemble
from v6monitor.measurements.columns import COLUMNS
from v6monitor.measurements.content import Content, load
from v6monitor.measurements.faults import DROPPED, Faults
from v6monitor.measurements.part import Part
from v6monitor.organisations import SECTORS, sector_in

READERS: tuple[Callable[[Content], list[Part] | None], ...] = (
    own.read,
    dashboard.read,
    websiteregister.read,
    api.version_1,
    api.version_2,
)
"""Every format that is recognised by itself; the first that knows a file reads it."""

_KEY = ["measured_at", "domain", "type"]


class Intake(NamedTuple):
    """What came in: the canonical table, what was wrong, and a row per file."""

    table: pd.DataFrame
    """Columns ``COLUMNS``; one row per ``measured_at``, ``domain`` and ``type``."""
    faults: pd.DataFrame
    """``file``, ``row``, ``column``, ``value``, ``reason``, ``done`` (kept, changed, dropped)."""
    files: pd.DataFrame
    """``file``, ``format`` ("" for one that was skipped), ``rows``, ``faults``, ``note``."""
    errors: tuple[str, ...]
    """A sentence for each file that could not be read; empty unless ``keep_going``."""


class SkippedError(InputError):
    """A file holds no measurement, or one that was read already: in a folder it is passed by."""


class _File(NamedTuple):
    path: Path
    name: str
    """As faults and errors call it: below the folder that was given, with forward slashes."""
    in_folder: bool


def read(  # noqa: PLR0913 - each is an option of the command
    paths: Iterable[str | Path],
    *,
    measured_at: str | None = None,
    sector: str | None = None,
    mapping: Mapping[str, str] | None = None,
    keep_going: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Intake:
    """Read measurement files, folders and patterns into one canonical table.

    ``measured_at`` (YYYY-MM-DD) is for files in which nothing says when they were measured;
    ``sector`` goes above what lists and file names say; ``mapping`` tells the field of each
    column (label → field) of a table in a format that is not known. ``progress`` gets the name
    of each file. Of two rows for the same day, domain and type the first is kept and the other
    booked, with its list.

    InputError for a file that cannot be read; with ``keep_going`` the others are read and
    ``errors`` tells, unless nothing is left. UsageError for an option that is not right.
    """
    context = _context(measured_at, sector)
    mapped.check(mapping or {})
    reading = _Reading(context, mapping or {})
    errors = []
    for file in _files(paths):
        if progress:
            progress(file.name)
        try:
            reading.add(file)
        except SkippedError as reason:
            if file.in_folder:
                reading.skip(file, str(reason))
            else:
                errors.append(str(reason))
        except InputError as error:
            errors.append(str(error))
    if errors and not (keep_going and reading.tables):
        raise InputError("; ".join(errors))
    return reading.intake(tuple(errors))


def write(table: pd.DataFrame, path: Path) -> None:
    """Write the canonical CSV: UTF-8, every cell as it is, so that ``read`` gives it back.

    It is made beside its place and moved there when complete.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    table[list(COLUMNS)].to_csv(
        partial, index=False, date_format="%Y-%m-%d", lineterminator="\n", encoding="utf-8"
    )
    partial.replace(path)


class _Reading:
    """Gathers what was read so far."""

    def __init__(self, context: Context, mapping: Mapping[str, str]) -> None:
        self.tables: list[pd.DataFrame] = []
        self._context = context
        self._mapping = mapping
        self._faults: list[pd.DataFrame] = []
        self._files: list[tuple[str, str, int, str]] = []
        self._seen: dict[str, str] = {}

    def add(self, file: _File) -> None:
        """Read a file; nothing of it is kept when it cannot be read to the end."""
        content = load(file.path, file.name)
        earlier = self._seen.setdefault(content.digest, file.name)
        if earlier != file.name:
            raise SkippedError(f"{file.name}: holds the same bytes as {earlier}; read once")
        faults = Faults(file.name)
        context = self._context._replace(file=file.name)
        parts = _parts(content, self._mapping)
        tables = [assemble(part, context, faults) for part in parts]
        if not any(map(len, tables)):
            raise InputError(_why_empty(file.name, faults.table()))
        self.tables += [table.assign(file=file.name) for table in tables]
        self._faults.append(faults.table())
        self._files.append((file.name, parts[0].format, sum(map(len, tables)), ""))

    def skip(self, file: _File, reason: str) -> None:
        """Book a file that is passed by."""
        self._files.append((file.name, "", 0, reason.removeprefix(f"{file.name}: ")))

    def intake(self, errors: tuple[str, ...]) -> Intake:
        """Return all of it as one table with a row per key."""
        if not self.tables:
            raise InputError("no measurement was found; name the files with results of Internet.nl")
        table, twice = _one_per_key(pd.concat(self.tables))
        faults = _in_order([*self._faults, *twice], [file for file, *_ in self._files])
        files = pd.DataFrame(self._files, columns=["file", "format", "rows", "note"])
        counted = files["file"].map(faults["file"].value_counts()).fillna(0).astype("int64")
        files.insert(3, "faults", counted)
        return Intake(table, faults, files, errors)


def _parts(content: Content, mapping: Mapping[str, str]) -> list[Part]:
    if mapping and (parts := mapped.read(content, mapping)):
        return parts
    for reader in READERS:
        if parts := reader(content):
            return parts
    if not content.sheets:
        raise SkippedError(
            f"{content.name}: is JSON, but no result of Internet.nl's batch API; name one that is"
        )
    labels = ", ".join(label for label in content.sheets[0].row(0)[:8] if label)
    raise SkippedError(
        f"{content.name}: is a table without results in a known form (it begins with {labels!r}); "
        "say what its columns are with --map COLUMN=FIELD"
    )


def _why_empty(name: str, faults: pd.DataFrame) -> str:
    if faults.empty:
        return f"{name}: holds a header and no rows; export it again"
    first = faults.iloc[0]
    return (
        f"{name}: none of its {faults['row'].nunique()} rows can be used (row {first['row']}, "
        f"column {first['column']}: {first['reason']}); correct the file"
    )


def _one_per_key(table: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Keep the first row of each key; book the others, saying which row stands for them."""
    twice = table.duplicated(_KEY).to_numpy()
    told = table[[*_KEY, "list", "file"]].rename_axis("row").reset_index()
    pairs = told[twice].merge(told[~twice], on=_KEY, how="left", suffixes=("", "_first"))
    also = (" (list " + pairs["list"] + ")").where(pairs["list"] != pairs["list_first"], "")
    kept = pairs["file_first"] + " row " + pairs["row_first"].astype("str")
    pairs["reason"] = "measured twice that day: kept " + kept + also
    booked = []
    for file, rows in pairs.groupby("file"):
        faults = Faults(str(file))
        by_row = rows.set_index("row")
        faults.add(by_row["domain"], by_row["reason"], DROPPED)
        booked.append(faults.table())
    return table[~twice].drop(columns="file").reset_index(drop=True), booked


def _in_order(faults: list[pd.DataFrame], files: list[str]) -> pd.DataFrame:
    """Return all faults in one table, in the order of the files and of their rows."""
    table = pd.concat(faults)
    order = table["file"].map({file: place for place, file in enumerate(files)})
    ordered = table.assign(order=order).sort_values(["order", "row"], kind="stable")
    return ordered.drop(columns="order").reset_index(drop=True)


def _files(paths: Iterable[str | Path]) -> Iterator[_File]:
    """Give each file that is named, once: files, what is below folders, what a pattern meets."""
    given: set[Path] = set()
    for raw in paths:
        for file in _meant(Path(raw).expanduser()):
            if (real := file.path.resolve()) not in given:
                given.add(real)
                yield file


def _meant(path: Path) -> Iterator[_File]:
    if path.is_dir():
        for found in sorted(path.rglob("*")):
            below = found.relative_to(path)
            if found.is_file() and not any(part.startswith(".") for part in below.parts):
                yield _File(found, below.as_posix(), in_folder=True)
        return
    if path.exists():
        yield _File(path, path.name, in_folder=False)
        return
    met = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
    if not met:
        raise InputError(f"{path}: there is no such file or folder; check its name")
    for found in met:
        yield from _meant(found)


def _context(measured_at: str | None, sector: str | None) -> Context:
    day = vocabulary.date_in(measured_at or "")
    if measured_at and day != measured_at:
        raise UsageError(f"measured-at {measured_at!r} is no day; write it as YYYY-MM-DD")
    known = sector_in(sector or "")
    if sector and not known:
        raise UsageError(f"sector {sector!r} is not one of {', '.join(SECTORS)}")
    return Context("", day, known)
