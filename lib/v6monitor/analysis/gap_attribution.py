"""Whose hosts keep the failing domains from IPv6, and are these few or many?"""

from typing import NamedTuple

import pandas as pd

from v6monitor.analysis.gap_needs import domain_states
from v6monitor.analysis.overviews import OTHER
from v6monitor.analysis.shares import shares
from v6monitor.verdicts.logic import NO, UNKNOWN

CAUSES = ("sole", "with_others", "unclear")


class Concentration(NamedTuple):
    """How concentrated the gap is; NaN where there is none."""

    hhi: float
    """The Herfindahl-Hirschman index, of 1: the sum of the squared parts of the gap."""
    equal: float
    """1/HHI: the gap is as concentrated as when so many operators had equal parts of it."""
    units: int
    """How many operators have a part."""
    domains: int
    """How many failing domains are divided."""


def attribution(needs: pd.DataFrame, by: str = "operator", top: int = 0) -> pd.DataFrame:
    """Whose hosts do the failing domains wait for? A row per operator (or tenant, host: ``by``).

    Returns per ``by`` the failing ``domains`` with a failing host of it, most first, and of these:
    ``sole`` (it alone is the cause), ``with_others`` (who fail too; such a domain counts at each),
    ``unclear`` (of another's host it could not be told). With ``top``, those after so many, and
    those of one domain, are one row ``other``, last. Rows with an empty ``by`` are left out.
    ``failing`` is in all rows the number of all failing domains.

    >>> needs = pd.DataFrame(
    ...     [("a", "x", "no"), ("a", "y", "no"), ("b", "x", "no"), ("c", "y", "yes")],
    ...     columns=["domain", "operator", "state"],
    ... )
    >>> attribution(needs).to_dict("records")[0]
    {'operator': 'x', 'domains': 2, 'sole': 1, 'with_others': 1, 'unclear': 0, 'failing': 2}
    """
    failing = _failing(needs, by)
    number = failing.groupby("domain")[by].transform("size")
    doubtful = needs.loc[needs["state"] == UNKNOWN, ["domain", by]].drop_duplicates()
    others = failing.merge(doubtful, on="domain", suffixes=("", "_doubtful"))
    unclear = set(others.loc[others[by] != others[f"{by}_doubtful"], "domain"])
    cause = pd.Series("sole", index=failing.index, dtype="str")
    cause = cause.mask(failing["domain"].isin(unclear), "unclear").mask(number > 1, "with_others")
    found = failing.assign(cause=cause)
    sizes = found.loc[found[by] != "", by].value_counts().sort_index()
    order = list(sizes.sort_values(ascending=False, kind="stable").index)
    kept = [name for name in order if sizes[name] > 1][:top]
    if top and len(order) > len(kept) + 1:
        order = [*kept, OTHER]
        found[by] = found[by].where(found[by].isin(["", *order]), OTHER)
        found = found.drop_duplicates(["domain", by])
    counted = pd.crosstab(found[by], found["cause"])
    table = counted.reindex(index=order, columns=list(CAUSES), fill_value=0)
    table.insert(0, "domains", table.sum(axis=1))
    table["failing"] = failing["domain"].nunique()
    return table.rename_axis(index=by, columns=None).reset_index().astype({by: "str"})


def concentration(needs: pd.DataFrame, by: str = "operator") -> Concentration:
    """Is the gap with few operators or with many? HHI over the failing domains.

    A domain that fails at several counts for an equal part at each. Rows with an empty ``by`` are
    left out.

    >>> needs = pd.DataFrame({"domain": list("abcd"), "operator": list("xxxy"), "state": "no"})
    >>> concentration(needs).hhi
    0.625
    """
    failing = _failing(needs, by)
    failing = failing[failing[by] != ""]
    if failing.empty:
        return Concentration(float("nan"), float("nan"), 0, 0)
    weight = 1 / failing.groupby("domain")[by].transform("size")
    domains = failing["domain"].nunique()
    parts = weight.groupby(failing[by]).sum() / domains
    hhi = float((parts**2).sum())
    return Concentration(hhi, 1 / hhi, len(parts), domains)


def overview(needs: pd.DataFrame) -> pd.DataFrame:
    """Tell in one row how large the gap is, who has most of it, and with how many it is.

    Columns: those of ``adoption.shares`` of all domains; ``operator``, who has most failing
    domains (empty where there is none), ``domains`` and ``sole`` of it; ``operators`` (with a part
    of the gap) and ``equal`` (see ``Concentration``).
    """
    largest = attribution(needs)
    most = largest.iloc[0] if len(largest) else pd.Series({"operator": "", "domains": 0, "sole": 0})
    concentrated = concentration(needs)
    return shares(domain_states(needs)).assign(
        operator=str(most["operator"]),
        domains=int(most["domains"]),
        sole=int(most["sole"]),
        operators=concentrated.units,
        equal=concentrated.equal,
    )


def _failing(needs: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return which domain fails at whom, once each."""
    domain_states(needs)  # checks the states
    found = needs.loc[needs["state"] == NO, ["domain", by]]
    return found.drop_duplicates().reset_index(drop=True)
