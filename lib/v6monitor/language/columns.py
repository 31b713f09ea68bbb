"""Titles, meanings, units and number formats of columns, and names of coded values.

Two tables beside this module hold them in both languages: ``columns.csv`` and ``values.csv``.
"""

import csv
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parent


class Column(NamedTuple):
    """A column of a table, in one language; of an unknown column only the name is filled in."""

    name: str
    title: str
    """The heading of the column."""
    description: str
    unit: str
    """``1`` for a fraction, ``percentage points``, ``days``; empty without a unit."""
    format: str
    """``share``, ``points``, ``difference``, ``days``, or ``text`` for names that are not ours.

    Empty: numbers as they are, codes by their names in ``values.csv``.
    """


@lru_cache(4096)
def column(name: str, code: str) -> Column:
    """Return a column in a language.

    Args:
        name: the column's name in a table.
        code: ``en`` or ``nl``.

    Example:
        >>> column("adoption", "en").title, column("adoption", "nl").format
        ('Share with IPv6', 'share')
    """
    row = _columns().get(name)
    if row is None:
        return Column(name, name, "", "", "")
    title, description = row[f"title_{code}"], row[f"description_{code}"]
    return Column(name, title or name, description, row["unit"], row["format"])


def value_name(value: str, code: str, column: str = "") -> str | None:
    """Return the name of a coded value such as ``exo_direct``; None for a value without one.

    A value that means something else in one column is in ``values.csv`` as ``column.value``.
    """
    row = _values().get(f"{column}.{value}") or _values().get(value)
    return row[code] if row else None


def known_columns() -> list[str]:
    """Return the names of all described columns."""
    return list(_columns())


@cache
def _columns() -> dict[str, dict[str, str]]:
    return _read("columns.csv", "name")


@cache
def _values() -> dict[str, dict[str, str]]:
    return _read("values.csv", "code")


def _read(file: str, key: str) -> dict[str, dict[str, str]]:
    with (_FOLDER / file).open(encoding="utf-8", newline="") as rows:
        return {row[key]: row for row in csv.DictReader(rows)}
