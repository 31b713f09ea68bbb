"""Adoption: shares with counts, bounds and coverage, of any groups and months.

All functions take a *states table*: a row per domain with the columns ``domain`` and ``state``
(``yes``, ``no``, ``unknown``, ``not_applicable``) and any columns to group by (``sector``,
``province``, ``period``, ``measure`` …). They return new tables and change none.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from v6monitor.errors import InputError, UsageError
from v6monitor.language import Sources

STATES = ("yes", "no", "unknown", "not_applicable")
DEFINITE = ("yes", "partly", "no")

SMALLEST_GROUP = 5
"""Below so many applicable domains a group gets counts and no percentage (METHOD.md, "Shares")."""

GATE = 0.98
"""The coverage below which a month is not publishable (METHOD.md, "Shares")."""

SAME_SET = 0.8
"""Two measurements are of one set when they share this part of the larger one's domains."""

VERDICT_OF: Mapping[str, str] = {"web": "web", "mail": "mail_all", "dns": "dns_2"}
"""Which verdict of the fresh lookups answers the same question as which measure."""

TOTAL = "total"
OTHER = "other"

By = str | Sequence[str]
Table = TypeVar("Table", bound="pd.DataFrame | pd.Series[Any]")


def shares(states: pd.DataFrame, *, by: By = ()) -> pd.DataFrame:
    """Return the adoption of every group, with its counts, bounds and coverage.

    A domain that is in several lists counts once in a group: see ``one_per_domain``.

    Args:
        states: a states table of one measure, or of several with ``measure`` in ``by``.
        by: the columns to group by. Without ``period`` among them the newest month counts.

    Returns:
        A row per group, one without ``by``, sorted by group, the months of a group in order:

        - the columns of ``by``;
        - ``yes``, ``no``, ``unknown``, ``not_applicable``: numbers of domains;
        - ``applicable``: yes, no and unknown together;
        - ``adoption``: yes / (yes + no), 0 to 1; NaN below five applicable domains or when the
          state of none is known;
        - ``lower``, ``upper``: its bounds, were all unknown ones no, or all yes;
        - ``coverage``: (yes + no) / applicable;
        - ``explained``, where the states have it: how many of the no have a valid waiver;
        - ``measure`` and ``period``, where the states have them and they are not in ``by``;
        - ``break_reason``, with ``period`` in ``by``: why this month cannot be compared with the
          one before: ``domains`` (less than 80 % of the larger list is in both), ``tests`` (a test
          changed in between), or empty;
        - ``comparable_since``, with ``period`` in ``by``: the first month since which every month
          can be compared with this one, tested between the two: a list that changes a little every
          month is another list after a year.

    Raises:
        InputError: for a state that does not exist, and for several measures in one group.
        UsageError: for a column in ``by`` that the table does not have.

    Example:
        >>> states = pd.DataFrame({"domain": list("abcdef"), "sector": "rijk"})
        >>> states["state"] = ["yes", "yes", "yes", "yes", "no", "unknown"]
        >>> shares(states, by="sector").round(2).to_dict("records")[0]["adoption"]
        0.8
        >>> shares(states)[["applicable", "lower", "upper"]].round(2).to_numpy().tolist()
        [[6.0, 0.67, 0.83]]

    Source:
        METHOD.md, "Shares" and "Change".
    """
    keys = _keys(by, states)
    state_numbers(states)
    named = {}
    if "measure" in states and "measure" not in keys:
        named["measure"] = measure_of(states)
    if "period" in states and "period" not in keys:
        periods = states["period"].astype("str")
        named["period"] = str(periods.max()) if len(states) else ""
        states = states[periods == named["period"]]
    needed = {*keys, "domain", "state", "measured_at", "explained", "tests"}
    single = one_per_domain(states[[name for name in states if name in needed]], keys)
    table = shares_of_counts(count(single, keys)).assign(**named)
    if "period" in keys:
        table[["break_reason", "comparable_since"]] = _comparable(table, single, keys)
        series = [key for key in keys if key != "period"]
        table = table.sort_values([*series, "period"], kind="stable", ignore_index=True)
    return with_source(table, states)


def shares_of_counts(counts: pd.DataFrame) -> pd.DataFrame:
    """Return rows of ``yes``, ``no`` and ``unknown`` with the shares that they make."""
    yes, no, unknown = (counts[state].to_numpy() for state in STATES[:3])
    known, applicable = yes + no, yes + no + unknown
    with np.errstate(invalid="ignore"):  # none of none is NaN
        return counts.assign(
            applicable=applicable,
            adoption=np.where(applicable >= SMALLEST_GROUP, yes / known, np.nan),
            lower=yes / applicable,
            upper=(yes + unknown) / applicable,
            coverage=known / applicable,
        )


class Gate(NamedTuple):
    """How much of a month is known, and whether that is enough to publish it."""

    coverage: float
    passed: bool


def gate(known: "pd.Series[Any]", applicable: "pd.Series[Any]") -> Gate:
    """Return the coverage of websites and mail together; of name servers if there is no other."""
    measures = applicable.index.drop("lookups", errors="ignore")
    measures = measures.drop("dns", errors="ignore") if len(measures) > 1 else measures
    whole = applicable[measures].sum()
    coverage = float(known[measures].sum() / whole) if whole else float("nan")
    return Gate(coverage, coverage >= GATE)


def with_earlier(
    table: pd.DataFrame, *, period: str = "", by: str = "sector", months: int = 12
) -> pd.DataFrame:
    """Return a month of ``shares`` (by default the newest) beside a comparable earlier one.

    ``earlier`` is the first of the ``months`` before that at least half of the groups can be
    compared with; ``earlier_yes``, ``earlier_no`` and ``earlier_adoption`` are 0, 0 and NaN for the
    others.
    """
    period = period or (str(table["period"].max()) if len(table) else "")
    now = table[table["period"] == period].drop(columns=["break_reason", "comparable_since"])
    since = table.loc[table["period"] == period, [by, "comparable_since"]]
    first = str(pd.Period(period, "M") - months) if period else ""
    past = table[table["period"].lt(period) & table["period"].ge(first)]
    past = past.drop(columns="comparable_since").merge(since, on=by)
    past = past[past["period"] >= past["comparable_since"]]
    groups = past["period"].value_counts()
    most = groups.index[2 * groups >= len(now)]
    earlier = str(most.min()) if len(most) else ""
    counts = ["yes", "no", "adoption"]
    then = past.loc[past["period"] == earlier, [by, *counts]]
    then = then.rename(columns={name: f"earlier_{name}" for name in counts})
    found = now.merge(then, on=by, how="left").assign(earlier=earlier)
    found = found.fillna({"earlier_yes": 0, "earlier_no": 0})
    found = found.astype({"earlier_yes": "int64", "earlier_no": "int64"})
    order = ["adoption", "applicable"]
    found = found.sort_values(order, ascending=False, kind="stable", ignore_index=True)
    return with_source(found, table)


def ranking(table: pd.DataFrame) -> pd.DataFrame:
    """Return the groups of ``shares`` from the highest adoption down; those without it come last.

    ``rank`` and ``rank_to`` are the best and worst rank that the bounds allow: ``tied`` if they
    differ.
    """
    adoption, applicable = table["adoption"].to_numpy(), table["applicable"].to_numpy()
    ranked = ~np.isnan(adoption)
    order = np.lexsort((np.where(ranked, -applicable, 0), -adoption))  # NaN is last
    found = table.take(order).reset_index(drop=True)
    lower, upper = (np.where(ranked, table[end], np.nan)[order] for end in ("lower", "upper"))
    above, last = lower[:, None] > upper[None, :], np.full(len(table), ranked.sum())
    rank, rank_to = 1 + above.sum(axis=0), last - above.sum(axis=1)
    none = ~ranked[order]
    found["rank"], found["rank_to"] = (pd.arrays.IntegerArray(one, none) for one in (rank, rank_to))
    return found.assign(tied=~none & (rank < rank_to))


def verdict_states(verdicts: pd.DataFrame, measure: str, *, some: str = "") -> pd.DataFrame:
    """Return the states table of a verdict; with ``some`` (``mail_any``) a no can be ``partly``."""
    states = verdicts[verdicts[measure] != ""].copy()
    states["state"] = states[measure]
    if some:
        partly = (states[measure] == "no") & (states[some] == "yes")
        states["state"] = states["state"].mask(partly, "partly")
    return states.assign(measure=measure).reset_index(drop=True)


def one_per_domain(states: pd.DataFrame, by: By = ()) -> pd.DataFrame:
    """Return one row of a domain that is more than once in a group.

    The newest measurement of the group holds (column ``measured_at``, where there is one). Rows of
    one day, such as the name servers of a domain tested as a website and as a mail domain, make
    one: known goes before unknown, unknown before not applicable; a yes against a no is unknown.
    """
    keys = [*_keys(by, states), "domain"]
    double = _double(states, keys)
    if not double.any():
        return states.reset_index(drop=True)
    rows = states[double]
    if "measured_at" in rows:
        newest = rows.groupby(keys, dropna=False, observed=True)["measured_at"].transform("max")
        rows = rows[rows["measured_at"] == newest]
    groups = [rows[key] for key in keys]
    has = {
        state: rows["state"].eq(state).groupby(groups, dropna=False, observed=True).transform("any")
        for state in (*DEFINITE, "unknown")
    }
    contradictory = pd.concat([has[state] for state in DEFINITE], axis=1).sum(axis=1) > 1
    merged = pd.Series("not_applicable", index=rows.index, dtype="str")
    merged = merged.mask(has["unknown"], "unknown")
    for state in DEFINITE:
        merged = merged.mask(has[state], state)
    merged = merged.mask(contradictory, "unknown")
    rows = rows.assign(state=merged).drop_duplicates(keys)
    return pd.concat([states[~double], rows]).sort_index().reset_index(drop=True)


def count(states: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return the number of domains in each state per group; without groups in one row."""
    state, group = state_numbers(states), _group_numbers(states, keys)
    _, first = np.unique(group, return_index=True)
    size = (len(first) if keys else 1) * len(STATES)
    cells = np.bincount(group * len(STATES) + state, minlength=size).reshape(-1, len(STATES))
    counts = pd.DataFrame(cells, columns=list(STATES))
    if "explained" in states:
        explained = states["explained"].to_numpy(bool) & (state == STATES.index("no"))
        counts["explained"] = np.bincount(group[explained], minlength=len(cells))
    if not keys:
        return counts
    return pd.concat([states[[*keys]].take(first).reset_index(drop=True), counts], axis="columns")


def state_numbers(states: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the place in ``STATES`` of each state; InputError for one that does not exist."""
    code, found = pd.factorize(states["state"], use_na_sentinel=False)
    if invalid := [state for state in found if state not in STATES]:
        expected = ", ".join(STATES)
        raise InputError(f"the state {invalid[0]!r} does not exist: expected {expected}")
    return np.array([STATES.index(state) for state in found], dtype="int64")[code]


def _group_numbers(states: pd.DataFrame, keys: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the number of the group of each row, counted in the order of the groups."""
    if not keys:
        return np.zeros(len(states), dtype="int64")
    groups = states.groupby([*keys], dropna=False, observed=True)
    return np.asarray(groups.ngroup(), dtype="int64")


def _double(states: pd.DataFrame, keys: Sequence[str]) -> "pd.Series[bool]":
    """Return which rows are not the only ones of their keys."""
    number = np.zeros(len(states), dtype="int64")
    for key in reversed(keys):  # domains alone are often enough
        code, found = pd.factorize(states[key], use_na_sentinel=False)
        if len(found) == len(states):
            return pd.Series(False, states.index)
        number = number * len(found) + code
    return pd.Series(number, states.index).duplicated(keep=False)


def check(states: pd.DataFrame, keys: Sequence[str] = ()) -> None:
    """Raise ``InputError`` for a state that does not exist or a domain twice in a group."""
    state_numbers(states)
    double = _double(states, [*keys, "domain"])
    if double.any():
        name = states.loc[double, "domain"].iloc[0]
        raise InputError(
            f"{name} is more than once in one group: give every measure and month apart,"
            " or make it one row with shares.one_per_domain"
        )


def with_source(table: Table, *origins: pd.DataFrame) -> Table:
    """Return the table with the sources of its origins, those of other days left out."""
    sources: dict[str, None] = {}
    for origin in origins:
        given = origin.attrs.get("source", ())
        if "measured_at" in origin:
            days = {"", *(str(day)[:10] for day in origin["measured_at"].unique())}
            kept = [text for text in given if _day_of(text) in days]
            given = kept or given
        sources |= dict.fromkeys(given)
    stated = bool(origins) and all("source" in origin.attrs for origin in origins)
    found: dict[Hashable, Any] = {"source": Sources(sources)} if sources or stated else {}
    table.attrs = {**table.attrs, **found}
    return table


def _day_of(source: str) -> str:
    kind, _, day = source.partition(" ")
    return day[:10] if kind == "measurement" else ""


def _keys(by: By, states: pd.DataFrame) -> list[str]:
    keys = [by] if isinstance(by, str) else list(by)
    if missing := [key for key in keys if key not in states]:
        columns = ", ".join(map(str, states.columns))
        raise UsageError(f"there is no column {missing[0]!r} to group by: choose of {columns}")
    return keys


def measure_of(states: pd.DataFrame) -> str:
    """Return the measure of a table; InputError for several: web and mail are not added up."""
    found = sorted(map(str, states["measure"].unique()))
    if len(found) > 1:
        raise InputError(
            f"found the measures {', '.join(found)} in one group: choose one of them, or add"
            " 'measure' to by"
        )
    return found[0] if found else ""


def _comparable(table: pd.DataFrame, single: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return ``break_reason`` and ``comparable_since`` of each row of ``table``."""
    row = _group_numbers(single, keys)
    order = np.argsort(row, kind="stable")
    starts = np.searchsorted(row[order], np.arange(len(table) + 1))
    domain = pd.factorize(single["domain"])[0][order]
    tests, period = list(test_versions(single, row)), list(table["period"].astype("str"))
    series = [key for key in keys if key != "period"]
    reasons, firsts = [""] * len(table), period.copy()
    numbered = table.assign(at=range(len(table))).sort_values("period", kind="stable")
    groups = numbered.groupby(series, dropna=False, observed=True) if series else [((), numbered)]
    for _, rows in groups:
        months = rows["at"].to_list()
        same = _same_set([domain[starts[at] : starts[at + 1]] for at in months])
        since = 0
        for at in range(1, len(months)):
            same_tests = tests[months[at - 1]] == tests[months[at]]
            since = since if same_tests else at
            reasons[months[at]] = ("" if same[at, at - 1] else "domains") if same_tests else "tests"
            different = np.flatnonzero(~same[at, since:at])
            first = since + (int(different[-1]) + 1 if len(different) else 0)
            firsts[months[at]] = period[months[first]]
    found = {"break_reason": reasons, "comparable_since": firsts}
    return pd.DataFrame(found, table.index, dtype="str")


def _same_set(months: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Return of every two months whether they share four fifths of the larger one's domains."""
    names, code = np.unique(np.concatenate([[], *months]), return_inverse=True)
    present = np.zeros((len(months), len(names)), dtype="float32")
    present[np.repeat(np.arange(len(months)), [len(month) for month in months]), code] = 1
    shared = present @ present.T
    size = shared.diagonal()
    return np.asarray(shared >= SAME_SET * np.maximum.outer(size, size))


def test_versions(states: pd.DataFrame, groups: npt.NDArray[Any]) -> "pd.Series[str]":
    """Return which versions of the tests the rows of each group have; "" where none is stated."""
    if "tests" not in states:
        return pd.Series("", index=np.unique(groups), dtype="str")
    pairs = pd.DataFrame({"group": groups, "tests": states["tests"].to_numpy()}).drop_duplicates()
    return pairs.sort_values(["group", "tests"]).groupby("group")["tests"].agg(" ".join)
