"""Mail, websites and name servers of the fictional organisations, and their IPv6 in each month.

IPv6 addresses of fictional hosts are in 3000::/16. They must pass for reachable ones, so no
documentation prefix will do; IANA keeps 3000::/4 in reserve and has never given out this part of
it. IPv4 addresses are those of RFC 5737, for documentation.
"""

from functools import cache
from typing import NamedTuple

from v6monitor.mail.exchange_online import label_of
from v6monitor_example.population import (
    MONTHS,
    NOW,
    PROVINCE_NAMES,
    Organisation,
    chance,
    happens,
    organisations,
    pick,
    weighted,
)

ALWAYS, NEVER = 0, NOW + 1
JUMP = MONTHS.index("2026-05")
"""The month in which the largest gateway gets IPv6: the jump in the mail series."""


class MailOperator(NamedTuple):
    """A fictional operator of MX hosts: ``mx1`` and so on in the domain that is its suffix."""

    suffix: str
    name: str
    kind: str
    hosts: int
    since: int
    """The index of the first month with IPv6."""
    name_servers: str


MAIL_OPERATORS = (
    MailOperator("poortwacht.example", "Poortwacht", "gateway", 2, JUMP, "zonewerk.example"),
    MailOperator("kering-mail.example", "Kering", "gateway", 2, ALWAYS, "naamloods.example"),
    MailOperator("zeefpost.example", "Zeefpost", "gateway", 3, NEVER, "oudezone.example"),
    MailOperator("postduif.example", "Postduif", "mailbox", 2, ALWAYS, "naamloods.example"),
    MailOperator("briefkast.example", "Briefkast", "mailbox", 1, NEVER, "enkelzone.example"),
    MailOperator("schakel-ict.example", "De Schakel", "shared", 2, ALWAYS, "zonewerk.example"),
    MailOperator(
        "regiorekencentrum.example", "Regiorekencentrum", "shared", 2, NOW, "zonewerk.example"
    ),
)
MAIL = {operator.suffix: operator for operator in MAIL_OPERATORS}

NAME_SERVERS = {
    "naamloods.example": (True, True, True),
    "zonewerk.example": (True, True),
    "enkelzone.example": (True, False),
    "oudezone.example": (False, False),
}
"""Per DNS operator whether its name servers have IPv6."""

WEB_HOSTERS = ("webakker.example", "sitestal.example")
"""Where a ``www`` can be a CNAME to."""

_EXCHANGE_ZONES = (".mail.protection.outlook.com", ".mail.eo.outlook.com", ".mx.microsoft")
_EXCHANGE_PREFIXES = ("2a01:111:f400", "2a01:111:f403")


def ipv4(host: str) -> str:
    """Return the documentation address (RFC 5737) of a host."""
    number = int(chance("ipv4", host) * 3 * 254)
    return f"{('192.0.2', '198.51.100', '203.0.113')[number // 254]}.{number % 254 + 1}"


def ipv6(host: str) -> str:
    """Return an address in space that nobody has."""
    number = int(chance("ipv6", host) * 2**32)
    return f"3000:{number >> 16:x}:{number & 0xFFFF:x}::1"


def exchange_ipv6(host: str) -> str:
    """Return an address in one of the prefixes at which Exchange Online receives mail."""
    number = int(chance("exchange ipv6", host) * 2**17)
    return f"{_EXCHANGE_PREFIXES[number & 1]}:{(number >> 1) or 1:x}::1"


def is_exchange(host: str) -> bool:
    """Return whether a host name is one that Exchange Online gives out."""
    return host.endswith(_EXCHANGE_ZONES)


def mail_hosts(suffix: str) -> list[str]:
    """Return the MX hosts of a mail operator, the most preferred first."""
    return [f"mx{number}.{suffix}" for number in range(1, MAIL[suffix].hosts + 1)]


def name_servers(operator: str) -> list[str]:
    """Return the name-server hosts of a DNS operator."""
    return [f"ns{number}.{operator}" for number in range(1, len(NAME_SERVERS[operator]) + 1)]


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
_AT = {60: "dotted_label", 63: "mx_alias", 72: "proof_first", 80: "lost_dot"}
"""Further cases, at municipalities that lacked IPv6 in every month without them too."""

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
    "lost_dot": _GATEWAYS,
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
    "dotted_label": ("0 {domain}.mail.protection.outlook.com",),
    "mx_alias": _ONE_OWN,
    "proof_first": ("0 {proof}", "10 {classic}"),
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
    "lost_dot": (0.8, 1, 0.9, 0.7),
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
    "dotted_label",
    "mx_alias",
    "proof_first",
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
    """Return whether the domain is registered: one is not any more."""
    return not body.has_mail or mail_of(body).case != "nonexistent"


def exchange_host(domain: str, zone: str) -> str:
    """Return the MX host that Exchange Online gives a domain, in one of its zones."""
    label = label_of(domain)
    if zone == "dnssec":
        return f"{label}.{pick('bcdefghij', 'letter', domain)}-v1.mx.microsoft"
    return f"{label}.mail.{'eo' if zone == 'obsolete' else 'protection'}.outlook.com"


def _case(body: Organisation) -> str:
    place, rest = divmod(body.number - _FIRST_CASE, _STEP)
    if body.sector == "gemeente" and body.number in _AT:
        return _AT[body.number]
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


_WEB = {  # the share with IPv6 in the first and in the last month
    "gemeente": (0.92, 0.965),
    "waterschap": (0.88, 0.97),
    "provincie": (0.80, 0.95),
    "rijk": (0.93, 0.965),
    "uitvoeringsorganisatie": (0.87, 0.92),
    "gemeenschappelijke_regeling": (0.80, 0.89),
    "overig": (0.70, 0.80),
}
_EXCHANGE = (0.66, 0.77)
_EXCHANGE_JUMP = 0.02
_EXCHANGE_TILT = {
    "rijk": 0.15,
    "waterschap": 0.10,
    "gemeenschappelijke_regeling": -0.12,
    "overig": -0.25,
}
"""How much more or less of a sector has switched than of the municipalities."""
_OFF = {
    "obsolete_name",
    "exchange_first",
    "no_address",
    "dotted_label",
    "mx_alias",
    "proof_first",
}
"""Cases that are there to be found on the list of laggards."""
_OWN_MX = (0.45, 0.55)
_DNS_SHARES = (0.57, 0.40, 0.02, 0.01)  # of NAME_SERVERS
_SILENT, _SILENT_MX, _DOWN = 0.015, 0.06, 0.25
"""Of the websites and MX hosts those silent over IPv6; of these, those silent over IPv4 too."""
_DIPS, _LOSSES = 0.05, 0.03
"""Of the hosts, those that are without IPv6 for one month, and those that lose it for good."""


def mx_address(body: Organisation, host: str, month: int) -> str:
    """Return the IPv6 address of one of an organisation's MX hosts; "" when it has none."""
    if is_exchange(host):
        return _exchange_address(body, host, month)
    suffix = host.partition(".")[2]
    if suffix in MAIL:
        return ipv6(host) if month >= MAIL[suffix].since else ""
    case = mail_of(body).case
    if case in UNUSABLE:
        return UNUSABLE[case]
    if case == "mx_cname":
        return ipv6("mx1.postduif.example")
    if case in _OFF or not host.endswith(body.domain) or host.startswith("mx-weg."):
        return ""
    return ipv6(host) if _switched("own mx", host, _OWN_MX, month) else ""


def web_address(body: Organisation, site: str, month: int) -> str:
    """Return the IPv6 address of a website; "" when it has none."""
    on = exists(body) and _switched("web", site, _WEB[body.sector], month)
    return ipv6(site) if on else ""


def dns_operator(body: Organisation) -> str:
    """Return who runs the name servers of an organisation's domain."""
    return weighted(tuple(zip(NAME_SERVERS, _DNS_SHARES, strict=True)), "dns", body.domain)


def measured_mail(body: Organisation, month: int) -> str:
    """Return what ``mx_address`` is in a measurement: passed, failed, not_tested (no MX) or info.

    As Internet.nl counts: any AAAA will do unless it is a mapped address, hosts that do not exist
    have none, and a lookup that fails looks like a domain without MX.
    """
    mail = mail_of(body)
    if mail.case in {"servfail", "refused"} or not mail.records:
        return "not_tested"
    hosts = [host for _, host in mail.records if host]
    if not hosts:
        return "info"
    return "passed" if all(counts(mx_address(body, host, month)) for host in hosts) else "failed"


def counts(address: str) -> bool:
    """Return whether an address is one to Internet.nl: a mapped one is not."""
    return bool(address) and not address.startswith("::ffff:")


def answers(host: str, address: str) -> bool:
    """Return whether a server of an organisation answers at an address.

    Some do not over IPv6, of which a few do not over IPv4 either; none does at an address that
    no network routes.
    """
    silent = address in UNUSABLE.values() or (
        host.partition(".")[2] not in (*MAIL, *NAME_SERVERS)
        and not is_exchange(host)
        and happens(_SILENT_MX if host.startswith("mx") else _SILENT, "unreachable", host)
    )
    return not silent or (":" not in address and not happens(_DOWN, "down", host))


def without_result(kind: str, domain: str, month: int) -> str:
    """Return ``absent`` when a test gave no result, ``error`` when it did not end well, or ""."""
    if not happens(0.006, "no result", kind, domain, str(month)):
        return ""
    return pick(("absent", "error"), "which", kind, domain, str(month))


def _exchange_address(body: Organisation, host: str, month: int) -> str:
    """Return the address of an Exchange Online MX host: its accepted domain has a switch."""
    case = mail_of(body).case
    if case == "foreign_address":
        return ipv6(host)
    first, last = _EXCHANGE
    step = _EXCHANGE_TILT.get(body.sector, 0) + (_EXCHANGE_JUMP if month >= JUMP else 0)
    on = _switched("exchange", host, (first, last - _EXCHANGE_JUMP), month, step)
    return exchange_ipv6(host) if on and case not in _OFF else ""


def _switched(
    kind: str, host: str, shares: tuple[float, float], month: int, step: float = 0
) -> bool:
    """Return whether a host has IPv6: once the share is above its number, with setbacks."""
    first, last = shares
    share = first + (last - first) * month / (NOW - 1) + step
    if chance(kind, host) >= share:
        return False
    # The moment after the last measurement gets twice its part, for the zones to show.
    setback = min(NOW, 1 + int(chance("setback month", kind, host) * 1.1 * NOW))
    drawn = chance("setback kind", kind, host)
    if drawn < _DIPS:
        return month != setback
    return drawn >= _DIPS + _LOSSES or month < setback
