"""Published tables: CSV (also for a Dutch Excel), XLSX, JSON, Parquet, and their dictionary.

A cell is data in every form: never a formula or a link to a spreadsheet program.
"""

import datetime as dt
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import xlsxwriter

from v6monitor.charts.chart import slug
from v6monitor.charts.packing import flat, parquet
from v6monitor.language.columns import column
from v6monitor.month import Scope
from v6monitor.pages.exports import safe_csv, write_csv, write_text

FORMS: Mapping[str, str] = {
    "csv": "CSV",
    "nl.csv": "CSV (;)",
    "xlsx": "XLSX",
    "json": "JSON",
    "parquet": "Parquet",
}
"""What follows the name of a table's file, and what the form is called.

``nl.csv`` is for a double click in a Dutch Excel: semicolons, decimal commas and a mark of UTF-8.
"""

PACKAGE = "datapackage.json"

_MADE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # no "made at": the same table, the same bytes
_WIDEST = 60  # characters
_LONGEST_CELL = 32_767  # characters that fit in a cell of a spreadsheet
_TYPES = {"b": "boolean", "i": "integer", "u": "integer", "f": "number"}


class Column(NamedTuple):
    """A column of a table: its name, type of Table Schema, title and meaning, in English."""

    name: str
    type: str
    title: str
    meaning: str


def write(table: pd.DataFrame, folder: Path, name: str) -> None:
    """Write a table in each of the ``FORMS`` into a folder, under a name that ``slug`` allows."""
    file, plain = folder / slug(name), flat(table)
    write_csv(file.with_suffix(".csv"), plain)
    write_text(file.with_suffix(".nl.csv"), "\ufeff" + safe_csv(plain, sep=";", decimal=","))
    records = plain.to_json(orient="records", date_format="iso", force_ascii=False, indent=1)
    write_text(file.with_suffix(".json"), records + "\n")
    file.with_suffix(".parquet").write_bytes(parquet(plain))
    file.with_suffix(".xlsx").write_bytes(_workbook(plain))


def columns(table: pd.DataFrame) -> list[Column]:
    """Return the columns of a table as the dictionary describes them, in their order."""
    described = [column(str(name), "en") for name in table.columns]
    return [
        Column(one.name, _type(table[one.name].dtype), one.title, one.description)
        for one in described
    ]


def package(
    period: str, tables: Mapping[str, Iterable[Column]], *, scope: Scope, synthetic: bool
) -> dict[str, Any]:
    """Return the ``datapackage.json`` of a period: a resource per table's CSV.

    ``tables`` are the columns by the table's name; ``scope`` is what they are narrowed to.
    Follows Data Package and Table Schema 1.0.
    """
    return {
        "profile": "tabular-data-package",
        "name": "-".join(["v6monitor", *map(slug, scope["sectors"]), period]),
        "title": ", ".join(["IPv6 at Dutch government domains", *scope["sectors"], period]),
        "synthetic": synthetic,
        "scope": scope,
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


def _workbook(table: pd.DataFrame) -> bytes:
    """Return a table as XLSX, with what its columns mean on a second sheet.

    No text becomes a formula or a link; numbers and dates are numbers and dates.
    """
    data = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(data, settings | {"default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"created": _MADE})
        bold = book.add_format({"bold": True, "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        formats = {
            kind: book.add_format({"num_format": form})
            for kind, form in (("share", "0.0%"), ("points", "0.00"))
        }
        sheet = book.add_worksheet("data")
        sheet.freeze_panes(1, 1)
        held = [column(str(name), "en") for name in table.columns]
        for at, name in enumerate(map(str, table.columns)):
            cells = [_cell(value) for value in table.iloc[:, at]]
            sheet.write(0, at, name, bold)
            for row, cell in enumerate(cells, start=1):
                if cell is not None:
                    sheet.write(row, at, cell)
            width = max((len(str(cell)) for cell in [name, *cells]), default=0)
            sheet.set_column(at, at, min(width + 2, _WIDEST), formats.get(held[at].format))
        if len(table.columns):
            sheet.autofilter(0, 0, len(table), len(table.columns) - 1)
        meaning = book.add_worksheet("columns")
        meaning.set_column(0, 2, 22)
        meaning.set_column(3, 3, 90, wrapped)
        meaning.write_row(0, 0, Column._fields, bold)
        for row, one in enumerate(columns(table), start=1):
            meaning.write_row(row, 0, one)
    return data.getvalue()


def _cell(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.tz_localize(None).to_pydatetime()  # a spreadsheet knows no zone; ours is UTC
    if isinstance(value, str):
        return value[:_LONGEST_CELL]
    return value.item() if hasattr(value, "item") else value


def _type(dtype: Any) -> str:
    if isinstance(dtype, pd.DatetimeTZDtype):
        return "datetime"
    return _TYPES.get(dtype.kind, "date" if dtype.kind == "M" else "string")
