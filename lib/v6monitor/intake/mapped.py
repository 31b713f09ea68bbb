"""Tables of an unknown form, read by a mapping of columns, and a suggestion for such a mapping."""

import re
import shlex
from collections.abc import Mapping

import pandas as pd

from v6monitor.errors import UsageError
from v6monitor.intake.assembly import Part
from v6monitor.intake.cleaning import is_name
from v6monitor.intake.columns import COLUMNS, LATER, MAPPED, RESULTS, plain, type_of
from v6monitor.intake.dates import days
from v6monitor.intake.lists import filled, listed, most, seem_names, seem_results
from v6monitor.intake.tables import Content, Sheet, fields

FIELDS = tuple(field for field in COLUMNS if not field.startswith("source_") and field not in LATER)
"""What a column can be mapped to."""

_RESULTS = {*RESULTS["web"], *RESULTS["mail"]}
_SUBJECTS = {
    "mx_address": ("mail", "mx"),
    "ns_address": ("name server", "nameserver", "ns ", "dns"),
    "ws_address": ("web", "www", "site"),
}
"""Words in the label of a column of results that say which address test it is."""


def check(mapping: Mapping[str, str]) -> None:
    """Raise UsageError for a mapping that no table can be read with."""
    for label, field in mapping.items():
        if field not in FIELDS:
            raise UsageError(
                f"column {label!r} is mapped to {field!r}, which is no field; choose from "
                f"{', '.join(FIELDS)}"
            )
    mapped = list(mapping.values())
    twice = next((field for field in mapped if mapped.count(field) > 1), None)
    if twice:
        raise UsageError(f"two columns are mapped to {twice}; map one")
    if mapping and "domain" not in mapped:
        raise UsageError("no column is mapped to domain; map the one that holds the names")


def read(content: Content, mapping: Mapping[str, str]) -> list[Part] | None:
    """Read a table by a mapping of labels to fields, as one or two parts; None: it lacks one."""
    wanted = {plain(label): field for label, field in mapping.items()}
    found = []
    for sheet in content.sheets if wanted else ():
        for labels, body in sheet.headers():
            where = {plain(label): at for at, label in reversed(list(enumerate(labels)))}
            if wanted.keys() <= where.keys():
                chosen = {field: where[label] for label, field in wanted.items()}
                found += _parts(sheet, fields(body, chosen))
                break
    return found or None


def _parts(sheet: Sheet, cells: pd.DataFrame) -> list[Part]:
    results = [field for field in cells if field in _RESULTS]
    if not results:
        return [listed(MAPPED, sheet, {"any": cells["domain"]}, cells.drop(columns="domain"))]
    if "type" in cells:
        return [Part(MAPPED, cells, sheet.name)]
    if not any(field.startswith(("ws_", "mx_")) for field in results):
        raise UsageError(
            "nothing says whether these results are of websites or of mail; map a column to "
            "type, ws_address or mx_address"
        )
    kinds = [only] if (only := type_of(results)) else list(RESULTS)
    parts = []
    for kind in kinds:
        own = [field for field in cells if field in RESULTS[kind] or field not in _RESULTS]
        parts.append(Part(MAPPED, cells[own].assign(type=kind), sheet.name))
    return parts


def suggestion(sheet: Sheet) -> str:
    """Return ``--map`` options for a table of an unknown form, to be pasted; "" for no idea."""
    for labels, body in sheet.headers():
        if any(map(is_name, filter(None, labels))):  # a host name is no header
            return ""
        unique = [at for at, label in enumerate(labels) if label and labels.count(label) == 1]
        found = _recognised({labels[at]: body.iloc[:, at] for at in unique})
        if "domain" in found:
            pairs = (f"{label}={field}" for field, label in found.items())
            return " ".join(f"--map {shlex.quote(pair)}" for pair in pairs)
    return ""


def _recognised(columns: dict[str, "pd.Series[str]"]) -> dict[str, str]:
    """Return the label by field, of the columns in which something can be recognised."""
    results = [label for label, cells in columns.items() if seem_results(cells)]
    others = {label: cells for label, cells in columns.items() if label not in results}
    names = [label for label, cells in others.items() if seem_names(cells)]
    # A measurement is of few days; the moment of each scan, or of a registration, is of many.
    dates = [label for label, cells in others.items() if _seem_days(cells)]
    dates.sort(key=lambda label: others[label].nunique())
    firsts = {"domain": names, "measured_at": dates}
    found = {field: labels[0] for field, labels in firsts.items() if labels}
    by_mail = bool(names) and most("@" in cell for cell in filled(columns[names[0]]))
    default = "mx_address" if by_mail else "ws_address"
    about_ipv6 = [label for label in results if re.search("v6|aaaa", plain(label))]
    for label in about_ipv6 or filter(_test, results):
        found.setdefault(_test(label) or default, label)
    if not _RESULTS & found.keys():  # a date beside names alone is not that of a measurement
        found.pop("measured_at", None)
    return found


def _test(label: str) -> str:
    words = f"{plain(label)} "
    return next(
        (field for field, about in _SUBJECTS.items() if any(word in words for word in about)), ""
    )


def _seem_days(cells: "pd.Series[str]") -> bool:
    """Return whether most filled cells hold a day."""
    return most(day != "" for day in days(pd.Series(filled(cells), dtype="str"))[0])
