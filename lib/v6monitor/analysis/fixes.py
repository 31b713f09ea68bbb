"""How domains without IPv6 for their mail got it, by the MX hosts that the logs of months name."""

from typing import Any, NamedTuple

import pandas as pd

from v6monitor.analysis.gap import domain_states
from v6monitor.analysis.shares import with_source
from v6monitor.mail.providers import MICROSOFT
from v6monitor.verdicts.logic import NO, UNKNOWN, YES

OUTCOMES = ("fixed", "not_fixed", "unknown", "left")
"""The state in the newest log of a domain that had no IPv6 in an earlier one."""

HOW = (
    *("same_exchange_host", "same_gateway", "same_host"),
    *("mx_microsoft", "other_exchange_host", "other_operator", "other_host", "host_removed"),
)
"""What became of the hosts without IPv6, between the last log without it and the first with it.

The first three are without a change of the domain's own MX records. ``same_exchange_host``:
Exchange Online gave the host an AAAA, by default or because an administrator asked for it; DNS does
not say which. ``other_exchange_host``: the record was repaired, or names another host there.
"""

OWN_CHANGE = frozenset(HOW[3:])
"""Ways that need a change of the domain's own MX records."""

_MX_MICROSOFT = ".mx.microsoft"
COLUMNS = (
    *("domain", "first_without", "last_without", "outcome", "period", "how"),
    *("operator_before", "operator", "exchange"),
)


def fixes(month: Any) -> pd.DataFrame:
    """Return what became of every mail domain that had no IPv6 in some month but the last.

    Args:
        month: a Month, or its table ``hosts_by_month``: the MX hosts by the lookups of several
            months, each with its ``period`` (YYYY-MM). Every month looks up the whole list.

    Returns:
        A row per domain, sorted: ``domain``; ``first_without`` and ``last_without``, the months in
        which it first and last had a host that definitely lacks IPv6; ``outcome`` in the newest
        month: ``fixed``, ``not_fixed``, ``unknown``, or ``left`` (no mail domain of the list any
        more); and where it is fixed: ``period``, the first month after that in which all hosts
        have IPv6, and ``how``, one of ``HOW``; ``operator_before``, who ran the hosts without IPv6,
        ``operator``, who runs the hosts now, and ``exchange``, whether Exchange Online was one of
        the first. The outcomes add up to all.

    Raises:
        InputError: for a state of a host other than yes, no and unknown.

    Example:
        >>> rows = [
        ...     ("2026-01", "town.example", "mx.old.example", "Old", "", "no"),
        ...     ("2026-02", "town.example", "mx.new.example", "New", "", "yes"),
        ... ]
        >>> columns = ["period", "domain", "host", "operator", "kind", "state"]
        >>> fixes(pd.DataFrame(rows, columns=columns))[["period", "how"]].to_dict("records")
        [{'period': '2026-02', 'how': 'other_operator'}]

    Source:
        METHOD.md, "Does asking help?".
    """
    hosts: pd.DataFrame = getattr(month, "hosts_by_month", month)
    newest = hosts["period"].max()
    states = pd.concat(
        [domain_states(rows).assign(period=period) for period, rows in hosts.groupby("period")]
        or [hosts]
    )
    lacking = states[states["state"] == NO]
    months = lacking.groupby("domain")["period"].agg(first_without="min", last_without="max")
    found = months[months["first_without"] < newest].reset_index()
    now = dict(states.loc[states["period"] == newest, ["domain", "state"]].itertuples(index=False))
    names = {YES: "fixed", NO: "not_fixed", UNKNOWN: "unknown", None: "left"}
    found["outcome"] = [names[now.get(domain)] for domain in found["domain"]]
    reached = states[states["state"] == YES].merge(found[found["outcome"] == "fixed"], on="domain")
    reached = reached[reached["period"] > reached["last_without"]]
    first = reached.groupby("domain")["period"].min().to_dict()
    found["period"] = [first.get(domain, "") for domain in found["domain"]]
    found = found.astype("str")  # also without a row
    before, after = (_at(hosts, found, month) for month in ("last_without", "period"))
    failing = {
        domain: [host for host in held if host.state == NO] for domain, held in before.items()
    }
    domains = found["domain"]
    found["how"] = [_way(before[name], after[name]) if name in after else "" for name in domains]
    found["operator_before"] = [_operators(failing[name]) for name in domains]
    found["operator"] = [_operators(after.get(name, [])) for name in domains]
    found["exchange"] = [any(h.operator == MICROSOFT for h in failing[name]) for name in domains]
    words = ["how", "operator_before", "operator"]
    table: pd.DataFrame = found[list(COLUMNS)].astype(dict.fromkeys(words, "str"))
    return with_source(table, hosts)


class _Host(NamedTuple):
    name: str
    operator: str
    kind: str
    state: str


def _at(hosts: pd.DataFrame, found: pd.DataFrame, month: str) -> dict[str, list[_Host]]:
    """Return the hosts of each domain in the month that a column names."""
    months = found[["domain", month]].rename(columns={month: "period"})
    rows = months.merge(hosts, on=["domain", "period"])
    held: dict[str, list[_Host]] = {}
    columns = ["domain", "host", "operator", "kind", "state"]
    for domain, *host in rows[columns].itertuples(index=False):
        held.setdefault(domain, []).append(_Host(*host))
    return held


def _way(before: list[_Host], after: list[_Host]) -> str:
    """Return what became of the hosts without IPv6 of a domain, one of ``HOW``."""
    failing = [host for host in before if host.state == NO]
    operators = {host.operator for host in failing}
    if {host.name for host in failing} <= {host.name for host in after}:
        if MICROSOFT in operators:
            return "same_exchange_host"
        gateway = any(host.kind == "gateway" for host in failing)
        return "same_gateway" if gateway else "same_host"
    new = [host for host in after if host.name not in {host.name for host in before}]
    if not new:
        return "host_removed"
    if any(host.name.endswith(_MX_MICROSOFT) for host in new):
        return "mx_microsoft"
    if any(host.operator not in operators for host in new):
        return "other_operator"
    return "other_exchange_host" if MICROSOFT in operators else "other_host"


def _operators(hosts: list[_Host]) -> str:
    return ", ".join(sorted({host.operator for host in hosts} - {""}))
