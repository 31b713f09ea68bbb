"""Changes between two measurements, domain by domain: moves, confirmed losses and transitions.

``before`` and ``after`` are states tables: one row per domain with the columns ``domain`` and
``state`` (``yes``, ``no``, ``unknown``, ``not_applicable``), and any others. ``renames`` maps an
old name to a new one: it is followed where the old name is gone from ``after`` and the new one was
not in ``before``; of several names that merged into one, the first of ``before`` stays and the
others are leavers. Definitions: METHOD.md, "Change".
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from v6monitor.analysis.shares import (
    STATES,
    VERDICT_OF,
    By,
    check,
    measure_of,
    one_per_domain,
    verdict_states,
    with_source,
)
from v6monitor.errors import UsageError

ABSENT = "absent"
PRESENCE = (*STATES, ABSENT)
MOVES = ("gain", "loss", "through_unknown", "applicability", "joined", "left")
LOSSES = ("confirmed", "suspected", "recovered")
COUNTS = ("gain", *(f"loss_{status}" for status in LOSSES), *MOVES[2:])

CONFIRMS_AFTER = dt.timedelta(days=1)
"""A lookup so long after the measurement, or longer, is a second answer (METHOD.md, "Change")."""

Renames = Mapping[str, str] | None


def changes(  # noqa: PLR0913 - all but the first by keyword
    before: Any,
    *,
    after: pd.DataFrame | None = None,
    renames: Renames = None,
    later: Sequence[pd.DataFrame] = (),
    by: By | None = None,
    measure: str = "mail",
) -> pd.DataFrame:
    """Return how many domains gained and lost IPv6 between two measurements, per group.

    A domain that is in several lists counts once. ``v6.changes.moves`` lists the domains.

    Args:
        before: a Month, which is compared with the month measured before it; or the states table
            of the earlier month.
        after: the states table of the later month; not with a Month.
        renames: new names by old name; a Month has its own.
        later: states tables of the measurements or lookups since, in order: they confirm a loss. A
            Month has its own lookups, which count from a day after it was measured.
        by: the columns to group by, none for one row; by default ``sector``, where there is one.
        measure: of a Month: ``web``, ``mail`` or ``dns``.

    Returns:
        A row per group, most gains and losses first: the columns of ``by``, ``panel`` (domains
        known both times), ``gain``, ``loss_confirmed``, ``loss_suspected``, ``loss_recovered``,
        ``through_unknown``, ``applicability``, ``joined`` and ``left`` (numbers of domains, see
        ``moves``), and ``earlier``, ``period`` and ``measure`` where the tables have them.

    Raises:
        UsageError: when ``after`` is missing or given beside a Month, and for a column in ``by``
            or a measure that there is not.
        InputError: for a state that does not exist, and for several measures in one table.

    Example:
        >>> before = pd.DataFrame({"domain": list("abc"), "state": ["no", "yes", "no"]})
        >>> after = pd.DataFrame({"domain": list("abc"), "state": ["yes", "no", "no"]})
        >>> changes(before, after=after)[["panel", "gain", "loss_suspected"]].to_numpy().tolist()
        [[3, 1, 1]]

    Source:
        METHOD.md, "Change".
    """
    compare = _comparison(before, after, renames, later, measure)
    one, other = compare.before, compare.after
    if by is None:
        by = ["sector"] if "sector" in one and "sector" in other else []
    table = move_counts(one, other, by=by, renames=compare.renames, later=compare.later)
    return table.assign(**compare.named)


def moves(  # noqa: PLR0913 - as of changes
    before: Any,
    after: pd.DataFrame | None = None,
    renames: Renames = None,
    *,
    later: Sequence[pd.DataFrame] = (),
    confirmed: Collection[str] = (),
    measure: str = "mail",
) -> pd.DataFrame:
    """Return the domains that changed, and how sure a loss is; arguments as of ``changes``.

    A row per domain whose state or presence changed, columns as of ``pair`` and ``move``: ``gain``
    (no→yes), ``loss`` (yes→no), ``through_unknown`` (to or from unknown), ``applicability`` (to or
    from not applicable), ``joined`` and ``left`` (the list); and ``status``, for a loss only:
    ``confirmed`` (the next run of ``later`` says no too, or the domain is in ``confirmed``: two
    resolvers at least an hour apart), ``recovered`` (not so, and the first known state of ``later``
    is yes), else ``suspected``.
    """
    compare = _comparison(before, after, renames, later, measure)
    both = pair(compare.before, compare.after, compare.renames)
    both = both[both["before"] != both["after"]].reset_index(drop=True)
    both["move"] = _move(both)
    both["status"] = _status(both, compare.later, confirmed)
    return with_source(both, compare.before, compare.after, *compare.later)


def move_counts(  # noqa: PLR0913 - those of moves, and by
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    by: By = "sector",
    renames: Renames = None,
    later: Sequence[pd.DataFrame] = (),
    confirmed: Collection[str] = (),
) -> pd.DataFrame:
    """Return the number of moves per group, most gains and losses first.

    A row per ``by``, also of a group where nothing changed: ``panel`` (domains known both times),
    ``gain``, ``loss_confirmed``, ``loss_suspected``, ``loss_recovered``, ``through_unknown``,
    ``applicability``, ``joined`` and ``left`` (see ``moves``); of months with a ``period`` also
    ``earlier`` and ``period``.
    """
    keys = [by] if isinstance(by, str) else list(by)
    for key in keys:
        if key not in before or key not in after:
            raise UsageError(f"there is no column {key!r} to group by in both tables")
    moved = moves(before, after, renames, later=later, confirmed=confirmed)
    both = panel(before, after, renames)
    if not keys:
        moved, both, keys = moved.assign(all=""), both.assign(all=""), ["all"]
    stayed = both[keys].fillna("").groupby(keys, observed=True).size()
    if moved.empty:
        counted = pd.DataFrame(0, index=stayed.index, columns=list(COUNTS))
    else:
        kind = moved["move"].where(moved["move"] != "loss", "loss_" + moved["status"])
        groups = [moved[key].fillna("") for key in keys]
        counted = pd.crosstab(groups, kind).reindex(columns=list(COUNTS), fill_value=0)
        counted = counted.reindex(counted.index.union(stayed.index), fill_value=0)
    counted.insert(0, "panel", stayed.reindex(counted.index, fill_value=0))
    busy = counted[list(COUNTS[:4])].sum(axis=1).sort_values(ascending=False, kind="stable").index
    table = counted.loc[busy].rename_axis(index=keys, columns=None).reset_index()
    table = table.drop(columns="all", errors="ignore").assign(**compared(before, after))
    return with_source(table, before, after, *later)


def confirming(
    fresh: pd.DataFrame, *, measured_at: pd.Timestamp, asked_at: pd.Timestamp
) -> list[pd.DataFrame]:
    """Return the states of lookups as the run that confirms losses, if they are late enough.

    They are when the first question (``asked_at``, UTC; NaT for none) was asked a day or more after
    the day of the last measurement (``measured_at``); else the list is empty.
    """
    late = pd.notna(asked_at) and asked_at.tz_convert(None) >= measured_at + CONFIRMS_AFTER
    return [fresh] if late else []


def pair(before: pd.DataFrame, after: pd.DataFrame, renames: Renames = None) -> pd.DataFrame:
    """Return both months of every domain side by side.

    A row per domain of either month, under its newest name: ``domain``, ``before`` and ``after`` (a
    state, or ``absent``), and the other columns of the tables, the later value first; of months
    with a ``period`` also ``earlier``, the period of ``before``.
    """
    for states in (before, after):
        check(states)
    earlier = before.assign(domain=_renamed(before["domain"], after["domain"], renames or {}))
    earlier = earlier.rename(columns={"state": "before"})
    later = after.rename(columns={"state": "after"})
    both = later.merge(earlier, on="domain", how="outer", suffixes=("", "_before"))
    both[["before", "after"]] = both[["before", "after"]].fillna(ABSENT)
    for column in set(before.columns) & set(after.columns) - {"domain", "state"}:
        both[column] = both[column].where(both["after"] != ABSENT, both[f"{column}_before"])
    others = [column for column in both.columns if column not in {"domain", "before", "after"}]
    kept = [column for column in others if not column.endswith("_before")]
    both = both[["domain", "before", "after", *kept]].assign(**compared(before, after))
    return with_source(both, before, after)


def panel(before: pd.DataFrame, after: pd.DataFrame, renames: Renames = None) -> pd.DataFrame:
    """Return the domains that are applicable and known in both months; columns as of ``pair``."""
    both = pair(before, after, renames)
    stayed = known(both["before"]) & known(both["after"])
    return both[stayed].reset_index(drop=True)


def transitions(before: pd.DataFrame, after: pd.DataFrame, renames: Renames = None) -> pd.DataFrame:
    """Return the number of domains that went from each state to each other.

    A row per state ``before``, a column per state after: ``yes``, ``no``, ``unknown``,
    ``not_applicable`` and ``absent``.
    """
    both = pair(narrow(before), narrow(after), renames)
    counted = pd.crosstab(both["before"], both["after"])
    table = counted.reindex(index=list(PRESENCE), columns=list(PRESENCE), fill_value=0)
    table = table.rename_axis(index="before", columns=None).reset_index()
    return with_source(table, before, after)


def losses(history: pd.DataFrame) -> pd.DataFrame:
    """Return every loss of a history, and whether it was recovered.

    ``history`` is a states table of one measure with ``period``. A loss is yes in
    one of its periods and no in the next. Columns: ``domain``, ``period`` (first with no), ``next``
    (the state in the period after that; empty when there is none yet) and ``status``: ``confirmed``
    (no again), ``recovered`` (yes again) or ``suspected`` (anything else).
    """
    wide = _wide(history)
    names, periods, states = wide.index.to_numpy(), wide.columns.to_numpy(), wide.to_numpy()
    row, column = np.nonzero((states[:, :-1] == "yes") & (states[:, 1:] == "no"))
    column = column + 1
    padded = np.column_stack([states, np.full(len(states), "", dtype=object)])
    following = padded[row, column + 1]
    status = pd.Series(following, dtype="str").map({"no": "confirmed", "yes": "recovered"})
    found = {"domain": names[row], "period": periods[column], "next": following}
    table = pd.DataFrame({**found, "status": status.fillna("suspected")}).astype("str")
    return with_source(table, history)


def flaps(history: pd.DataFrame) -> "pd.Series[Any]":
    """Return how often a loss is recovered one period later, among domains known throughout.

    ``periods``, ``domains`` (known in every period), ``losses``, ``followed`` (losses with a next
    period), ``recovered`` (yes again in it) and ``share`` = recovered / followed.
    """
    wide = _wide(history)
    throughout = wide.index[wide.isin(["yes", "no"]).all(axis=1)]
    lost = losses(history[history["domain"].isin(throughout)])
    followed = int((lost["next"] != "").sum())
    recovered = int((lost["status"] == "recovered").sum())
    found = {
        "periods": wide.shape[1],
        "domains": len(throughout),
        "losses": len(lost),
        "followed": followed,
        "recovered": recovered,
        "share": recovered / followed if followed else float("nan"),
    }
    return with_source(pd.Series(found, dtype=object), history)


def known(states: "pd.Series[str]") -> "pd.Series[bool]":
    """Return which states are definite."""
    return states.isin(["yes", "no"])


def narrow(states: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that a comparison without groups needs."""
    return states[["domain", "state"]]


def compared(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, str]:
    """Return which months are compared, ``earlier`` and ``period``, where the tables have them."""
    if "period" not in before or "period" not in after:
        return {}
    months = {"earlier": before["period"], "period": after["period"]}
    return {name: str(month.max()) if len(month) else "" for name, month in months.items()}


class _Comparison(NamedTuple):
    """Two months of one measure, a row per domain, and what else a comparison needs."""

    before: pd.DataFrame
    after: pd.DataFrame
    renames: Renames
    later: Sequence[pd.DataFrame]
    named: dict[str, str]
    """The measure, where the tables have one."""


def _comparison(
    before: Any,
    after: pd.DataFrame | None,
    renames: Renames,
    later: Sequence[pd.DataFrame],
    measure: str,
) -> _Comparison:
    """Return what is compared: the tables that were given, or the two months of a Month."""
    if not isinstance(before, pd.DataFrame):
        if after is not None:
            raise UsageError("after was given beside a Month, which has both of its months")
        return _of_month(before, measure)
    if after is None:
        raise UsageError("after is missing: give the states of the later month as after=")
    tables = [before, after]
    named = {}
    if all("measure" in table for table in tables):
        named["measure"] = measure_of(pd.concat([table[["measure"]] for table in tables]))
    one, other, *runs = (one_per_domain(table) for table in [*tables, *later])
    return _Comparison(one, other, renames, runs, named)


def _of_month(month: Any, measure: str) -> _Comparison:
    """Return the states before and in a Month, its renames, and its lookups if they confirm."""
    if measure not in VERDICT_OF:
        raise UsageError(f"measure {measure!r} is not one of {', '.join(VERDICT_OF)}")
    earlier = month.states.loc[month.states["period"] < month.period, "period"].max()
    states = month.states[month.states["measure"] == measure]
    before, after = (
        one_per_domain(states[states["period"] == period]) for period in (earlier, month.period)
    )
    asked_at = month.observations["asked_at"].min()
    later = []
    if pd.notna(asked_at) and len(after):
        fresh = verdict_states(month.verdicts, VERDICT_OF[measure])
        later = confirming(fresh, measured_at=after["measured_at"].max(), asked_at=asked_at)
    return _Comparison(before, after, month.renames, later, {"measure": measure})


def _wide(history: pd.DataFrame) -> pd.DataFrame:
    single = one_per_domain(history, "period")
    check(single, ["period"])
    wide = single.pivot(  # noqa: PD010 - one state per cell: nothing to aggregate
        index="domain", columns="period", values="state"
    )
    return wide.astype(object).fillna(ABSENT)


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
    definite = [run.where(run.isin(["yes", "no"])) for run in runs]
    status = pd.Series("suspected", index=moved.index, dtype="str")
    if definite:
        first = pd.concat(definite, axis=1).bfill(axis=1).iloc[:, 0]
        status = status.mask(first == "yes", "recovered").mask(runs[0] == "no", "confirmed")
    status = status.mask(moved["domain"].isin(list(confirmed)), "confirmed")
    return status.where(moved["move"] == "loss", "")
