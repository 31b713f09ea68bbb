"""What does any other table hold, when someone says which column is what?"""

from collections.abc import Mapping

import pandas as pd

from v6monitor.errors import UsageError
from v6monitor.intake.columns import COLUMNS, LATER, RESULTS, plain, type_of
from v6monitor.intake.content import Content
from v6monitor.intake.lists import listed
from v6monitor.intake.part import Part
from v6monitor.intake.sheet import Sheet, top

FIELDS = tuple(field for field in COLUMNS if not field.startswith("source_") and field not in LATER)
"""What a column can be mapped to."""

_RESULTS = {*RESULTS["web"], *RESULTS["mail"]}


def check(mapping: Mapping[str, str]) -> None:
    """Raise UsageError for a mapping that no table can be read with."""
    for label, field in mapping.items():
        if field not in FIELDS:
            raise UsageError(
                f"--map {label}={field}: there is no field {field}; choose from {', '.join(FIELDS)}"
            )
    fields = list(mapping.values())
    twice = next((field for field in fields if fields.count(field) > 1), None)
    if twice:
        raise UsageError(f"--map: two columns are mapped to {twice}; map one")
    if mapping and "domain" not in fields:
        raise UsageError("--map: no column is mapped to domain; say which one holds the names")


def read(content: Content, mapping: Mapping[str, str]) -> list[Part] | None:
    """Read a table by a mapping of column labels to fields; None when it lacks a column.

    A table with results for websites and for mail, and no column for the type, is two
    measurements. Without any result it is a list of names.
    """
    wanted = {plain(label): field for label, field in mapping.items()}
    for sheet in content.sheets if wanted else ():
        for number, labels in top(sheet):
            where = {plain(label): at for at, label in reversed(list(enumerate(labels)))}
            if wanted.keys() <= where.keys():
                cells = sheet.cells.iloc[number + 1 :, [where[label] for label in wanted]]
                cells = cells.set_axis(list(wanted.values()), axis=1)
                return _parts(sheet, cells)
    return None


def _parts(sheet: Sheet, cells: pd.DataFrame) -> list[Part]:
    results = [field for field in cells if field in _RESULTS]
    if not results:
        return [listed("mapped", sheet, {"any": cells["domain"]}, cells.drop(columns="domain"))]
    if "type" in cells:
        return [Part("mapped", cells, sheet.name)]
    if not any(field.startswith(("ws_", "mx_")) for field in results):
        raise UsageError(
            "--map: nothing says whether these results are of websites or of mail; map a column "
            "to type, ws_address or mx_address"
        )
    kinds = [only] if (only := type_of(results)) else list(RESULTS)
    parts = []
    for kind in kinds:
        fields = [field for field in cells if field in RESULTS[kind] or field not in _RESULTS]
        parts.append(Part("mapped", cells[fields].assign(type=kind), sheet.name))
    return parts
