"""Which domains lack IPv6 somewhere, and where?"""

import pandas as pd

from v6monitor.analysis.shares import one_per_domain

_MEASURES = ("web", "mail", "dns")


def lacking(states: pd.DataFrame) -> pd.DataFrame:
    """List the domains of one month for which a website, mail or name servers lack IPv6.

    ``states`` has ``domain``, ``organisation``, ``measure`` and ``state``. Returns a row per
    domain with at least one ``no`` or ``unknown``: ``domain``, ``organisation``, and the states
    ``web``, ``mail`` and ``dns``, empty where the question was not put; sorted by organisation.
    """
    asked = states[states["measure"].isin(_MEASURES)]
    single = one_per_domain(asked, ["measure"])
    table = single.pivot_table("state", "domain", "measure", aggfunc="first", observed=True)
    table = table.reindex(columns=list(_MEASURES)).fillna("").astype("str")
    owners = single.drop_duplicates("domain").set_index("domain")["organisation"]
    table.insert(0, "organisation", owners.reindex(table.index))
    wanting = table[list(_MEASURES)].isin(["no", "unknown"]).any(axis=1)
    found = table[wanting].reset_index().sort_values(["organisation", "domain"], ignore_index=True)
    return found[["domain", "organisation", *_MEASURES]].rename_axis(columns=None)
