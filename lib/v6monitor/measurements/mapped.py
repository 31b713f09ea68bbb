"""What does any other table hold, when someone says which column is what?"""

from collections.abc import Mapping

from v6monitor.errors import UsageError
from v6monitor.measurements.columns import COLUMNS, RESULTS, plain, type_of
from v6monitor.measurements.content import Content
from v6monitor.measurements.part import Part
from v6monitor.measurements.sheet import top

FIELDS = tuple(field for field in COLUMNS if not field.startswith("source_"))
"""What a column can be mapped to."""


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
    measurements.
    """
    wanted = {plain(label): field for label, field in mapping.items()}
    for sheet in content.sheets if wanted else ():
        for number, labels in top(sheet):
            where = {plain(label): at for at, label in reversed(list(enumerate(labels)))}
            if not wanted.keys() <= where.keys():
                continue
            cells = sheet.cells.iloc[number + 1 :, [where[label] for label in wanted]]
            cells = cells.set_axis(list(wanted.values()), axis=1)
            if "type" in cells:
                return [Part("mapped", cells, sheet.name)]
            kinds = [only] if (only := type_of(cells.columns)) else list(RESULTS)
            if not only and not any(name[:3] in {"ws_", "mx_"} for name in cells.columns):
                raise UsageError(
                    "--map: nothing says whether these results are of websites or of mail; map a "
                    "column to type, ws_address or mx_address"
                )
            other = {kind: set(RESULTS[kind]) for kind in RESULTS}
            return [
                Part(
                    "mapped",
                    cells[
                        [
                            field
                            for field in cells.columns
                            if field in other[kind] or field not in other["web"] | other["mail"]
                        ]
                    ].assign(type=kind),
                    sheet.name,
                )
                for kind in kinds
            ]
    return None
