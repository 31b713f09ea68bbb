"""Shares and changes of months on disk, for verdict tables that do not fit into memory.

DuckDB counts them (extra ``scale``); the numbers are those of ``shares`` and ``changes``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from v6monitor.analysis.shares import STATES, shares_of_counts
from v6monitor.errors import InputError, UsageError

Files = Mapping[str, str | Path]

_COUNTS = ", ".join(f"count(*) FILTER (state = '{one}') AS {one}" for one in STATES)
_MOVED = "coalesce(old.state, 'absent') AS before, coalesce(new.state, 'absent') AS after"
_PATTERN = frozenset("*?[")  # DuckDB would look for other files


def shares(
    files: Files, *, verdict: str = "web", by: Sequence[str] = (), memory: str = "1GB"
) -> pd.DataFrame:
    """Return the adoption in every month, and of every group in it, with counts and bounds.

    Args:
        files: the verdict table of each month (``YYYY-MM``), as ``v6monitor verdicts`` writes it.
        verdict: the column with the states.
        by: other columns to group by.
        memory: what DuckDB may take, such as ``"1GB"``; the rest goes to a scratch folder.

    Returns:
        A row per month and group, sorted: ``period``, the columns of ``by``, and ``yes``, ``no``,
        ``unknown``, ``not_applicable``, ``applicable``, ``adoption``, ``lower``, ``upper`` and
        ``coverage`` as ``v6monitor.shares`` has them.

    Raises:
        InputError: there is no file, or one that cannot be read, lacks a column or has a domain
            twice.
        UsageError: DuckDB is not installed.

    Example:
        >>> files = {"2026-10": "verdicts-2026-10.parquet"}
        >>> shares(files, verdict="mail_all", by=["mail_class"])  # doctest: +SKIP

    Source:
        METHOD.md, "Shares".
    """
    keys = ", ".join(map(_quoted, by))
    parts = []
    with _database(files, memory) as database:
        for period, file in sorted(files.items()):
            states = _states(database, file, verdict, by)
            part = states.aggregate(f"{keys}{', ' if by else ''}{_COUNTS}", keys).order(keys or "1")
            parts.append(part.df().assign(period=period))
    counts = pd.concat(parts, ignore_index=True)
    return shares_of_counts(counts[["period", *by, *STATES]])


def transitions(files: Files, *, verdict: str = "web", memory: str = "1GB") -> pd.DataFrame:
    """Return how many domains went from which state to which, from each month to the next.

    Args:
        files: the verdict table of each month (``YYYY-MM``), as ``v6monitor verdicts`` writes it.
        verdict: the column with the states.
        memory: what DuckDB may take, such as ``"1GB"``; the rest goes to a scratch folder.

    Returns:
        A row per pair of months that follow each other, and pair of states, sorted: ``earlier``,
        ``period``, ``before``, ``after`` and ``domains``. A domain that is in one month only is
        ``absent`` in the other.

    Raises:
        InputError: there is no file, or one that cannot be read, lacks a column or has a domain
            twice.
        UsageError: DuckDB is not installed.

    Example:
        >>> files = {month: f"verdicts-{month}.parquet" for month in ("2026-09", "2026-10")}
        >>> transitions(files, verdict="mail_all")  # doctest: +SKIP

    Source:
        METHOD.md, "Change".
    """
    columns = ["earlier", "period", "before", "after", "domains"]
    parts = [pd.DataFrame(columns=columns)]
    with _database(files, memory) as database:
        for (earlier, old), (period, new) in pairwise(sorted(files.items())):
            before = _states(database, old, verdict).set_alias("old")
            after = _states(database, new, verdict).set_alias("new")
            both = before.join(after, "old.domain = new.domain", how="outer")
            part = both.select(_MOVED).aggregate("before, after, count(*) AS domains")
            part = part.order("before, after").df()
            parts.append(part.assign(earlier=earlier, period=period)[columns])
    return pd.concat(parts[1:] or parts, ignore_index=True)


@contextmanager
def _database(files: Files, memory: str) -> Iterator[Any]:
    if not files:
        raise InputError("no verdict tables: expected a file for each month")
    try:
        import duckdb  # noqa: PLC0415 - of an extra
    except ImportError as error:
        raise UsageError(
            "tables on disk need DuckDB: install it with pip install 'v6monitor[scale]'"
        ) from error
    with tempfile.TemporaryDirectory() as scratch:
        settings: dict[str, Any] = {
            "memory_limit": memory,
            "temp_directory": scratch,
            "autoinstall_known_extensions": "false",  # it would fetch them
        }
        try:
            with duckdb.connect(config=settings) as database:
                yield database
        except duckdb.Error as error:
            raise InputError(f"tables on disk cannot be counted: {error}") from error


def _states(database: Any, file: str | Path, verdict: str, more: Sequence[str] = ()) -> Any:
    """Return the domains and states of a table, after checking them."""
    path = Path(file)
    kinds = {
        ".parquet": database.read_parquet,
        ".csv": partial(database.read_csv, all_varchar=True),
    }
    if path.suffix not in kinds or not path.is_file() or not _PATTERN.isdisjoint(str(path)):
        raise InputError(
            f"{path}: expected a file that ends in {' or '.join(kinds)}, without *, ? or ["
        )
    table = kinds[path.suffix](str(path))
    if missing := [name for name in ("domain", verdict, *more) if name not in table.columns]:
        raise InputError(f"{path}: has no column {missing[0]}, only {', '.join(table.columns)}")
    wanted = ", ".join(map(_quoted, dict.fromkeys(["domain", *more])))
    states = table.select(f"{wanted}, {_quoted(verdict)} AS state").filter("state <> ''")
    counted = states.aggregate(f"count(*), count(DISTINCT domain), {_COUNTS}")
    ((number, domains, *known),) = counted.fetchall()
    if number != domains:
        raise InputError(f"{path}: has {number - domains} domains more than once; keep one of each")
    if number != sum(known):
        raise InputError(f"{path}: {verdict} has other states than {', '.join(STATES)}")
    return states


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
