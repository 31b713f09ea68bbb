"""Which MX records does a fictional organisation have, and what beside them tells of Exchange?"""

from functools import cache
from typing import NamedTuple

from v6monitor.example.chance import chance, happens, pick, weighted
from v6monitor.example.naming import PROVINCE_NAMES
from v6monitor.example.operators import mail_hosts
from v6monitor.example.population import Organisation, organisations
from v6monitor.mail.exchange_online import label_of

CASES = (
    "null_mx",
    "null_mx_conflict",
    "no_mx",
    "nonexistent",
    "obsolete_name",
    "other_label",
    "foreign_address",
    "no_address",
    "exchange_first",
    "exchange_backup",
    "mapped",
    "unique_local",
    "documentation",
    "6to4",
    "ip_literal",
    "localhost",
    "proof_beside",
    "proof_only",
    "servfail",
    "refused",
    "silent",
    "mx_cname",
    "mx_missing",
    "wildcard",
    "long_txt",
    "behind_medium",
    "possible",
    "residue",
)
"""What METHOD.md and EXCHANGE_ONLINE.md speak of, each at one municipality at least."""
UNUSABLE = {
    "mapped": "::ffff:192.0.2.25",
    "unique_local": "fd12:3456:789a::25",
    "documentation": "2001:db8::25",
    "6to4": "2002:c000:219::25",
}
"""Cases in which the MX host has an AAAA at which nobody is reached."""

_FIRST_CASE, _STEP = 10, 12  # the cases stand apart in the list of municipalities

_ROUTES = (
    ("classic", 0.27),
    ("dnssec", 0.25),
    ("gateway_exchange", 0.14),
    ("gateway", 0.05),
    ("shared", 0.07),
    ("mailbox", 0.08),
    ("own", 0.10),
    ("null_mx", 0.02),
    ("no_mx", 0.02),
)
_GATEWAYS = (("poortwacht.example", 0.3), ("kering-mail.example", 0.4), ("zeefpost.example", 0.3))
_MAILBOXES = (("postduif.example", 0.6), ("briefkast.example", 0.4))
_OPERATORS = {
    "gateway": _GATEWAYS,
    "gateway_exchange": _GATEWAYS,
    "long_txt": _GATEWAYS,
    "shared": (("schakel-ict.example", 0.6), ("regiorekencentrum.example", 0.4)),
    "mailbox": _MAILBOXES,
    "residue": _MAILBOXES,
}
_ONE_OWN = ("10 mx1.{domain}",)
_RECORDS = {  # "0 " is a null MX; a case that is not here has one or two hosts of its own
    "one": _ONE_OWN,
    "two": (*_ONE_OWN, "20 mx2.{domain}"),
    "classic": ("0 {classic}",),
    "dnssec": ("0 {dnssec}",),
    "obsolete_name": ("0 {obsolete}",),
    "other_label": ("0 {neighbour}",),
    "foreign_address": ("0 {classic}",),
    "no_address": ("0 {classic}",),
    "exchange_first": ("0 {classic}", "20 mx1.{domain}"),
    "exchange_backup": (*_ONE_OWN, "20 {classic}"),
    "no_mx": (),
    "nonexistent": (),
    "null_mx": ("0 ",),
    "null_mx_conflict": ("0 ", *_ONE_OWN),
    "ip_literal": (*_ONE_OWN, "30 192.0.2.25"),
    "localhost": ("10 localhost",),
    "proof_only": ("32767 {proof}",),
    "proof_beside": (*_ONE_OWN, "32767 {proof}"),
    "mx_missing": (*_ONE_OWN, "20 mx-weg.{domain}"),
    "mx_cname": ("10 mail.{domain}",),
    "silent": _ONE_OWN,
    **dict.fromkeys(UNUSABLE, _ONE_OWN),
}

_SIGNALS = {  # the chance of DKIM, autodiscover, SPF and proof of ownership
    "classic": (0.6, 0.93, 0.95, 0.65),
    "dnssec": (0.65, 0.95, 0.97, 0.65),
    "gateway_exchange": (0.8, 0.9, 0.9, 0.7),
    "behind_medium": (0, 1, 0, 0),
    "possible": (0, 0, 1, 1),
    "residue": (0, 0, 1, 0),
}
_EXCHANGE_CASES = {
    "obsolete_name",
    "other_label",
    "foreign_address",
    "no_address",
    "exchange_first",
}
_SHARED_TENANT = 0.45


class Mail(NamedTuple):
    """The mail of one domain as its zone has it."""

    case: str
    records: tuple[tuple[int, str], ...]
    """Preference and host; the host of a null MX is ""."""
    tenant: str
    """The Microsoft tenant that DKIM names; "" without DKIM records."""
    autodiscover: bool
    spf: bool
    proof: bool


@cache
def mail_of(body: Organisation) -> Mail:
    """Return the mail of an organisation that has a mail domain."""
    case = _case(body)
    route = "classic" if case in _EXCHANGE_CASES else case
    dkim, autodiscover, spf, proof = (
        happens(probability, "signal", name, body.domain)
        for name, probability in zip(
            ("dkim", "autodiscover", "spf", "proof"), _SIGNALS.get(route, (0,) * 4), strict=True
        )
    )
    return Mail(case, _records(body, case), _tenant(body) if dkim else "", autodiscover, spf, proof)


def exists(body: Organisation) -> bool:
    """Tell whether the domain is registered at all: one is not any more."""
    return not body.has_mail or mail_of(body).case != "nonexistent"


def exchange_host(domain: str, zone: str) -> str:
    """Return the MX host that Exchange Online gives a domain, in one of its zones."""
    label = label_of(domain)
    if zone == "dnssec":
        return f"{label}.{pick('bcdefghij', 'letter', domain)}-v1.mx.microsoft"
    return f"{label}.mail.{'eo' if zone == 'obsolete' else 'protection'}.outlook.com"


def _case(body: Organisation) -> str:
    place, rest = divmod(body.number - _FIRST_CASE, _STEP)
    if body.sector == "gemeente" and rest == 0 and 0 <= place < len(CASES):
        return CASES[place]
    route = weighted(_ROUTES, "route", body.domain)
    # Municipalities without mail are the cases above only.
    return "classic" if body.sector == "gemeente" and route in {"null_mx", "no_mx"} else route


def _records(body: Organisation, case: str) -> tuple[tuple[int, str], ...]:
    if case in _OPERATORS:
        hosts = mail_hosts(weighted(_OPERATORS[case], "operator", body.domain))
        return tuple((10 * number, host) for number, host in enumerate(hosts, start=1))
    domain = body.domain
    own = _RECORDS["two"] if happens(0.5, "second MX", domain) else _RECORDS["one"]
    parts = {
        "domain": domain,
        "classic": exchange_host(domain, "classic"),
        "dnssec": exchange_host(domain, "dnssec"),
        "obsolete": exchange_host(domain, "obsolete"),
        "neighbour": exchange_host(_neighbour(body).domain, "classic"),
        "proof": f"ms{int(chance('ownership', domain) * 10**8):08}.msv1.invalid",
    }
    split = (text.partition(" ") for text in _RECORDS.get(case, own))
    return tuple((int(preference), host.format(**parts)) for preference, _, host in split)


def _neighbour(body: Organisation) -> Organisation:
    found = organisations()
    return found[found.index(body) + 1]


def _tenant(body: Organisation) -> str:
    if body.sector == "gemeente" and happens(_SHARED_TENANT, "shared tenant", body.domain):
        return f"ict{pick(PROVINCE_NAMES[::2], 'tenant', body.domain).lower()}"
    return body.domain.removesuffix(".example").replace("-", "")
