"""Commands about an observation log: verdicts, providers and laggards."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from v6monitor.cli.options import add_out, check_new, writing
from v6monitor.cli.terminal import STDOUT, Parser, Screen, say
from v6monitor.dns.cluster import connected
from v6monitor.dns.log import read_log
from v6monitor.dns.pieces import Pieces, pieces
from v6monitor.dns.shards import Subject
from v6monitor.errors import UsageError
from v6monitor.language import CODES, Language
from v6monitor.mail.advice import in_words
from v6monitor.mail.dependencies import zones_without_ipv4
from v6monitor.mail.laggards import GROUPS
from v6monitor.mail.laggards import laggards as laggard_list
from v6monitor.mail.letters import Letter, letters
from v6monitor.mail.providers import providers as provider_table
from v6monitor.month.measurements import is_synthetic
from v6monitor.pages.exports import safe_lines, write_csv, write_text
from v6monitor.verdicts.evidence import PartialEvidence
from v6monitor.verdicts.judge import judge, subjects

if TYPE_CHECKING:
    from v6monitor.verdicts.evidence import Observations


def verdicts_arguments(parser: Parser) -> None:
    """Add the log to read and the CSV file to write."""
    _add_files(parser, "verdicts")


def verdicts(options: argparse.Namespace) -> int:
    """Write the verdict table; print how many domains have which verdict."""
    table = _together(_each(options, _judged))
    _write(table, options)
    _say(options, table, "domains", ("mail_all", "web", "dns_2"))
    return 0


def providers_arguments(parser: Parser) -> None:
    """Add the log to read and the CSV file to write."""
    _add_files(parser, "providers")


def providers(options: argparse.Namespace) -> int:
    """Write the provider table; print how many domains are of which class."""
    table = _together(_each(options, _provided))
    _write(table.drop(columns="kind"), options)
    _say(options, table, "mail domains", ("class",))
    return 0


def laggards_arguments(parser: Parser) -> None:
    """Add the log to read, the CSV file to write and the language of its sentences."""
    _add_files(parser, "laggards", "v6monitor laggards obs.parquet --out l.csv --letters letters")
    parser.add_argument(
        "--lang", choices=CODES, default="en", help="language of the sentences (default: en)"
    )
    parser.add_argument(
        "--letters",
        metavar="DIR",
        type=Path,
        help="write a letter to each administrator into this folder, in Dutch and English, and "
        "letters.csv and letters.xlsx for a mail merge",
    )


def laggards(options: argparse.Namespace) -> int:
    """Write the laggard list; print how many domains are in which group."""
    if options.letters:
        if options.dask:
            raise UsageError("--letters needs all of a log at once: leave out --dask")
        check_new("--letters", options.letters / "letters.csv", (".csv",), force=options.force)
    whole = _read(options) if options.letters else None  # an administrator has many domains
    tables = _each(options, _listed, whole)
    table = _together(tables)
    _write(in_words(table, Language(options.lang)), options)
    mail = sum(one.attrs["of"] for one in tables)
    _say(options, table, f"of {mail} mail domains", ("group",))
    if whole:
        observations, domains = whole
        paths = zones_without_ipv4(observations, domains)
        written = letters(table, observations=observations, without_ipv4=paths)
        _write_letters(options.letters, written, synthetic=is_synthetic(table))
        noun = "letter" if len(written) == 1 else "letters"
        if not (options.quiet or options.json):
            print(f"{options.letters}: {len(written)} {noun}")
    return 0


def _add_files(parser: Parser, table: str, *examples: str) -> None:
    parser.examples(
        f"v6monitor {table} obs.parquet --out {table}.csv",
        f"v6monitor lookup names.txt --out - | v6monitor {table} - --out -",
        *examples,
    )
    parser.add_argument("log", metavar="OBS", type=Path, help="log: Parquet or CSV; - reads a pipe")
    add_out(parser, f"{table}.csv", "CSV or Parquet file to write; - writes to standard output")
    parser.add_argument(
        "--dask",
        metavar="SCHEDULER",
        help="judge a large log in pieces on the workers of this Dask scheduler, tcp://host:8786, "
        "or local: a worker for each core here; they share the folder of the log",
    )


def _judged(part: "Observations", domains: list[Subject]) -> pd.DataFrame:
    return judge(part, domains=domains)


def _provided(part: "Observations", domains: list[Subject]) -> pd.DataFrame:
    return provider_table(part, domains=_mail(domains))


def _listed(part: "Observations", domains: list[Subject]) -> pd.DataFrame:
    """Return the laggards, and of how many mail domains they are."""
    table = laggard_list(part, providers=_provided(part, domains))
    table.attrs["of"] = len(_mail(domains))
    return table


_KINDS = (".csv", ".parquet")
_Table = Callable[["Observations", list[Subject]], pd.DataFrame]


def _each(
    options: argparse.Namespace,
    table_of: _Table,
    whole: tuple[pd.DataFrame, list[Subject]] | None = None,
) -> list[pd.DataFrame]:
    """Return a table of each piece of a log that is too large for memory, else of the whole."""
    check_new("--out", options.out, _KINDS, force=options.force)
    if options.dask and options.log == STDOUT:
        raise UsageError("--dask judges the pieces of a log in a file: name it instead of -")
    if whole or options.log == STDOUT:
        return [table_of(*(whole or _read(options)))]
    beside = options.log.absolute().parent if options.dask else None  # where all workers see it
    with tempfile.TemporaryDirectory(dir=beside) as folder:
        found = pieces(options.log, Path(folder))
        if found is None:
            return [table_of(*_read(options))]
        numbers = range(len(found))
        if not options.dask:
            return [_of_piece(found, table_of, number) for number in numbers]
        screen = Screen(options)
        try:
            with connected(options.dask) as cluster:
                work = partial(_of_piece, found, table_of)
                return cluster.each(work, numbers, partial(screen.progress, "pieces"))
        finally:
            screen.clear()


def _of_piece(found: Pieces, table_of: _Table, number: int) -> pd.DataFrame:
    piece = found[number]
    return table_of(PartialEvidence(piece.rows, piece.read), piece.subjects)


def _together(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the tables of pieces as that of the whole, which is sorted by group and domain."""
    if len(tables) == 1:
        return tables[0]
    table = pd.concat(tables, ignore_index=True)
    if "group" not in table:
        return table.sort_values("domain", ignore_index=True)
    order = {group: number for number, group in enumerate(GROUPS)}
    return table.sort_values(
        ["group", "domain"],
        key=lambda cells: cells.map(order) if cells.name == "group" else cells,
        ignore_index=True,
    )


def _read(options: argparse.Namespace) -> tuple[pd.DataFrame, list[Subject]]:
    """Return the observations of a log and the (domain, type) pairs that it is about."""
    observations = _standard_input() if options.log == STDOUT else read_log(options.log)
    return observations, subjects(observations)


def _standard_input() -> pd.DataFrame:
    """Return the log that is piped in, Parquet or CSV."""
    content = sys.stdin.buffer.read()
    with tempfile.TemporaryDirectory() as folder:
        suffix = ".parquet" if content.startswith(b"PAR1") else ".csv"
        file = Path(folder) / f"standard-input{suffix}"
        file.write_bytes(content)
        return read_log(file)


def _mail(domains: Sequence[Subject]) -> list[str]:
    return [name for name, kind in domains if kind == "mail"]


def _write(table: pd.DataFrame, options: argparse.Namespace) -> None:
    """Write a table as Parquet, or as CSV that is safe to open in a spreadsheet program."""
    if options.out == STDOUT:
        sys.stdout.writelines(safe_lines(table))
        return
    with writing("--out", options.out):
        if options.out.suffix == ".parquet":
            options.out.parent.mkdir(parents=True, exist_ok=True)
            table.to_parquet(options.out, index=False)
        else:
            write_csv(options.out, table)


def _say(
    options: argparse.Namespace, table: pd.DataFrame, what: str, columns: Sequence[str]
) -> None:
    """Print what a table holds, with counts of some of its columns."""
    counts = {
        name: table[name].replace("", "not asked").value_counts().sort_index().to_dict()
        for name in columns
    }
    lines = [f"{options.out}: {len(table)} {what}"]
    for name, found in counts.items():
        ranked = sorted(found.items(), key=lambda item: -item[1])
        shown = ", ".join(f"{count} {value}" for value, count in ranked) or "none"
        lines.append(f"  {name}: {shown}")
    say(options, {"out": str(options.out), "rows": len(table), **counts}, lines)


def _write_letters(folder: Path, written: Sequence[Letter], *, synthetic: bool) -> None:
    # imported here: tables need nothing of what makes pages
    from v6monitor.pages import letters as pages  # noqa: PLC0415
    from v6monitor.pages import tables  # noqa: PLC0415
    from v6monitor.pages.notices import synthetic_notice  # noqa: PLC0415
    from v6monitor.pages.page import Page  # noqa: PLC0415

    with writing("--letters", folder):
        for code in CODES:
            language = Language(code)
            frame = Page("", language, "", notices=synthetic_notice(synthetic, language))
            for letter in written:
                text = pages.page(letter, frame, CODES)
                write_text(folder / pages.file_of(letter, code, CODES), text)
        tables.write(pages.merge(written), folder, pages.NAME)
