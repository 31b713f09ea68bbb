"""Zone files of the example: DNS as it is after the last measurement, one file per domain."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from v6monitor.dns.vantage import EXAMPLE
from v6monitor_example.mail import (
    MAIL,
    MAIL_OPERATORS,
    NAME_SERVERS,
    WEB_HOSTERS,
    Mail,
    dns_operator,
    exchange_host,
    exists,
    ipv4,
    ipv6,
    is_exchange,
    mail_hosts,
    mail_of,
    mx_address,
    name_servers,
    web_address,
)
from v6monitor_example.population import NOW, Organisation, chance, happens, organisations, pick

_SERIAL = 2026110101
_MICROSOFT = ("mail.microsoft", "mx.microsoft", "onmicrosoft.com", "outlook.com")
_EMPTY = ("example", "invalid", "localhost")
"""Zones without anything: what is in no other zone does not exist."""

_SILENT = {"kering-mail.example", "sitestal.example"}
"""Zones whose name servers have IPv6 addresses and do not answer over them."""

Record = tuple[str, str, str]
"""Owner with its final dot, type, data."""


def zone_files() -> Iterator[tuple[str, str]]:
    """Give the name and the text of every zone file, in the order of the names."""
    zones: dict[str, list[Record]] = defaultdict(list)
    for body in organisations():
        if exists(body):
            _add(zones, _organisation(body))
    _add(zones, _mail_operators())
    _add(zones, _dns_operators())
    _add(zones, _microsoft())
    _add(zones, _vantage())
    for zone in (*_MICROSOFT, *WEB_HOSTERS):
        zones[zone] += _delegated(zone, "naamloods.example")
    for zone in _EMPTY:
        zones[zone] += _delegated(zone, "zonewerk.example")
    for zone in sorted(zones):
        yield f"{zone}.zone", _text(zone, zones[zone])


def out_of_reach() -> list[str]:
    """Return the zones that nobody finds without IPv4: name servers lack IPv6, or are silent."""
    lacking = {name for name, have in NAME_SERVERS.items() if not any(have)}
    zones = {body.domain for body in organisations() if dns_operator(body) in lacking}
    zones |= {one.suffix for one in MAIL_OPERATORS if one.name_servers in lacking}
    return sorted(zones | lacking | _SILENT)


def _add(zones: dict[str, list[Record]], records: Iterable[Record]) -> None:
    for record in records:
        zones[_zone_of(record[0])].append(record)


def _zone_of(owner: str) -> str:
    return ".".join(owner.rstrip(".").split(".")[-2:])


def _text(zone: str, records: Iterable[Record]) -> str:
    """Return a master file (RFC 1035 §5): the SOA first, the others in order, each once."""
    numbers = f"{_SERIAL} 7200 3600 1209600 600"
    lines = sorted({f"{owner} {kind} {data}" for owner, kind, data in records})
    head = [f"$ORIGIN {zone}.", "$TTL 3600", f"@ SOA ns1.zonewerk.example. beheer {numbers}"]
    return "\n".join([*head, *lines, ""])


def _organisation(body: Organisation) -> Iterator[Record]:
    yield from _delegated(body.domain, dns_operator(body))
    for site in body.sites:
        yield from _site(body, site)
    yield from _companions(body)
    if body.has_mail:
        yield from _mail(body, mail_of(body))


def _delegated(zone: str, operator: str) -> Iterator[Record]:
    for host in name_servers(operator):
        yield f"{zone}.", "NS", f"{host}."


def _site(body: Organisation, site: str) -> Iterator[Record]:
    """Give a website's addresses, at its own name or at a hoster that it points at."""
    host = site_host(site)
    if host != site:
        yield f"{site}.", "CNAME", f"{host}."
    yield from _host(host, web_address(body, site, NOW))


def site_host(site: str) -> str:
    """Return the host of a website: its own name, or one at a hoster."""
    if site.count(".") > 1 and happens(0.3, "hosted", site):
        return f"{site.replace('.', '-')}.{pick(WEB_HOSTERS, 'hoster', site)}"
    return site


def _companions(body: Organisation) -> Iterator[Record]:
    """Give the name with or without ``www`` beside the first website."""
    first = body.sites[0]
    other = first.removeprefix("www.") if first != body.domain else f"www.{body.domain}"
    same = happens(0.9, "companion", body.domain)
    yield from _host(other, web_address(body, first, NOW) if same else "")


def _mail(body: Organisation, mail: Mail) -> Iterator[Record]:
    domain = body.domain
    for preference, host in mail.records:
        yield f"{domain}.", "MX", f"{preference} {host}."
        yield from _mx_host(body, host, mail.case)
    spf = "v=spf1 include:spf.protection.outlook.com -all" if mail.spf else "v=spf1 mx -all"
    if mail.case == "lost_dot":  # and SPF through an include of its own
        yield f"_spf.{domain}.", "TXT", f'"{spf}"'
        spf = f"v=spf1 include:_spf.{domain} -all"
    yield f"{domain}.", "TXT", f'"{spf}"'
    if mail.proof:
        yield f"{domain}.", "TXT", f'"MS={_proof(domain)}"'
    if mail.autodiscover:
        lost = f"{domain}." if mail.case == "lost_dot" else ""
        yield f"autodiscover.{domain}.", "CNAME", f"autodiscover.outlook.com.{lost}"
    if mail.tenant:
        yield from _dkim(domain, mail.tenant)
    if mail.case == "wildcard":
        yield from _host(f"*.{domain}", ipv6(domain))
    if mail.case == "long_txt":  # too long for one datagram: the answer comes over TCP
        for number in range(40):
            yield f"{domain}.", "TXT", f'"verification-{number:02}={chance(domain, str(number))}"'


def _proof(domain: str) -> str:
    """Return a proof of ownership, of some domains in its older form."""
    drawn = chance("proof", domain)
    older = happens(0.15, "older proof", domain)
    return f"{int(drawn * 2**160):040X}" if older else f"ms{int(drawn * 10**8):08}"


def _mx_host(body: Organisation, host: str, case: str) -> Iterator[Record]:
    """Give the records of an MX host that is in no zone of an operator."""
    if case == "mx_cname":
        yield f"{host}.", "CNAME", f"{mail_hosts('postduif.example')[0]}."
    elif case == "mx_alias":
        target = exchange_host(body.domain, "classic")
        yield f"{host}.", "CNAME", f"{target}."
        yield from _host(target, "")
    elif has_address(body, host) and host.partition(".")[2] not in MAIL:
        yield from _host(host, mx_address(body, host, NOW))


def has_address(body: Organisation, host: str) -> bool:
    """Return whether an MX host of an organisation has an IPv4 address."""
    if is_exchange(host):
        return mail_of(body).case not in {"no_address", "dotted_label"}
    own = host.endswith(f".{body.domain}") and not host.startswith("mx-weg.")
    return own or host.partition(".")[2] in MAIL


def _dkim(domain: str, tenant: str) -> Iterator[Record]:
    label = domain.replace(".", "-")
    newer = happens(0.15, "newer DKIM", domain)
    zone = "q-v1.dkim.mail.microsoft" if newer else "onmicrosoft.com"
    for selector in ("selector1", "selector2"):
        target = f"{selector}-{label}._domainkey.{tenant}.{zone}."
        yield f"{selector}._domainkey.{domain}.", "CNAME", target
        yield target, "TXT", '"v=DKIM1; k=rsa; p=c3ludGhldGlj"'


def _mail_operators() -> Iterator[Record]:
    for operator in MAIL_OPERATORS:
        yield from _delegated(operator.suffix, operator.name_servers)
        for host in mail_hosts(operator.suffix):
            yield from _host(host, ipv6(host) if operator.since <= NOW else "")


def _dns_operators() -> Iterator[Record]:
    for operator, ipv6_of_hosts in NAME_SERVERS.items():
        yield from _delegated(operator, operator)
        for host, has_ipv6 in zip(name_servers(operator), ipv6_of_hosts, strict=True):
            yield from _host(host, ipv6(host) if has_ipv6 else "")


def _microsoft() -> Iterator[Record]:
    yield from _host("autodiscover.outlook.com", "2a01:111:f400:1::1")
    yield "spf.protection.outlook.com.", "TXT", '"v=spf1 ip4:192.0.2.0/24 -all"'


def _vantage() -> Iterator[Record]:
    """Give the names that the vantage self-test asks the embedded name server for."""
    yield from _delegated(EXAMPLE.rewriting, "zonewerk.example")
    yield from _host(EXAMPLE.dns64, "")
    yield from _host(EXAMPLE.ipv6, ipv6(EXAMPLE.ipv6))
    large = EXAMPLE.large.partition("/")[0]
    for number in range(10):
        yield f"{large}.", "TXT", f'"{number:0100}"'


def _host(name: str, address: str) -> Iterator[Record]:
    yield f"{name}.", "A", ipv4(name)
    if address:
        yield f"{name}.", "AAAA", address
