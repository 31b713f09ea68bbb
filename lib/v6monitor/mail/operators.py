"""Operators of MX hosts: a table of host name suffixes, looked up longest first."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from v6monitor.errors import InputError
from v6monitor.workspace import REFERENCE, example_folder

NAME = "mail_operators.csv"

KINDS = ("mailbox", "gateway", "shared")
"""Mailbox hosts, gateways that pass mail on, and the IT that public bodies share."""


class Operator(NamedTuple):
    """A row of ``reference/mail_operators.csv``."""

    suffix: str
    operator: str
    kind: str
    country: str
    source: str
    checked_on: str


class Operators:
    """The operators by host name suffix, matched dot by dot, the longest suffix first.

    >>> google = Operator("l.google.com", "Google", "mailbox", "US", "documentation", "2026-05-31")
    >>> Operators([google]).of("aspmx.l.google.com").operator
    'Google'
    >>> Operators([google]).of("notl.google.com") is None
    True
    """

    def __init__(self, rows: Iterable[Operator] = ()) -> None:
        self._by_suffix = {row.suffix: row for row in rows}

    def of(self, host: str) -> Operator | None:
        """Return the operator of a host; None when no suffix of the table fits."""
        labels = host.split(".")
        suffixes = (".".join(labels[start:]) for start in range(len(labels)))
        return next((self._by_suffix[name] for name in suffixes if name in self._by_suffix), None)


def read_operators(paths: str | Path | Iterable[str | Path]) -> Operators:
    """Read operator tables, a later one over an earlier; InputError for a wrong or double row."""
    files = [paths] if isinstance(paths, str | Path) else paths
    return Operators(row for file in files for row in _rows(Path(file)))


def known_operators() -> Operators:
    """Return the package's own table, with the example's operators where that was made."""
    example = example_folder() / NAME
    return read_operators([REFERENCE / NAME, *([example] if example.exists() else [])])


def _rows(path: Path) -> list[Operator]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            found, lines = reader.fieldnames or [], list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as an operator table: {error}") from error
    missing = [column for column in Operator._fields if column not in found]
    if missing:
        raise InputError(
            f"{path}: no column {', '.join(missing)}; an operator table has "
            f"{', '.join(Operator._fields)}: add what is missing"
        )
    rows = [
        Operator(*((line[column] or "").strip() for column in Operator._fields)) for line in lines
    ]
    seen: set[str] = set()
    for number, row in enumerate(rows, start=2):
        where = f"{path}, row {number}"
        if row.kind not in KINDS:
            raise InputError(f"{where}: kind {row.kind!r}; expected one of {', '.join(KINDS)}")
        if not row.suffix or row.suffix != row.suffix.lower().strip("."):
            raise InputError(
                f"{where}: suffix {row.suffix!r}; expected a lower-case name without outer dots"
            )
        if row.suffix in seen:
            raise InputError(f"{where}: suffix {row.suffix!r} occurs twice: keep one of them")
        seen.add(row.suffix)
    return rows
