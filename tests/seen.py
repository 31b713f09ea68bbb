"""Observations in few words, for the tests of all that judges them."""

import datetime as dt

from v6monitor.dns.observation import Observation

NOON = dt.datetime(2026, 10, 6, 12, tzinfo=dt.UTC)
V6 = "2a02:898::1"
MICROSOFT_V6 = "2a01:111:f403:c000::1"


def seen(  # noqa: PLR0913 - each is a column
    name: str,
    qtype: str,
    *answers: str,
    outcome: str = "",
    at: dt.datetime = NOON,
    chain: tuple[str, ...] = (),
    detail: str = "",
) -> Observation:
    """Return an observation: ``ok`` with answers, ``nodata`` without, or the outcome given."""
    outcome = outcome or ("ok" if answers else "nodata")
    return Observation(
        name,
        qtype,
        outcome,
        tuple(sorted(answers)),
        chain,
        300,
        False,
        "192.0.2.53",
        at,
        12.5,
        1,
        detail,
    )


def host(name: str, *ipv6: str, outcome: str = "") -> list[Observation]:
    """Return A and AAAA of a host that has IPv4; the outcome is that of the AAAA question."""
    return [seen(name, "A", "198.51.100.25"), seen(name, "AAAA", *ipv6, outcome=outcome)]


def name_servers(zone: str, *with_ipv6: bool) -> list[Observation]:
    """Return the NS of a zone, and the addresses of its name servers."""
    names = [f"ns{number}.{zone}" for number, _ in enumerate(with_ipv6, start=1)]
    rows = [seen(zone, "NS", *names)]
    for name, ipv6 in zip(names, with_ipv6, strict=True):
        rows += host(name, *([V6] if ipv6 else []))
    return rows


def no_signals(domain: str) -> list[Observation]:
    """Return that a domain shows no sign of Exchange Online beside its MX."""
    names = ["autodiscover", "selector1._domainkey", "selector2._domainkey"]
    return [
        *(seen(f"{name}.{domain}", "CNAME", outcome="nxdomain") for name in names),
        seen(domain, "TXT", '"v=spf1 -all"'),
    ]
