"""Host names of Exchange Online: zone, label, and the accepted domain a label encodes.

Microsoft gives every accepted domain an MX host whose first label is made from the domain. The
code is published nowhere; it was read from the MX records of European municipalities, where it
holds for every domain that has its own label. A domain without dashes only swaps its dots:

>>> label_of("aaenhunze.example")
'aaenhunze-example'

With dashes, these are taken out and their positions follow after a ``0``:

>>> label_of("cm-abrantes.pt"), label_of("s-hertogenbosch.nl"), label_of("goeree-overflakkee.nl")
('cmabrantes-pt0e', 'shertogenbosch-nl0c', 'goereeoverflakkee-nl01e')
>>> label_of("bad-fischau-brunn.at"), label_of("hall-in-tirol.at")
('badfischaubrunn-at0i1i', 'hallintirol-at01j')

Decoding gives the domain whose switch decides about the host's IPv6:

>>> domain_of("shertogenbosch-nl0c"), domain_of("hallintirol-at01j")
('s-hertogenbosch.nl', 'hall-in-tirol.at')
>>> domain_of("oslokommune") is None
True

A host is recognised by its zone, dot by dot, never by a part of a word:

>>> parse_exchange_host("shertogenbosch-nl0c.e-v1.mx.microsoft")
ExchangeHost(zone='mx.microsoft', label='shertogenbosch-nl0c', fault='')
>>> parse_exchange_host("mail.protection.outlook.com.evil.example") is None
True

Records that mean Exchange Online and are wrong are in the zone ``broken``:

>>> parse_exchange_host("town.example.mail.protection.outlook.com").fault
'dots'
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from v6monitor.names import registrable_domain

CURRENT_ZONES = frozenset({"mx.microsoft", "classic", "sovereign"})
"""Zones that Microsoft still gives out; ``obsolete`` and ``broken`` names need a new MX record."""

SMTP_PREFIXES = (
    ipaddress.IPv6Network("2a01:111:f400::/48"),
    ipaddress.IPv6Network("2a01:111:f403::/48"),
)
"""Where Exchange Online receives mail over IPv6; an AAAA elsewhere is an error in the data."""

_GROUP = 4  # the code counts the characters of a domain in fours
_HOST_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
_TOP_LEVEL = re.compile(r"[a-z]{2,}|xn--[a-z0-9-]+")
_CODE = re.compile(r"(?:[b-p]|[1-9][0-9]*(?=[b-p]))+")

_ZONES = (  # tried in this order; the group is the label
    ("mx.microsoft", re.compile(r"([^.]+)\.[a-z0-9]+-v[0-9]+\.mx\.microsoft")),
    ("", re.compile(r"(?:.+\.)?olc\.protection\.outlook\.com")),  # consumer Outlook
    ("classic", re.compile(r"([^.]+)\.mail\.protection\.outlook\.com")),
    ("obsolete", re.compile(r"([^.]+)\.mail\.(?:eo\.outlook\.com|protection\.outlook\.de)")),
    ("obsolete", re.compile(r"(?:.+\.)?(?:mail\.messaging\.microsoft|frontbridge|bigfish)\.com()")),
    ("obsolete", re.compile(r"(?:[0-9]+\.mail\.outlook|[^.]+\.onmicrosoft)\.com()")),
    ("sovereign", re.compile(r"([^.]+)\.mail\.protection\.(?:office365\.us|partner\.outlook\.cn)")),
)
_FAULTS = (  # what is wrong with a record that means Exchange Online
    ("bare", re.compile(r"mail\.protection\.outlook\.com")),
    ("dots", re.compile(r".+\..+\.mail\.protection\.outlook\.com")),
)
AUTODISCOVER = "autodiscover.outlook.com"
_TENANT = re.compile(
    r"selector[12]-[^.]+\._domainkey\.([^.]+)"
    r"\.(?:onmicrosoft\.com|[a-z0-9]+-v[0-9]+\.dkim\.mail\.microsoft)"
)


class ExchangeHost(NamedTuple):
    """The zone and label of an MX host of Exchange Online."""

    zone: str
    """``mx.microsoft``, ``classic``, ``obsolete``, ``sovereign``, or ``broken``."""
    label: str
    """The label that encodes the accepted domain; "" in zones that have none."""
    fault: str = ""
    """What is wrong in zone ``broken``: ``dots`` in the label, ``bare`` without a label, or
    ``final_dot`` lost, so that the own domain was appended."""


def parse_exchange_host(host: str, domain: str = "") -> ExchangeHost | None:
    """Return zone and label of an MX host by its name alone; None: not Exchange Online."""
    for zone, pattern in _ZONES:
        if match := pattern.fullmatch(host):
            return ExchangeHost(zone, match[1]) if zone else None
    for fault, pattern in _FAULTS:
        if pattern.fullmatch(host):
            return ExchangeHost("broken", "", fault)
    meant = without_own_zone(host, domain)
    if meant != host and (meant == AUTODISCOVER or parse_exchange_host(meant)):
        return ExchangeHost("broken", "", "final_dot")
    return None


def without_own_zone(name: str, domain: str) -> str:
    """Return the name that was meant where a lost final dot appended the domain, or its zone.

    >>> without_own_zone("autodiscover.outlook.com.town.example", "mail.town.example")
    'autodiscover.outlook.com'
    >>> without_own_zone("autodiscover.outlook.com.town.example", "city.example")
    'autodiscover.outlook.com.town.example'
    """
    zone, last = domain, registrable_domain(domain)
    while zone.endswith(last) and domain:
        if name.endswith(f".{zone}"):
            return name.removesuffix(f".{zone}")
        zone = zone.partition(".")[2]
    return name


def label_of(domain: str) -> str:
    """Return the label that Exchange Online makes of an accepted domain (A-label, lower case)."""
    plain = domain.replace("-", "").replace(".", "-")
    code = _dash_code([position for position, letter in enumerate(domain) if letter == "-"])
    return f"{plain}0{code}" if code else plain


def domain_of(label: str) -> str | None:
    """Return the one accepted domain that a label was made of; None when none or several fit."""
    domains = {domain for domain in _readings(label) if _is_domain(domain)}
    matching = [domain for domain in domains if label_of(domain) == label]
    return matching[0] if len(matching) == 1 else None


def tenant_of(dkim_target: str) -> str:
    """Return the tenant that a DKIM selector's CNAME target names; "" when it names none.

    >>> tenant_of("selector1-town-example._domainkey.townhall.onmicrosoft.com")
    'townhall'
    >>> tenant_of("selector2-town-example._domainkey.townhall.q-v1.dkim.mail.microsoft")
    'townhall'
    """
    match = _TENANT.fullmatch(dkim_target)
    return match[1] if match else ""


def label_owner(domain: str, hosts: Iterable[ExchangeHost | None]) -> tuple[str, str, str]:
    """Return zone, owner of the label, and the other domain, of the first Exchange Online host.

    The owner is ``own``, ``other`` or ``undecodable``; "" where the host has no label.

    >>> label_owner("town.example", [ExchangeHost("classic", "city-example")])
    ('classic', 'other', 'city.example')
    """
    exchange = next(filter(None, hosts), None)
    if exchange is None:
        return "", "", ""
    if not exchange.label or exchange.label == label_of(domain):
        return exchange.zone, "own" if exchange.label else "", ""
    other = domain_of(exchange.label)
    return exchange.zone, "other" if other else "undecodable", other or ""


def in_smtp_prefixes(address: str) -> bool:
    """Return whether an IPv6 address is one at which Exchange Online receives mail.

    >>> in_smtp_prefixes("2a01:111:f403:c000::1"), in_smtp_prefixes("2606:4700::1111")
    (True, False)
    """
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return False
    return any(parsed in prefix for prefix in SMTP_PREFIXES)


def _dash_code(dashes: list[int]) -> str:
    """Encode the positions of the dashes: a letter per group of four, empty groups counted."""
    if not dashes:
        return ""
    values = [0] * (dashes[-1] // _GROUP + 1)
    for position in dashes:
        values[position // _GROUP] += 1 << position % _GROUP
    runs = ((value, len(list(run))) for value, run in groupby(values))
    return "".join(chr(ord("a") + value) * n if value else str(n) for value, n in runs)


def _readings(label: str) -> Iterator[str]:
    """Yield what a label can stand for: each ``0`` may begin the code, or be part of the name."""
    yield label.replace("-", ".")
    for position, letter in enumerate(label):
        if letter == "0" and _CODE.fullmatch(label, position + 1):
            yield _with_dashes(label[:position].replace("-", "."), label[position + 1 :])


def _with_dashes(plain: str, code: str) -> str:
    group, dashes = 0, set()
    for sign in re.findall(r"[b-p]|[0-9]+", code):
        if sign.isdigit():
            group += min(int(sign), len(plain) + 1)  # a larger number encodes no name
            continue
        value = ord(sign) - ord("a")
        dashes |= {_GROUP * group + bit for bit in range(_GROUP) if value >> bit & 1}
        group += 1
    letters = iter(plain)
    spread = ("-" if n in dashes else next(letters, "") for n in range(len(plain) + len(dashes)))
    return "".join(spread)


def _is_domain(name: str) -> bool:
    *labels, top_level = name.split(".")
    return (
        bool(labels)
        and all(_HOST_LABEL.fullmatch(label) for label in labels)
        and bool(_TOP_LEVEL.fullmatch(top_level))
    )
