"""How do the commands read an observation log and write a table?"""

import argparse
from collections import Counter
from pathlib import Path

import pandas as pd

from v6monitor.dns.log import provenance
from v6monitor.dns.log import read as read_log
from v6monitor.errors import UsageError
from v6monitor.report.exports import safe_csv, write_text
from v6monitor.verdicts.judgement import subjects


def add_arguments(parser: argparse.ArgumentParser, table: str) -> None:
    """Add the log to read and the CSV file to write."""
    parser.add_argument("log", metavar="OBS", type=Path, help="observation log: Parquet or CSV")
    parser.add_argument(
        "--out", metavar=f"{table}.csv", type=Path, required=True, help="CSV file to write"
    )


def read(path: Path) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Return the observations of a log and the (domain, type) pairs that it speaks of."""
    observations = read_log(path)
    return observations, subjects(observations, provenance(path))


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV that is safe to open in a spreadsheet program."""
    try:
        write_text(path, safe_csv(table))
    except OSError as error:
        raise UsageError(
            f"--out {path}: cannot be written ({error.strerror}); name a file in a folder that "
            "you may write to"
        ) from error


def counted(column: "pd.Series[str]") -> str:
    """Return how often each value of a column occurs, the most frequent first: ``5 yes, 2 no``."""
    found = Counter(value or "not asked" for value in column)
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count} {value}" for value, count in ranked) or "none"
