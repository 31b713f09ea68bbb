"""One domain: its mail class and MX hosts, and the IPv6 verdicts on mail, website, name servers."""

import ipaddress
import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from v6monitor.verdicts.evidence import Evidence
from v6monitor.verdicts.ipv6_only import mail_questions, web_questions, without_ipv4
from v6monitor.verdicts.logic import (
    NO,
    NOT_APPLICABLE,
    NOT_ASKED,
    UNKNOWN,
    YES,
    Verdict,
    conjunction,
    disjunction,
)

APPLICABLE = frozenset({"has_mx", "null_mx_conflict", "unknown"})
"""The mail classes that count in a share of mail; all others are counted beside it."""

_OWNERSHIP_PROOF = re.compile(r"(?:ms[0-9]+|[0-9a-f]{40})\.msv1\.invalid(?:\..+)?")


class MailHost(NamedTuple):
    """An MX host; the lowest preference is tried first."""

    preference: int
    host: str


class MailHosts(NamedTuple):
    """The mail class and the MX hosts of one domain."""

    mail_class: str
    """``has_mx``, ``null_mx`` …; "" when the log has no MX question for the domain."""
    hosts: tuple[MailHost, ...] = ()
    """The distinct usable MX hosts, the most preferred first."""
    notes: tuple[str, ...] = ()
    """What was dropped or deserves a flag, as text."""
    dropped: tuple[str, ...] = ()
    """MX targets that are no mail hosts."""

    @property
    def primary(self) -> tuple[str, ...]:
        """The hosts of the lowest preference."""
        return tuple(
            mail.host for mail in self.hosts if mail.preference == self.hosts[0].preference
        )


def mail_hosts(evidence: Evidence, domain: str) -> MailHosts:
    """Return the mail class and the usable MX hosts of a domain (RFC 5321, RFC 7505)."""
    row = evidence.question(domain, "MX")
    if row is None:
        return MailHosts("")
    records = evidence.records(domain, "MX")
    if records is None:
        return MailHosts("unknown", notes=(f"MX of {evidence.doubt(domain, 'MX')}",))
    if not records:
        if row.outcome == "nxdomain":
            return MailHosts("nonexistent", notes=(f"{domain}: nxdomain",))
        return MailHosts("no_mx", notes=(f"{domain}: no MX{_implicit_mx(evidence, domain)}",))
    if set(records) == {"0 ."}:
        return MailHosts("null_mx", notes=(f"{domain}: null MX",))
    return _usable(records)


def is_ownership_proof(host: str) -> bool:
    """Return whether an MX target only proves the ownership of a domain and receives no mail.

    >>> is_ownership_proof("ms12345678.msv1.invalid.outlook.com")
    True
    """
    return bool(_OWNERSHIP_PROOF.fullmatch(host))


def _reason_to_drop(target: str) -> str:
    """Return why an MX target is no mail host; "" when it is one."""
    if is_ownership_proof(target):
        return "left-over proof of ownership"
    if target in {"", "localhost"}:
        return "no mail host"
    if target == "invalid" or target.endswith(".invalid"):
        return "reserved name"
    try:
        ipaddress.ip_address(target.strip("[]").removeprefix("ipv6:"))
    except ValueError:
        return ""
    return "IP literal"


def _usable(records: tuple[str, ...]) -> MailHosts:
    best: dict[str, int] = {}
    notes, dropped = [], []
    for record in sorted(set(records) - {"0 ."}):
        preference, _, target = record.partition(" ")
        host = target.rstrip(".")
        if why := _reason_to_drop(host):
            notes.append(f"dropped {target}: {why}")
            dropped.append(host)
        else:
            best[host] = min(int(preference), best.get(host, int(preference)))
    hosts = tuple(sorted(MailHost(preference, host) for host, preference in best.items()))
    conflict = "0 ." in records
    if conflict:
        notes.append("null MX beside other MX records")
    mail_class = "null_mx_conflict" if conflict else "has_mx"
    return MailHosts(mail_class if hosts else "invalid_mx", hosts, tuple(notes), tuple(dropped))


def _implicit_mx(evidence: Evidence, domain: str) -> str:
    """Note the address records that RFC 5321 falls back on; Internet.nl does not test these."""
    found = [qtype for qtype in ("A", "AAAA") if evidence.records(domain, qtype)]
    return f", {' and '.join(found)} of the domain itself" if found else ""


MAIL_VERDICTS = ("mail_all", "mail_any", "mail_primary", "mail_end_to_end")
WEB_VERDICTS = ("web", "web_www", "web_apex")
VERDICTS = (*MAIL_VERDICTS[:3], *WEB_VERDICTS, "dns_2", "mail_end_to_end", "web_end_to_end")
IPV6_ONLY_VERDICTS = ("mail_ipv6_only", "web_ipv6_only")
"""Those that need a resolver that may not use IPv4; there are none where none was asked."""
COLUMNS = ("domain", "mail_class", *VERDICTS, "reasons")
"""The columns of the verdict table."""


class Judgement(NamedTuple):
    """The verdicts on one domain."""

    domain: str
    mail: MailHosts
    verdicts: Mapping[str, Verdict]
    """By name of the verdict, in the order of ``VERDICTS``, then ``IPV6_ONLY_VERDICTS`` if any."""

    def row(self) -> dict[str, str]:
        """Return the row of the verdict table."""
        states = {name: verdict.state for name, verdict in self.verdicts.items()}
        return {
            "domain": self.domain,
            "mail_class": self.mail.mail_class,
            **states,
            "reasons": self.reasons(),
        }

    def reasons(self) -> str:
        """Return why each verdict is not yes, and what is odd about the MX records, as one text."""
        names: dict[str, list[str]] = {}
        for name, verdict in self.verdicts.items():
            if verdict.state not in {YES, NOT_ASKED}:
                names.setdefault(verdict.reason, []).append(name)
        parts = [f"{', '.join(names)}: {reason}" for reason, names in names.items()]
        if self.mail.hosts:  # without hosts the notes are the reason already
            parts += self.mail.notes
        return "; ".join(parts)


def judgement(evidence: Evidence, domain: str, types: Collection[str] | None = None) -> Judgement:
    """Return the verdicts on a domain, as ``web``, ``mail`` or both; else on what was looked up."""
    looked_up = {
        kind for kind, qtype in (("mail", "MX"), ("web", "AAAA"))
        if evidence.question(domain, qtype)
    }  # fmt: skip
    types = looked_up if types is None else types
    mail = _mail(evidence, domain) if "mail" in types else MailHosts("")
    verdicts = _mail_verdicts(evidence, domain, mail)
    bare = domain.removeprefix("www.")
    for name, host in zip(WEB_VERDICTS, (domain, f"www.{bare}", bare), strict=True):
        asked = "web" in types and (name == "web" or evidence.question(host, "AAAA"))
        verdicts[name] = evidence.has_website(host) if asked else Verdict(NOT_ASKED)
    web = verdicts["web"]
    # of an unknown website a no of its name servers decides only where an IPv4 address shows it
    there = web.state in {YES, NO} or (web.state == UNKNOWN and evidence.records(domain, "A"))
    verdicts["web_end_to_end"] = _end_to_end(evidence, web, [domain]) if there else web
    verdicts["dns_2"] = servers = evidence.name_servers_have_ipv6(domain)
    if servers.state == NOT_ASKED and not looked_up.issuperset(types):
        verdicts["dns_2"] = servers._replace(state=UNKNOWN)
    found = {name: verdicts[name] for name in VERDICTS}
    if evidence.ipv6_only:
        needed = mail_questions(domain, (host for _, host in mail.hosts))
        found["mail_ipv6_only"] = without_ipv4(evidence, verdicts["mail_all"], needed)
        found["web_ipv6_only"] = without_ipv4(evidence, web, web_questions(domain))
    return Judgement(domain, mail, found)


def _mail(evidence: Evidence, domain: str) -> MailHosts:
    """Return the mail class and MX hosts; unknown when the MX was not looked up."""
    mail = mail_hosts(evidence, domain)
    return mail if mail.mail_class else MailHosts("unknown", notes=(evidence.doubt(domain, "MX"),))


def _mail_verdicts(evidence: Evidence, domain: str, mail: MailHosts) -> dict[str, Verdict]:
    if not mail.mail_class:
        return dict.fromkeys(MAIL_VERDICTS, Verdict(NOT_ASKED))
    if not mail.hosts:
        state = UNKNOWN if mail.mail_class in APPLICABLE else NOT_APPLICABLE
        return dict.fromkeys(MAIL_VERDICTS, Verdict(state, ", ".join(mail.notes)))
    by_host = {host: evidence.has_ipv6(host) for _, host in mail.hosts}
    hosts = list(by_host.values())
    primary = [by_host[host] for host in mail.primary]
    mail_all = _with_reasons(conjunction(verdict.state for verdict in hosts), hosts)
    return {
        "mail_all": mail_all,
        "mail_any": _with_reasons(disjunction(verdict.state for verdict in hosts), hosts),
        "mail_primary": _with_reasons(conjunction(verdict.state for verdict in primary), primary),
        "mail_end_to_end": _end_to_end(evidence, mail_all, [domain, *by_host]),
    }


def _end_to_end(evidence: Evidence, verdict: Verdict, names: list[str]) -> Verdict:
    """Return whether a verdict holds and the name servers of names and their targets have IPv6."""
    parts = [verdict]
    targets = [target for name in names for target in evidence.aliases(name)]
    for name in dict.fromkeys([*names, *targets]):
        servers = evidence.name_servers_have_ipv6(name)
        state = servers.state or UNKNOWN
        parts.append(Verdict(state, f"name servers of {name}: {servers.reason}"))
    return _with_reasons(conjunction(part.state for part in parts), parts)


def _with_reasons(state: str, parts: list[Verdict]) -> Verdict:
    """Return a verdict with the reasons of the parts that have its state."""
    return Verdict(state, ", ".join(dict.fromkeys(p.reason for p in parts if p.state == state)))
