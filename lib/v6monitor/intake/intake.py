"""Reading of measurement files into one canonical table, and writing of it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from v6monitor.errors import InputError, NoMeasurementError, UsageError
from v6monitor.intake import api, cleaning, lists
from v6monitor.intake.assembly import Context
from v6monitor.intake.cleaning import KEPT, Faults, Reason, date_in
from v6monitor.intake.columns import COLUMNS
from v6monitor.intake.companions import is_companion
from v6monitor.intake.files import File, expanded
from v6monitor.intake.organisations import attach, read_registers
from v6monitor.intake.reading import Reader
from v6monitor.intake.sectors import SECTORS, sector_in
from v6monitor.intake.states import sources, superseded
from v6monitor.workspace import replacing

_PART = 10_000
"""Rows that are written at once."""


@dataclass(frozen=True, repr=False)
class Intake:
    """What came in: the canonical table, what was wrong with the files, and what they are."""

    table: pd.DataFrame
    """Columns ``COLUMNS``; one row per ``measured_at``, ``domain`` and ``type``."""
    faults: pd.DataFrame
    """``file``, ``row``, ``column``, ``value``, ``reason``, ``done`` (kept, changed, dropped)."""
    files: pd.DataFrame
    """``file``, ``format`` ("" for one that was skipped), ``rows``, ``faults``, ``note``."""
    addresses: pd.DataFrame
    """Servers and whether they answered, by ``api.ADDRESSES``; empty without such files."""
    errors: tuple[str, ...] = ()
    """A sentence for each file that could not be read; empty unless ``keep_going``."""

    def __repr__(self) -> str:
        """Return how much is in it."""
        return f"Intake({len(self.table)} rows, {len(self.faults)} faults)"

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """Yield the table and the faults."""
        yield from (self.table, self.faults)


class _ReadAlreadyError(InputError):
    """A file holds what another one held: it is passed by."""


def read(
    files: str | Path | Iterable[str | Path],
    *,
    measured_at: str | None = None,
    sector: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> Intake:
    r"""Return measurement files, folders and patterns as one canonical table, with its faults.

    The format of each file is recognised by its content. Of two rows for the same day, domain and
    type the first is kept; a file that holds just what an earlier one held is passed by.

    Args:
        files: one or more paths; a folder is read with all below it.
        measured_at: day as YYYY-MM-DD, for files in which nothing says when they were measured.
        sector: of all domains, instead of what lists and file names say, such as ``"gemeente"``.
        columns: field of the canonical table by column label, for a table of an unknown form,
            such as ``{"Website": "domain", "IPv6": "ws_address"}``.

    Returns:
        ``Intake``, with ``table``, ``faults``, ``files`` and ``addresses``.
        ``table`` has the columns of data/README.md: ``measured_at`` (a
        date), ``score`` (0 to 100), ``source_row`` (a number), and else text; one row per
        ``measured_at``, ``domain`` and ``type``. Its ``attrs["source"]`` names the measurements.
        ``faults`` has a row per cell that was changed or doubted and per row that was dropped:
        ``file``, ``row``, ``column``, ``value``, ``reason``, ``done``. ``addresses`` has a row per
        address of a server in technical results: ``measured_at``, ``domain``, ``type``, ``server``
        (ns, ws, mx), ``host``, ``address``, ``reachable`` (yes, no, or "" where that was not
        tested), ``source_file``.

    Raises:
        InputError: for a file that is missing or cannot be read, or when nothing says when it was
            measured.
        UsageError: for a day, sector or field that does not exist.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "own-2026-10-06.csv"
        >>> _ = file.write_text("Website,IPv6\nwww.a.example,ja\nn.v.t.,nee\n")
        >>> found = read(file, columns={"Website": "domain", "IPv6": "ws_address"})
        >>> found
        Intake(1 rows, 1 faults)
        >>> found.table[["measured_at", "domain", "type", "ws_address"]].to_string(index=False)
        'measured_at        domain type ws_address\n 2026-10-06 www.a.example  web     passed'
        >>> found.table.attrs["source"]
        ['measurement 2026-10-06']

    Source: METHOD.md, "Two sources, two series".
    """
    return read_files(files, measured_at=measured_at, sector=sector, columns=columns)


def read_files(  # noqa: PLR0913 - each is an option of the command
    files: str | Path | Iterable[str | Path],
    *,
    measured_at: str | None = None,
    sector: str | None = None,
    columns: Mapping[str, str] | None = None,
    keep_going: bool = False,
    exclude: Collection[Path] = (),
    progress: Callable[[int, int, str], None] | None = None,
) -> Intake:
    """Return what ``read`` does; with ``keep_going`` an unreadable file is one of ``errors``."""
    context = _context(measured_at, sector)
    lists.check_mapping(columns or {})
    errors = []
    found = expanded([files] if isinstance(files, str | Path) else files, exclude)
    reader = Reader(context, columns or {}, keeps=len(found) > 1)
    reader.read_ahead(found)
    reading = _Reading(reader)
    for number, file in enumerate(found, start=1):
        if progress:
            progress(number, len(found), file.name)
        try:
            reading.add(file)
        except _ReadAlreadyError as reason:
            reading.skip(file, str(reason))
        except InputError as error:
            if isinstance(error, NoMeasurementError) and file.in_folder:
                reading.skip(file, str(error))
            else:
                errors.append(str(error))
    if errors and not (keep_going and reading.tables):
        raise InputError("\n".join(errors))
    return reading.batch(tuple(errors))


def join(intake: Intake, registers: Iterable[Path]) -> Intake:
    """Return an intake with its organisations, and with the faults of the registers."""
    register = read_registers(registers)
    faults = pd.concat([intake.faults, register.faults], ignore_index=True)
    faults.attrs = dict(intake.faults.attrs)
    return replace(intake, table=attach(intake.table, register.table), faults=faults)


def text(table: pd.DataFrame) -> str:
    """Return the canonical CSV, every cell as it is, so that ``read`` gives it back."""
    return "".join(_lines(table))


def write(table: pd.DataFrame, path: Path) -> None:
    """Write the canonical CSV, whole or not at all, so that ``read`` gives it back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.writelines(map(str.encode, _lines(table)))


def _lines(table: pd.DataFrame) -> Iterator[str]:
    """Yield the canonical CSV in parts: of many months it is large."""
    for at in range(0, max(len(table), 1), _PART):
        part = table[list(COLUMNS)].iloc[at : at + _PART]
        yield part.to_csv(index=False, header=not at, date_format="%Y-%m-%d", lineterminator="\n")


class _Reading:
    """Accumulates what was read so far."""

    def __init__(self, reader: Reader) -> None:
        self.tables: list[pd.DataFrame] = []
        self._reader = reader
        self._faults: list[pd.DataFrame] = []
        self._addresses = [pd.DataFrame(columns=list(api.ADDRESSES), dtype="str")]
        self._files: list[tuple[str, str, int, str]] = []
        self._seen: dict[str, str] = {}
        self._alike: dict[tuple[object, ...], list[pd.DataFrame]] = {}

    def add(self, file: File) -> None:
        """Read a file; nothing of it is kept when it cannot be read to the end."""
        if file.in_folder and is_companion(file.path.name):
            raise NoMeasurementError(f"{file.name}: is about the domains, not a measurement")
        digest, form, table, faults = self._reader.read(file)
        if earlier := self._seen.get(digest):
            raise _ReadAlreadyError(f"{file.name}: holds the same bytes as {earlier}; read once")
        self._seen[digest] = file.name
        if form == api.TECHNICAL:
            self._addresses.append(table)
            self._faults.append(faults)
            self._files.append((file.name, form, len(table), ""))
            return
        alike = self._alike.setdefault(cleaning.outline(table), [])
        for other in alike:
            if cleaning.same(table, other):
                name = other["file"].iloc[0]
                raise _ReadAlreadyError(
                    f"{file.name}: holds the same measurement as {name}; read once"
                )
        self.tables.append(table.assign(file=file.name))
        alike.append(self.tables[-1])
        self._faults.append(faults)
        self._files.append((file.name, form, len(table), ""))

    def skip(self, file: File, reason: str) -> None:
        """Add a file that is passed by."""
        self._files.append((file.name, "", 0, reason.removeprefix(f"{file.name}: ")))

    def batch(self, errors: tuple[str, ...]) -> Intake:
        """Return all of it as one table with a row per key."""
        if not self.tables:
            passed_by = "".join(f"{name}: {note}\n" for name, *_, note in self._files if note)
            raise InputError(
                f"{passed_by}no measurement was found; name the files with results of Internet.nl, "
                "or a list of domains"
            )
        one = len(self.tables) == 1
        table, twice = cleaning.one_per_key(self.tables[0] if one else pd.concat(self.tables))
        twice += _measured_again(table)
        addresses = pd.concat(self._addresses, ignore_index=True)
        table, filled = api.with_reach(table, addresses)
        twice += filled
        faults = _in_order([*self._faults, *twice], [file for file, *_ in self._files])
        files = pd.DataFrame(self._files, columns=["file", "format", "rows", "note"])
        counted = files["file"].map(faults["file"].value_counts()).fillna(0).astype("int64")
        files.insert(3, "faults", counted)
        table.attrs["source"] = faults.attrs["source"] = sources(table)
        return Intake(table, faults, files, addresses, errors)


def _measured_again(table: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the faults of rows that a newer measurement of the same month replaces."""
    found = []
    for file, rows in table[superseded(table)].groupby("source_file"):
        faults = Faults(str(file))
        faults.add(rows.set_index("source_row")["domain"], Reason.MEASURED_AGAIN, KEPT)
        found.append(faults.table())
    return found


def _in_order(faults: list[pd.DataFrame], files: list[str]) -> pd.DataFrame:
    """Return all faults in one table, in the order of the files and of their rows."""
    table = pd.concat(faults)
    order = table["file"].map({file: number for number, file in enumerate(files)})
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
