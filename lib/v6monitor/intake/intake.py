"""How do the files of an analyst become one table? Each is read once, whatever its format."""

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from v6monitor.errors import InputError, NoMeasurementError, UsageError
from v6monitor.intake import (
    api,
    dashboard,
    duplicates,
    flat,
    government,
    guesses,
    lists,
    mapped,
    own,
    websiteregister,
)
from v6monitor.intake.about import is_about
from v6monitor.intake.assembly import assemble
from v6monitor.intake.columns import COLUMNS
from v6monitor.intake.content import Content, load
from v6monitor.intake.dates import date_in
from v6monitor.intake.faults import Faults
from v6monitor.intake.files import File, named
from v6monitor.intake.organisations import SECTORS, sector_in
from v6monitor.intake.part import Part
from v6monitor.intake.timing import Context

_Reader = Callable[[Content], list[Part] | None]

MEASUREMENTS: tuple[_Reader, ...] = (
    own.read,
    dashboard.read,
    websiteregister.read,
    flat.read,
    api.version_1,
    api.version_2,
)
"""Every form of measurement that is recognised by itself; the first that knows a file reads it."""

LISTS: tuple[_Reader, ...] = (government.read, lists.read)
"""Forms without results. They come after a mapping, which may say that there are results."""


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


class ReadAlreadyError(InputError):
    """A file holds what another one held: it is passed by."""


def read(  # noqa: PLR0913 - each is an option of the command
    paths: Iterable[str | Path],
    *,
    measured_at: str | None = None,
    sector: str | None = None,
    mapping: Mapping[str, str] | None = None,
    keep_going: bool = False,
    left_out: Collection[Path] = (),
    progress: Callable[[int, int, str], None] | None = None,
) -> Intake:
    """Read measurement files, folders and patterns into one canonical table.

    ``measured_at`` (YYYY-MM-DD) is for files in which nothing says when they were measured;
    ``sector`` goes above what lists and file names say; ``mapping`` tells the field of each
    column (label → field) of a table in a format that is not known. Files in ``left_out`` are
    not read. ``progress`` gets the number of each file, how many there are, and its name. Of two
    rows for the same day, domain and type the first is kept and the other booked, with its list;
    a file that says just what an earlier one said is passed by.

    InputError for a file that cannot be read; with ``keep_going`` the others are read and
    ``errors`` tells, unless nothing is left. UsageError for an option that is not right.
    """
    context = _context(measured_at, sector)
    mapped.check(mapping or {})
    reading = _Reading(context, mapping or {})
    errors = []
    files = named(paths, left_out)
    for number, file in enumerate(files, start=1):
        if progress:
            progress(number, len(files), file.name)
        try:
            reading.add(file)
        except ReadAlreadyError as reason:
            reading.skip(file, str(reason))
        except InputError as error:
            if isinstance(error, NoMeasurementError) and file.in_folder:
                reading.skip(file, str(error))
            else:
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
        self._alike: dict[tuple[object, ...], list[pd.DataFrame]] = {}

    def add(self, file: File) -> None:
        """Read a file; nothing of it is kept when it cannot be read to the end."""
        if file.in_folder and is_about(file.path.name):
            raise NoMeasurementError(f"{file.name}: is about the domains, not a measurement")
        content = load(file.path, file.name)
        earlier = self._seen.setdefault(content.digest, file.name)
        if earlier != file.name:
            raise ReadAlreadyError(f"{file.name}: holds the same bytes as {earlier}; read once")
        faults = Faults(file.name)
        context = self._context._replace(file=file.name)
        parts = _parts(content, self._mapping)
        found = [assemble(part, context, faults) for part in parts]
        table = found[0] if len(found) == 1 else pd.concat(found)
        if table.empty:
            raise InputError(_why_empty(file.name, faults.table()))
        alike = self._alike.setdefault(duplicates.outline(table), [])
        for other in alike:
            if duplicates.same(table, other):
                name = other["file"].iloc[0]
                raise ReadAlreadyError(
                    f"{file.name}: holds the same measurement as {name}; read once"
                )
        self.tables.append(table.assign(file=file.name))
        alike.append(self.tables[-1])
        self._faults.append(faults.table())
        self._files.append((file.name, parts[0].format, len(table), ""))

    def skip(self, file: File, reason: str) -> None:
        """Book a file that is passed by."""
        self._files.append((file.name, "", 0, reason.removeprefix(f"{file.name}: ")))

    def intake(self, errors: tuple[str, ...]) -> Intake:
        """Return all of it as one table with a row per key."""
        if not self.tables:
            raise InputError("no measurement was found; name the files with results of Internet.nl")
        table, twice = duplicates.one_per_key(pd.concat(self.tables))
        faults = _in_order([*self._faults, *twice], [file for file, *_ in self._files])
        files = pd.DataFrame(self._files, columns=["file", "format", "rows", "note"])
        counted = files["file"].map(faults["file"].value_counts()).fillna(0).astype("int64")
        files.insert(3, "faults", counted)
        return Intake(table, faults, files, errors)


def _parts(content: Content, mapping: Mapping[str, str]) -> list[Part]:
    for reader in MEASUREMENTS:
        if parts := reader(content):
            return parts
    if mapping and (parts := mapped.read(content, mapping)):
        return parts
    for reader in LISTS:
        if parts := reader(content):
            return parts
    if not content.sheets:
        raise NoMeasurementError(
            f"{content.name}: is JSON, but no result of Internet.nl's batch API; name one that is"
        )
    labels = ", ".join(label for label in content.sheets[0].row(0)[:8] if label)
    options = next(filter(None, map(guesses.suggestion, content.sheets)), "")
    perhaps = f", perhaps {options}" if options else ""
    raise NoMeasurementError(
        f"{content.name}: is a table without results in a known form (it begins with {labels!r}); "
        f"say what its columns are with --map COLUMN=FIELD{perhaps}"
    )


def _why_empty(name: str, faults: pd.DataFrame) -> str:
    if faults.empty:
        return f"{name}: holds a header and no rows; export it again"
    first = faults.iloc[0]
    return (
        f"{name}: none of its {faults['row'].nunique()} rows can be used (row {first['row']}, "
        f"column {first['column']}: {first['reason']}); correct the file"
    )


def _in_order(faults: list[pd.DataFrame], files: list[str]) -> pd.DataFrame:
    """Return all faults in one table, in the order of the files and of their rows."""
    table = pd.concat(faults)
    order = table["file"].map({file: place for place, file in enumerate(files)})
    ordered = table.assign(order=order).sort_values(["order", "row"], kind="stable")
    return ordered.drop(columns="order").reset_index(drop=True)


def _context(measured_at: str | None, sector: str | None) -> Context:
    day = date_in(measured_at or "")
    if measured_at and day != measured_at:
        raise UsageError(f"measured-at {measured_at!r} is no day; write it as YYYY-MM-DD")
    known = sector_in(sector or "")
    if sector and not known:
        raise UsageError(f"sector {sector!r} is not one of {', '.join(SECTORS)}")
    return Context("", day, known)
