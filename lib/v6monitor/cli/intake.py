"""``v6monitor intake``: read measurement files into one table and list their faults."""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from v6monitor.cli.options import add_out, check_new, mapping, reading_arguments, writing
from v6monitor.cli.terminal import STDOUT, Parser, Screen, complain, printable, say
from v6monitor.errors import InputError, UsageError
from v6monitor.intake import annotations, companions
from v6monitor.intake import cleaning as intake_cleaning
from v6monitor.intake import intake as measurements
from v6monitor.pages.exports import write_csv

_BESIDE = ("faults", "addresses", "renames")


def intake_arguments(parser: Parser) -> None:
    """Add the files to read, what they do not say themselves, and the CSV file to write."""
    parser.examples(
        "v6monitor intake exports/ --out canonical.csv",
        "v6monitor intake own.csv --map Website=domain --measured-at 2026-10-06 --out own-all.csv",
    )
    parser.add_argument(
        "files", metavar="FILE", nargs="+", help="measurement file, folder or pattern"
    )
    reading_arguments(parser)
    parser.add_argument("--sector", help="sector of all the domains, such as gemeenten")
    add_out(
        parser,
        "canonical.csv",
        "CSV file to write, in a folder that is made if need be; - writes to standard output",
    )


def intake(options: argparse.Namespace) -> int:
    """Write the canonical table and its faults; print what came in, per file and by reason.

    The other files are read when one cannot be; the exit code is then that of an input error. The
    table to write is not read, also when it is in a folder that is. Registers beside the files give
    the domains their organisations. Renames that the names suggest are written beside the table.
    """
    out = options.out
    beside = {name: out.with_suffix(f".{name}.csv") for name in _BESIDE} if out != STDOUT else {}
    _refuse_source(options.files, out)
    check_new("--out", out, (".csv",), force=options.force)
    screen = Screen(options)
    try:
        found = measurements.read_files(
            options.files,
            measured_at=options.measured_at,
            sector=options.sector,
            columns=mapping(options.map),
            keep_going=True,
            exclude=[out, *beside.values()],
            progress=_reading(screen) if screen.watched else None,
        )
    finally:
        screen.clear()
    folders = companions.search_path(map(Path, options.files))
    registers = companions.registers(folders)
    found = measurements.join(found, registers)
    known = annotations.read_renames(companions.find("renames", folders))
    proposed = annotations.proposals(found.table, found.addresses, known)
    tables = {"faults": found.faults, "addresses": found.addresses, "renames": proposed}
    if out == STDOUT:
        sys.stdout.write(measurements.text(found.table))
    else:
        with writing("--out", out):
            measurements.write(found.table, out)
            for name, table in tables.items():
                if len(table) or name == "faults":
                    write_csv(beside[name], table)
    lines = _lines(found, out, beside, len(proposed), registers)
    say(options, _facts(found, out), map(printable, lines))
    for sentence in found.errors:
        complain(sentence)
    return InputError.exit_code if found.errors else 0


def _reading(screen: Screen) -> Callable[[int, int, str], None]:
    return lambda number, files, name: screen.progress(f"reading {name}", number, files)


def _refuse_source(files: list[str], out: Path) -> None:
    if out.exists() and any(Path(file).resolve() == out.resolve() for file in files):
        raise UsageError(f"--out {out}: is a file to read as well; choose another name")


def _facts(read: measurements.Intake, out: Path) -> dict[str, object]:
    return {
        "out": str(out),
        "rows": len(read.table),
        "files": read.files.to_dict("records"),
        "faults": intake_cleaning.summary(read.faults).to_dict("records"),
        "errors": list(read.errors),
    }


def _lines(
    read: measurements.Intake,
    out: Path,
    beside: dict[str, Path],
    proposed: int,
    registers: list[Path],
) -> Iterator[str]:
    for file, form, rows, faults, note in read.files.itertuples(index=False, name=None):
        yield f"{file}: " + (
            f"{form}, {rows} rows, {faults} faults" if form else f"skipped: {note}"
        )
    kinds = read.table["type"].value_counts()
    counts = [f"{kinds.get(kind, 0)} {kind}" for kind in ("web", "mail")]
    if listed := int(read.table["measured_at"].isna().sum()):
        counts.append(f"{listed} listed, not measured")
    yield f"{out}: {len(read.table)} rows ({', '.join(counts)})"
    yield f"{beside.get('faults', 'left out')}: {len(read.faults)} faults"
    reasons = intake_cleaning.summary(read.faults)
    for reason, done, count, example in reasons.itertuples(index=False, name=None):
        yield f"  {count} × {reason} ({done}), such as {example!r}"
    if len(read.addresses) and beside:
        yield f"{beside['addresses']}: {len(read.addresses)} addresses of servers"
    if proposed and beside:
        yield f"{beside['renames']}: {proposed} proposals; copy what is right to renames.csv"
    if registers:
        owned = int(read.table["organisation"].ne("").sum())
        names = ", ".join(file.name for file in registers)
        yield f"{names}: {owned} of {len(read.table)} rows have an organisation"
