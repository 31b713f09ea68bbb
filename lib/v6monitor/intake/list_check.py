"""Checks of the list of domains: what to correct in it, and what changed since last month.

All functions are pure and take canonical tables. A finding is a row of ``FINDINGS``.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from v6monitor.dns.observation import UNKNOWN
from v6monitor.intake.cleaning import Reason
from v6monitor.intake.sectors import sector_in
from v6monitor.intake.states import sources
from v6monitor.language import marked

FINDINGS = ("what", "domain", "type", "list", "file", "row", "detail")
"""``what`` is a code (of ``FIXES`` or ``LIST_CHANGES``); ``domain`` the name, or the text that is
none, or "" when it goes for the whole list; ``file`` and ``row`` where it was read (row 0: in no
file); ``detail`` the other list, name, sector, state, day or number it is about, by code."""

FIXES: Mapping[str, str] = {
    "placeholder": marked("Put the domain name in its place, or remove the row."),
    "not_a_name": marked("Write the plain domain name: letters, digits, hyphens and dots."),
    "nonexistent": marked("Check the spelling; if the domain was given up, remove it."),
    "no_answer": marked("Check again next month; if it persists, tell the organisation."),
    "rewritten": marked("Write the plain domain name, in lower case and one in a cell."),
    "twice": marked("Remove one of the rows: the first one counts."),
    "two_lists": marked("Choose the list that it belongs to: it counts once."),
    "two_sectors": marked("Choose the sector of the organisation that has it."),
    "two_owners": marked("Keep the row with the organisation that has it now."),
    "www_and_bare": marked("Choose the address that the public uses; the other one counts double."),
    "old_name": marked("Put the new name in its place."),
    "new_name_missing": marked("Add the new name to the list, or correct the renames."),
    "no_organisation": marked("Add it to the register, with the organisation that has it."),
    "no_sector": marked("Give it a sector in the register, or put it in a list named after one."),
    "unknown_sector": marked("Write one of the known sectors."),
    "no_province": marked("Give the organisation its province in the register."),
    "unknown_province": marked("Write one of the twelve provinces."),
    "waiver_expired": marked("Ask its owner to comply, or to explain again."),
    "waiver_needless": marked("Remove the explanation: the domain has IPv6, or nothing to test."),
    "waiver_not_listed": marked("Correct the name in waivers.csv, or remove the row."),
}
"""What to correct (names, duplicates, mergers, organisations, waivers), and how."""

LIST_CHANGES = ("renamed", "disappeared", "new")
"""What changed in the list since the measurement before: not wrong by itself."""

_WITH_PROVINCE = ("gemeente", "provincie")

_NOT_A_NAME = (
    *(Reason.ADDRESS, Reason.WHITE_SPACE, Reason.NOT_A_URL),
    *(Reason.UNDERSCORE, Reason.NO_DOT, Reason.NOT_A_NAME),
)
_FAULTS: Mapping[str, str] = {
    **dict.fromkeys(map(str, _NOT_A_NAME), "not_a_name"),
    Reason.PLACEHOLDER: "placeholder",
    Reason.REWRITTEN: "rewritten",
    Reason.SEVERAL_NAMES: "rewritten",
    Reason.SPLIT: "rewritten",
    Reason.MEASURED_TWICE: "twice",
    Reason.LISTED_TWICE: "twice",
    Reason.NO_SECTOR: "unknown_sector",
    Reason.NO_PROVINCE: "unknown_province",
    Reason.TWO_OWNERS: "two_owners",
}


def to_fix(  # noqa: PLR0913 - each is another source of findings
    now: pd.DataFrame,
    faults: pd.DataFrame,
    *,
    renames: Mapping[str, str],
    waivers: pd.DataFrame,
    observations: pd.DataFrame,
    ever: Iterable[str],
) -> pd.DataFrame:
    """Return what is to be corrected, in the order of ``FIXES``; ``ever``: names once listed."""
    parts = [
        _faulty(faults, now),
        _unresolved(now, observations),
        _duplicates(now),
        _merged(now, renames, set(ever)),
        _without_owner(now),
        _waived(waivers),
    ]
    found = _together(parts, tuple(FIXES))
    found.attrs["source"] = [*sources(now), *observations.attrs.get("source", ())]
    return found


def list_changes(
    before: pd.DataFrame, now: pd.DataFrame, renames: Mapping[str, str]
) -> pd.DataFrame:
    """Return the names new, gone or renamed since the month before, of types in both months."""
    parts = []
    for kind in sorted(set(before["type"]) & set(now["type"])):
        then = before[before["type"] == kind].drop_duplicates("domain")
        here = now[now["type"] == kind].drop_duplicates("domain")
        present = set(here["domain"])
        gone = then[~then["domain"].isin(present)]
        successors = [_successor(name, renames, present) for name in gone["domain"]]
        successor = pd.Series(successors, gone.index)
        parts += [
            _findings("renamed", gone[successor != ""], successor[successor != ""]),
            _findings("disappeared", gone[successor == ""]),
            _findings("new", here[~here["domain"].isin(set(then["domain"]) | set(successor))]),
        ]
    found = _together(parts, LIST_CHANGES)
    found.attrs["source"] = [*sources(before), *sources(now)]
    return found


def faults_of_month(faults: pd.DataFrame, history: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return the faults without those of files that hold only other months."""
    others = set(history["source_file"]) - set(now["source_file"])
    kept = faults[~faults["file"].isin(others)]
    return kept.assign(row=pd.to_numeric(kept["row"])).reset_index(drop=True)


def _faulty(faults: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return the faults that are errors of the list; of a register, what concerns the list."""
    head = faults["reason"].str.replace(r"(?s): .*", "", regex=True)
    particulars = faults["reason"].str.replace(r"(?s)^.*?(: |$)", "", regex=True)
    found = faults.assign(what=head.map(_FAULTS), domain=faults["value"], type="", list="")
    own = found["file"].isin(set(now["source_file"]))
    shared = found["what"].isin(["unknown_sector", "unknown_province"])
    shared |= found["what"].eq("two_owners") & found["domain"].isin(set(now["domain"]))
    found["what"] = found["what"].where(own | shared)
    twice = found["what"].eq("twice")
    found["detail"] = head.where(found["what"].eq("not_a_name"), "").mask(twice, particulars)
    found["list"] = particulars.str.extract(r" \((.+)\)$")[0].fillna("").where(twice, "")
    elsewhere = twice & found["list"].ne("")
    return pd.concat([found[found["what"].notna() & ~elsewhere], _elsewhere(found[elsewhere], now)])


def _elsewhere(found: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return names that are in a second list, and those whose lists are of two sectors."""
    kept = now.drop_duplicates("domain").set_index("domain")[["list", "sector"]]
    kept = kept.reindex(found["domain"]).fillna("").set_axis(found.index)
    sector = found["list"].map(sector_in).astype("str")
    split = sector.ne("") & kept["sector"].ne("") & sector.ne(kept["sector"])
    lists = found.assign(what="two_lists", detail=kept["list"] + ", " + found["list"])
    sectors = found.assign(what="two_sectors", detail=kept["sector"] + ", " + sector)
    return pd.concat([lists, sectors[split]])


def _unresolved(now: pd.DataFrame, observations: pd.DataFrame) -> pd.DataFrame:
    """Return the names that do not exist, or whose lookups all failed."""
    parts = []
    for kind, qtypes in (("web", ("A", "AAAA")), ("mail", ("MX",))):
        listed = now[now["type"] == kind].drop_duplicates("domain")
        asked = observations[observations["qtype"].isin(qtypes)]
        asked = asked[asked["qname"].isin(set(listed["domain"]))]
        nowhere = asked.loc[asked["outcome"] == "nxdomain", "qname"]
        answers = asked.assign(failed=asked["outcome"].isin(UNKNOWN)).groupby("qname")
        outcome = answers["outcome"].first()[answers["failed"].all()]
        failed_all = listed[listed["domain"].isin(outcome.index)]
        parts += [
            _findings("nonexistent", listed[listed["domain"].isin(set(nowhere))]),
            _findings("no_answer", failed_all, failed_all["domain"].map(outcome)),
        ]
    return pd.concat(parts)


def _duplicates(now: pd.DataFrame) -> pd.DataFrame:
    """Return names in two lists or sectors, and websites listed with and without ``www.``."""
    lists = _several(now, ["domain", "type"], "list")
    sectors = _several(now, ["domain"], "sector")
    web = now[now["type"] == "web"].drop_duplicates("domain")
    bare = web["domain"].str.removeprefix("www.")
    both = bare.ne(web["domain"]) & bare.isin(set(web["domain"]))
    return pd.concat(
        [
            _findings("two_lists", lists, lists["several"]),
            _findings("two_sectors", sectors, sectors["several"]),
            _findings("www_and_bare", web[both], bare[both]),
        ]
    )


def _several(now: pd.DataFrame, keys: list[str], column: str) -> pd.DataFrame:
    """Return the first row of each key for which a column differs: all values in ``several``."""
    values = now.loc[now[column] != "", [*keys, column]].drop_duplicates()
    values = values[values.duplicated(keys, keep=False)].sort_values(column)
    found = values.groupby(keys)[column].agg(", ".join).rename("several").reset_index()
    return now.drop_duplicates(keys).merge(found, on=keys)


def _merged(now: pd.DataFrame, renames: Mapping[str, str], ever: set[str]) -> pd.DataFrame:
    """Return old names that are still listed, and new ones that are not listed yet."""
    old = now[now["domain"].isin(list(renames))].drop_duplicates(["domain", "type"])
    present = set(now["domain"])
    missing = [
        {"what": "new_name_missing", "domain": new, "detail": name}
        for name, new in renames.items()
        if name in ever and name not in present and not _successor(name, renames, present)
    ]
    successor = old["domain"].map(dict(renames))
    return pd.concat([_findings("old_name", old, successor), pd.DataFrame(missing)])


def _without_owner(now: pd.DataFrame) -> pd.DataFrame:
    """Return the names without organisation; one finding when that goes for the whole list."""
    one = now.drop_duplicates(["domain", "type"])
    parts = []
    for what, column in (
        ("no_organisation", "organisation"),
        ("no_sector", "sector"),
        ("no_province", "province"),
    ):
        meant = one[one["sector"].isin(_WITH_PROVINCE)] if column == "province" else one
        without = meant[meant[column] == ""]
        if len(meant) and len(without) == len(meant):
            whole = {"what": what, "domain": "", "detail": str(len(meant))}
            parts.append(pd.DataFrame([whole]))
        else:
            parts.append(_findings(what, without))
    return pd.concat(parts)


def _waived(waivers: pd.DataFrame) -> pd.DataFrame:
    """Return waivers that have expired, serve no purpose, or are for names not on the list."""
    what = pd.Series("", index=waivers.index, dtype="str")
    what = what.mask(waivers["state"].isin(["yes", "not_applicable"]), "waiver_needless")
    what = what.mask(waivers["waiver_status"].eq("expired"), "waiver_expired")
    what = what.mask(waivers["state"].eq("absent"), "waiver_not_listed")
    until = waivers["waiver_until"].where(what.eq("waiver_expired"), "")
    found = waivers[["domain", "type"]].assign(what=what, detail=until)
    return found[what != ""]


def _findings(what: str, table: pd.DataFrame, detail: Any = "") -> pd.DataFrame:
    """Return rows of a canonical table as findings."""
    names = {"source_file": "file", "source_row": "row"}
    found = table[["domain", "type", "list", *names]].rename(columns=names)
    return found.assign(what=what, detail=detail)


def _together(parts: list[pd.DataFrame], order: tuple[str, ...]) -> pd.DataFrame:
    """Return findings in one table, by the order of what they are; each once."""
    typed = [part.reindex(columns=list(FINDINGS)).astype("object") for part in parts]
    found = pd.concat([pd.DataFrame(columns=list(FINDINGS), dtype="object"), *typed])
    row = pd.to_numeric(found["row"]).fillna(0).astype("int64")
    found = found.fillna("").astype("str").assign(row=row)
    found = found.drop_duplicates().assign(order=found["what"].map(order.index))
    found = found.sort_values(["order", "domain", "type", "row"], ignore_index=True)
    return found[list(FINDINGS)]


def _successor(name: str, renames: Mapping[str, str], present: set[str]) -> str:
    """Return the listed name that an old one became, through several mergers; "" for none."""
    seen = {name}
    while name in renames and renames[name] not in seen:
        name = renames[name]
        seen.add(name)
        if name in present:
            return name
    return ""
