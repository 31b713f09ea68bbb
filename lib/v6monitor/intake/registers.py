"""Which organisation has a domain? Registers of organisations, joined to a table of domains."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.intake import register_exports as exports
from v6monitor.intake import register_files as files
from v6monitor.intake.provinces import province_in
from v6monitor.intake.sectors import sector_in

if TYPE_CHECKING:
    from v6monitor.intake import Intake

OWNER = ("organisation", "org_id", "sector", "province")
COLUMNS = ("domain", "type", *OWNER)

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

_TOOI = r"^https?://identifier\.overheid\.nl/tooi/id/[^/]+/"
"""What stands before the identifier itself (standaarden.overheid.nl/tooi)."""


class Register(NamedTuple):
    """Who has which domain, and which rows of the files could not be used as they are."""

    table: pd.DataFrame
    """``COLUMNS``, all text: a row per ``domain`` (A-label) and ``type`` ("" for both)."""
    faults: pd.DataFrame
    """As of measurements: ``file``, ``row``, ``column``, ``value``, ``reason``, ``done`` …"""


def read_registers(paths: Iterable[Path]) -> Register:
    """Read registers into one: what an earlier file says of a domain goes before a later one."""
    read = [read_register(path) for path in paths]
    if not read:
        empty = pd.DataFrame(columns=list(COLUMNS), dtype="str")
        return Register(empty, pd.DataFrame(columns=["file"]))
    table = pd.concat([one.table for one in read]).drop_duplicates(["domain", "type"])
    faults = pd.concat([one.faults for one in read], ignore_index=True)
    return Register(table.reset_index(drop=True), faults)


def read_register(path: Path) -> Register:
    """Read a register, recognised by its content.

    One's own table has the columns ``COLUMNS`` (only ``domain`` must be there; Dutch labels will
    do). An export of organisaties.overheid.nl and one of the Register Internetdomeinen Overheid
    give the pages and the domains of every organisation; a name of theirs speaks for what is
    below it too, so ``www.`` is left off. Sectors, provinces and TOOI identifiers are written in
    one way: ``gemeente``, ``Fryslân``, ``gm0344``.

    Names that are none, and rows that contradict one above, are dropped, and unknown types,
    sectors and provinces left out: each is in ``faults``. InputError for a file that is no
    register.
    """
    # imported here: measurements asks this package for sectors while it is imported itself
    from v6monitor.intake.domains import normalised  # noqa: PLC0415
    from v6monitor.intake.faults import CHANGED, DROPPED, Faults  # noqa: PLC0415
    from v6monitor.intake.reasons import Reason  # noqa: PLC0415

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
    numbered = rows.rename_axis("row").reset_index().drop_duplicates(list(COLUMNS))
    rows = numbered.set_index("row")
    twice = rows.duplicated(["domain", "type"])
    faults.add(rows["domain"][twice], Reason.TWO_OWNERS, DROPPED)
    return Register(rows[~twice].reset_index(drop=True), faults.table())


def join(intake: "Intake", registers: Iterable[Path]) -> "Intake":
    """Return what came in with its organisations, and with the faults of the registers."""
    register = read_registers(registers)
    faults = pd.concat([intake.faults, register.faults], ignore_index=True)
    return intake._replace(table=attach(intake.table, register.table), faults=faults)


def attach(table: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """Fill what a table with ``domain`` and ``type`` does not say of its domains' owners.

    ``register`` is the table of a ``Register``. A name that is not in it belongs to whom it is
    with ``www.``, or else to the nearest name above it that is in it: ``desk.town.example`` to
    ``town.example``. A row of the register with a type speaks of that type only. Cells that are
    filled stay as they are.
    """
    result = table.copy()
    listed = zip(register["domain"], register["type"], strict=True)
    places = {key: place for place, key in enumerate(listed)}
    keys = table[["domain", "type"]].drop_duplicates()
    found = [_place(domain, kind, places) for domain, kind in keys.to_numpy()]
    keys["place"] = pd.Series(found, index=keys.index, dtype="Int64")
    place = table[["domain", "type"]].merge(keys, on=["domain", "type"], how="left")["place"]
    owners = register[list(OWNER)].reset_index(drop=True)
    rows = owners.reindex(place.fillna(-1)).set_axis(table.index)
    for field in OWNER:
        result[field] = result[field].where(result[field] != "", rows[field].fillna(""))
    return result


def _rows(path: Path) -> pd.DataFrame:
    """Return the rows of a register as they are written: ``COLUMNS``; the index is the row."""
    if exports.is_xml(path):
        return exports.internet_domains(path)
    table = files.cells(path)
    if exports.PAGES in table:
        return exports.organisations(path, table)
    table = table.rename(columns=_DUTCH)
    table = table.loc[:, ~table.columns.duplicated()]
    if "domain" not in table:
        raise InputError(
            f"{path.name}: is no register (it has {', '.join(table.columns[:8])!r}); name its "
            f"columns {', '.join(COLUMNS)}, or take an export of organisaties.overheid.nl"
        )
    return files.known(path, table, COLUMNS, required=("domain",))


def _place(domain: str, kind: str, places: Mapping[tuple[str, str], int]) -> int | None:
    """Return where in the register a domain stands, with ``www.``, or the nearest name above it."""
    labels = domain.split(".")
    above = (".".join(labels[start:]) for start in range(1, len(labels) - 1))
    for name in (domain, f"www.{domain}", *above):
        for key in ((name, kind), (name, "")):
            if key in places:
                return places[key]
    return None
