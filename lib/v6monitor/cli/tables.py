"""How do the commands read an observation log and write a table?"""

import argparse
from pathlib import Path

import pandas as pd

from v6monitor.errors import UsageError
from v6monitor.lookups import log
from v6monitor.publish.exports import safe_csv, write_text
from v6monitor.verdicts import subjects


def add_arguments(parser: argparse.ArgumentParser, table: str) -> None:
    """Add the log to read and the CSV file to write."""
    parser.add_argument("log", metavar="OBS", type=Path, help="observation log: Parquet or CSV")
    parser.add_argument(
        "--out", metavar=f"{table}.csv", type=Path, required=True, help="CSV file to write"
    )


def read(path: Path) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Return the observations of a log and the (domain, type) pairs that it speaks of."""
    observations = log.read(path)
    return observations, subjects(observations, log.provenance(path))


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV that is safe to open in a spreadsheet program."""
    try:
        write_text(path, safe_csv(table))
    except OSError as error:
        raise UsageError(
            f"--out {path}: cannot be written ({error.strerror}); name a file in a folder that "
            "you may write to"
        ) from error


def counted(column: pd.Series) -> str:
    """Return how often each value of a column occurs: ``5 yes, 2 no``."""
    return ", ".join(
        f"{count} {value or 'not asked'}" for value, count in column.value_counts().items()
    )
