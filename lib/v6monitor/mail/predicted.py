"""Is a domain an accepted domain of Exchange Online, whatever its MX says, and is its switch on?

Exchange Online gives every accepted domain a host in the classic zone, whose name follows from the
domain. With the switch off that host has A, and AAAA answers NODATA; with the switch on it has
both. So two questions tell what a gateway in front hides. They are put only when asked for: a
lookup of what is published needs no guessed names.
"""

import datetime as dt
from typing import NamedTuple

from v6monitor.dns.observation import NXDOMAIN, Question
from v6monitor.mail.exchange_online import in_smtp_prefixes, label_of
from v6monitor.verdicts.evidence import Evidence
from v6monitor.verdicts.logic import NO, NOT_APPLICABLE, NOT_ASKED, UNKNOWN, YES

ZONE = "mail.protection.outlook.com"

OTHER_ZONE_SINCE = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
"""From this day a new accepted domain gets a name in mx.microsoft (Microsoft notice MC1048624)."""


class Predicted(NamedTuple):
    """What the predicted classic name tells of a domain."""

    host: str
    accepted: str
    """Whether the domain is an accepted domain: ``yes``, ``no`` or ``unknown``; "" not asked."""
    switch: str
    """Whether IPv6 is on for it; ``not_applicable`` when it is not accepted."""
    reason: str


def host_of(domain: str) -> str:
    """Return the classic MX host that Exchange Online gives an accepted domain.

    >>> host_of("s-hertogenbosch.nl")
    'shertogenbosch-nl0c.mail.protection.outlook.com'
    """
    return f"{label_of(domain)}.{ZONE}"


def questions(domain: str) -> tuple[Question, ...]:
    """Return what to ask about a domain."""
    return Question(host_of(domain), "A"), Question(host_of(domain), "AAAA")


def predicted(evidence: Evidence, domain: str) -> Predicted:
    """Tell what the answers mean; a failed lookup, or a name that may be elsewhere, tells nothing.

    A name that does not exist means that the domain is not accepted only before
    ``OTHER_ZONE_SINCE``; since then it may have a name in the other zone alone.
    """
    host = host_of(domain)
    ipv4 = evidence.question(host, "A")
    if ipv4 is None:
        return Predicted(host, NOT_ASKED, NOT_ASKED, f"{host}: A not asked")
    if ipv4.outcome == NXDOMAIN and ipv4.asked_at < OTHER_ZONE_SINCE:
        return Predicted(host, NO, NOT_APPLICABLE, f"{host}: {ipv4.outcome}")
    if not evidence.records(host, "A"):
        return Predicted(host, UNKNOWN, UNKNOWN, f"{host}: A {ipv4.outcome}")
    return Predicted(host, YES, *_switch(evidence, host))


def _switch(evidence: Evidence, host: str) -> tuple[str, str]:
    addresses = evidence.records(host, "AAAA")
    if addresses is None:
        return UNKNOWN, evidence.doubt(host, "AAAA")
    if not addresses:
        return NO, evidence.doubt(host, "AAAA")
    if all(map(in_smtp_prefixes, addresses)):
        return YES, f"{host}: {addresses[0]}"
    return UNKNOWN, f"{host}: an AAAA outside the networks of Exchange Online"
