"""Which domains do the government's own registers give an organisation?

Two exports of organisaties.overheid.nl: the organisations themselves (CSV with semicolons, such
as ``Gemeenten.csv``), and the Register Internetdomeinen Overheid (``exportRIO.xml``).
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.intake.sectors import sector_in

PAGES = "internetpagina's"
"""The label of the column of web pages, in lower case; only such an export has it."""

_NAME, _TYPE, _ID = "officiële naam", "type", "tooi uri"
_PART = "organisatieonderdeel"
"""The type of a part of an organisation: its pages are those of the whole (MEASUREMENTS §4)."""
_LARGEST = 256 << 20
_ROOT = "RegisterInternetdomeinenOverheid"


def is_xml(path: Path) -> bool:
    """Tell whether a file is XML, by how it begins."""
    try:
        with path.open("rb") as file:
            return file.read(100).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check its name") from error


def organisations(path: Path, table: pd.DataFrame) -> pd.DataFrame:
    """Return the pages of an export of organisations, a row each; the index is the row.

    A cell holds ``https://www.town.example, label: algemeen``, several with semicolons between.
    Parts of organisations are left out.
    """
    for column in (_NAME, _TYPE, _ID):
        if column not in table:
            raise InputError(f"{path.name}: has pages but no column {column!r}; export it again")
    whole = table[table[_TYPE].str.lower() != _PART]
    owners = zip(whole.index, whole[_NAME], whole[_ID], whole[_TYPE], whole[PAGES], strict=True)
    return _table(
        (int(row), page.partition(",")[0], name, org_id, [kind])
        for row, name, org_id, kind, pages in owners
        for page in pages.split(";")
        if page.strip()
    )


def internet_domains(path: Path) -> pd.DataFrame:
    """Return the domains of the Register Internetdomeinen Overheid that were not given up.

    The index counts its organisations. InputError for XML that is something else.
    """
    if path.stat().st_size > _LARGEST:
        raise InputError(f"{path.name}: is larger than 256 MiB; take exportRIO.xml")
    data = path.read_bytes()
    if re.search(rb"<!(DOCTYPE|ENTITY)", data):
        raise InputError(f"{path.name}: declares entities, as no register does; download it again")
    try:
        root = ET.fromstring(data)  # noqa: S314 - entities were refused above
    except ET.ParseError as error:
        raise InputError(
            f"{path.name}: is XML that breaks off or is damaged ({error}); download it again"
        ) from error
    if _local(root.tag) != _ROOT:
        raise InputError(
            f"{path.name}: is XML of {_local(root.tag)!r}, not of {_ROOT}; take exportRIO.xml"
        )
    bodies = enumerate(_children(root, "organisatie"), start=1)
    return _table(
        (number, domain, _text(body, "naam"), _tooi(body), _types(body))
        for number, body in bodies
        for domain in _domains(body)
    )


def _table(rows: Iterable[tuple[int, str, str, str, list[str]]]) -> pd.DataFrame:
    """Return rows of (row, page, organisation, identifier, types) as those of a register.

    A type that is none of the sectors is one of the other bodies.
    """
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
    columns = ["row", "domain", "type", "organisation", "org_id", "sector", "province"]
    return pd.DataFrame(found, columns=columns).set_index("row").astype("str")


def _domains(body: ET.Element) -> Iterator[str]:
    """Give the registered domains and the host names published under them."""
    for group, item, field in (
        ("domeinnaamregistraties", "domeinnaamregistratie", "naam"),
        ("domeinen", "domein", "url"),
    ):
        for holder in _children(body, group):
            for one in _children(holder, item):
                if not _text(one, "opgezegdSinds") and (name := _text(one, field)):
                    yield name


def _types(body: ET.Element) -> list[str]:
    return [
        (one.text or "").strip()
        for holder in _children(body, "types")
        for one in _children(holder, "type")
    ]


def _tooi(body: ET.Element) -> str:
    held = (value for name, value in body.attrib.items() if _local(name).endswith("IdentifierTOOI"))
    return next(held, "")


def _children(element: ET.Element, name: str) -> Iterator[ET.Element]:
    return (child for child in element if _local(child.tag) == name)


def _text(element: ET.Element, name: str) -> str:
    return next(((child.text or "").strip() for child in _children(element, name)), "")


def _local(name: str) -> str:
    """Return a name without its namespace, which changes with the version of the schema."""
    return name.rpartition("}")[2]
