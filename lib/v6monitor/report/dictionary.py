"""What do the columns of the published tables hold? A Frictionless data package says it."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from v6monitor.language.columns import column

_TYPES = {"b": "boolean", "i": "integer", "u": "integer", "f": "number"}


class Column(NamedTuple):
    """A column of a table: its name, type of Table Schema, title and meaning, in English."""

    name: str
    type: str
    title: str
    meaning: str


def columns(table: pd.DataFrame) -> list[Column]:
    """Return what the columns of a table hold, in their order."""
    described = [column(str(name), "en") for name in table.columns]
    return [
        Column(one.name, _type(table[one.name].dtype), one.title, one.description)
        for one in described
    ]


def package(period: str, tables: Mapping[str, Iterable[Column]], title: str) -> dict[str, Any]:
    """Return the ``datapackage.json`` of a period: a resource per table's CSV.

    ``tables`` are the columns by the table's name. Follows Data Package and Table Schema 1.0.
    """
    return {
        "profile": "tabular-data-package",
        "name": f"v6monitor-{period}",
        "title": title,
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": name,
                "path": f"tables/{name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": [
                        {"name": c.name, "type": c.type, "title": c.title, "description": c.meaning}
                        for c in held
                    ],
                    "missingValues": [""],
                },
            }
            for name, held in sorted(tables.items())
        ],
    }


def _type(dtype: Any) -> str:
    if isinstance(dtype, pd.DatetimeTZDtype):
        return "datetime"
    return _TYPES.get(dtype.kind, "date" if dtype.kind == "M" else "string")
