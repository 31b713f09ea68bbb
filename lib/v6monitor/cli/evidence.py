"""Commands about an observation log: verdicts, providers and laggards."""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from v6monitor.cli.explain import writing
from v6monitor.dns.log import read_log
from v6monitor.language import CODES, Language
from v6monitor.mail.advice import in_words
from v6monitor.mail.laggards import laggards as laggard_list
from v6monitor.mail.letters import Letter, letters
from v6monitor.mail.providers import providers as provider_table
from v6monitor.report.exports import safe_csv, write_text
from v6monitor.report.measurements import is_synthetic
from v6monitor.verdicts.judge import judge, subjects


def verdicts_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the log to read and the CSV file to write."""
    _add_files(parser, "verdicts")


def verdicts(options: argparse.Namespace) -> int:
    """Write the verdict table; print how many domains have which verdict."""
    observations, domains = _read(options.log)
    table = judge(observations, domains=domains)
    _write(table, options.out)
    print(f"{options.out}: {len(table)} domains")
    for name in ("mail_all", "web", "dns_2"):
        print(f"  {name}: {_counts(table[name])}")
    return 0


def providers_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the log to read and the CSV file to write."""
    _add_files(parser, "providers")


def providers(options: argparse.Namespace) -> int:
    """Write the provider table; print how many domains are of which class."""
    observations, domains = _read(options.log)
    table = provider_table(observations, domains=_mail(domains))
    _write(table.drop(columns="kind"), options.out)
    print(f"{options.out}: {len(table)} mail domains")
    print(f"  class: {_counts(table['class'])}")
    return 0


def laggards_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the log to read, the CSV file to write and the language of its sentences."""
    _add_files(parser, "laggards")
    parser.add_argument("--lang", choices=CODES, default="en", help="language of the sentences")
    parser.add_argument(
        "--letters",
        metavar="DIR",
        type=Path,
        help="write a letter to each administrator into this folder, in Dutch and English, and "
        "letters.csv and letters.xlsx for a mail merge",
    )


def laggards(options: argparse.Namespace) -> int:
    """Write the laggard list; print how many domains are in which group."""
    observations, domains = _read(options.log)
    known = provider_table(observations, domains=_mail(domains))
    table = laggard_list(observations, providers=known)
    _write(in_words(table, Language(options.lang)), options.out)
    print(f"{options.out}: {len(table)} of {len(known)} mail domains")
    print(f"  group: {_counts(table['group'])}")
    if options.letters:
        written = letters(table, observations=observations)
        _write_letters(options.letters, written, synthetic=is_synthetic(table))
        noun = "letter" if len(written) == 1 else "letters"
        print(f"{options.letters}: {len(written)} {noun}")
    return 0


def _add_files(parser: argparse.ArgumentParser, table: str) -> None:
    parser.add_argument("log", metavar="OBS", type=Path, help="observation log: Parquet or CSV")
    parser.add_argument(
        "--out", metavar=f"{table}.csv", type=Path, required=True, help="CSV file to write"
    )


def _read(path: Path) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Return the observations of a log and the (domain, type) pairs that it is about."""
    observations = read_log(path)
    return observations, subjects(observations)


def _mail(domains: Sequence[tuple[str, str]]) -> list[str]:
    return [name for name, kind in domains if kind == "mail"]


def _write(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV that is safe to open in a spreadsheet program."""
    with writing("--out", path):
        write_text(path, safe_csv(table))


def _write_letters(folder: Path, written: Sequence[Letter], *, synthetic: bool) -> None:
    # imported here: tables need nothing of what makes pages
    from v6monitor.report import letters as pages  # noqa: PLC0415
    from v6monitor.report import tables  # noqa: PLC0415
    from v6monitor.report.pages import synthetic_notice  # noqa: PLC0415

    with writing("--letters", folder):
        for code in CODES:
            notices = synthetic_notice(synthetic, Language(code))
            for letter in written:
                text = pages.page(letter, code, CODES, notices)
                write_text(folder / pages.file_of(letter, code, CODES), text)
        tables.write(pages.merge(written), folder, pages.NAME)


def _counts(column: "pd.Series[str]") -> str:
    """Return how often each value of a column occurs, the most frequent first: ``5 yes, 2 no``."""
    found = Counter(value or "not asked" for value in column)
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count} {value}" for value, count in ranked) or "none"
