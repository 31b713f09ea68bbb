"""Organisations of domains: registers, joined to a table of domains.

A register is one's own table (``domain, type, organisation, org_id, sector, province``), an
export of organisaties.overheid.nl (CSV with semicolons, such as ``Gemeenten.csv``), or that of
the Register Internetdomeinen Overheid (``exportRIO.xml``).
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.intake.cleaning import CHANGED, DROPPED, Faults, Reason, normalised, split
from v6monitor.intake.files import read_bytes, shown
from v6monitor.intake.sectors import province_in, sector_in
from v6monitor.intake.tables import Sheet, content, labelled, selected

OWNER = ("organisation", "org_id", "sector", "province")
REGISTER = ("domain", "type", *OWNER)
"""Columns of a register: ``type`` is web, mail or "" for both."""

_DUTCH = {
    "domein": "domain",
    "domeinnaam": "domain",
    "url": "domain",
    "website": "domain",
    "organisatie": "organisation",
    "tooi uri": "org_id",
    "tooi": "org_id",
    "organisatietype": "sector",
    "provincie": "province",
}
"""Other labels of the columns of one's own register."""

_EXPORT = {
    "web": "internetpagina's",
    "mail": "e-mail adressen",
    "organisation": "officiële naam",
    "sector": "type",
    "org_id": "tooi uri",
}
"""The labels that an export of organisaties.overheid.nl has for each field."""

_TOOI = r"^https?://identifier\.overheid\.nl/tooi/id/[^/]+/"
"""The prefix of an identifier of the government's register (standaarden.overheid.nl/tooi)."""

_LARGEST = 256 << 20
_ROOT = "RegisterInternetdomeinenOverheid"


class Register(NamedTuple):
    """Organisations by domain, and the faults of the files they were read from."""

    table: pd.DataFrame
    """``REGISTER``, all text: a row per ``domain`` (A-label) and ``type``."""
    faults: pd.DataFrame
    """As of measurements: ``file``, ``row``, ``column``, ``value``, ``reason``, ``done``."""


def read_registers(paths: Iterable[Path]) -> Register:
    """Return several registers as one; an earlier file takes precedence over a later one."""
    registers = [read_register(path) for path in paths]
    if not registers:
        return Register(pd.DataFrame(columns=list(REGISTER), dtype="str"), Faults("").table())
    table = pd.concat([one.table for one in registers]).drop_duplicates(["domain", "type"])
    faults = pd.concat([one.faults for one in registers], ignore_index=True)
    return Register(table.reset_index(drop=True), faults)


def read_register(path: Path) -> Register:
    """Return a register, one's own table or an export of the government, known by its content.

    What is invalid or contradicts a row above is dropped or left out, and listed in ``faults``.
    """
    faults = Faults(path.name)
    rows = _rows(path)
    names = normalised(rows["domain"])
    wrong = names["reason"].ne("")
    faults.add(rows["domain"][wrong], names["reason"][wrong], DROPPED)
    rows = rows.assign(domain=names["domain"])[~wrong]
    kinds = rows["type"].str.lower()
    known = kinds.isin(["", "web", "mail"])
    faults.add(rows["type"][~known], Reason.NO_TYPE, DROPPED)
    rows = rows.assign(type=kinds)[known]
    for column, meaning, reason in (
        ("sector", sector_in, Reason.NO_SECTOR),
        ("province", province_in, Reason.NO_PROVINCE),
    ):
        found = rows[column].map(meaning).astype("str")
        strange = rows[column].ne("") & found.eq("")
        faults.add(rows[column][strange], reason, CHANGED)
        rows = rows.assign(**{column: found})
    rows["org_id"] = rows["org_id"].str.replace(_TOOI, "", regex=True)
    numbered = rows.rename_axis("row").reset_index().drop_duplicates(list(REGISTER))
    rows = numbered.set_index("row")
    twice = rows.duplicated(["domain", "type"])
    faults.add(rows["domain"][twice], Reason.TWO_OWNERS, DROPPED)
    return Register(rows[~twice].reset_index(drop=True), faults.table())


def attach(table: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its empty ``OWNER`` cells filled from a register.

    A name that is not in it is of the organisation that has it with ``www.``, else of that of the
    nearest name above it; a row with a type is for that type only.
    """
    result = table.copy()
    listed = zip(register["domain"], register["type"], strict=True)
    positions = {key: position for position, key in enumerate(listed)}
    keys = table[["domain", "type"]].drop_duplicates()
    found = [_position(domain, kind, positions) for domain, kind in keys.to_numpy()]
    keys["position"] = pd.Series(found, index=keys.index, dtype="Int64")
    merged = table[["domain", "type"]].merge(keys, on=["domain", "type"], how="left")
    owners = register[list(OWNER)].reset_index(drop=True)
    rows = owners.reindex(merged["position"].fillna(-1)).set_axis(table.index)
    for field in OWNER:
        result[field] = result[field].where(result[field] != "", rows[field].fillna(""))
    return result


def organisation_export(sheet: Sheet) -> pd.DataFrame | None:
    """Return an export of organisaties.overheid.nl as written (``_EXPORT``), else None."""
    for number, labels in enumerate(sheet.headers):
        if _EXPORT["web"] in labels and _EXPORT["organisation"] in labels:
            present = {field: label for field, label in _EXPORT.items() if label in labels}
            where = {field: labels.index(label) for field, label in present.items()}
            cells = sheet.fields(number, where)
            return pd.DataFrame({field: cells[field].str.strip() for field in cells})
    return None


def is_unit(export: pd.DataFrame) -> "pd.Series[bool]":
    """Return which rows of an export are units, whose pages are those of the whole."""
    kinds = export.get("sector", export["organisation"])
    return kinds.str.lower().eq("organisatieonderdeel")


def _rows(path: Path) -> pd.DataFrame:
    """Return the rows of a register as they are written: ``REGISTER``; the index is the row."""
    data = read_bytes(path, shown(path.name))
    if data[:100].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return _internet_domains(path.name, data)
    found = content(path.name, data)
    exports = (organisation_export(sheet) for sheet in found.sheets)
    if (export := next((one for one in exports if one is not None), None)) is not None:
        return _pages(export)
    table = labelled(found).rename(columns=_DUTCH)
    table = table.loc[:, ~table.columns.duplicated()]
    if "domain" not in table:
        raise InputError(
            f"{path.name}: is no register (it has {', '.join(table.columns[:8])!r}); name its "
            f"columns {', '.join(REGISTER)}, or take an export of organisaties.overheid.nl"
        )
    return selected(table, REGISTER, ("domain",), path.name)


def _pages(export: pd.DataFrame) -> pd.DataFrame:
    """Return the pages of an export of organisations, without those of units."""
    whole = export[~is_unit(export)].reindex(columns=list(_EXPORT), fill_value="")
    return _register(
        (int(str(row)), page, name, org_id, [kind])
        for row, pages, _, name, kind, org_id in whole.itertuples()
        for page in split(pages.replace(";", "; "))
        if page
    )


def _internet_domains(name: str, data: bytes) -> pd.DataFrame:
    """Return the domains of the Register Internetdomeinen Overheid that were not given up."""
    if len(data) > _LARGEST:
        raise InputError(f"{name}: is larger than 256 MiB; take exportRIO.xml")
    if re.search(rb"<!(DOCTYPE|ENTITY)", data):
        raise InputError(f"{name}: declares entities, as no register does; download it again")
    try:
        root = ET.fromstring(data)  # noqa: S314 - entities were refused above
    except (ET.ParseError, LookupError, ValueError) as error:  # or an encoding that is none
        raise InputError(
            f"{name}: is XML that breaks off or is damaged ({error}); download it again"
        ) from error
    if _local(root.tag) != _ROOT:
        raise InputError(
            f"{name}: is XML of {_local(root.tag)!r}, not of {_ROOT}; take exportRIO.xml"
        )
    bodies = enumerate(root.findall("{*}organisatie"), start=1)
    return _register(
        (number, domain, _text(body, "naam"), _tooi(body), _types(body))
        for number, body in bodies
        for domain in _domains(body)
    )


def _register(rows: Iterable[tuple[int, str, str, str, list[str]]]) -> pd.DataFrame:
    """Return rows of (row, page, organisation, identifier, types) as those of a register."""
    found = [
        (
            row,
            re.sub(r"^(https?://)?www\.", "", page.strip().lower()),
            "",
            name,
            org_id,
            next(filter(None, map(sector_in, kinds)), "overig" if any(kinds) else ""),
            name if "provincie" in map(str.lower, kinds) else "",
        )
        for row, page, name, org_id, kinds in rows
    ]
    return pd.DataFrame(found, columns=["row", *REGISTER]).set_index("row").astype("str")


def _domains(body: ET.Element) -> Iterator[str]:
    """Yield the registered domains and the host names published under them."""
    for path, field in (
        ("{*}domeinnaamregistraties/{*}domeinnaamregistratie", "naam"),
        ("{*}domeinen/{*}domein", "url"),
    ):
        for one in body.findall(path):
            if not _text(one, "opgezegdSinds") and (name := _text(one, field)):
                yield name


def _types(body: ET.Element) -> list[str]:
    return [(one.text or "").strip() for one in body.findall("{*}types/{*}type")]


def _tooi(body: ET.Element) -> str:
    held = (value for name, value in body.attrib.items() if _local(name).endswith("IdentifierTOOI"))
    return next(held, "")


def _text(element: ET.Element, name: str) -> str:
    return (element.findtext(f"{{*}}{name}") or "").strip()


def _local(name: str) -> str:
    """Return a name without its namespace, which changes with the version of the schema."""
    return name.rpartition("}")[2]


def _position(domain: str, kind: str, positions: Mapping[tuple[str, str], int]) -> int | None:
    """Return the row of the register for a domain: its own, with ``www.``, or the nearest above."""
    labels = domain.split(".")
    above = (".".join(labels[start:]) for start in range(1, len(labels) - 1))
    for name in (domain, f"www.{domain}", *above):
        for key in ((name, kind), (name, "")):
            if key in positions:
                return positions[key]
    return None
