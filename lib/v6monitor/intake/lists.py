"""Tables that are not Internet.nl's: lists of domains to be measured, and tables read by a mapping.

A list has names and no results: its rows are not measured, and have no day. It is an export of
organisaties.overheid.nl, a table with a header that is recognised, or one without: names, names
with ``web`` or ``mail`` behind them, or the dashboard's own upload (list, domain, tags).
"""

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from v6monitor.errors import UsageError
from v6monitor.intake.assembly import Fault, Part
from v6monitor.intake.cleaning import CHANGED, DROPPED, Reason, has_day, split
from v6monitor.intake.columns import COLUMNS, LATER, MAPPED, RESULTS, plain, result, type_of
from v6monitor.intake.organisations import is_unit, organisation_export
from v6monitor.intake.sectors import sector_in
from v6monitor.intake.tables import Content, Sheet
from v6monitor.names import is_name

_NAMES = {
    "any": "domain|domein|domains|domeinen|domain name|domeinnaam|url|host|hostname",
    "web": "website|websites|web|site|webadres",
    "mail": "mail|e-maildomein|e-mail domain|mail domain|mail-domein|"
    "e-mail|email|e-mailadres|emailadres|e-mail address|email address|maildomein",
}
"""Labels of columns with names, and which type they are of."""

_OTHERS = {
    "list": "list|lijst|category / list|category|categorie",
    "tags": "tags|type|domain type|labels",
    "organisation": "organisation|organisatie|organization|organization name|agency|name|naam",
    "org_id": "org_id|tooi|tooi uri",
    "sector": "sector|sector/type|organisatietype",
    "province": "province|provincie",
}
_KIND = {label: kind for kind, labels in _NAMES.items() for label in labels.split("|")}
_FIELD = {label: field for field, labels in _OTHERS.items() for label in labels.split("|")}
_BODIES = ("gemeente", "waterschap", "ministerie")
"""Labels of a column with organisations that name the sector as well."""

_UNKNOWN = {"", "?", "unknown", "onbekend", "-"}
_WIDEST = 200  # columns of a table that may be a list
_SEEN = 60  # cells of a column that are looked at
_MOST = 0.8


def government(content: Content) -> list[Part] | None:
    """Read an export of organisaties.overheid.nl, without units; None for another table."""
    parts = []
    for sheet in content.sheets:
        if (export := organisation_export(sheet)) is not None:
            unit = is_unit(export)
            whole = export[~unit]
            names = {kind: whole[kind] for kind in RESULTS if kind in whole}
            part = listed("organisation-export", sheet, names, whole.drop(columns=list(names)))
            dropped = Fault(export["organisation"][unit], Reason.UNIT, DROPPED)
            parts.append(part._replace(faults=(*part.faults, dropped)))
    return parts or None


def read(content: Content) -> list[Part] | None:
    """Read a list of names, each for web and mail unless a column says; None for another table."""
    sheets = map(_without_comments, content.sheets)
    found = [_with_header(sheet) or _without_header(sheet) for sheet in sheets]
    return [part for part in found if part] or None


def listed(
    form: str, sheet: Sheet, names: dict[str, "pd.Series[str]"], about: pd.DataFrame
) -> Part:
    """Return the rows of a list: ``names`` are its columns by type, ``about`` its other fields.

    A column under ``any`` is for the type that ``about`` states, or else for those that have no
    column of their own. A row without any name is kept as one without: it becomes a fault.
    """
    others = [kind for kind in RESULTS if kind not in names] or list(RESULTS)
    parts = []
    for label, cells in names.items():
        rows = about.assign(domain=cells)[cells.str.strip().ne("")]
        for kind in others if label == "any" else [label]:
            stated = rows["type"].str.strip().str.lower() if "type" in rows else ""
            typed = rows.assign(type=stated).replace({"type": {"": kind}})
            parts.append(typed[typed["type"].eq(kind)])
    nameless = pd.concat([cells.str.strip().eq("") for cells in names.values()], axis=1).all(axis=1)
    parts.append(about[nameless].assign(domain="", type=others[0]))
    rows = pd.concat(parts)
    pieces = [split(cell) or [cell] for cell in rows["domain"]]
    several = rows["domain"][[len(found) > 1 for found in pieces]]
    column = pd.Series(pieces, index=rows.index, dtype="object")
    parted = rows.assign(domain=column).explode("domain").sort_index(kind="stable").astype("str")
    once = ~several.reset_index().duplicated().to_numpy()
    split_up = Fault(several[once].rename("domain"), Reason.SPLIT, CHANGED)
    return Part(form, parted, sheet.name, unmeasured="", faults=(split_up,))


def _without_comments(sheet: Sheet) -> Sheet:
    """Return a sheet without the lines that begin with ``# ``, as lookups read a list."""
    said = sheet.cells.iloc[:, 0].str.match(r"#\s*\w")
    return sheet if said.all() else replace(sheet, cells=sheet.cells[~said])


def _with_header(sheet: Sheet) -> Part | None:
    for number, header in enumerate(sheet.headers if sheet.cells.shape[1] <= _WIDEST else ()):
        labels = list(header)
        if _is_upload(labels):
            labels[2] = "tags"
        used = [label for label in labels if label]
        known = [label for label in used if label in {*_KIND, *_FIELD, *_BODIES}]
        ahead = bool(used) and labels[0] in {"domain name", "domeinnaam"}  # others may follow it
        if not any(label in _KIND for label in known) or (2 * len(known) < len(used) and not ahead):
            continue
        if any(map(is_name, used)):  # "a.example,mail" is a row
            return None
        where = {label: at for at, label in reversed([*enumerate(labels)])}
        kinds = {_KIND[label]: label for label in reversed(known) if label in _KIND}
        below = {label: sheet.below(number, at) for label, at in where.items()}
        if any(seem_results(cells) for label, cells in below.items() if label not in known):
            return None
        body = sheet.fields(number, where)
        names = {kind: body[kinds[kind]] for kind in _NAMES if kind in kinds}
        if len(body) and not any(_hold_names(below[label]) for label in kinds.values()):
            return None
        if len(names) == 1 and "web" in names:  # a list of websites: their mail counts too
            names = {"any": names["web"]}
        return listed("list", sheet, names, _about(body))
    return None


def _is_upload(labels: list[str]) -> bool:
    """Return whether a header is the dashboard's, whose third column often has no label."""
    first, second, *rest = [*labels, "", ""]
    return _FIELD.get(first) == "list" and second in _KIND and len(labels) > 2 and not rest[0]  # noqa: PLR2004


def _about(body: pd.DataFrame) -> pd.DataFrame:
    """Return what a list says of its names, under the names of fields."""
    about = pd.DataFrame(index=body.index)
    for label, cells in body.items():
        if label in _FIELD:
            kinds = cells.str.strip().str.lower()
            stated = label == "type" and kinds.isin(["", *RESULTS]).all()
            about["type" if stated else _FIELD[label]] = cells
        elif label in _BODIES:
            about = about.assign(organisation=cells, sector=sector_in(label))
    return about


def _without_header(sheet: Sheet) -> Part | None:
    used = [at for at in range(sheet.cells.shape[1]) if sheet.below(-1, at)]
    width = len(used)
    if width and width <= _WIDEST and seem_names(sheet.below(-1, used[0])):
        types = sheet.cells.iloc[:, used[1:]].apply(lambda column: column.str.strip())
        if width == 1 or (width == 2 and types.isin(["", *RESULTS]).all(axis=None)):  # noqa: PLR2004
            about = types.set_axis(["type"][: width - 1], axis=1)
            return listed("list", sheet, {"any": sheet.cells[used[0]]}, about)
    if width in {2, 3} and seem_names(sheet.below(-1, used[1])):
        fields = dict(zip(("list", "domain", "tags"), used, strict=False))
        cells = sheet.fields(-1, fields)
        return listed("list", sheet, {"any": cells.pop("domain")}, cells)
    return None


def _hold_names(cells: list[str]) -> bool:
    """Return whether there is a name among filled cells, which are no results."""
    found = any(any(map(is_name, split(cell))) for cell in cells[:_SEEN])
    return found and not seem_results(cells)


def seem_names(cells: list[str]) -> bool:
    """Return whether most filled cells hold host names, web addresses or e-mail addresses."""
    return most(any(map(is_name, split(cell))) for cell in cells[:_SEEN])


def seem_results(cells: list[str]) -> bool:
    """Return whether most filled cells hold words for yes and no, or for passed and failed."""
    return most(result(cell) is not None for cell in cells[:_SEEN] if cell not in _UNKNOWN)


def most(answers: Iterable[bool]) -> bool:
    """Return whether most of these are true, and there is one."""
    found = list(answers)
    return bool(found) and sum(found) >= _MOST * len(found)


FIELDS = tuple(field for field in COLUMNS if not field.startswith("source_") and field not in LATER)
"""What a column can be mapped to."""

_RESULTS = {*RESULTS["web"], *RESULTS["mail"]}
_SUBJECTS = {
    "mx_address": ("mail", "mx"),
    "ns_address": ("name server", "nameserver", "ns ", "dns"),
    "ws_address": ("web", "www", "site"),
}
"""Words in the label of a column of results that say which address test it is."""


def check_mapping(mapping: Mapping[str, str]) -> None:
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


def read_mapped(content: Content, mapping: Mapping[str, str]) -> list[Part] | None:
    """Read a table by a mapping of labels to fields, as one or two parts; None: it lacks one."""
    wanted = {plain(label): field for label, field in mapping.items()}
    found = []
    for sheet in content.sheets if wanted else ():
        for number, labels in enumerate(sheet.headers):
            where = {label: at for at, label in reversed([*enumerate(labels)])}
            if wanted.keys() <= where.keys():
                chosen = {field: where[label] for label, field in wanted.items()}
                found += _parts(sheet, sheet.fields(number, chosen))
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
    narrow = sheet.cells.shape[1] <= _WIDEST
    for number, labels in enumerate(sheet.top if narrow else ()):
        if any(map(is_name, filter(None, labels))):  # a host name is no header
            return ""
        unique = [at for at, label in enumerate(labels) if label and labels.count(label) == 1]
        found = _recognised({labels[at]: sheet.below(number, at) for at in unique})
        if "domain" in found:
            pairs = (f"{label}={field}" for field, label in found.items())
            return " ".join(f"--map {shlex.quote(pair)}" for pair in pairs)
    return ""


def _recognised(columns: dict[str, list[str]]) -> dict[str, str]:
    """Return the label by field, of the columns in which something can be recognised."""
    results = [label for label, cells in columns.items() if seem_results(cells)]
    others = {label: cells for label, cells in columns.items() if label not in results}
    names = [label for label, cells in others.items() if seem_names(cells)]
    # A measurement is of few days; the moment of each scan, or of a registration, is of many.
    dates = [label for label, cells in others.items() if most(map(has_day, cells[:_SEEN]))]
    dates.sort(key=lambda label: len(set(others[label])))
    firsts = {"domain": names, "measured_at": dates}
    found = {field: labels[0] for field, labels in firsts.items() if labels}
    by_mail = bool(names) and most("@" in cell for cell in columns[names[0]][:_SEEN])
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
