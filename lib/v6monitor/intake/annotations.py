"""Annotations of domains that people keep: waivers (comply or explain), and renames.

A waiver never changes a state or a share: it is shown beside them.
"""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.intake.cleaning import date_in
from v6monitor.intake.tables import labelled, load, selected
from v6monitor.language import AMSTERDAM
from v6monitor.names import GOVERNMENT, InvalidNameError, normalise, registrable_domain

WAIVERS = ("domain", "type", "standard", "explanation", "owner", "valid_from", "valid_until")
MATCH = ("waiver", "waiver_owner", "waiver_until", "waiver_status")
"""Columns that ``matched`` adds: explanation, who gave it, last day, and valid or expired."""

_FOREVER = "9999"
_NAMES = {"domain", "old", "new"}
_WORST = ("no", "unknown", "yes", "not_applicable")


def read_waivers(path: Path, standard: str = "IPv6") -> pd.DataFrame:
    """Return the waivers of a standard, columns ``WAIVERS``; InputError names the first wrong cell.

    A row that names no standard is for all of them. Expired waivers are kept: who uses them says
    so.
    """
    table = _rows(path, WAIVERS, ("domain", "explanation"), ("valid_from", "valid_until"))
    table["type"] = table["type"].str.lower()
    for row, kind in table.loc[~table["type"].isin(["", "web", "mail"]), "type"].items():
        raise InputError(f"{path.name} row {row}: type {kind!r} is not web, mail or empty")
    for row in table.index[table["explanation"].eq("")]:
        raise InputError(f"{path.name} row {row}: explains nothing; write why, or remove it")
    named = table["standard"].str.contains(rf"\b{standard}\b", case=False, regex=True)
    return table[named | table["standard"].eq("")].reset_index(drop=True)


def matched(rows: pd.DataFrame, waivers: pd.DataFrame, kind: str = "") -> pd.DataFrame:
    """Return the waiver of each row (``domain``, ``day``, perhaps ``kind``), columns ``MATCH``.

    One not given yet is ignored; a valid one goes before an expired one, a longer before a shorter.
    """
    asked = pd.DataFrame({"domain": rows["domain"], "day": rows["day"]})
    asked["kind"] = kind or rows["kind"]
    asked["position"] = range(len(asked))
    found = asked[asked["domain"].isin(set(waivers["domain"]))].merge(waivers, on="domain")
    applies = found["type"].eq("") | found["type"].eq(found["kind"])
    found = found[applies & found["valid_from"].le(found["day"])]
    last = found["valid_until"].mask(found["valid_until"].eq(""), _FOREVER)
    found = found.assign(last=last, holds=found["day"].le(last))
    best = found.sort_values(["holds", "last"], ascending=False, kind="stable")
    best = best.drop_duplicates("position").set_index("position")
    columns = pd.DataFrame(
        {
            "waiver": best["explanation"],
            "waiver_owner": best["owner"],
            "waiver_until": best["valid_until"],
            "waiver_status": best["holds"].map({True: "valid", False: "expired"}),
        }
    )
    return columns.reindex(range(len(rows))).fillna("").astype("str").set_axis(rows.index)


def explain(states: pd.DataFrame, waivers: pd.DataFrame, day: str = "") -> pd.DataFrame:
    """Return states with ``explained``: whether a waiver was valid on the day, or when measured."""
    explained = states["domain"].isin(waivers["domain"]).to_numpy(bool, copy=True)
    some = states[explained]
    days = some["measured_at"].dt.strftime("%Y-%m-%d") if "measured_at" in some else day
    measure = some["measure"] if "measure" in some else some["type"]
    kind = measure.str.replace("_.*", "", regex=True)
    rows = pd.DataFrame({"domain": some["domain"], "kind": kind, "day": days})
    explained[explained] = matched(rows, waivers)["waiver_status"].eq("valid")
    return states.assign(explained=explained)


def waiver_list(waivers: pd.DataFrame, states: pd.DataFrame, day: str) -> pd.DataFrame:
    """Return the waivers given by a day, expired ones first, with owner, ``MATCH`` and ``state``.

    ``state`` is the worst of what the waiver is for, by the ``states`` of one month; ``absent``
    when the domain is not on the list.
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
        states_of = {state for measure, state in found.get(domain, []) if kind in {"", measure}}
        together.append(next((state for state in _WORST if state in states_of), "absent"))
    return together


LETTERS = ("addressee", "domains", "sent_on", "sent_by", "note")


def read_letters(path: Path) -> pd.DataFrame:
    """Return the letters that were sent, a row per domain: ``LETTERS`` with ``domain`` for domains.

    A row without a day was not sent. InputError for a wrong name or day, or a day in the future.
    """
    table = _rows(path, LETTERS, ("domains", "sent_on"), ("sent_on",))
    today = f"{dt.datetime.now(AMSTERDAM):%Y-%m-%d}"
    for row, day in table.loc[table["sent_on"] > today, "sent_on"].items():
        raise InputError(f"{path.name} row {row}: {day} has yet to come; write the day it was sent")
    sent = table[table["sent_on"] != ""].rename(columns={"domains": "domain"})
    sent["domain"] = sent["domain"].str.replace(r"[,;]", " ", regex=True).str.split()
    sent = sent.explode("domain")
    sent["domain"] = pd.Series(
        [_domain(path, row, raw) for row, raw in sent["domain"].items()], sent.index, dtype="str"
    )
    sent["sent_on"] = pd.to_datetime(sent["sent_on"], format="%Y-%m-%d")
    return sent.reset_index(drop=True)


RENAMES = ("old", "new", "date")
PROPOSALS = (*RENAMES, "type", "organisation", "evidence")
"""``evidence``: same mail servers, same name under another suffix, or only one of the owner."""


def read_renames(path: Path, period: str = "") -> dict[str, str]:
    """Return new domains by old, up to a month; InputError for a wrong name or day, or two new."""
    table = _rows(path, RENAMES, ("old", "new"), ("date",))
    held = table[table["date"].eq("") | table["date"].str.slice(0, 7).le(period or _FOREVER)]
    held = held.drop_duplicates(["old", "new"])
    for row, old in held.loc[held["old"].duplicated(), "old"].items():
        raise InputError(f"{path.name} row {row}: {old} has another new name above; keep one")
    return dict(zip(held["old"], held["new"], strict=True))


def proposals(
    table: pd.DataFrame, addresses: pd.DataFrame, known: Mapping[str, str]
) -> pd.DataFrame:
    """Return names that a new one may have replaced, columns ``PROPOSALS``; a person decides.

    The old name is gone when the new one of its type appears, and something says that they are one:
    ``evidence``. What is ``known``, or fits several new names equally well, is left out.
    """
    tested = table[table["measured_at"].notna()].sort_values("measured_at", kind="stable")
    owner = tested["org_id"].where(tested["org_id"] != "", tested["organisation"])
    seen = (
        tested.assign(owner=owner)
        .groupby(["type", "domain"], as_index=False)
        .agg(
            first=("measured_at", "min"),
            last=("measured_at", "max"),
            owner=("owner", "last"),
            organisation=("organisation", "last"),
        )
    )
    seen["label"] = seen["domain"].map(_label).astype("str")
    days = seen.groupby("type")
    gone = seen[seen["last"] < days["last"].transform("max")]
    gone = gone[~gone["domain"].isin(list(known))]
    new = seen[seen["first"] > days["first"].transform("min")]
    hosts = addresses[addresses["server"] == "mx"].groupby("domain")["host"].agg(frozenset)
    by_owner = gone[gone["owner"] != ""].merge(new, on=["type", "owner"], suffixes=("", "_new"))
    moved = new[new["domain"].str.split(".").str[-2].isin(GOVERNMENT)]
    by_name = gone.merge(moved, on=["type", "label"], suffixes=("", "_new"))
    columns = ["type", "domain", "domain_new", "last", "first_new", "organisation"]
    parts = [
        by_owner[by_owner["domain"].map(hosts).eq(by_owner["domain_new"].map(hosts))],
        by_owner[by_owner["label"].eq(by_owner["label_new"])],
        by_name,
        by_owner[~by_owner.duplicated(["type", "owner"], keep=False)],
    ]
    evidence = ("same mail servers", "same name", "same name", "only one of its organisation")
    found = pd.concat(
        part[columns].assign(evidence=why, order=order)
        for order, (part, why) in enumerate(zip(parts, evidence, strict=True))
    ).reset_index(drop=True)
    found = found[found["last"] < found["first_new"]].sort_values("order", kind="stable")
    best = found["order"].eq(found.groupby(["type", "domain"])["order"].transform("min"))
    single = ~found[best].duplicated(["type", "domain"], keep=False)
    chosen = found[best][single].rename(columns={"domain": "old", "domain_new": "new"})
    chosen["date"] = chosen["first_new"].dt.strftime("%Y-%m-%d")
    chosen = chosen.sort_values(["old", "type"]).drop_duplicates(["old", "new"])
    return chosen[list(PROPOSALS)].reset_index(drop=True)


def _label(name: str) -> str:
    """Return a name without its public suffix: ``www.town.gov.example`` gives ``www.town``."""
    registered = registrable_domain(name)
    return name.removesuffix(registered) + registered.partition(".")[0]


def _rows(
    path: Path, columns: tuple[str, ...], required: tuple[str, ...], days: tuple[str, ...]
) -> pd.DataFrame:
    """Return the columns of such a file, its names as A-labels and its days as YYYY-MM-DD.

    InputError names the first cell that is none.
    """
    table = selected(labelled(load(path)), columns, required, path.name)
    for column in filter(_NAMES.__contains__, columns):
        table[column] = [_domain(path, row, raw) for row, raw in table[column].items()]
    for column in days:
        found = table[column].map(date_in).astype("str")
        for row, raw in table.loc[found.eq("") & table[column].ne(""), column].items():
            raise InputError(f"{path.name} row {row}: {raw!r} is no date; write it as YYYY-MM-DD")
        table[column] = found
    return table.astype("str")  # a file of a header alone too


def _domain(path: Path, row: object, raw: str) -> str:
    try:
        return normalise(raw).domain
    except InvalidNameError as reason:
        raise InputError(
            f"{path.name} row {row}: {raw!r} is not a valid host name ({reason}); correct it"
        ) from reason
