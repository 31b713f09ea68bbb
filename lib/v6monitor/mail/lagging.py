"""Does one domain's mail lack IPv6 because of Exchange Online, or of what stands before it?"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from v6monitor.mail.classifier import Provider, label_owner
from v6monitor.mail.exchange_online import (
    CURRENT_ZONES,
    in_smtp_prefixes,
    is_ownership_proof,
    place_of,
)
from v6monitor.mail.hosts import MailHosts, mail_hosts
from v6monitor.mail.signals import signals
from v6monitor.names import registrable_domain
from v6monitor.verdicts.addresses import unusable
from v6monitor.verdicts.evidence import Evidence
from v6monitor.verdicts.logic import NO, UNKNOWN, YES

EXCHANGE_GROUPS = ("exchange_online", "obsolete_name")
"""The groups that together are the Exchange Online laggards of METHOD.md §10."""

GROUPS = (
    *EXCHANGE_GROUPS,
    "gateway",
    "no_address",
    "foreign_address",
    "ownership_proof",
    "unknown",
)


WITHOUT_IPV6 = (*EXCHANGE_GROUPS, "gateway", "no_address")
"""The groups of which an MX host was found to have no IPv6."""


class Laggard(NamedTuple):
    """A domain on the list, with what was measured on its MX hosts."""

    domain: str
    group: str
    mx_hosts: tuple[str, ...]
    """Every MX record in words: ``10 mx.town.example: A ok 198.51.100.25, AAAA nodata``."""
    failing_hosts: tuple[str, ...]
    """The hosts for which the domain is on the list; in group ``unknown`` the doubtful ones."""
    zone: str
    label: str
    """Whose label the hosts have: ``own``, ``other`` or ``undecodable``; "" for none."""
    label_domain: str
    """The other accepted domain whose switch decides; "" when it is the domain's own."""
    sole_cause: str
    """Whether nothing but these hosts keeps the domain from IPv6; "" where that is no question."""
    doubt: str
    """Which lookups failed; "" outside group ``unknown``."""
    asked_at: dt.datetime | None
    """When the last of the lookups was done (UTC)."""


class _Measured(NamedTuple):
    states: Mapping[str, str]
    failing: list[str]
    """A is there, and an AAAA is definitely not."""
    doubtful: list[str]
    silent: list[str]
    """Neither A nor AAAA is there."""


def laggard(evidence: Evidence, provider: Provider) -> Laggard | None:
    """Return why a domain is on the list; None when it is not (METHOD.md §10)."""
    mail = mail_hosts(evidence, provider.domain)
    measured = _measure(evidence, mail)
    group, hosts = _group(evidence, provider.mail_provider, mail, measured)
    if not group:
        return None
    zone, label, label_domain = label_owner(provider.domain, hosts)
    looked_up = [(provider.domain, "MX"), *((host, "AAAA") for host in hosts)]
    rows = [row for question in looked_up if (row := evidence.question(*question))]
    return Laggard(
        provider.domain,
        group,
        mx_hosts=tuple(_described(evidence, mail)),
        failing_hosts=tuple(hosts),
        zone=zone or provider.zone,
        label=label,
        label_domain=label_domain,
        sole_cause=_sole_cause(group, hosts, measured.states),
        doubt=_doubt(evidence, provider, mail, hosts) if group == "unknown" else "",
        asked_at=max((row.asked_at for row in rows), default=None),
    )


def _group(
    evidence: Evidence, mail_provider: str, mail: MailHosts, measured: _Measured
) -> tuple[str, list[str]]:
    """Return the group and the hosts concerned; "" for a domain that is not on the list."""
    group, hosts = "", list[str]()
    match mail_provider:
        case "exo_direct" | "exo_mixed":
            exchange = [host for _, host in mail.hosts if place_of(host)]
            if set(exchange).isdisjoint(mail.primary):
                return "", []  # an Exchange MX that only stands by is not what keeps it back
            group, hosts = _exchange_group(evidence, measured, exchange)
        case "exo_behind" if measured.failing:
            return "gateway", measured.failing
        case "exo_behind" if measured.doubtful:
            return "unknown", measured.doubtful
        case "unknown" if not mail.hosts or set(measured.states.values()) != {YES}:
            return "unknown", measured.failing + measured.doubtful
    proofs = [target for target in mail.dropped if is_ownership_proof(target)]
    if not group and proofs and mail_provider in {"exo_direct", "exo_mixed", "invalid_mx"}:
        return "ownership_proof", proofs
    return group, hosts


def _exchange_group(
    evidence: Evidence, measured: _Measured, exchange: list[str]
) -> tuple[str, list[str]]:
    if failing := [host for host in exchange if host in measured.failing]:
        zones = {place.zone for host in failing if (place := place_of(host))}
        return ("exchange_online" if zones & CURRENT_ZONES else "obsolete_name"), failing
    if doubtful := [host for host in exchange if host in measured.doubtful]:
        return "unknown", doubtful
    if silent := [host for host in exchange if host in measured.silent]:
        return "no_address", silent
    foreign = [host for host in exchange if _has_foreign_address(evidence, host)]
    return ("foreign_address", foreign) if foreign else ("", [])


def _measure(evidence: Evidence, mail: MailHosts) -> _Measured:
    states = {host: evidence.has_ipv6(host).state for _, host in mail.hosts}
    measured = _Measured(states, [], [], [])
    for host, state in states.items():
        ipv4 = evidence.records(host, "A")
        if state == UNKNOWN or (state == NO and ipv4 is None):
            measured.doubtful.append(host)
        elif state == NO:
            (measured.failing if ipv4 else measured.silent).append(host)
    return measured


def _has_foreign_address(evidence: Evidence, host: str) -> bool:
    addresses = evidence.records(host, "AAAA") or ()
    return any(not unusable(address) and not in_smtp_prefixes(address) for address in addresses)


def _sole_cause(group: str, hosts: list[str], states: Mapping[str, str]) -> str:
    """Tell whether the others are all well: Exchange hosts, or the hosts of one gateway."""
    if group in EXCHANGE_GROUPS:
        others = [state for host, state in states.items() if not place_of(host)]
    elif group == "gateway":
        first = registrable_domain(hosts[0])
        others = [state for host, state in states.items() if registrable_domain(host) != first]
    else:
        return ""
    if NO in others:
        return NO
    return UNKNOWN if UNKNOWN in others else YES


def _doubt(evidence: Evidence, provider: Provider, mail: MailHosts, hosts: list[str]) -> str:
    if not mail.hosts:
        return provider.evidence
    if provider.mail_provider == "unknown":
        return ", ".join(signals(evidence, provider.domain).doubts)
    questions = ((host, qtype) for host in hosts for qtype in ("A", "AAAA"))
    return ", ".join(
        evidence.doubt(*question) for question in questions if evidence.records(*question) is None
    )


def _described(evidence: Evidence, mail: MailHosts) -> Iterator[str]:
    for preference, host in mail.hosts:
        found = (f"{qtype} {_outcome(evidence, host, qtype)}" for qtype in ("A", "AAAA"))
        yield f"{preference} {host}: {', '.join(found)}"


def _outcome(evidence: Evidence, host: str, qtype: str) -> str:
    row = evidence.question(host, qtype)
    return " ".join([row.outcome, *row.answers]) if row else "not asked"
