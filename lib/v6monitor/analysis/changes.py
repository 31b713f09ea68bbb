"""Changes between two measurements, domain by domain: gains, losses and how sure they are.

``before`` is a Month, or the states table of an earlier month with ``after`` that of a later one:
one row per domain with the columns ``domain`` and ``state`` (``yes``, ``no``, ``unknown``,
``not_applicable``), and any others. ``renames`` maps an old name to a new one: it is followed where
the old name is gone from ``after`` and the new one was not in ``before``; of several names that
merged into one, the first of ``before`` stays and the others are leavers. Definitions: METHOD.md,
"Change".
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from v6monitor.analysis.shares import (
    SAME_SET,
    SMALLEST_GROUP,
    STATES,
    By,
    check,
    measure_of,
    one_per_domain,
    state_numbers,
    test_versions,
    with_source,
)
from v6monitor.errors import UsageError

ABSENT = "absent"
MOVES = ("gain", "loss", "through_unknown", "applicability", "joined", "left")
LOSSES = ("confirmed", "suspected", "recovered", "disputed")
COUNTS = ("gain", *(f"loss_{status}" for status in LOSSES), *MOVES[2:])

CONFIRMS_AFTER, CONFIRMS_WITHIN = dt.timedelta(days=1), dt.timedelta(days=45)
"""A lookup at least and at most so long after the measurement is a second answer (METHOD.md,
"Change"): sooner is the same answer, later says nothing about the loss."""

DISPUTED = "dns", pd.Timestamp("2025-05-01")
"""The measure, and from which day, of which Internet.nl wrongly says no at times (issue #1747)."""

Renames = Mapping[str, str] | None


def changes(  # noqa: PLR0913 - all but the first by keyword
    before: Any,
    *,
    after: pd.DataFrame | None = None,
    renames: Renames = None,
    later: Sequence[pd.DataFrame] = (),
    by: By = (),
    measure: str = "",
) -> pd.DataFrame:
    """Return how many domains gained and lost IPv6 between two measurements, per measure and group.

    A domain that is in several lists counts once. ``v6.changes.moves`` lists the domains.

    Args:
        before: a Month: each of its measures is compared with the latest earlier month in which it
            was measured for the same list (``Month.before``); or the states table of the earlier
            month.
        after: the states table of the later month; not with a Month.
        renames: new names by old name; a Month has its own.
        later: states tables of the measurements or lookups since, in order: they confirm a loss. A
            Month has its own lookups, which count from a day after it was measured.
        by: the columns to group by, such as ``sector``; by default a row per measure.
        measure: of a Month: this one only, such as ``mail``.

    Returns:
        A row per ``measure`` (where the tables have it) and group of ``by``, in each measure the
        most gains and losses first:

        - ``panel``: domains known both times; ``points``: the change of their share in percentage
          points, NaN below five;
        - ``gain``, ``loss_confirmed``, ``loss_suspected``, ``loss_recovered``, ``loss_disputed``,
          ``through_unknown``, ``applicability``, ``joined``, ``left``: domains, see ``moves``;
        - ``share_before``, ``share_after``: of all known domains of each month, 0 to 1;
        - ``common``: the part of the larger list that is in both, and ``break_reason``: why the
          lists cannot be compared, ``domains`` (under 80 %) or ``tests``, else empty;
        - ``earlier`` and ``period``, where the tables have a period; ``earlier`` is empty for a
          measure without an earlier month.

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
    keys = [by] if isinstance(by, str) else list(by)
    compared = comparisons(before, after, renames, later, measure)
    return _together([_counted(one, keys) for one in compared], compared)


def moves(
    before: Any,
    after: pd.DataFrame | None = None,
    renames: Renames = None,
    *,
    later: Sequence[pd.DataFrame] = (),
    measure: str = "",
) -> pd.DataFrame:
    """Return the domains that changed, and how sure a loss is; arguments as of ``changes``.

    A row per domain and measure whose state or presence changed, columns as of ``pair`` and
    ``move``: ``gain`` (no→yes), ``loss`` (yes→no), ``through_unknown`` (to or from unknown),
    ``applicability`` (to or from not applicable), ``joined`` and ``left`` (the list); and
    ``status``, for a loss only: ``confirmed`` (the next run of ``later`` says no too),
    ``recovered`` (not so, and the first known state of ``later`` is yes), ``disputed`` (name
    servers measured since May 2025 without IPv6, while ``later`` has a yes: a known fault of
    Internet.nl), else ``suspected``.
    """
    compared = comparisons(before, after, renames, later, measure)
    return _together([_moved(one, paired(one)) for one in compared], compared)


def pair(
    before: Any,
    after: pd.DataFrame | None = None,
    renames: Renames = None,
    *,
    measure: str = "",
) -> pd.DataFrame:
    """Return both months of every domain side by side; arguments as of ``changes``.

    A row per domain of either month and per measure, under its newest name: ``domain``, ``before``
    and ``after`` (a state, or ``absent``), and the other columns of the tables, the later value
    first; of months with a ``period`` also ``earlier``, the period of ``before``.
    """
    compared = comparisons(before, after, renames, (), measure)
    return _together([paired(one) for one in compared], compared)


def confirming(
    fresh: pd.DataFrame,
    *,
    measured_at: pd.Timestamp,
    asked_at: pd.Timestamp,
    within: dt.timedelta = CONFIRMS_WITHIN,
) -> list[pd.DataFrame]:
    """Return the states of lookups as the run that confirms losses, if their time is right.

    It is when the first question (``asked_at``, UTC; NaT for none) was asked at least a day and at
    most ``within`` after the day of the last measurement (``measured_at``); else the list is empty.
    """
    if pd.isna(asked_at):
        return []
    passed = asked_at.tz_convert(None) - measured_at
    return [fresh] if CONFIRMS_AFTER <= passed <= within else []


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


class Comparison(NamedTuple):
    """Two months of one measure, a row per domain, and what else a comparison needs."""

    before: pd.DataFrame
    after: pd.DataFrame
    renames: Renames
    later: Sequence[pd.DataFrame]
    named: dict[str, str]
    """The measure and the months, where the tables have them."""

    @property
    def tables(self) -> list[pd.DataFrame]:
        """Return all tables that are compared."""
        return [self.before, self.after, *self.later]


def comparisons(
    before: Any,
    after: pd.DataFrame | None,
    renames: Renames,
    later: Sequence[pd.DataFrame] = (),
    measure: str = "",
) -> list[Comparison]:
    """Return what is compared: the tables that were given, or each measure of a Month."""
    if not isinstance(before, pd.DataFrame):
        if after is not None:
            raise UsageError("after was given beside a Month, which has both of its months")
        if measure and measure not in before.measures:
            known = ", ".join(before.measures)
            raise UsageError(f"measure {measure!r} is not one of those of this month: {known}")
        return [_of_month(before, one) for one in ([measure] if measure else before.measures)]
    if after is None:
        raise UsageError("after is missing: give the states of the later month as after=")
    tables = [before, after]
    named = {}
    if all("measure" in table for table in tables):
        named["measure"] = measure_of(pd.concat([table[["measure"]] for table in tables]))
    if all("period" in table for table in tables):
        months = [str(table["period"].max()) if len(table) else "" for table in tables]
        named |= {"earlier": months[0], "period": months[1]}
    one, other, *runs = (one_per_domain(table) for table in [*tables, *later])
    return [Comparison(one, other, renames, runs, named)]


def _of_month(month: Any, measure: str) -> Comparison:
    """Return a measure of a month beside the month before; both empty if there is none."""
    earlier = month.before(measure)
    before, after = month.measured_before(measure), month.measured(measure)
    named = {"measure": measure, "earlier": earlier, "period": month.period}
    later = month.second_answers(measure) if earlier else []
    return Comparison(before, after if earlier else before, month.renames, later, named)


class Places(NamedTuple):
    """The domains of either month, under their newest names, and their rows; -1 where absent."""

    domains: "pd.Index[str]"
    before: npt.NDArray[np.int64]
    after: npt.NDArray[np.int64]


def _places(one: Comparison) -> Places:
    renamed = _renamed(one.before["domain"], one.after["domain"], one.renames or {})
    both = pd.concat([renamed, one.after["domain"]], ignore_index=True)
    number, domains = pd.factorize(both, use_na_sentinel=False)
    rows = []
    for states, numbers in zip(one[:2], np.split(number, [len(renamed)]), strict=True):
        row = np.full(len(domains), -1)
        row[numbers] = np.arange(len(numbers))
        if np.count_nonzero(row >= 0) < len(numbers):
            check(states)
        rows.append(row)
    return Places(domains, *rows)


def transitions(one: Comparison) -> npt.NDArray[np.int64]:
    """Return how many domains went from each state to each: ``STATES``, then absent."""
    _, *rows = _places(one)
    size = len(STATES) + 1
    before, after = (
        np.append(state_numbers(states), len(STATES))[row]
        for states, row in zip(one[:2], rows, strict=True)
    )
    return np.bincount(before * size + after, minlength=size * size).reshape(size, size)


def paired(one: Comparison) -> pd.DataFrame:
    """Return both months of every domain of a comparison, as of ``pair``."""
    for states in one[:2]:
        state_numbers(states)
    domains, *rows = _places(one)
    order = domains.argsort()
    before, after = (row[order] for row in rows)
    newest = np.where(after < 0, len(one.after) + before, after)
    found = pd.concat([one.after, one.before], ignore_index=True).take(newest)
    both = found.drop(columns=["domain", "state"]).reset_index(drop=True)
    for name in one.before.columns.difference(one.after.columns):
        both[name] = _at(before, one.before[name])
    both.insert(0, "domain", domains.take(order))
    both.insert(1, "before", _at(before, one.before["state"]).fillna(ABSENT))
    both.insert(2, "after", _at(after, one.after["state"]).fillna(ABSENT))
    return both.assign(**one.named)


def _at(rows: npt.NDArray[np.int64], values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return the values of rows by their number; none for -1."""
    return values.reset_index(drop=True).reindex(rows).reset_index(drop=True)


def _moved(one: Comparison, both: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a pair that changed, with ``move`` and ``status``."""
    both = both[both["before"] != both["after"]].reset_index(drop=True)
    before, after = both["before"], both["after"]
    moves = {
        "left": after.eq(ABSENT),
        "joined": before.eq(ABSENT),
        "applicability": before.eq("not_applicable") | after.eq("not_applicable"),
        "through_unknown": before.eq("unknown") | after.eq("unknown"),
        "loss": after.eq("no"),
    }
    move = np.select(list(moves.values()), list(moves), "gain")
    both["move"] = pd.Series(move, both.index, dtype="str")
    both["status"] = _status(both, one.later).where(both["move"] == "loss", "")
    return both


def _status(moved: pd.DataFrame, later: Sequence[pd.DataFrame]) -> "pd.Series[str]":
    runs = [moved["domain"].map(run.set_index("domain")["state"]) for run in later]
    definite = [run.where(run.isin(["yes", "no"])) for run in runs]
    status = pd.Series("suspected", index=moved.index, dtype="str")
    if not definite:
        return status
    first = pd.concat(definite, axis=1).bfill(axis=1).iloc[:, 0]
    status = status.mask(first == "yes", "recovered").mask(runs[0] == "no", "confirmed")
    seen = pd.concat([run.eq("yes") for run in runs], axis=1).any(axis=1)
    return status.mask(disputable(moved) & seen, "disputed")


def disputable(measured: pd.DataFrame) -> "pd.Series[bool]":
    """Return of which measured states Internet.nl is known to say no wrongly at times."""
    measure, since = DISPUTED
    if not {"measure", "measured_at", "tests"} <= set(measured):
        return pd.Series(False, index=measured.index)
    days = pd.to_datetime(measured["measured_at"])
    return measured["measure"].eq(measure) & days.ge(since) & measured["tests"].ne("")


def _counted(one: Comparison, keys: Sequence[str]) -> pd.DataFrame:
    """Return the row of a comparison, or its rows per group of ``keys``."""
    for key in keys:
        if key not in one.before or key not in one.after:
            raise UsageError(f"there is no column {key!r} to group by in both tables")
    both = paired(one)
    moved = _moved(one, both)
    moved["move"] = moved["move"].where(moved["move"] != "loss", "loss_" + moved["status"])
    both = both.merge(moved[["domain", "move"]], on="domain", how="left")
    was, now = both["before"], both["after"]
    each = {
        "panel": known(was) & known(now),
        **{kind: both["move"].eq(kind) for kind in COUNTS},
        "yes_before": was.eq("yes"),
        "known_before": known(was),
        "yes_after": now.eq("yes"),
        "known_after": known(now),
        "listed_before": was.ne(ABSENT),
        "listed_after": now.ne(ABSENT),
        "listed": was.ne(ABSENT) & now.ne(ABSENT),
    }
    groups = [both[key].fillna("") for key in keys] or [pd.Series("", index=both.index)]
    n = pd.DataFrame(each).groupby(groups, observed=True).sum()
    n = n if keys else n.reindex([""], fill_value=0)
    busy = n[list(COUNTS[:5])].sum(axis=1).sort_values(ascending=False, kind="stable").index
    n = n.loc[busy]
    lost = n[[f"loss_{status}" for status in LOSSES]].sum(axis=1)
    enough = n["panel"].where(n["panel"] >= SMALLEST_GROUP)
    larger = n[["listed_before", "listed_after"]].max(axis=1)
    table = n[["panel", *COUNTS]].astype("int64")
    table["points"] = 100 * (n["gain"] - lost) / enough
    table["share_before"] = n["yes_before"] / n["known_before"].where(n["known_before"] > 0)
    table["share_after"] = n["yes_after"] / n["known_after"].where(n["known_after"] > 0)
    table["common"] = n["listed"] / larger.where(larger > 0)
    table["break_reason"] = "domains"
    table["break_reason"] = table["break_reason"].where(table["common"] < SAME_SET, _tests(one))
    table = table.rename_axis(index=list(keys) or None).reset_index(drop=not keys)
    named = {name: one.named[name] for name in ("earlier", "period") if name in one.named}
    table = table.assign(**named)
    if "measure" in one.named:
        table.insert(0, "measure", one.named["measure"])
    return table


def _tests(one: Comparison) -> str:
    """Return whether a test changed between the two months."""
    versions = [set(test_versions(states, np.zeros(len(states)))) for states in one[:2]]
    return "" if versions[0] == versions[1] or not all(map(len, one[:2])) else "tests"


def _together(parts: Sequence[pd.DataFrame], compared: Sequence[Comparison]) -> pd.DataFrame:
    return sourced(pd.concat(parts, ignore_index=True), compared)


def sourced(table: pd.DataFrame, compared: Sequence[Comparison]) -> pd.DataFrame:
    """Return a table with the sources of what it compares; ``attrs["first"]``: nothing before."""
    table = with_source(table, *(states for one in compared for states in one.tables))
    table.attrs["first"] = all(one.named.get("earlier") == "" for one in compared)
    return table


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
    for old in [name for name in before if name in renames and name not in there]:
        name, seen = old, {old}
        while name not in there and name in renames and renames[name] not in seen:
            name = renames[name]
            seen.add(name)
        if name not in taken:
            new_names[old] = name
            taken.add(name)
    return before.replace(new_names)
