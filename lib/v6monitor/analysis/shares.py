"""How many domains have IPv6, out of how many, and how sure is that?

All functions take a *states table*: a row per domain with the columns ``domain`` and ``state``
(``yes``, ``no``, ``unknown``, ``not_applicable``) and any columns to group by (``sector``,
``province``, ``period``, ``measure`` …). They are pure and return new tables.
"""

from collections.abc import Sequence

import pandas as pd

from v6monitor.errors import InputError

STATES = ("yes", "no", "unknown", "not_applicable")
DEFINITE = ("yes", "partly", "no")
SMALLEST_GROUP = 5
"""Below so many applicable domains a group gets counts and no percentage (METHOD.md §5)."""

GATE = 0.98
"""The coverage below which a month is not publishable (METHOD.md §5)."""

By = str | Sequence[str]


def shares(states: pd.DataFrame, by: By = ()) -> pd.DataFrame:
    """How large is the share of domains with IPv6, per group?

    Returns a row per group (one row without ``by``) with the counts ``yes``, ``no``, ``unknown``,
    ``not_applicable`` and ``applicable`` (the first three), and as shares of 1:

    - ``adoption`` = yes / (yes + no); NaN below five applicable domains or when none is known,
    - ``lower`` and ``upper``: were all unknown ones no, or all yes (a census: no sampling error),
    - ``coverage`` = (yes + no) / applicable.

    Of states with ``explained`` (``organisations.explain``) also the count ``explained``: how many
    of the ``no`` have a valid waiver. They stay in every number.

    Raises ``InputError`` for a state that does not exist, and when a domain stands twice in a
    group: what it counts would be unclear (see ``one_per_domain``). Source: METHOD.md §5.

    >>> states = pd.DataFrame({"domain": list("abcdef"), "state": ["yes"] * 4 + ["no", "unknown"]})
    >>> shares(states)[["yes", "applicable", "adoption", "lower", "upper"]].round(3).to_dict("list")
    {'yes': [4], 'applicable': [6], 'adoption': [0.8], 'lower': [0.667], 'upper': [0.833]}
    """
    keys = keys_of(by)
    check(states, keys)
    return of_counts(count(states, keys, STATES))


def of_counts(counts: pd.DataFrame) -> pd.DataFrame:
    """Add to rows of ``yes``, ``no`` and ``unknown`` what they make: the columns of ``shares``."""
    known = counts["yes"] + counts["no"]
    table = counts.assign(applicable=known + counts["unknown"])
    applicable = table["applicable"].where(table["applicable"] > 0)
    enough = (known > 0) & (table["applicable"] >= SMALLEST_GROUP)
    table["adoption"] = (table["yes"] / known.where(known > 0)).where(enough)
    table["lower"] = table["yes"] / applicable
    table["upper"] = (table["yes"] + table["unknown"]) / applicable
    table["coverage"] = known / applicable
    return table


def compat(states: pd.DataFrame, by: By = ()) -> pd.DataFrame:
    """Count as Internet.nl itself does: could not tell is failed, not applicable is passed.

    Returns per group ``passed``, ``total`` and ``share`` (of 1; NaN for an empty list). Shown
    beside the adoption, never in its place (METHOD.md §5).
    """
    keys = keys_of(by)
    check(states, keys)
    counts = count(states, keys, STATES)
    table = counts[keys].copy()
    table["passed"] = counts["yes"] + counts["not_applicable"]
    table["total"] = counts[list(STATES)].sum(axis=1)
    table["share"] = table["passed"] / table["total"].where(table["total"] > 0)
    return table


def below_gate(table: pd.DataFrame, gate: float = GATE) -> pd.DataFrame:
    """Which rows of a table of ``shares`` have too much unknown to publish?"""
    return table[table["coverage"] < gate].reset_index(drop=True)


def league(table: pd.DataFrame) -> pd.DataFrame:
    """Return the groups from the highest adoption to the lowest, with the places that are sure.

    ``table`` comes from ``shares``. Adds ``rank`` and ``rank_to``: the best and the worst place
    that the bounds allow, 1 for the highest adoption; and ``tied``: its bounds overlap another's.
    Groups without a percentage have no place and stand last.
    """
    ranked = table[table["adoption"].notna()].copy()
    lower, upper = ranked["lower"].to_numpy(), ranked["upper"].to_numpy()
    certainly_better = (lower[:, None] > upper[None, :]).sum(axis=0)
    certainly_worse = (lower[:, None] > upper[None, :]).sum(axis=1)
    ranked["rank"] = 1 + certainly_better
    ranked["rank_to"] = len(ranked) - certainly_worse
    ranked["tied"] = ranked["rank"] < ranked["rank_to"]
    ranked = ranked.sort_values(["adoption", "applicable"], ascending=False, kind="stable")
    rest = table[table["adoption"].isna()].assign(tied=False)
    league_table = pd.concat([ranked, rest], ignore_index=True) if len(rest) else ranked
    return league_table.astype({"rank": "Int64", "rank_to": "Int64"}).reset_index(drop=True)


def one_per_domain(states: pd.DataFrame, by: By = ()) -> pd.DataFrame:
    """Make one row of a domain that stands more than once in a group.

    The newest measurement of the group holds (column ``measured_at``, where there is one). Rows of
    one day, such as the name servers of a domain tested as a website and as a mail domain, make
    one: known goes before unknown, unknown before not applicable; a yes against a no is unknown.
    """
    keys = [*keys_of(by), "domain"]
    double = states.duplicated(keys, keep=False)
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


def verdict_states(verdicts: pd.DataFrame, measure: str, some: str = "") -> pd.DataFrame:
    """Make a states table of one column of the verdict table, such as ``mail_all``.

    All other columns stay, ``measure`` is added. A domain for which the question was not put
    (empty cell) is not in it. With ``some`` (``mail_any``), a no of which some hosts have IPv6
    becomes ``partly``, for ``states_by_sector``.
    """
    states = verdicts[verdicts[measure] != ""].copy()
    states["state"] = states[measure]
    if some:
        partly = (states[measure] == "no") & (states[some] == "yes")
        states["state"] = states["state"].mask(partly, "partly")
    return states.assign(measure=measure).reset_index(drop=True)


def definitions(
    verdicts: pd.DataFrame, measures: Sequence[str] = ("mail_all", "mail_any", "mail_primary")
) -> pd.DataFrame:
    """How far does the headline move when mail is defined otherwise?

    Returns the ``shares`` of each verdict, column ``measure``, and ``difference``: its adoption
    less that of the first (of 1).
    """
    parts = [shares(verdict_states(verdicts, measure), "measure") for measure in measures]
    table = pd.concat(parts, ignore_index=True)
    if table.empty:
        return table.assign(difference=table["adoption"])
    return table.assign(difference=table["adoption"] - table["adoption"].iloc[0])


def keys_of(by: By) -> list[str]:
    """Return the grouping columns as a list."""
    return [by] if isinstance(by, str) else list(by)


def count(states: pd.DataFrame, keys: list[str], columns: Sequence[str]) -> pd.DataFrame:
    """Count the states per group, a column each; without groups one row, also of an empty table.

    Of states that tell who explained not to comply, also ``explained``: those without IPv6.
    """
    each = states[keys].assign(**{state: states["state"].eq(state) for state in columns})
    if "explained" in states:
        each["explained"] = states["explained"] & states["state"].isin(["no", "partly"])
    if not keys:
        return each.sum().astype("int64").to_frame().T
    counted = each.columns.drop(keys)
    return each.groupby(keys, dropna=False, observed=True, as_index=False)[list(counted)].sum()


def check(states: pd.DataFrame, keys: list[str], known: Sequence[str] = STATES) -> None:
    """Raise ``InputError`` for a state that is not ``known`` or a domain twice in a group."""
    strange = states.loc[~states["state"].isin(known), "state"]
    if len(strange):
        expected = ", ".join(known)
        raise InputError(f"the state {strange.iloc[0]!r} does not exist: expected {expected}")
    double = states.duplicated([*keys, "domain"])
    if double.any():
        name = states.loc[double, "domain"].iloc[0]
        raise InputError(
            f"{name} stands more than once in one group: give every measure and month apart,"
            " or make it one row with adoption.one_per_domain"
        )
