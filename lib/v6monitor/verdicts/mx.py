"""Mail class of a domain and its usable MX hosts."""

import ipaddress
import re
from typing import NamedTuple

from v6monitor.verdicts.evidence import Evidence

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
