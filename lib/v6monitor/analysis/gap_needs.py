"""Which hosts and name servers does each mail domain depend on, and have they IPv6?"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pandas as pd

from v6monitor.dns.observation import Observation
from v6monitor.errors import InputError
from v6monitor.mail.operators import Operators
from v6monitor.mail.providers import MICROSOFT, operator_of
from v6monitor.names import registrable_domain
from v6monitor.verdicts.evidence import Evidence
from v6monitor.verdicts.logic import NO, UNKNOWN, YES
from v6monitor.verdicts.mx import mail_hosts

OWN_ZONE = "own_zone"
"""Stands for the operator of the name servers of the domain itself."""


class Need(NamedTuple):
    """One thing that a domain needs to have IPv6."""

    domain: str
    host: str
    operator: str
    kind: str
    tenant: str
    state: str


def mx_hosts(
    observations: pd.DataFrame | Iterable[Observation],
    providers: pd.DataFrame,
    operators: Operators | None = None,
) -> pd.DataFrame:
    """Which MX hosts does every mail domain have, whose are they, and have they IPv6?

    ``providers`` (``mail.providers``) names the domains and their Exchange Online tenants. Returns
    the needs table of mail_all: a row per domain and usable MX host; ``operator`` is the
    registrable domain where the operator table has no name, ``tenant`` is filled for hosts of
    Exchange Online only. A domain whose MX could not be told has one row, without a host and
    unknown; domains to which mail does not apply are not in it.
    """
    evidence, table = Evidence.of(observations), operators or Operators()
    domains = zip(providers["domain"], providers["tenant"], strict=True)
    rows = [row for domain, tenant in domains for row in _hosts(evidence, domain, tenant, table)]
    return _frame(rows)


def name_servers(
    observations: pd.DataFrame | Iterable[Observation],
    hosts: pd.DataFrame,
    operators: Operators | None = None,
) -> pd.DataFrame:
    """Can mail find its way over IPv6: have the name servers of every zone on it two with IPv6?

    ``hosts`` is the needs table of ``mx_hosts``. Returns another, a row per domain and zone:
    ``host`` is the zone, ``operator`` that of the MX hosts in it, or ``own_zone`` for the zone of
    the domain itself. Where the zone could not be told, the name that was looked for stands there.
    """
    evidence, table = Evidence.of(observations), operators or Operators()
    rows: dict[tuple[str, str], Need] = {}
    for domain in dict.fromkeys(hosts["domain"]):
        zone, state = _zone(evidence, domain)
        rows[domain, zone] = Need(domain, zone, OWN_ZONE, "", "", state)
    seen: dict[str, tuple[str, str]] = {}
    for domain, host in zip(hosts["domain"], hosts["host"], strict=True):
        if host:
            zone, state = seen.setdefault(host, _zone(evidence, host))
            operator, kind = operator_of(host, table)
            rows.setdefault((domain, zone), Need(domain, zone, operator, kind, "", state))
    return _frame(rows.values())


def domain_states(needs: pd.DataFrame) -> pd.DataFrame:
    """Have the domains all they need? Returns a states table: ``domain`` and ``state``.

    One definite no decides, even where another need is unknown (METHOD.md, "Verdicts"). Raises
    ``InputError`` for a state other than yes, no and unknown.
    """
    strange = needs.loc[~needs["state"].isin([YES, NO, UNKNOWN]), "state"]
    if len(strange):
        raise InputError(f"the state {strange.iloc[0]!r} of a host: expected yes, no or unknown")
    domains = needs["domain"]
    fails = needs["state"].eq(NO).groupby(domains, sort=False).any()
    doubtful = needs["state"].eq(UNKNOWN).groupby(domains, sort=False).any()
    state = pd.Series(YES, index=fails.index, dtype="str")
    state = state.mask(doubtful, UNKNOWN).mask(fails, NO)
    return state.rename("state").rename_axis("domain").reset_index()


def _hosts(evidence: Evidence, domain: str, tenant: str, operators: Operators) -> Iterator[Need]:
    mail = mail_hosts(evidence, domain)
    if mail.mail_class in {UNKNOWN, ""}:
        yield Need(domain, "", "", "", "", UNKNOWN)
    for _, host in mail.hosts:
        operator, kind = operator_of(host, operators)
        administered = tenant if operator == MICROSOFT else ""
        yield Need(domain, host, operator, kind, administered, evidence.has_ipv6(host).state)


def _zone(evidence: Evidence, name: str) -> tuple[str, str]:
    zone = evidence.name_servers(name).zone or registrable_domain(name)
    return zone, evidence.name_servers_have_ipv6(name).state or UNKNOWN


def _frame(rows: Iterable[Need]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(Need._fields), dtype="str")
