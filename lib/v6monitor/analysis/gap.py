"""Mail domains without IPv6: the operators they depend on, and what fixing some would bring.

All functions take a table of dependencies: a row per domain and host it depends on, with the
columns ``domain``, ``operator`` (who runs it), ``tenant`` (may be empty) and ``state`` (``yes``,
``no``, ``unknown``). A domain has IPv6 when all its rows have it. ``Month.mx_hosts`` is the table
of ``mail_all``; it is used where a Month is given. Definitions: METHOD.md, "The gap".
"""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from v6monitor.analysis.shares import shares_of_counts, with_source
from v6monitor.errors import InputError, UsageError
from v6monitor.mail.providers import MICROSOFT
from v6monitor.names import registrable_domain
from v6monitor.verdicts.logic import NO, UNKNOWN, YES

CAUSES = ("sole", "with_others", "unclear")
COUNTS = ["yes", "no", "unknown", "applicable"]
SHARES = ["adoption", "lower", "upper"]
NOW = "now"

OPERATOR, ADMINISTRATORS = "operator", "administrators"
"""Who can take a step. At Exchange Online that is not Microsoft: each tenant's administrator turns
IPv6 on for its own domains."""


def attribution(month: Any, *, by: str = "operator") -> pd.DataFrame:
    """Return the operators whose hosts keep mail domains from IPv6, most domains first.

    Args:
        month: a Month, or a table of dependencies (see the module).
        by: the column to attribute to: ``operator``, ``tenant`` or ``host``. Rows in which it is
            empty are left out.

    Returns:
        A row per ``by``: ``domains`` that have a failing host of it, and of these ``sole`` (it
        alone is the cause), ``with_others`` (others fail too; the domain counts at each) and
        ``unclear`` (the state of another's host is unknown).

    Raises:
        InputError: for a state other than yes, no and unknown.

    Example:
        >>> hosts = pd.DataFrame(
        ...     [("a", "x", "no"), ("a", "y", "no"), ("b", "x", "no"), ("c", "y", "yes")],
        ...     columns=["domain", "operator", "state"],
        ... )
        >>> attribution(hosts).to_dict("records")[0]
        {'operator': 'x', 'domains': 2, 'sole': 1, 'with_others': 1, 'unclear': 0}

    Source:
        METHOD.md, "The gap".
    """
    hosts = _hosts(month)
    failing = _failing(hosts, by)
    number = failing.groupby("domain")[by].transform("size")
    unknown = hosts.loc[hosts["state"] == UNKNOWN, ["domain", by]].drop_duplicates()
    others = failing.merge(unknown, on="domain", suffixes=("", "_unknown"))
    unclear = set(others.loc[others[by] != others[f"{by}_unknown"], "domain"])
    cause = pd.Series("sole", index=failing.index, dtype="str")
    cause = cause.mask(failing["domain"].isin(unclear), "unclear").mask(number > 1, "with_others")
    table = pd.crosstab(failing[by], cause).reindex(columns=list(CAUSES), fill_value=0)
    table = table[table.index != ""].rename_axis(index=by, columns=None)
    table.insert(0, "domains", table.sum(axis=1))
    table = table.sort_values("domains", ascending=False, kind="stable").reset_index()
    return with_source(table.astype({by: "str"}), hosts)


def what_if(
    month: Any, operators: Collection[str] = (), *, tenants: Collection[str] = ()
) -> "pd.Series[Any]":
    """Return the adoption if every failing host of these operators and tenants had IPv6.

    A host whose state is unknown stays unknown, so the result has bounds too.

    Args:
        month: a Month, or a table of dependencies (see the module).
        operators: names from its column ``operator``.
        tenants: names from its column ``tenant``.

    Returns:
        The counts ``yes``, ``no``, ``unknown`` and ``applicable`` of domains; ``adoption``,
        ``lower`` and ``upper`` (0 to 1, as of ``shares``); ``adoption_now``; and ``points``, what
        it adds in percentage points.

    Raises:
        UsageError: for a name that the table does not have.

    Example:
        >>> hosts = pd.DataFrame({"domain": list("abcde"), "operator": list("xxyyy")})
        >>> hosts = hosts.assign(tenant="", state=["no", "no", "yes", "yes", "no"])
        >>> what_if(hosts, ["x"])[["adoption_now", "adoption"]].to_dict()
        {'adoption_now': 0.4, 'adoption': 0.8}

    Source:
        METHOD.md, "The gap".
    """
    hosts = _hosts(month)
    fixed = pd.Series(data=False, index=hosts.index)
    for column, names in (("operator", operators), ("tenant", tenants)):
        if unknown := sorted(set(names) - set(hosts[column]) | ({""} & set(names))):
            raise UsageError(
                f"{column} {unknown[0]!r} runs no host of these domains: choose one of the table"
            )
        fixed |= hosts[column].isin(list(names))
    now = _share(hosts)["adoption"]
    state = hosts["state"].mask(fixed & hosts["state"].eq(NO), YES)
    after = _share(hosts.assign(state=state))
    gain = 100 * (after["adoption"] - now)
    found = pd.Series({**after, "adoption_now": now, "points": gain}, dtype=object)
    return with_source(found, hosts)


def fix_order(month: Any, by: str = "operator", *, top: int | None = None) -> pd.DataFrame:
    """Return the order of fixes in which each step adds most to the adoption.

    A domain that fails at several operators gains only with the last of them, so that the order is
    not that of the sizes. Of equal gains, the operator with most failing domains goes first, then
    the name decides.

    Args:
        month: a Month, or a table of dependencies (see the module).
        by: ``operator``, ``administrator`` (the operator, but at Exchange Online that of the
            tenant) or ``tenant``. Rows in which it is empty are never fixed.
        top: at most so many steps, and none that concerns a single domain: those are mostly hosts
            of the domain's own. By default all.

    Returns:
        A first row ``now``, then one per step: ``by``, ``acts`` (who can take it: the
        ``operator``, or the ``administrators`` of the tenants of Exchange Online, each for its
        own), ``tenants`` (how many of these are known), ``domains`` (that fail at it), ``solved``
        (that this step gives IPv6), ``points`` and ``cumulative`` (percentage points), and the
        counts and shares after it: ``yes``, ``no``, of which ``own`` fail at hosts of their own
        only, ``unknown``, ``applicable``, ``adoption``, ``lower``, ``upper`` (0 to 1).

    Raises:
        InputError: for a state other than yes, no and unknown.

    Example:
        >>> hosts = pd.DataFrame({"domain": list("abcde"), "operator": list("xyyzz"), "tenant": ""})
        >>> hosts["state"] = ["no", "no", "no", "yes", "yes"]
        >>> fix_order(hosts)[["operator", "solved", "adoption"]].to_numpy().tolist()
        [['now', 0, 0.4], ['y', 2, 0.8], ['x', 1, 1.0]]

    Source:
        METHOD.md, "The gap".
    """
    hosts = _hosts(month)
    greedy = _Greedy(hosts, by)
    rows = [greedy.row(NOW)]
    while (unit := greedy.best()) is not None:
        solved = greedy.fix(unit)
        rows.append(greedy.row(greedy.units[unit], len(greedy.fails_at[unit]), solved))
    table = pd.DataFrame(rows, columns=[by, "domains", "solved", *COUNTS[:3], "own"])
    if top:
        single = table["domains"].le(1) & (table.index > 0)
        table = table[~single.cummax()].head(top + 1)
    table = shares_of_counts(table.astype({by: "str"})).drop(columns="coverage")
    failing = hosts[hosts["state"] == NO].assign(tenant=hosts.get("tenant", ""))
    exchange = set(failing.loc[failing["operator"] == MICROSOFT, by])
    failing = failing[failing["tenant"] != ""]
    tenants = failing["tenant"].groupby(failing[by]).nunique()
    acts = [ADMINISTRATORS if name in exchange else OPERATOR for name in table[by].iloc[1:]]
    table.insert(1, "acts", ["", *acts])
    table.insert(2, "tenants", table[by].map(tenants).fillna(0).astype("int64"))
    table.insert(5, "cumulative", 100 * (table["adoption"] - table["adoption"].iloc[0]))
    table.insert(5, "points", table["cumulative"].diff().fillna(table["cumulative"]))
    return with_source(table, hosts)


def domain_states(hosts: pd.DataFrame) -> pd.DataFrame:
    """Return ``domain`` and ``state`` of a table of dependencies: one definite no decides."""
    invalid = hosts.loc[~hosts["state"].isin([YES, NO, UNKNOWN]), "state"]
    if len(invalid):
        raise InputError(f"the state {invalid.iloc[0]!r} of a host: expected yes, no or unknown")
    fails = hosts["state"].eq(NO).groupby(hosts["domain"], sort=False).any()
    unknown = hosts["state"].eq(UNKNOWN).groupby(hosts["domain"], sort=False).any()
    state = pd.Series(YES, index=fails.index, dtype="str")
    state = state.mask(unknown, UNKNOWN).mask(fails, NO)
    return state.rename("state").rename_axis("domain").reset_index()


class _Greedy:
    """The failing domains and the units each fails at; a step visits only its own domains."""

    def __init__(self, hosts: pd.DataFrame, by: str) -> None:
        states = domain_states(hosts)["state"].value_counts()
        self.counts = {state: int(states.get(state, 0)) for state in (YES, NO, UNKNOWN)}
        failing = _failing(hosts, by)
        own = hosts["operator"] == hosts["domain"].map(registrable_domain)
        self.own_hosts = set(hosts.loc[own, ["domain", by]].itertuples(index=False, name=None))
        self.units = sorted(set(failing[by]) - {""})
        number = {name: index for index, name in enumerate(self.units)}
        self.left: dict[str, set[int]] = {}  # -1: a host that no step fixes
        for domain, unit in failing.itertuples(index=False, name=None):
            self.left.setdefault(domain, set()).add(number.get(unit, -1))
        self.unclear = set(hosts.loc[hosts["state"] == UNKNOWN, "domain"])
        self.fails_at: list[set[str]] = [set() for _ in self.units]
        for domain, units in self.left.items():
            for unit in units - {-1}:
                self.fails_at[unit].add(domain)
        self.sizes = np.array([len(domains) for domains in self.fails_at], dtype=np.int64)
        self.to_yes, self.to_unknown, self.own = np.zeros((3, len(self.units)), dtype=np.int64)
        self.todo = np.ones(len(self.units), dtype=bool)
        for domain in self.left:
            self._count_if_last(domain)

    def best(self) -> int | None:
        """Return the unit that gives the highest share; None when none is left."""
        if not self.todo.any():
            return None
        yes = self.counts[YES] + self.to_yes
        known = self.counts[YES] + self.counts[NO] - self.to_unknown
        share = np.where(self.todo, yes / np.maximum(known, 1), -1.0)
        return int(np.argmax(np.where(share == share.max(), self.sizes, -1)))

    def fix(self, unit: int) -> int:
        """Give all hosts of a unit IPv6; return how many domains it gives IPv6."""
        solved, unknown = int(self.to_yes[unit]), int(self.to_unknown[unit])
        self.counts[YES] += solved
        self.counts[UNKNOWN] += unknown
        self.counts[NO] -= solved + unknown
        self.todo[unit] = False
        for domain in self.fails_at[unit]:
            self.left[domain].discard(unit)
            self._count_if_last(domain)
        return solved

    def row(self, name: str, domains: int = 0, solved: int = 0) -> tuple[str | int, ...]:
        """Return the row of a step, with the counts after it."""
        return (name, domains, solved, *self.counts.values(), int(self.own[self.todo].sum()))

    def _count_if_last(self, domain: str) -> None:
        """Count a domain at the one unit it still fails at."""
        if len(self.left[domain]) == 1 and (unit := next(iter(self.left[domain]))) >= 0:
            (self.to_unknown if domain in self.unclear else self.to_yes)[unit] += 1
            self.own[unit] += (domain, self.units[unit]) in self.own_hosts


def _hosts(month: Any) -> pd.DataFrame:
    """Return the table of dependencies that was given, or that of a Month."""
    table = month if isinstance(month, pd.DataFrame) else getattr(month, "mx_hosts", None)
    if not isinstance(table, pd.DataFrame):
        found = type(month).__name__
        raise UsageError(f"found a {found}: expected a Month, or its table mx_hosts")
    return table


def _failing(hosts: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return each domain with the units it fails at; InputError for an invalid state."""
    domain_states(hosts)
    return hosts.loc[hosts["state"] == NO, ["domain", by]].drop_duplicates(ignore_index=True)


def _share(hosts: pd.DataFrame) -> dict[str, float]:
    states = domain_states(hosts)["state"].value_counts()
    counted = pd.DataFrame([{state: int(states.get(state, 0)) for state in (YES, NO, UNKNOWN)}])
    row = shares_of_counts(counted).iloc[0]
    counts = {name: int(row[name]) for name in COUNTS}
    return {**counts, **{name: float(row[name]) for name in SHARES}}
