"""Renames of domains, by mergers and moves: the accepted ones, and proposals of others."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from v6monitor.errors import InputError
from v6monitor.intake.tables import labelled, load, selected
from v6monitor.intake.waivers import dates, domains
from v6monitor.names import GOVERNMENT, registrable_domain

RENAMES = ("old", "new", "date")
PROPOSALS = (*RENAMES, "type", "organisation", "evidence")
"""``evidence``: same mail servers, same name under another suffix, or only one of the owner."""


def read_renames(path: Path, period: str = "") -> dict[str, str]:
    """Return new domains by old, up to a month; InputError for a wrong name or day, or two new."""
    table = selected(labelled(load(path)), RENAMES, ("old", "new"), path.name)
    table["old"] = domains(path, table["old"])
    table["new"] = domains(path, table["new"])
    days = dates(path, table["date"])
    held = table[days.eq("") | days.str.slice(0, 7).le(period or "9999")]
    held = held.drop_duplicates(["old", "new"])
    for row, old in held.loc[held["old"].duplicated(), "old"].items():
        raise InputError(f"{path.name} row {row}: {old} has another new name above; keep one")
    return dict(zip(held["old"], held["new"], strict=True))


def proposals(
    table: pd.DataFrame, addresses: pd.DataFrame, known: Mapping[str, str]
) -> pd.DataFrame:
    """Return names that a new one may have replaced, columns ``PROPOSALS``; a person decides.

    The old name is gone when the new one of the same type is first measured, and something else
    says that they are one: the same organisation with the same mail servers (``addresses``, of
    technical results), with the same name under another suffix, or with no other name that is
    gone or new; or a name that moved below a suffix of the government. What is ``known``, and what
    fits several new names equally well, is left out.
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
    days = seen.groupby("type")
    gone = seen[seen["last"] < days["last"].transform("max")]
    gone = gone[~gone["domain"].isin(list(known))]
    new = seen[seen["first"] > days["first"].transform("min")]
    hosts = addresses[addresses["server"] == "mx"].groupby("domain")["host"].agg(frozenset)
    by_owner = gone[gone["owner"] != ""].merge(new, on=["type", "owner"], suffixes=("", "_new"))
    by_name = _labelled(gone).merge(
        _moved(_labelled(new)), on=["type", "label"], suffixes=("", "_new")
    )
    columns = ["type", "domain", "domain_new", "last", "first_new", "organisation"]
    parts = [
        by_owner[_mail(by_owner["domain"], hosts).eq(_mail(by_owner["domain_new"], hosts))],
        by_owner[by_owner["domain"].map(_label).eq(by_owner["domain_new"].map(_label))],
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


def _mail(domains: "pd.Series[str]", hosts: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return the mail servers of each domain; NaN, which equals nothing, where none is known."""
    return domains.map(hosts)


def _labelled(names: pd.DataFrame) -> pd.DataFrame:
    return names.assign(label=names["domain"].map(_label).astype("str"))


def _label(name: str) -> str:
    """Return a name without its public suffix: ``www.town.gov.example`` gives ``www.town``."""
    registered = registrable_domain(name)
    return name.removesuffix(registered) + registered.partition(".")[0]


def _moved(names: pd.DataFrame) -> pd.DataFrame:
    """Return those below a suffix of the government."""
    second = names["domain"].str.split(".").str[-2]
    return names[second.isin(GOVERNMENT)]
