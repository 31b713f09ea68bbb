"""Signals of Exchange Online beside the MX records: DKIM, autodiscover, SPF, TXT, predicted name.

DKIM and autodiscover decide, SPF and the proof of ownership only support: recorded DNS of European
municipalities shows the first two at 0.1 and 0.5 % of the domains with Google mailboxes, the last
two also where a tenant is no more than registered.

Exchange Online gives every accepted domain a host in the classic zone, whose name follows from the
domain. With the switch off that host has A, and AAAA answers NODATA; with the switch on it has
both. So two questions about the *predicted* name show what a gateway in front hides. They are put
only on request: a lookup of what is published needs no guessed names.
"""

import datetime as dt
import re
from collections.abc import Iterator
from typing import NamedTuple

from v6monitor.dns.observation import NXDOMAIN, Question
from v6monitor.mail.exchange_online import in_smtp_prefixes, label_of, tenant_of
from v6monitor.verdicts.evidence import Evidence
from v6monitor.verdicts.logic import NO, NOT_APPLICABLE, NOT_ASKED, UNKNOWN, YES, disjunction

SELECTORS = ("selector1", "selector2")
SPF = "spf.protection.outlook.com"
CLASSIC_ZONE = "mail.protection.outlook.com"

OTHER_ZONE_SINCE = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
"""From this day a new accepted domain gets a name in mx.microsoft (Microsoft notice MC1048624)."""

_DKIM = re.compile(r".+\.(?:onmicrosoft\.com|[a-z0-9]+-v[0-9]+\.dkim\.mail\.microsoft)")
_AUTODISCOVER = re.compile(r"autodiscover\.outlook\.com")
_PROOF = re.compile(r"ms=ms[0-9]+", re.IGNORECASE)
_INCLUDE = re.compile(r"[+?~-]?include:" + re.escape(SPF) + r"\.?", re.IGNORECASE)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\([0-9]{3}|.)")


class Signals(NamedTuple):
    """Each signal is there (yes), is not (no), or could not be looked up (unknown)."""

    dkim: str
    autodiscover: str
    spf: str
    proof: str
    tenant: str
    """The tenant that the DKIM target names; "" when none was seen."""
    evidence: tuple[str, ...]
    """The signals that are there, in words."""
    doubts: tuple[str, ...]
    """The lookups that failed, in words."""


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
    names = {f"DKIM {name}": f"{name}._domainkey.{domain}" for name in SELECTORS}
    names["autodiscover"] = f"autodiscover.{domain}"
    found, doubts, targets = dict[str, str](), list[str](), list[str]()
    for name, host in names.items():
        records = evidence.records(host, "CNAME")
        pattern = _AUTODISCOVER if name == "autodiscover" else _DKIM
        signs = [record for record in records or () if pattern.fullmatch(record)]
        found[name] = UNKNOWN if records is None else YES if signs else NO
        doubts += [evidence.doubt(host, "CNAME")] if records is None else []
        targets += [f"{name} → {sign}" for sign in signs]
    texts = evidence.records(domain, "TXT")
    doubts += [f"TXT of {evidence.doubt(domain, 'TXT')}"] if texts is None else []
    spf, proofs = _from_txt([text_of(record) for record in texts or ()])
    autodiscover = found.pop("autodiscover")
    return Signals(
        dkim=disjunction(found.values()),
        autodiscover=autodiscover,
        spf=UNKNOWN if texts is None else YES if spf else NO,
        proof=UNKNOWN if texts is None else YES if proofs else NO,
        tenant=min((name for sign in targets if (name := tenant_of(sign.split()[-1]))), default=""),
        evidence=(*targets, *spf, *proofs),
        doubts=tuple(doubts),
    )


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


def text_of(record: str) -> str:
    r"""Return the text of a TXT record in presentation form, its strings joined (RFC 7208 §3.3).

    >>> text_of('"v=spf1 include:spf.prot" "ection.outlook.com -all"')
    'v=spf1 include:spf.protection.outlook.com -all'
    """
    joined = "".join(_QUOTED.findall(record)) if '"' in record else record
    return _ESCAPED.sub(_unescape, joined)


def _from_txt(texts: list[str]) -> tuple[list[str], list[str]]:
    """Return the SPF include and the proofs of ownership among TXT records, in words."""
    includes = any(_INCLUDE.fullmatch(term) for term in _spf_terms(texts))
    proofs = sorted(text for text in texts if _PROOF.fullmatch(text))
    return [f"SPF includes {SPF}"] if includes else [], [f"TXT {text}" for text in proofs]


def _spf_terms(texts: list[str]) -> Iterator[str]:
    for text in texts:
        version, *terms = text.split() or [""]
        if version.lower() == "v=spf1":
            yield from terms


def _unescape(match: re.Match[str]) -> str:
    escaped = match[1]
    return chr(int(escaped)) if len(escaped) > 1 else escaped


def _switch(evidence: Evidence, host: str) -> tuple[str, str]:
    addresses = evidence.records(host, "AAAA")
    if addresses is None:
        return UNKNOWN, evidence.doubt(host, "AAAA")
    if not addresses:
        return NO, evidence.doubt(host, "AAAA")
    if all(map(in_smtp_prefixes, addresses)):
        return YES, f"{host}: {addresses[0]}"
    return UNKNOWN, f"{host}: an AAAA outside the networks of Exchange Online"
