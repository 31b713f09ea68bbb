"""Which domains moved between two measurements, and how sure is a loss?"""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from v6monitor.analysis.shares import STATES, check

ABSENT = "absent"
PRESENCE = (*STATES, ABSENT)
MOVES = ("gain", "loss", "through_unknown", "applicability", "joined", "left")
LOSSES = ("confirmed", "suspected", "recovered")


def pair(
    before: pd.DataFrame, after: pd.DataFrame, renames: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Put both months of every domain side by side.

    Returns a row per domain of either month, under its newest name: ``domain``, ``before`` and
    ``after`` (a state, or ``absent``), and the other columns of the tables, the later value first;
    of months with a ``period`` also ``earlier``, the period of ``before``.
    """
    for states in (before, after):
        check(states, [])
    earlier = before.assign(domain=_renamed(before["domain"], after["domain"], renames or {}))
    earlier = earlier.rename(columns={"state": "before"})
    later = after.rename(columns={"state": "after"})
    both = later.merge(earlier, on="domain", how="outer", suffixes=("", "_before"))
    both[["before", "after"]] = both[["before", "after"]].fillna(ABSENT)
    for column in set(before.columns) & set(after.columns) - {"domain", "state"}:
        both[column] = both[column].where(both["after"] != ABSENT, both[f"{column}_before"])
    others = [column for column in both.columns if column not in {"domain", "before", "after"}]
    kept = [column for column in others if not column.endswith("_before")]
    return both[["domain", "before", "after", *kept]].assign(**periods(before, after))


def panel(
    before: pd.DataFrame, after: pd.DataFrame, renames: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Keep the domains that are applicable and known in both months; columns as of ``pair``."""
    both = pair(before, after, renames)
    stayed = known(both["before"]) & known(both["after"])
    return both[stayed].reset_index(drop=True)


def transitions(
    before: pd.DataFrame, after: pd.DataFrame, renames: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Count from which state to which: a row per state ``before``, a column per state after.

    Both ways ``yes``, ``no``, ``unknown``, ``not_applicable`` and ``absent``.
    """
    both = pair(narrow(before), narrow(after), renames)
    counted = pd.crosstab(both["before"], both["after"])
    table = counted.reindex(index=list(PRESENCE), columns=list(PRESENCE), fill_value=0)
    return table.rename_axis(index="before", columns=None).reset_index()


def moves(
    before: pd.DataFrame,
    after: pd.DataFrame,
    renames: Mapping[str, str] | None = None,
    *,
    later: Sequence[pd.DataFrame] = (),
    confirmed: Collection[str] = (),
) -> pd.DataFrame:
    """List the domains that moved, and how sure a loss is.

    Returns a row per domain whose state or presence changed, columns as of ``pair`` and ``move``:
    ``gain`` (no→yes), ``loss`` (yes→no), ``through_unknown`` (to or from unknown),
    ``applicability`` (to or from not applicable), ``joined`` and ``left`` (the list); and
    ``status``, for a loss only: ``confirmed`` (the next run of ``later`` says no too, or the
    domain is in ``confirmed``: two resolvers at least an hour apart), ``recovered`` (not so, and
    the first known state of ``later`` is yes), else ``suspected``.
    """
    both = pair(before, after, renames)
    both = both[both["before"] != both["after"]].reset_index(drop=True)
    both["move"] = _move(both)
    both["status"] = _status(both, later, confirmed)
    return both


def by_sector(  # noqa: PLR0913 - those of moves, and by
    before: pd.DataFrame,
    after: pd.DataFrame,
    by: str = "sector",
    renames: Mapping[str, str] | None = None,
    *,
    later: Sequence[pd.DataFrame] = (),
    confirmed: Collection[str] = (),
) -> pd.DataFrame:
    """Count the moves per group: the table of figure 8.

    Returns per ``by``, also of a group where nothing moved: ``panel`` (domains known both times),
    ``gain``, ``loss_confirmed``, ``loss_suspected``, ``loss_recovered``, ``through_unknown``,
    ``applicability``, ``joined`` and ``left`` (see ``moves``), most gains and losses first; of
    months with a ``period`` also ``earlier`` and ``period``.
    """
    moved = moves(before, after, renames, later=later, confirmed=confirmed)
    stayed = panel(before, after, renames)[by].fillna("").value_counts()
    kind = moved["move"].where(moved["move"] != "loss", "loss_" + moved["status"])
    columns = ["gain", *(f"loss_{status}" for status in LOSSES), *MOVES[2:]]
    counted = pd.crosstab(moved[by].fillna(""), kind).reindex(columns=columns, fill_value=0)
    counted = counted.reindex(counted.index.union(stayed.index), fill_value=0)
    counted.insert(0, "panel", stayed.reindex(counted.index, fill_value=0))
    busiest = counted[columns[:4]].sum(axis=1).sort_values(ascending=False, kind="stable").index
    table = counted.loc[busiest].rename_axis(index=by, columns=None).reset_index()
    return table.assign(**periods(before, after))


def known(states: "pd.Series[str]") -> "pd.Series[bool]":
    """Tell which states are definite."""
    return states.isin(["yes", "no"])


def narrow(states: pd.DataFrame) -> pd.DataFrame:
    """Keep what a comparison without groups needs."""
    return states[["domain", "state"]]


def periods(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, str]:
    """Return which months are compared, ``earlier`` and ``period``, where the tables tell."""
    if "period" not in before or "period" not in after:
        return {}
    months = {"earlier": before["period"], "period": after["period"]}
    return {name: str(month.max()) if len(month) else "" for name, month in months.items()}


def _renamed(
    before: "pd.Series[str]", after: "pd.Series[str]", renames: Mapping[str, str]
) -> "pd.Series[str]":
    """Return the names of ``before`` as they are called now."""
    if not renames:
        return before
    there, taken = set(after), set(before)
    new_names: dict[str, str] = {}
    for old in before[before.isin(list(renames)) & ~before.isin(list(there))]:
        name, seen = old, {old}
        while name not in there and name in renames and renames[name] not in seen:
            name = renames[name]
            seen.add(name)
        if name not in taken:
            new_names[old] = name
            taken.add(name)
    return before.replace(new_names)


def _move(both: pd.DataFrame) -> "pd.Series[str]":
    before, after = both["before"], both["after"]
    move = pd.Series("gain", index=both.index, dtype="str").mask(after == "no", "loss")
    move = move.mask(before.eq("unknown") | after.eq("unknown"), "through_unknown")
    move = move.mask(before.eq("not_applicable") | after.eq("not_applicable"), "applicability")
    return move.mask(before == ABSENT, "joined").mask(after == ABSENT, "left")


def _status(
    moved: pd.DataFrame, later: Sequence[pd.DataFrame], confirmed: Collection[str]
) -> "pd.Series[str]":
    runs = [moved["domain"].map(run.set_index("domain")["state"]) for run in later]
    known = [run.where(run.isin(["yes", "no"])) for run in runs]
    status = pd.Series("suspected", index=moved.index, dtype="str")
    if known:
        first_known = pd.concat(known, axis=1).bfill(axis=1).iloc[:, 0]
        status = status.mask(first_known == "yes", "recovered").mask(runs[0] == "no", "confirmed")
    status = status.mask(moved["domain"].isin(list(confirmed)), "confirmed")
    return status.where(moved["move"] == "loss", "")
