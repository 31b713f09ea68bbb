"""What would it take? Adoption when some operators had IPv6, and in which order to ask them."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from v6monitor.analysis.gap_attribution import attribution
from v6monitor.analysis.gap_needs import domain_states
from v6monitor.analysis.overviews import OTHER
from v6monitor.analysis.shares import of_counts, shares
from v6monitor.errors import UsageError
from v6monitor.verdicts.logic import NO, UNKNOWN, YES

COUNTS = ["yes", "no", "unknown", "applicable"]
SHARES = ["adoption", "lower", "upper"]
NOW = "now"


def what_if(
    needs: pd.DataFrame, operators: Collection[str] = (), tenants: Collection[str] = ()
) -> "pd.Series[float]":
    """How far would we be when every failing host of these operators and tenants had IPv6?

    A need that is unknown stays unknown: nobody knows that it wants a remedy. Returns the counts
    ``yes``, ``no``, ``unknown`` and ``applicable`` of domains; ``adoption``, ``lower`` and
    ``upper`` (of 1, as of ``adoption.shares``); ``adoption_now``; and ``points``, the gain in
    percentage points. Raises ``UsageError`` for a name that the table does not have.

    >>> needs = pd.DataFrame({"domain": list("abcde"), "operator": list("xxyyy"), "tenant": ""})
    >>> needs["state"] = ["no", "no", "yes", "yes", "no"]
    >>> what_if(needs, {"x"})[["adoption_now", "adoption"]].to_dict()
    {'adoption_now': 0.4, 'adoption': 0.8}
    """
    remedied = pd.Series(data=False, index=needs.index)
    for column, names in (("operator", operators), ("tenant", tenants)):
        if strange := sorted(set(names) - set(needs[column]) | ({""} & set(names))):
            raise UsageError(
                f"{column} {strange[0]!r} runs no host of these domains: choose one of the table"
            )
        remedied |= needs[column].isin(list(names))
    now = _share(needs)["adoption"]
    state = needs["state"].mask(remedied & needs["state"].eq(NO), YES)
    after = _share(needs.assign(state=state))
    gain = 100 * (after["adoption"] - now)
    return pd.Series({**after, "adoption_now": now, "points": gain}, dtype=object)


def scenarios(
    needs: pd.DataFrame, sets: Mapping[str, Collection[str]] | None = None, top: int = 5
) -> pd.DataFrame:
    """Tell what each operator would bring, and what all of them: a row per ``scenario``.

    ``sets`` gives sets of operators by name; by default each of the ``top`` operators with most
    failing domains alone, but none of a single one. A last row ``total`` is all operators. Columns
    as of ``what_if``.
    """
    if sets is None:
        largest = attribution(needs).head(top)
        sets = {name: [name] for name in largest.loc[largest["domains"] > 1, "operator"]}
    everybody = set(needs["operator"]) - {""}
    rows = [
        {"scenario": name, **what_if(needs, operators)}
        for name, operators in {**sets, "total": everybody}.items()
    ]
    table = pd.DataFrame(rows, columns=["scenario", *COUNTS, *SHARES, "adoption_now", "points"])
    return table.astype({"scenario": "str", **dict.fromkeys(COUNTS, "int64")})


def fix_order(needs: pd.DataFrame, by: str = "operator", top: int = 0) -> pd.DataFrame:
    """Whom to ask first? Each step takes the operator (or ``by``) that adds most points then.

    Domains that fail at several gain only with the last of them, so that this is no sorting by
    size; of equal gains, who has most failing domains goes first, then the name. Returns a row per
    step: ``by``, ``domains`` (that fail at it now), ``solved`` (that this step gives IPv6),
    ``points`` and ``cumulative`` (percentage points), and how it is then: ``yes``, ``no``,
    ``unknown``, ``applicable``, ``adoption``, ``lower``, ``upper``. A first row ``now`` is the
    present. With ``top``, the steps after so many, and after the last that concerns more than one
    domain, are one row ``other``. Rows of the needs table with an empty ``by`` are not remedied.
    """
    task = _Task(needs, by)
    rows = [task.row(NOW)]
    while (unit := task.best()) is not None:
        solved = task.remedy(unit)
        rows.append(task.row(task.units[unit], len(task.fails_at[unit]), solved))
    table = pd.DataFrame(rows, columns=[by, "domains", "solved", *COUNTS[:3]])
    table = table.astype({by: "str"})
    if top:
        table = _folded(table, by, top, task)
    table = of_counts(table).drop(columns="coverage")
    table.insert(3, "cumulative", 100 * (table["adoption"] - table["adoption"].iloc[0]))
    table.insert(3, "points", table["cumulative"].diff().fillna(table["cumulative"]))
    return table


class _Task:
    """The failing domains and at whom each still fails, as numbers that every step updates."""

    def __init__(self, needs: pd.DataFrame, by: str) -> None:
        states = domain_states(needs)["state"].value_counts()
        self.counts = {state: int(states.get(state, 0)) for state in (YES, NO, UNKNOWN)}
        failing = needs.loc[needs["state"] == NO, ["domain", by]].drop_duplicates()
        self.units = sorted(set(failing[by]) - {""})
        number = {name: place for place, name in enumerate(self.units)}
        self.left: dict[str, set[int]] = {}
        for domain, unit in failing.itertuples(index=False, name=None):
            self.left.setdefault(domain, set()).add(number.get(unit, -1))
        self.doubtful = set(needs.loc[needs["state"] == UNKNOWN, "domain"])
        self.fails_at: list[set[str]] = [set() for _ in self.units]
        for domain, units in self.left.items():
            for unit in units - {-1}:
                self.fails_at[unit].add(domain)
        self.sizes = np.array([len(domains) for domains in self.fails_at], dtype=np.int64)
        self.solves, self.frees = np.zeros_like(self.sizes), np.zeros_like(self.sizes)
        self.todo = np.ones(len(self.units), dtype=bool)
        for domain in self.left:
            self._last_of(domain)

    def best(self) -> int | None:
        """Return the unit whose remedy gives the highest share; None when none is left."""
        if not self.todo.any():
            return None
        yes = self.counts[YES] + self.solves
        known = self.counts[YES] + self.counts[NO] - self.frees
        share = np.where(self.todo, yes / np.maximum(known, 1), -1.0)
        return int(np.argmax(np.where(share == share.max(), self.sizes, -1)))

    def remedy(self, unit: int) -> int:
        """Give all hosts of a unit IPv6; return how many domains have it then."""
        solved, freed = int(self.solves[unit]), int(self.frees[unit])
        self.counts[YES] += solved
        self.counts[UNKNOWN] += freed
        self.counts[NO] -= solved + freed
        self.todo[unit] = False
        for domain in self.fails_at[unit]:
            self.left[domain].discard(unit)
            self._last_of(domain)
        return solved

    def row(self, name: str, domains: int = 0, solved: int = 0) -> tuple[str | int, ...]:
        """Return the row of a step, with the counts after it."""
        return (name, domains, solved, *self.counts.values())

    def touching(self, names: Collection[str]) -> int:
        """Return how many domains fail at any of these units."""
        chosen = [self.fails_at[self.units.index(name)] for name in names]
        return len(set[str]().union(*chosen))

    def _last_of(self, domain: str) -> None:
        """Note it at the unit when a domain fails at that one alone."""
        if len(self.left[domain]) == 1 and (unit := next(iter(self.left[domain]))) >= 0:
            (self.frees if domain in self.doubtful else self.solves)[unit] += 1


def _folded(table: pd.DataFrame, by: str, top: int, task: _Task) -> pd.DataFrame:
    """Make one row of the steps after ``top``, and of those that concern one domain at most."""
    small = (table["domains"] <= 1) & (table.index > 0)
    kept = 1 + min(top, int(small.argmax()) - 1 if small.any() else len(table))
    if len(table) <= kept + 1:
        return table
    last = table.iloc[-1:].copy()
    last[by] = OTHER
    last["domains"] = task.touching(table[by].iloc[kept:])
    last["solved"] = table["solved"].iloc[kept:].sum()
    return pd.concat([table.iloc[:kept], last], ignore_index=True)


def _share(needs: pd.DataFrame) -> dict[str, float]:
    row = shares(domain_states(needs)).iloc[0]
    counts = {name: int(row[name]) for name in COUNTS}
    return {**counts, **{name: float(row[name]) for name in SHARES}}
