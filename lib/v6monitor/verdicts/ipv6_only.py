"""Verdicts through a resolver that may not use IPv4: METHOD.md, ``mail_ipv6_only``.

Yes where the ordinary resolver says yes and every name resolves here too. A failure here is a no
only when control names show that the resolver worked at that moment.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from v6monitor.dns.ipv6_only import kind_of_control
from v6monitor.dns.observation import (
    DEFINITE,
    SERVFAIL,
    TIMEOUT,
    Observation,
    Question,
    within,
)
from v6monitor.verdicts.evidence import Evidence
from v6monitor.verdicts.logic import NO, UNKNOWN, YES, Verdict, conjunction

WITHIN = dt.timedelta(seconds=60)
"""How near to a failure a control name must have resolved, and none must have failed."""
_OUT_OF_REACH = DEFINITE | {SERVFAIL, TIMEOUT}
"""Outcomes that may be a no: a refusal, or what cannot be read, tells of the resolver instead."""
_DEEPEST = 4
"""Zones of name servers of zones of name servers that are followed."""

NO_IPV6, NO_ANSWER = "no_ipv6", "no_answer"
"""Why a zone is out of reach: no name server has IPv6, or those that have do not answer over it."""


class Blamed(NamedTuple):
    """The zone that keeps a name from being found without IPv4."""

    zone: str
    cause: str
    """``no_ipv6`` or ``no_answer``."""
    servers: tuple[str, ...]
    """The name servers of the zone."""
    host: str = ""
    """The name server of the name's own zone that is in this one, where that is how it matters."""


def mail_questions(domain: str, hosts: Iterable[str]) -> list[Question]:
    """Return what has to resolve before a sender without IPv4 finds the mail hosts."""
    return [Question(domain, "MX"), *(Question(host, "AAAA") for host in hosts)]


def web_questions(domain: str) -> list[Question]:
    """Return what has to resolve before a reader without IPv4 finds a website."""
    return [Question(domain, "AAAA")]


def without_ipv4(evidence: Evidence, verdict: Verdict, questions: Iterable[Question]) -> Verdict:
    """Return a verdict of the ordinary resolver, and of the IPv6-only one about all questions."""
    if verdict.state not in {YES, UNKNOWN}:
        return verdict
    if doubt := evidence.ipv6_only_doubt:
        return Verdict(UNKNOWN, doubt)
    found = (question for question in questions if evidence.records(*question))
    parts = [verdict, *(resolves(evidence, question) for question in found)]
    state = conjunction(part.state for part in parts)
    return Verdict(state, ", ".join(dict.fromkeys(p.reason for p in parts if p.state == state)))


def resolves(evidence: Evidence, question: Question) -> Verdict:
    """Return whether a question that the ordinary resolver answered is answered without IPv4."""
    name, qtype = question
    row = evidence.ipv6_only and evidence.ipv6_only.question(*question)
    if not row:
        return Verdict(UNKNOWN, f"{name}: {qtype} not asked without IPv4")
    if _found(evidence, question):
        return Verdict(YES, f"{name}: {qtype} found without IPv4")
    state = NO if row.outcome in _OUT_OF_REACH and _worked(evidence, row) else UNKNOWN
    return Verdict(state, f"{name}: {qtype} without IPv4: {row.outcome}")


def blamed(evidence: Evidence, name: str) -> Blamed:
    """Return the zone that keeps a name, or what it is an alias of, from being found."""
    zones = [evidence.name_servers(one) for one in (name, *evidence.aliases(name))]
    lost = [one for one in zones if one.zone and not _found(evidence, Question(one.zone, "NS"))]
    servers, host = (lost or zones[-1:])[0], ""
    for _ in range(_DEEPEST):
        outside = _lost_hosts(evidence, servers.zone, servers.hosts)
        if not outside:
            break
        host, servers = host or outside[0], evidence.name_servers(outside[0])
    none = not any(evidence.has_ipv6(one).state == YES for one in servers.hosts)
    return Blamed(servers.zone, NO_IPV6 if none else NO_ANSWER, servers.hosts, host)


def _lost_hosts(evidence: Evidence, zone: str, hosts: Sequence[str]) -> list[str]:
    """Return the name servers in other zones that have IPv6, when no name server is found."""
    having = [host for host in hosts if evidence.has_ipv6(host).state == YES]
    found = (within(host, zone) or _found(evidence, Question(host, "AAAA")) for host in having)
    return [] if any(found) else having


def _found(evidence: Evidence, question: Question) -> bool:
    """Return whether the IPv6-only resolver has records; of AAAA a usable one."""
    second = evidence.ipv6_only
    if second is None:
        return False
    if question.qtype == "AAAA":
        return second.has_ipv6(question.qname).state == YES
    return bool(second.records(*question))


def _worked(evidence: Evidence, row: Observation) -> bool:
    """Return whether controls show that the resolver worked while it failed at this."""
    first = row.asked_at - WITHIN
    last = row.asked_at + dt.timedelta(milliseconds=row.duration_ms) + WITHIN
    near = [
        control.outcome in DEFINITE
        for control in evidence.controls
        if kind_of_control(control) == "control" and first <= control.asked_at <= last
    ]
    return bool(near) and all(near)
