"""Which names, owners, mergers and waivers in the list want a correction?"""

from collections.abc import Iterable, Mapping

import pandas as pd

from v6monitor.dns.observation import UNKNOWN
from v6monitor.intake.list_finding import heir, rows, together
from v6monitor.intake.organisations import sector_in
from v6monitor.intake.reasons import Reason

FIXES = (
    *("placeholder", "not_a_name", "nonexistent", "no_answer", "rewritten"),
    *("twice", "two_lists", "two_sectors", "two_owners", "www_and_bare"),
    *("old_name", "new_name_missing"),
    *("no_organisation", "no_sector", "unknown_sector", "no_province", "unknown_province"),
    *("waiver_expired", "waiver_needless", "waiver_not_listed"),
)
"""What somebody corrects: names, names that stand twice, mergers, owners, waivers."""

WITH_PROVINCE = ("gemeente", "provincie")

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
    """List what is to be corrected, in the order of ``FIXES``.

    ``now`` is the month's table and ``faults`` those of its files (``of_month``); ``renames`` are
    new names by old; ``waivers`` is ``organisations.waiver_list``; ``observations`` is the log of
    the month's lookups, which may be empty; ``ever`` are the domains that were once on the list.
    """
    parts = [
        _of_faults(faults, now),
        _asked(now, observations),
        _double(now),
        _merged(now, renames, set(ever)),
        _ownerless(now),
        _waived(waivers),
    ]
    return together(parts, FIXES)


def _of_faults(faults: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return the faults that are errors of the list.

    Of a register, which may be that of the whole government, only what concerns the list.
    """
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
    """Return names that stand in a second list, and those whose lists speak of two sectors."""
    kept = now.drop_duplicates("domain").set_index("domain")[["list", "sector"]]
    kept = kept.reindex(found["domain"]).fillna("").set_axis(found.index)
    sector = found["list"].map(sector_in).astype("str")
    split = sector.ne("") & kept["sector"].ne("") & sector.ne(kept["sector"])
    lists = found.assign(what="two_lists", detail=kept["list"] + ", " + found["list"])
    sectors = found.assign(what="two_sectors", detail=kept["sector"] + ", " + sector)
    return pd.concat([lists, sectors[split]])


def _asked(now: pd.DataFrame, observations: pd.DataFrame) -> pd.DataFrame:
    """Return the names that do not exist, or of which nobody answers, by our own lookups."""
    parts = []
    for kind, qtypes in (("web", ("A", "AAAA")), ("mail", ("MX",))):
        listed = now[now["type"] == kind].drop_duplicates("domain")
        asked = observations[observations["qtype"].isin(qtypes)]
        asked = asked[asked["qname"].isin(set(listed["domain"]))]
        nowhere = asked.loc[asked["outcome"] == "nxdomain", "qname"]
        answers = asked.assign(failed=asked["outcome"].isin(UNKNOWN)).groupby("qname")
        doubt = answers["outcome"].first()[answers["failed"].all()]
        silent = listed[listed["domain"].isin(doubt.index)]
        parts += [
            rows("nonexistent", listed[listed["domain"].isin(set(nowhere))]),
            rows("no_answer", silent, silent["domain"].map(doubt)),
        ]
    return pd.concat(parts)


def _double(now: pd.DataFrame) -> pd.DataFrame:
    """Return names in two lists or sectors, and websites listed with and without ``www.``."""
    lists = _several(now, ["domain", "type"], "list")
    sectors = _several(now, ["domain"], "sector")
    web = now[now["type"] == "web"].drop_duplicates("domain")
    bare = web["domain"].str.removeprefix("www.")
    both = bare.ne(web["domain"]) & bare.isin(set(web["domain"]))
    return pd.concat(
        [
            rows("two_lists", lists, lists["several"]),
            rows("two_sectors", sectors, sectors["several"]),
            rows("www_and_bare", web[both], bare[both]),
        ]
    )


def _several(now: pd.DataFrame, keys: list[str], column: str) -> pd.DataFrame:
    """Return the first row of each key under which a column says different things: ``several``."""
    said = now.loc[now[column] != "", [*keys, column]].drop_duplicates()
    said = said[said.duplicated(keys, keep=False)].sort_values(column)
    found = said.groupby(keys)[column].agg(", ".join).rename("several").reset_index()
    return now.drop_duplicates(keys).merge(found, on=keys)


def _merged(now: pd.DataFrame, renames: Mapping[str, str], ever: set[str]) -> pd.DataFrame:
    """Return old names that are still listed, and new ones that are not there yet."""
    old = now[now["domain"].isin(list(renames))].drop_duplicates(["domain", "type"])
    there = set(now["domain"])
    missing = [
        {"what": "new_name_missing", "domain": new, "detail": name}
        for name, new in renames.items()
        if name in ever and name not in there and not heir(name, renames, there)
    ]
    heirs = old["domain"].map(dict(renames))
    return pd.concat([rows("old_name", old, heirs), pd.DataFrame(missing)])


def _ownerless(now: pd.DataFrame) -> pd.DataFrame:
    """Return the names without owner; one finding for the list when that goes for all of it."""
    one = now.drop_duplicates(["domain", "type"])
    parts = []
    for what, column in (
        ("no_organisation", "organisation"),
        ("no_sector", "sector"),
        ("no_province", "province"),
    ):
        meant = one[one["sector"].isin(WITH_PROVINCE)] if column == "province" else one
        without = meant[meant[column] == ""]
        if len(meant) and len(without) == len(meant):
            whole = {"what": what, "domain": "", "detail": str(len(meant))}
            parts.append(pd.DataFrame([whole]))
        else:
            parts.append(rows(what, without))
    return pd.concat(parts)


def _waived(waivers: pd.DataFrame) -> pd.DataFrame:
    """Return waivers that have expired, serve no purpose, or are of names that are not there."""
    what = pd.Series("", index=waivers.index, dtype="str")
    what = what.mask(waivers["state"].isin(["yes", "not_applicable"]), "waiver_needless")
    what = what.mask(waivers["waiver_status"].eq("expired"), "waiver_expired")
    what = what.mask(waivers["state"].eq("absent"), "waiver_not_listed")
    until = waivers["waiver_until"].where(what.eq("waiver_expired"), "")
    found = waivers[["domain", "type"]].assign(what=what, detail=until)
    return found[what != ""]
