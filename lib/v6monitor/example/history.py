"""Which host had IPv6 in which month, and what did the measurement see of it?"""

from v6monitor.example.chance import chance, happens, pick, weighted
from v6monitor.example.mail import UNUSABLE, exists, mail_of
from v6monitor.example.operators import JUMP, MAIL, NAME_SERVERS, exchange_ipv6, ipv6
from v6monitor.example.population import NOW, Organisation
from v6monitor.mail.exchange_online import place_of
from v6monitor.verdicts.addresses import unusable

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
_OFF = {"obsolete_name", "exchange_first", "no_address"}
"""Cases that are there to be found on the list of laggards."""
_OWN_MX = (0.45, 0.55)
_DNS_SHARES = (0.57, 0.40, 0.02, 0.01)  # of NAME_SERVERS
_DIPS, _LOSSES = 0.05, 0.03
"""Of the hosts, those that are without IPv6 for one month, and those that lose it for good."""


def mx_address(body: Organisation, host: str, month: int) -> str:
    """Return the IPv6 address of one of an organisation's MX hosts; "" when it has none."""
    if place_of(host):
        return _exchange_address(body, host, month)
    suffix = host.partition(".")[2]
    if suffix in MAIL:
        return ipv6(host) if month >= MAIL[suffix].since else ""
    case = mail_of(body).case
    if case in UNUSABLE:
        return UNUSABLE[case]
    if case == "mx_cname":
        return ipv6("mx1.postduif.example")
    if not host.endswith(body.domain) or host.startswith("mx-weg."):
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
    return "passed" if all(_counts(mx_address(body, host, month)) for host in hosts) else "failed"


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


def _counts(address: str) -> bool:
    return bool(address) and unusable(address) != "mapped"


def _switched(
    kind: str, host: str, shares: tuple[float, float], month: int, step: float = 0
) -> bool:
    """Tell whether a host has IPv6: on once the share has grown over its number, with setbacks."""
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
