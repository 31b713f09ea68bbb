"""Signals of Exchange Online beside the MX records: DKIM, autodiscover, SPF, TXT, predicted name.

DKIM and autodiscover decide, SPF and the proof of ownership only support: recorded DNS of European
municipalities shows the first two at 0.1 and 0.5 % of the domains with Google mailboxes, the last
two also where a tenant is no more than registered. DKIM and autodiscover of the sovereign clouds
(GCC High, 21Vianet) were recorded nowhere: they support as SPF does, and decide nothing.

Exchange Online gives every accepted domain a host in the classic zone, whose name follows from the
domain. With the switch off that host has A, and AAAA answers NODATA; with the switch on it has
both. So two questions about the *predicted* name show what a gateway in front hides. They are put
only on request: a lookup of what is published needs no guessed names.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from v6monitor.dns.observation import NXDOMAIN, Question, text_of
from v6monitor.dns.plan import own_spf_names
from v6monitor.mail.exchange_online import (
    AUTODISCOVER,
    in_smtp_prefixes,
    label_of,
    tenant_of,
    without_own_zone,
)
from v6monitor.verdicts.evidence import Evidence
from v6monitor.verdicts.logic import NO, NOT_APPLICABLE, NOT_ASKED, UNKNOWN, YES, disjunction

SELECTORS = ("selector1", "selector2")
CLASSIC_ZONE = "mail.protection.outlook.com"

OTHER_ZONE_SINCE = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
"""From this month a new accepted domain gets a name in mx.microsoft, not all from the same day
(Microsoft notice MC1048624); the classic names of existing domains stay."""

_DKIM = re.compile(
    r".+\.(?:onmicrosoft\.(?:com|us)|partner\.onmschina\.cn|[a-z0-9]+-v[0-9]+\.dkim\.mail\.microsoft)"
)
_AUTODISCOVER = re.compile(
    rf"{re.escape(AUTODISCOVER)}|autodiscover(?:-s)?\.(?:office365\.us|partner\.outlook\.cn)"
)
_SOVEREIGN = re.compile(r".+\.(?:us|cn)")
"""Of these targets, those of GCC High and 21Vianet."""
_PROOF = re.compile(r"ms=(?:ms[0-9]+|[0-9a-f]{40})", re.IGNORECASE)
_INCLUDE = re.compile(
    r"[+?~-]?include:(spf\.protection\.(?:outlook\.com|office365\.us|partner\.outlook\.cn))\.?",
    re.IGNORECASE,
)


class Signals(NamedTuple):
    """Each signal is there (yes), is not (no), or could not be looked up (unknown)."""

    dkim: str
    autodiscover: str
    spf: str
    proof: str
    sovereign: str
    """DKIM or autodiscover of a sovereign cloud."""
    tenant: str
    """The tenant that the DKIM target names; "" when none was seen."""
    evidence: tuple[str, ...]
    """The signals that are there, in words."""
    doubts: tuple[str, ...]
    """The lookups that failed, in words."""
    broken: tuple[tuple[str, str], ...] = ()
    """CNAME records that lost their final dot, so that the own domain was appended: name, target.
    They are signals: they show where the administrator meant to lead."""


class _Sign(NamedTuple):
    """A lookup for a signal: whether it is there, how it was seen or why not, where it leads."""

    state: str
    text: str = ""
    doubt: str = ""
    target: str = ""
    broken: tuple[str, str] | None = None


class Predicted(NamedTuple):
    """What the predicted classic name shows about a domain."""

    host: str
    accepted: str
    """Whether the domain is an accepted domain: ``yes``, ``no`` or ``unknown``; "" not asked."""
    switch: str
    """Whether IPv6 is on for it; ``not_applicable`` when it is not accepted."""
    reason: str


def signals(evidence: Evidence, domain: str) -> Signals:
    """Return the signals of Exchange Online other than the MX records."""
    dkim = [
        _alias(evidence, domain, f"{name}._domainkey", f"DKIM {name}", _DKIM) for name in SELECTORS
    ]
    autodiscover = [
        _alias(evidence, domain, "autodiscover", "autodiscover", _AUTODISCOVER),
        _records(evidence, f"_autodiscover._tcp.{domain}", "SRV", _service, extra=True),
        _accepted(evidence, domain),
    ]
    spf = [_records(evidence, domain, "TXT", _spf)]
    if spf[0].state == NO:
        for name in own_spf_names(domain, evidence.records(domain, "TXT") or ()):
            through = _records(evidence, name, "TXT", _spf, extra=True)
            spf.append(through._replace(text=through.text and f"{through.text} through {name}"))
    proof = _records(evidence, domain, "TXT", _proofs)
    signs = [*dkim, *autodiscover, *spf, proof]
    return Signals(
        dkim=disjunction(map(_worldwide, dkim)),
        autodiscover=disjunction(map(_worldwide, autodiscover)),
        spf=disjunction(sign.state for sign in spf),
        proof=proof.state,
        sovereign=disjunction(map(_of_sovereign_cloud, [*dkim, *autodiscover])),
        tenant=min((name for sign in dkim if (name := tenant_of(sign.target))), default=""),
        evidence=tuple(sign.text for sign in signs if sign.text),
        doubts=tuple(dict.fromkeys(sign.doubt for sign in signs if sign.doubt)),
        broken=tuple(sign.broken for sign in signs if sign.broken),
    )


def _worldwide(sign: _Sign) -> str:
    return NO if _SOVEREIGN.fullmatch(sign.target) else sign.state


def _of_sovereign_cloud(sign: _Sign) -> str:
    return NO if sign.state == YES and not _SOVEREIGN.fullmatch(sign.target) else sign.state


def predicted_host(domain: str) -> str:
    """Return the classic MX host that Exchange Online gives an accepted domain.

    >>> predicted_host("s-hertogenbosch.nl")
    'shertogenbosch-nl0c.mail.protection.outlook.com'
    """
    return f"{label_of(domain)}.{CLASSIC_ZONE}"


def predicted_questions(domain: str) -> tuple[Question, ...]:
    """Return the two questions about a domain's predicted name."""
    return Question(predicted_host(domain), "A"), Question(predicted_host(domain), "AAAA")


def predicted(evidence: Evidence, domain: str) -> Predicted:
    """Return whether the predicted name shows an accepted domain with IPv6 switched on.

    A failed lookup leaves that unknown. A name that does not exist means "not accepted" only before
    ``OTHER_ZONE_SINCE``; since then the domain may have a name in the other zone alone.
    """
    host = predicted_host(domain)
    ipv4 = evidence.question(host, "A")
    if ipv4 is None:
        return Predicted(host, NOT_ASKED, NOT_ASKED, f"{host}: A not asked")
    if ipv4.outcome == NXDOMAIN and ipv4.asked_at < OTHER_ZONE_SINCE:
        return Predicted(host, NO, NOT_APPLICABLE, f"{host}: {ipv4.outcome}")
    if not evidence.records(host, "A"):
        return Predicted(host, UNKNOWN, UNKNOWN, f"{host}: A {ipv4.outcome}")
    return Predicted(host, YES, *_switch(evidence, host))


def _alias(
    evidence: Evidence, domain: str, label: str, name: str, pattern: re.Pattern[str]
) -> _Sign:
    """Return whether a name is an alias, over any number of hops, of one with this pattern."""
    host = f"{label}.{domain}"
    hops = evidence.aliases(host)
    for number, hop in enumerate(hops, start=1):
        meant = without_own_zone(hop, domain)
        if pattern.fullmatch(meant):
            lost = (host, hop) if meant != hop else None
            text = " → ".join([name, *hops[:number]]) + (" (final dot lost)" if lost else "")
            return _Sign(YES, text, target=meant, broken=lost)
    asked = (hop for hop in hops if evidence.question(hop, "CNAME"))
    failed = [hop for hop in (host, *asked) if evidence.records(hop, "CNAME") is None]
    return _Sign(UNKNOWN, doubt=evidence.doubt(failed[0], "CNAME")) if failed else _Sign(NO)


def _accepted(evidence: Evidence, domain: str) -> _Sign:
    """Return whether the predicted name answers, where it was asked: a sign like autodiscover."""
    host = predicted_host(domain)
    found = _records(evidence, host, "A", lambda _: f"predicted name {host} answers", extra=True)
    return found if evidence.records(host, "A") != () else _Sign(NO)


def _records(
    evidence: Evidence,
    name: str,
    qtype: str,
    sign_in: Callable[[Sequence[str]], str],
    *,
    extra: bool = False,
) -> _Sign:
    """Return whether records hold a sign, in words; an ``extra`` one is none where not asked."""
    if extra and evidence.question(name, qtype) is None:
        return _Sign(NO)
    records = evidence.records(name, qtype)
    if records is None:
        return _Sign(UNKNOWN, doubt=f"{qtype} of {evidence.doubt(name, qtype)}")
    text = sign_in(records)
    return _Sign(YES if text else NO, text)


def _service(records: Sequence[str]) -> str:
    targets = {record.rpartition(" ")[2].rstrip(".").lower() for record in records}
    return f"autodiscover SRV → {AUTODISCOVER}" if AUTODISCOVER in targets else ""


def _spf(records: Sequence[str]) -> str:
    for version, *terms in filter(None, (text_of(record).split() for record in records)):
        found = next(filter(None, map(_INCLUDE.fullmatch, terms)), None)
        if version.lower() == "v=spf1" and found:
            return f"SPF includes {found[1].lower()}"
    return ""


def _proofs(records: Sequence[str]) -> str:
    texts = sorted(text for text in map(text_of, records) if _PROOF.fullmatch(text))
    return "; ".join(f"TXT {text}" for text in texts)


def _switch(evidence: Evidence, host: str) -> tuple[str, str]:
    addresses = evidence.records(host, "AAAA")
    if addresses is None:
        return UNKNOWN, evidence.doubt(host, "AAAA")
    if not addresses:
        return NO, evidence.doubt(host, "AAAA")
    if all(map(in_smtp_prefixes, addresses)):
        return YES, f"{host}: {addresses[0]}"
    return UNKNOWN, f"{host}: an AAAA outside the networks of Exchange Online"
