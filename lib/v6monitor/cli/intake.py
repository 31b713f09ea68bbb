"""``v6monitor intake``: read measurement files into one table and list their faults."""

import argparse
import sys
from pathlib import Path

from v6monitor.errors import InputError, UsageError
from v6monitor.intake import annotations, companions
from v6monitor.intake import cleaning as intake_cleaning
from v6monitor.intake import intake as measurements
from v6monitor.report.exports import safe_csv, write_text

_BESIDE = ("faults", "addresses", "renames")
_LINE = 78  # characters of a progress line, that it stays one
_BLANK = "\r\x1b[K"  # back to the start of the line, and empty it


def intake_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the files to read, what they do not say themselves, and the CSV file to write."""
    parser.add_argument(
        "files", metavar="FILE", nargs="+", help="measurement file, folder or pattern"
    )
    parser.add_argument(
        "--measured-at",
        metavar="YYYY-MM-DD",
        help="day of the measurement, for files in which nothing says so",
    )
    parser.add_argument("--sector", help="sector of all the domains")
    parser.add_argument(
        "--map",
        metavar="COLUMN=FIELD",
        action="append",
        default=[],
        help="what a column of an unknown table holds, such as Website=domain",
    )
    parser.add_argument(
        "--out",
        metavar="canonical.csv",
        type=Path,
        required=True,
        help="CSV file to write; a folder that is not there yet is made",
    )


def intake(options: argparse.Namespace) -> int:
    """Write the canonical table and its faults; print what came in, per file and by reason.

    The other files are read when one cannot be; the exit code is then that of an input error. The
    table to write is not read, also when it is in a folder that is. Registers beside the files give
    the domains their organisations. Renames that the names suggest are written beside the table.
    """
    beside = {name: options.out.with_suffix(f".{name}.csv") for name in _BESIDE}
    _refuse_source(options.files, options.out)
    terminal = sys.stderr.isatty()
    try:
        found = measurements.read_files(
            options.files,
            measured_at=options.measured_at,
            sector=options.sector,
            columns=_mapping(options.map),
            keep_going=True,
            exclude=[options.out, *beside.values()],
            progress=_progress if terminal else None,
        )
    finally:
        if terminal:
            print(_BLANK, end="", file=sys.stderr, flush=True)
    folders = companions.search_path(map(Path, options.files))
    registers = companions.registers(folders)
    found = measurements.join(found, registers)
    known = annotations.read_renames(companions.find("renames", folders))
    proposed = annotations.proposals(found.table, found.addresses, known)
    tables = {"faults": found.faults, "addresses": found.addresses, "renames": proposed}
    try:
        measurements.write(found.table, options.out)
        for name, table in tables.items():
            if len(table) or name == "faults":
                write_text(beside[name], safe_csv(table))
    except OSError as error:
        raise UsageError(
            f"--out {options.out}: cannot be written ({error.strerror}); name a file in a folder "
            "that you may write to"
        ) from error
    _print(found, options.out, beside["faults"])
    if len(found.addresses):
        print(f"{beside['addresses']}: {len(found.addresses)} addresses of servers")
    if len(proposed):
        print(f"{beside['renames']}: {len(proposed)} proposals; copy what is right to renames.csv")
    if registers:
        owned = int(found.table["organisation"].ne("").sum())
        names = ", ".join(file.name for file in registers)
        print(_printable(f"{names}: {owned} of {len(found.table)} rows have an organisation"))
    for sentence in found.errors:
        print(f"v6monitor: {sentence}", file=sys.stderr)
    return InputError.exit_code if found.errors else 0


def _refuse_source(files: list[str], out: Path) -> None:
    if out.exists() and any(Path(file).resolve() == out.resolve() for file in files):
        raise UsageError(f"--out {out}: is a file to read as well; choose another name")


def _mapping(pairs: list[str]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        label, equals, field = pair.rpartition("=")
        if not equals or not label:
            raise UsageError(
                f"--map {pair}: is not COLUMN=FIELD; write for instance Website=domain"
            )
        mapping[label] = field
    return mapping


def _progress(number: int, files: int, name: str) -> None:
    line = f"{number} of {files}: {_printable(name)}"[:_LINE]
    print(f"{_BLANK}{line}", end="", file=sys.stderr, flush=True)


def _print(read: measurements.Intake, out: Path, faults_file: Path) -> None:
    for file, form, rows, faults, note in read.files.itertuples(index=False, name=None):
        summary = f"{form}, {rows} rows, {faults} faults" if form else f"skipped: {note}"
        print(_printable(f"{file}: {summary}"))
    kinds = read.table["type"].value_counts()
    counts = [f"{kinds.get(kind, 0)} {kind}" for kind in ("web", "mail")]
    if listed := int(read.table["measured_at"].isna().sum()):
        counts.append(f"{listed} listed, not measured")
    print(f"{out}: {len(read.table)} rows ({', '.join(counts)})")
    print(f"{faults_file}: {len(read.faults)} faults")
    reasons = intake_cleaning.summary(read.faults)
    for reason, done, count, example in reasons.itertuples(index=False, name=None):
        print(_printable(f"  {count} × {reason} ({done}), such as {example!r}"))


def _printable(text: str) -> str:
    """Return untrusted text without control characters, which a terminal would obey."""
    return "".join(character if character.isprintable() else "?" for character in text)
