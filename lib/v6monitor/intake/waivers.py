"""Who explained not to comply (comply or explain), for how long, and of which measured domain?

A waiver never changes a state or a share: it is shown beside them.
"""

from pathlib import Path

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.intake import register_files as files
from v6monitor.verdicts.logic import NO, UNKNOWN, YES

COLUMNS = (
    "domain",
    "type",
    "standard",
    "explanation",
    "owner",
    "valid_from",
    "valid_until",
)
TYPES = ("", "web", "mail")
MATCH = ("waiver", "waiver_owner", "waiver_until", "waiver_status")
"""What ``matched`` tells of a row: the explanation, who gave it, its last day, valid or expired."""

_FOREVER = "9999"


def read_waivers(path: Path, standard: str = "IPv6") -> pd.DataFrame:
    """Read who explained not to comply with a standard: columns ``COLUMNS``, all text.

    ``type`` is web, mail or "" for both; the days are YYYY-MM-DD, "" for without limit. A row
    that names no standard speaks of every one; one that names several, such as "IPv6 en IPv4",
    of each. Expired waivers are kept: who uses them says so. An absent file has none.

    InputError for a name, type or day that is none, and for a row without an explanation: such a
    row must not go unnoticed.
    """
    if not path.exists():
        return pd.DataFrame(columns=list(COLUMNS), dtype="str")
    table = files.read(path, COLUMNS, required=("domain", "explanation"))
    table["domain"] = files.domains(path, table["domain"])
    table["type"] = table["type"].str.lower()
    for row, kind in table.loc[~table["type"].isin(TYPES), "type"].items():
        raise InputError(f"{path.name} row {row}: type {kind!r} is not web, mail or empty")
    for row in table.index[table["explanation"].eq("")]:
        raise InputError(f"{path.name} row {row}: explains nothing; write why, or remove it")
    for column in ("valid_from", "valid_until"):
        table[column] = files.dates(path, table[column])
    named = table["standard"].str.contains(rf"\b{standard}\b", case=False, regex=True)
    return table[named | table["standard"].eq("")].reset_index(drop=True)


def matched(rows: pd.DataFrame, waivers: pd.DataFrame, kind: str = "") -> pd.DataFrame:
    """Return the waiver that goes with each row, columns ``MATCH``; the index is that of the rows.

    ``rows`` have ``domain``, ``day`` (YYYY-MM-DD) and, unless ``kind`` is given, ``kind``: web,
    mail or dns (name servers: a waiver for one type does not speak of them). ``waivers`` is what
    ``read_waivers`` returns. ``waiver_status`` is ``valid`` or ``expired`` on the day; a waiver
    that was not given yet counts as none. A valid one goes before an expired one, a longer one
    before a shorter one.
    """
    asked = pd.DataFrame({"domain": rows["domain"], "day": rows["day"]})
    asked["kind"] = kind or rows["kind"]
    asked["place"] = range(len(asked))
    found = asked[asked["domain"].isin(set(waivers["domain"]))].merge(waivers, on="domain")
    speaks = found["type"].isin([""]) | found["type"].eq(found["kind"])
    found = found[speaks & found["valid_from"].le(found["day"])]
    last = found["valid_until"].mask(found["valid_until"].eq(""), _FOREVER)
    found = found.assign(last=last, holds=found["day"].le(last))
    best = found.sort_values(["holds", "last"], ascending=False, kind="stable")
    best = best.drop_duplicates("place").set_index("place")
    told = pd.DataFrame(
        {
            "waiver": best["explanation"],
            "waiver_owner": best["owner"],
            "waiver_until": best["valid_until"],
            "waiver_status": best["holds"].map({True: "valid", False: "expired"}),
        }
    )
    return told.reindex(range(len(rows))).fillna("").astype("str").set_axis(rows.index)


def explain(states: pd.DataFrame, waivers: pd.DataFrame, day: str = "") -> pd.DataFrame:
    """Add ``explained`` to states: whether a waiver was valid, whatever the state is.

    ``states`` have ``domain`` and ``measure`` (or ``type``); a waiver counts on the ``day``, or
    when a row was ``measured_at``. What counts them adds up those without IPv6 only:
    adoption.shares.
    """
    days = states["measured_at"].dt.strftime("%Y-%m-%d") if "measured_at" in states else day
    measure = states["measure"] if "measure" in states else states["type"]
    kind = measure.str.replace("_.*", "", regex=True)
    rows = pd.DataFrame({"domain": states["domain"], "kind": kind, "day": days})
    status = matched(rows, waivers)["waiver_status"]
    return states.assign(explained=status.eq("valid"))


def waiver_list(waivers: pd.DataFrame, states: pd.DataFrame, day: str) -> pd.DataFrame:
    """List the waivers given by a day, expired ones first, each with what was measured.

    ``states`` are those of one month, with ``measure``, ``organisation`` and ``sector``. Returns
    ``domain``, ``type``, ``organisation``, ``sector``, the columns ``MATCH`` and ``state``: of the
    website and the mail that it speaks of, ``no`` when one of them has no IPv6, else ``unknown``
    when of one it could not be told, else ``yes``; ``not_applicable`` when there is nothing to
    test and ``absent`` when it is not on the list.
    """
    given = waivers[waivers["valid_from"].le(day)].reset_index(drop=True)
    last = given["valid_until"].mask(given["valid_until"].eq(""), _FOREVER)
    status = last.ge(day).map({True: "valid", False: "expired"}).astype("str")
    owners = states.drop_duplicates("domain").set_index("domain")[["organisation", "sector"]]
    about = owners.reindex(given["domain"]).fillna("").reset_index(drop=True)
    table = pd.DataFrame(
        {
            "domain": given["domain"],
            "type": given["type"],
            "organisation": about["organisation"],
            "sector": about["sector"],
            "waiver": given["explanation"],
            "waiver_owner": given["owner"],
            "waiver_until": given["valid_until"],
            "waiver_status": status,
            "state": _measured(given, states),
        },
        dtype="str",
    )
    return table.sort_values(["waiver_status", "waiver_until", "domain"], ignore_index=True)


def _measured(waivers: pd.DataFrame, states: pd.DataFrame) -> list[str]:
    tested = states[states["measure"].isin(["web", "mail"])]
    found: dict[str, list[tuple[str, str]]] = {}
    for domain, measure, state in tested[["domain", "measure", "state"]].itertuples(index=False):
        found.setdefault(domain, []).append((measure, state))
    together = []
    for domain, kind in waivers[["domain", "type"]].itertuples(index=False):
        told = {state for measure, state in found.get(domain, []) if kind in {"", measure}}
        order = (NO, UNKNOWN, YES, "not_applicable")
        together.append(next((state for state in order if state in told), "absent"))
    return together
