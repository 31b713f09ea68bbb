"""Whether what has an IPv6 address answers over it, by technical results or own connections.

``servers`` are tables with a row per domain, server, address and port, columns ``SERVERS``.
"""

import pandas as pd

from v6monitor.analysis.shares import with_source

SERVERS = ["source", "domain", "measure", "host", "address", "port", "reachable", "detail"]
"""``source`` is measurement or probes; ``measure`` web, mail or dns, by what the server is for.

``reachable`` is yes, no, or "" where that is not known; ``detail`` says why.
"""

_MEASURES = {"ws": "web", "mx": "mail", "ns": "dns"}
_SERVER = ["source", "domain", "measure", "host", "port"]


def measured(addresses: pd.DataFrame) -> pd.DataFrame:
    """Return the servers in the technical results of a measurement (``intake.api.ADDRESSES``)."""
    if addresses.empty:
        return pd.DataFrame(columns=SERVERS, dtype="str")
    rows = addresses.assign(
        source="measurement", measure=addresses["server"].map(_MEASURES), port="", detail=""
    )
    rows["host"] = rows["host"].mask(rows["server"].eq("ws") & rows["host"].eq(""), rows["domain"])
    return with_source(rows[SERVERS].drop_duplicates(ignore_index=True), addresses)


def answers(servers: pd.DataFrame) -> pd.DataFrame:
    """Return whether all IPv6 addresses of a domain's servers answer (METHOD.md §4).

    A row per ``source``, ``measure`` and ``domain`` that has one; ``state`` is ``no`` only where
    IPv4 answers at the same host and port, and ``unknown`` where neither does.
    """
    six = servers["address"].str.contains(":", regex=False)
    rows = servers[six].merge(
        servers.loc[~six & servers["reachable"].eq("yes"), _SERVER].drop_duplicates(),
        on=_SERVER,
        how="left",
        indicator="four",
    )
    failed, four = rows["reachable"].eq("no"), rows["four"].eq("both")
    rows = rows.assign(
        yes=rows["reachable"].eq("yes"), no=failed & four, unknown=rows["reachable"].eq("")
    )
    keys = ["source", "measure", "domain"]
    each = rows.groupby([*keys, "host", "address"], sort=False)[["yes", "no", "unknown"]].any()
    each["unknown"] |= ~each["yes"] & ~each["no"]
    found = each.groupby(keys, sort=False)[["no", "unknown"]].any().reset_index()
    state = pd.Series("yes", found.index, dtype="str").mask(found["unknown"], "unknown")
    return with_source(found[keys].assign(state=state.mask(found["no"], "no")), servers)
