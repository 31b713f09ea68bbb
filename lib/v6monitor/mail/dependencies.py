"""Tables of what a mail domain depends on: its MX hosts, and the zones of their names.

A row per domain and dependency, with the columns ``domain``, ``host`` (empty where none is known),
``operator`` (who runs it), its ``kind``, ``tenant`` (of Exchange Online; both may be empty),
``administrator`` (who can give it IPv6: the tenant's, not Microsoft) and ``state`` (``yes``,
``no``, ``unknown``: whether it has IPv6). ``analysis.gap`` counts them.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from v6monitor.mail.providers import MICROSOFT, Operators, known_operators, operator_of
from v6monitor.names import registrable_domain
from v6monitor.verdicts.domain import judgement, mail_hosts
from v6monitor.verdicts.evidence import Evidence, source_of
from v6monitor.verdicts.ipv6_only import blamed, mail_questions, resolves, web_questions
from v6monitor.verdicts.logic import NO, UNKNOWN, YES

if TYPE_CHECKING:
    from v6monitor.verdicts.evidence import Observations

OWN_ZONE = "own_zone"
"""In place of an operator: the name servers of the domain itself."""


class Dependency(NamedTuple):
    """One thing that must have IPv6 before the domain has it."""

    domain: str
    host: str
    operator: str
    kind: str
    tenant: str
    administrator: str
    state: str


def mx_hosts(
    observations: "Observations",
    providers: pd.DataFrame,
    operators: Operators | None = None,
) -> pd.DataFrame:
    """Return the MX hosts of every mail domain of ``providers``: what ``mail_all`` depends on.

    A domain whose MX lookup failed has one row, without a host and unknown; one to which mail does
    not apply has none.
    """
    evidence, table = Evidence.of(observations), operators or known_operators()
    domains = zip(providers["domain"], providers["tenant"], strict=True)
    rows = [row for domain, tenant in domains for row in _hosts(evidence, domain, tenant, table)]
    return _frame(rows, observations)


def name_servers(
    observations: "Observations",
    hosts: pd.DataFrame,
    operators: Operators | None = None,
) -> pd.DataFrame:
    """Return the zones that ``mx_hosts`` depend on end to end, a row per domain and zone."""
    evidence, table = Evidence.of(observations), operators or known_operators()
    rows: dict[tuple[str, str], Dependency] = {}
    for domain in dict.fromkeys(hosts["domain"]):
        zone, state = _zone(evidence, domain)
        rows[domain, zone] = Dependency(domain, zone, OWN_ZONE, "", "", OWN_ZONE, state)
    seen: dict[str, tuple[str, str]] = {}
    for domain, host in zip(hosts["domain"], hosts["host"], strict=True):
        for name in [host, *evidence.aliases(host)] if host else []:
            zone, state = seen.setdefault(name, _zone(evidence, name))
            operator, kind = operator_of(evidence, name, table, domain)
            found = Dependency(domain, zone, operator, kind, "", operator, state)
            rows.setdefault((domain, zone), found)
    return _frame(rows.values(), observations)


def zones_without_ipv4(
    observations: "Observations", subjects: Iterable[tuple[str, str]]
) -> pd.DataFrame:
    """Return the zones that keep what has IPv6 out of reach without IPv4: broken intent.

    A row per domain with IPv6, ``measure`` and zone to blame: ``state`` is ``no`` there, and where
    all is found there is one row without a zone, ``yes``. ``operator`` is the registrable domain of
    the zone's name servers; ``cause`` is ``no_ipv6`` or ``no_answer`` (METHOD.md, broken intent).
    """
    evidence = Evidence.of(observations)
    rows: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for domain, measure in subjects if evidence.ipv6_only else ():
        judged = judgement(evidence, domain, {measure})
        if judged.verdicts["mail_all" if measure == "mail" else "web"].state != YES:
            continue
        state = judged.verdicts[f"{measure}_ipv6_only"].state
        asked = web_questions(domain)
        if measure == "mail":
            asked = mail_questions(domain, (host for _, host in judged.mail.hosts))
        lost = [one.qname for one in asked if resolves(evidence, one).state == NO]
        for name in lost if state == NO else ():
            found = blamed(evidence, name)
            names = [registrable_domain(host) for host in found.servers]
            operator = max(sorted(set(names)), key=names.count, default=found.zone)
            rows[domain, measure, found.zone] = (found.cause, found.host, operator, "", state)
        if state != NO:
            rows[domain, measure, ""] = ("", "", "", "", state)
    columns = ["domain", "measure", "blocking_zone", "cause", "blocking_server", "operator"]
    cells = [(*key, *rest) for key, rest in rows.items()]
    table = pd.DataFrame(cells, columns=[*columns, "tenant", "state"], dtype="str")
    table.attrs["source"] = source_of(observations)
    return table


def _hosts(
    evidence: Evidence, domain: str, tenant: str, operators: Operators
) -> Iterator[Dependency]:
    mail = mail_hosts(evidence, domain)
    if mail.mail_class in {UNKNOWN, ""}:
        yield Dependency(domain, "", "", "", "", "", UNKNOWN)
    for _, host in mail.hosts:
        operator, kind = operator_of(evidence, host, operators, domain)
        state = evidence.has_ipv6(host).state
        if operator == MICROSOFT:  # an administrator of the organisation has the switch
            administrator = f"tenant {tenant}" if tenant else domain
            yield Dependency(domain, host, operator, kind, tenant, administrator, state)
        else:
            yield Dependency(domain, host, operator, kind, "", operator, state)


def _zone(evidence: Evidence, name: str) -> tuple[str, str]:
    zone = evidence.name_servers(name).zone or registrable_domain(name)
    return zone, evidence.name_servers_have_ipv6(name).state or UNKNOWN


def _frame(rows: Iterable[Dependency], observations: "Observations") -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(Dependency._fields), dtype="str")
    table.attrs["source"] = source_of(observations)
    return table
