"""Whose domain is it? Registers joined to the table, sectors, renames and waivers.

Three files speak about the list of domains, each a CSV with a header:

- a register: ``domain, organisation, org_id, sector, province`` and optionally ``type``,
- renames: ``old, new, date``,
- waivers (comply or explain): ``domain, standard, explanation, owner, valid_until``.

Further columns are allowed and left alone.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.names import InvalidNameError, normalise

SECTORS = {
    "rijk": "rijksoverheid ministerie ministeries departement departementen",
    "uitvoeringsorganisatie": "uitvoeringsorganisaties uitvoerder uitvoerders uitvoering "
    "manifestgroep agentschap agentschappen zbo zbos",
    "provincie": "provincies provinciaal",
    "gemeente": "gemeenten gemeentes gemeentelijk",
    "waterschap": "waterschappen hoogheemraadschap hoogheemraadschappen",
    "gemeenschappelijke_regeling": "gemeenschappelijke_regelingen gr grs",
    "overig": "overige",
}
"""The sectors of the canonical table, each with other words for it."""

_WORDS = {word: code for code, words in SECTORS.items() for word in (code, *words.split())}
_OWNER = ("organisation", "org_id", "sector", "province")
_REGISTER = ("domain", "type", *_OWNER)
_RENAMES = ("old", "new", "date")
_WAIVERS = ("domain", "standard", "explanation", "owner", "valid_until")


def sector_in(text: str) -> str:
    """Return the one sector that a list or file name speaks of; "" for none or several.

    >>> sector_in("mailtest_rijk")
    'rijk'
    >>> sector_in("Gemeenschappelijke regelingen 2026")
    'gemeenschappelijke_regeling'
    >>> sector_in("gemeenten en provincies")
    ''
    """
    words = re.findall(r"[a-z]+", text.lower().replace("'", ""))
    pairs = ("_".join(pair) for pair in pairwise(words))
    found = {_WORDS[word] for word in (*words, *pairs) if word in _WORDS}
    return found.pop() if len(found) == 1 else ""


def attach(table: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """Fill what a table with ``domain`` and ``type`` does not say of its domains' owners.

    ``register`` is what ``read_register`` returns. A name that is not in it belongs to the
    nearest name above it that is: ``www.town.example`` to ``town.example``. A row of the register
    with a type speaks of that type only. Cells that are filled stay as they are.
    """
    result = table.copy()
    listed = zip(register["domain"], register["type"], strict=True)
    places = {key: place for place, key in enumerate(listed)}
    keys = table[["domain", "type"]].drop_duplicates()
    found = [_place(domain, kind, places) for domain, kind in keys.to_numpy()]
    keys["place"] = pd.Series(found, index=keys.index, dtype="Int64")
    place = table[["domain", "type"]].merge(keys, on=["domain", "type"], how="left")["place"]
    owners = register[list(_OWNER)].reset_index(drop=True)
    rows = owners.reindex(place.fillna(-1)).set_axis(table.index)
    for field in _OWNER:
        result[field] = result[field].where(result[field] != "", rows[field].fillna(""))
    return result


def read_register(path: Path) -> pd.DataFrame:
    """Read a register: ``domain`` (A-label), ``type`` ("" for both) and the owner's columns.

    InputError for a file without a domain column, a name that is no host name, a sector that is
    not known, and a domain that stands twice with different owners.
    """
    table = _read(path, _REGISTER, required=("domain",))
    table["domain"] = _domains(path, table["domain"])
    for row, kind in table["type"].items():
        if kind not in {"", "web", "mail"}:
            raise InputError(f"{path.name} row {row}: type {kind!r} is not web, mail or empty")
    for row, sector in table["sector"].items():
        if sector and not sector_in(sector):
            raise InputError(
                f"{path.name} row {row}: sector {sector!r} is not one of {', '.join(SECTORS)}"
            )
    table["sector"] = table["sector"].map(sector_in).astype("str")
    table = table.drop_duplicates()
    twice = table[table.duplicated(["domain", "type"])]
    if len(twice):
        raise InputError(
            f"{path.name} row {twice.index[0]}: {twice['domain'].iloc[0]} stands above with "
            "another owner; keep the row that is right"
        )
    return table.reset_index(drop=True)


def read_renames(path: Path, period: str = "") -> dict[str, str]:
    """Read new domains by old domain: mergers and moves up to the end of a month (YYYY-MM).

    An absent file has none. InputError for a name or a date that is none.
    """
    if not path.exists():
        return {}
    table = _read(path, _RENAMES, required=("old", "new"))
    table["old"] = _domains(path, table["old"])
    table["new"] = _domains(path, table["new"])
    dates = _dates(path, table["date"])
    held = table[dates.eq("") | dates.str.slice(0, 7).le(period or "9999")]
    return dict(zip(held["old"], held["new"], strict=True))


def read_waivers(path: Path, standard: str = "IPv6") -> pd.DataFrame:
    """Read who explained not to comply with a standard: a row per domain.

    Columns ``domain``, ``standard``, ``explanation``, ``owner`` and ``valid_until`` (YYYY-MM-DD;
    "" for ever). A row that names no standard speaks of every one. Expired waivers are kept: who
    uses them says so. An absent file has none.
    """
    if not path.exists():
        return pd.DataFrame(columns=list(_WAIVERS), dtype="str")
    table = _read(path, _WAIVERS, required=("domain", "explanation"))
    table["domain"] = _domains(path, table["domain"])
    table["valid_until"] = _dates(path, table["valid_until"])
    meant = table["standard"].str.lower().isin(["", standard.lower()])
    return table[meant].reset_index(drop=True)


def _place(domain: str, kind: str, places: Mapping[tuple[str, str], int]) -> int | None:
    """Return where in the register a domain stands, or else the nearest name above it."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        name = ".".join(labels[start:])
        for key in ((name, kind), (name, "")):
            if key in places:
                return places[key]
    return None


def _read(path: Path, columns: Sequence[str], required: Iterable[str]) -> pd.DataFrame:
    """Read the known columns of a CSV; the index is the row number in the file."""
    try:
        raw = pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skip_blank_lines=False
        )
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check its name") from error
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(
            f"{path.name}: is not a CSV file in UTF-8 with a header; save it as that"
        ) from error
    raw.columns = raw.columns.str.strip().str.lower()
    raw.index = pd.RangeIndex(2, len(raw) + 2)
    table = pd.DataFrame(index=raw.index)
    for column in columns:
        if column not in raw and column in required:
            raise InputError(
                f"{path.name}: has no column {column}, only {', '.join(raw.columns)}; name the "
                f"columns {', '.join(columns)}"
            )
        empty = pd.Series("", index=raw.index, dtype="str")
        table[column] = raw[column].str.strip().fillna("") if column in raw else empty
    return table[(table != "").any(axis=1)]


def _domains(path: Path, column: "pd.Series[str]") -> "pd.Series[str]":
    domains = []
    for row, raw in column.items():
        try:
            domains.append(normalise(raw).domain)
        except InvalidNameError as reason:
            raise InputError(
                f"{path.name} row {row}: {raw!r} is no host name ({reason}); correct it"
            ) from reason
    return pd.Series(domains, index=column.index, dtype="str")


def _dates(path: Path, column: "pd.Series[str]") -> "pd.Series[str]":
    for row, raw in column.items():
        try:
            if raw:
                dt.date.fromisoformat(raw)
        except ValueError as error:
            raise InputError(
                f"{path.name} row {row}: {raw!r} is no date; write it as YYYY-MM-DD"
            ) from error
    return column
